"""Photos from a checker's phone: validated, turned upright, shrunk, and re-encoded."""

from __future__ import annotations

from server.core import pictures
from server.core.errors import HallError
from server.spot_checks.errors import SpotCheckCode

MAX_BYTES = 8 * 1024 * 1024
LONGEST = 1280
"""Most pixels of the longer side."""
QUALITY = 80
FORMATS = ("JPEG", "PNG", "WEBP")


def clean(content: bytes) -> bytes:
    """Return a JPEG of at most 1280 pixels a side without metadata; raise PHOTO_INVALID."""
    try:
        photo = pictures.upright(content, FORMATS, "RGB", (LONGEST, LONGEST))
    except pictures.BROKEN:
        raise HallError(SpotCheckCode.PHOTO_INVALID) from None
    photo.thumbnail((LONGEST, LONGEST))
    return pictures.jpeg(photo, QUALITY)
