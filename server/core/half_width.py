"""Conversion of full-width letters and digits, as typed with a Chinese input method."""

from __future__ import annotations

_HALF_WIDTH: dict[int, int | str] = {
    **{0xFF10 + n: 0x30 + n for n in range(10)},
    **{0xFF21 + n: 0x41 + n for n in range(26)},
    **{0xFF41 + n: 0x61 + n for n in range(26)},
    **{ord(wide): plain for wide, plain in zip("．－＿／：", ".-_/:", strict=True)},
}


def half_width(text: str) -> str:
    """Return `text` with full-width letters, digits and code marks converted to half width.

    Code marks are those of codes and dates. Other characters stay: a name keeps its spelling.
    """
    return text.translate(_HALF_WIDTH)
