"""Disclosure (五公开): what the public is told of each item, and what is missing in it."""
