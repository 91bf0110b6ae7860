"""Breaks a hall on purpose while people use it, then holds its history to what was promised."""
