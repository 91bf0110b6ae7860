"""Portraits: an uploaded photo becomes a small upright JPEG of 3:4 without metadata.

Only the pixels are kept; place, time and device of the camera are not. Takes up to some tenths of a
second; callers run it through `offload`.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from server.core.errors import HallError
from server.staff_photos.errors import LEAST, StaffPhotoCode

LIMIT_KB = 2048
WIDTH, HEIGHT = 360, 480
MOST_PIXELS = 50_000_000
QUALITY = 85
FORMATS = ("JPEG", "PNG")
ABOVE = 0.25
"""Share of what is cut off a tall photo that goes above: heads are in the upper part."""


def portrait_of(content: bytes) -> bytes:
    """Return the portrait of an uploaded photo as JPEG; raise PORTRAIT_INVALID."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _reencode(content)
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise HallError(StaffPhotoCode.PORTRAIT_INVALID) from None


def _reencode(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    if upright.width < LEAST[0] or upright.height < LEAST[1]:
        raise ValueError("too few pixels")
    small = ImageOps.fit(upright, (WIDTH, HEIGHT), centering=(0.5, ABOVE))
    # What was transparent is white; a fresh image has nothing but pixels.
    clean = Image.new("RGB", small.size, "white")
    clean.paste(small, mask=small)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
