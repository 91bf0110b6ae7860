"""Device links: TCP, UDP, serial, USB, spooler and device-file cables behind one interface.

Every call has a limit in seconds and never blocks longer. A link does not interpret frames.
"""

from devices.link.base import Link, LinkAddress, parse_link
from devices.link.errors import LinkError, LinkTimeoutError

__all__ = ["Link", "LinkAddress", "LinkError", "LinkTimeoutError", "parse_link"]
