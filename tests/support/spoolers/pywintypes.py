"""Replacement for pywin32's errors in a process of the tests."""

from __future__ import annotations


class error(Exception):  # noqa: N801, N818 - the library's name
    """Error of the spooler."""
