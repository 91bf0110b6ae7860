"""Integrity checks of a hall's books (`hall check`)."""
