"""Retroactive changes: actions that move a past day wait for a second person."""
