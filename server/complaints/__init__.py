"""Complaints and opinions of the public, followed to their end."""
