"""A photo from a checker's phone: looked at, turned upright, shrunk, and written anew.

Only the pixels are kept: what a camera writes beside them (place, time, device) goes. Runs for up
to some tenths of a second; callers hand it to `offload`.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from server.domain.errors import Code, HallError

MAX_BYTES = 8 * 1024 * 1024
LONGEST = 1280
"""Pixels of the longer side."""
QUALITY = 80
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def cleaned(content: bytes) -> bytes:
    """A JPEG of at most 1280 pixels a side without any metadata; raises PHOTO_INVALID."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _written_anew(content)
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise HallError(Code.PHOTO_INVALID) from None


def _written_anew(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as found:
        if found.width * found.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        found.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(found).convert("RGB")
    upright.thumbnail((LONGEST, LONGEST))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
