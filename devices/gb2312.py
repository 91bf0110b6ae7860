"""GB 2312 as the fonts of devices hold it, which two characters tell from Python's codec.

At A1A4 a device shows the middle dot `·` (U+00B7) and at A1AA the dash `—` (U+2014); Python's
`gb2312` maps both to characters that nobody types. GBK's table has them right and agrees elsewhere
(HARDWARE E3 [RAN]). It knows single characters, not texts, and never substitutes.
"""

from __future__ import annotations


def encode(char: str) -> bytes | None:
    """Return the bytes of a character, ASCII as one byte; None for one that GB 2312 has not."""
    for codec in ("gbk", "gb2312"):
        try:
            code = char.encode(codec)
            code.decode("gb2312")  # GBK has more, also in the rows of GB 2312
        except UnicodeError:
            continue
        return code
    return None
