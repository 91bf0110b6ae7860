"""Boards, LED strips and voice announcements of a hall."""
