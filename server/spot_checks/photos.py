"""Photos from a checker's phone: validated, turned upright, shrunk, and re-encoded.

Only the pixels are kept; the camera's metadata (place, time, device) is removed. Takes up to some
tenths of a second; callers run it through `offload`.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from server.core.errors import HallError
from server.spot_checks.errors import SpotCheckCode

MAX_BYTES = 8 * 1024 * 1024
LONGEST = 1280
"""Most pixels of the longer side."""
QUALITY = 80
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


def clean(content: bytes) -> bytes:
    """Return a JPEG of at most 1280 pixels a side without metadata; raise PHOTO_INVALID."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _reencode(content)
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise HallError(SpotCheckCode.PHOTO_INVALID) from None


def _reencode(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST, LONGEST))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
