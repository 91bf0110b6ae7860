"""Errors of device links."""

from __future__ import annotations


class LinkError(OSError):
    """Error for a missing or broken cable; the text gives the cable and the reason."""


class LinkTimeoutError(LinkError):
    """Error for bytes that the other end did not accept in time."""
