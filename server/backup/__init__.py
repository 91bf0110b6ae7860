"""Backup, restore, move to another database."""
