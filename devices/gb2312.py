"""GB 2312 encoding as device fonts define it; it differs from Python's codec in two characters.

At A1A4 a device shows the middle dot `·` (U+00B7) and at A1AA the dash `—` (U+2014); Python's
`gb2312` maps both codes to characters that nobody types. GBK's table has these two right and agrees
elsewhere (HARDWARE E3 [RAN]). The module encodes single characters, not texts, and never
substitutes one character for another.
"""

from __future__ import annotations


def encode(char: str) -> bytes | None:
    """Return the bytes of a character (ASCII is one byte); None if GB 2312 does not contain it."""
    for codec in ("gbk", "gb2312"):
        try:
            code = char.encode(codec)
            code.decode("gb2312")  # GBK defines more codes, some of them inside GB 2312's rows
        except UnicodeError:
            continue
        return code
    return None
