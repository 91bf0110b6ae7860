"""Uploaded pictures: opened without harm, turned upright, and written with nothing but pixels.

The camera's metadata (place, time, device) is lost on purpose. Takes up to some tenths of a second;
callers run it through `offload`.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

MOST_PIXELS = 50_000_000
BROKEN = (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError)
"""Errors of a file that is no such picture, is broken, or would fill the memory."""


def upright(
    content: bytes, formats: tuple[str, ...], mode: str, draft: tuple[int, int] | None = None
) -> Image.Image:
    """Return a picture of these formats in a mode of Pillow; raise one of `BROKEN`.

    `draft`: size in pixels to which a JPEG may be shrunk while it is decoded.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=formats) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("too many pixels")
            if draft is not None:
                image.draft("RGB", draft)
            return ImageOps.exif_transpose(image).convert(mode)


def jpeg(image: Image.Image, quality: int) -> bytes:
    """Return a picture as JPEG without metadata; what is transparent becomes white."""
    clean = Image.new("RGB", image.size, "white")
    clean.paste(image, mask=image if image.mode == "RGBA" else None)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
