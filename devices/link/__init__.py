"""Cables: TCP, serial and device-file links behind one small interface.

Every call takes the seconds it may use; none blocks longer. A link knows nothing of frames.
"""

from devices.link.base import Link, LinkAddress, LinkError, LinkTimeoutError, parse_link

__all__ = ["Link", "LinkAddress", "LinkError", "LinkTimeoutError", "parse_link"]
