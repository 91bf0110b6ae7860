"""Long runs that attack a hall of their own: API, live connections, codecs, files.

Command: `python -m bench.attack`. The tests run a small seeded part of the same attacks.
"""
