"""Long runs that attack a hall of their own: the API, the lines, the codecs, the files.

`python -m bench.attack`; the tests run a small seeded portion of the same attacks.
"""
