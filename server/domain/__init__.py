"""Rules of the hall: no I/O, no clock, no randomness, no imports from other packages."""
