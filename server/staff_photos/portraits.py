"""Portraits: an uploaded photo becomes a small upright JPEG of 3:4 without metadata."""

from __future__ import annotations

from PIL import ImageOps

from server.core import pictures
from server.core.errors import HallError
from server.staff_photos.errors import LEAST, StaffPhotoCode

LIMIT_KB = 2048
WIDTH, HEIGHT = 360, 480
QUALITY = 85
FORMATS = ("JPEG", "PNG")
ABOVE = 0.25
"""Share of what is cut off a tall photo that goes above: heads are in the upper part."""


def portrait_of(content: bytes) -> bytes:
    """Return the portrait of an uploaded photo as JPEG; raise PORTRAIT_INVALID."""
    try:
        photo = pictures.upright(content, FORMATS, "RGBA")
    except pictures.BROKEN:
        raise HallError(StaffPhotoCode.PORTRAIT_INVALID) from None
    if photo.width < LEAST[0] or photo.height < LEAST[1]:
        raise HallError(StaffPhotoCode.PORTRAIT_INVALID)
    return pictures.jpeg(ImageOps.fit(photo, (WIDTH, HEIGHT), centering=(0.5, ABOVE)), QUALITY)
