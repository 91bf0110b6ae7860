"""Full-width letters and digits, as a Chinese input method types them, and what they mean."""

from __future__ import annotations

_MEANT: dict[int, int | str] = {
    **{0xFF10 + n: 0x30 + n for n in range(10)},
    **{0xFF21 + n: 0x41 + n for n in range(26)},
    **{0xFF41 + n: 0x61 + n for n in range(26)},
    **{ord(wide): plain for wide, plain in zip("．－＿／：", ".-_/:", strict=True)},
}


def half_width(text: str) -> str:
    """Return `text` with its full-width letters, digits and the marks of codes and dates folded.

    Other characters stay: a name keeps whatever it is written with.
    """
    return text.translate(_MEANT)
