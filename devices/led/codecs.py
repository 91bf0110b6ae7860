"""Codecs W1, W2 and W7 of LED window strips: bytes only, no I/O.

Strips have GB2312 fonts: any other character would show blank or as garbage, so it becomes ？.
Strips never answer [2SRC], so there is no decoder. Texts that do not fit into a frame are rejected.

- W1 `A0 90 addr A5 lenHi lenLo {char + colour}* X`, X = XOR of addr..data [2SRC]
- W2 `AA addr BB 51 54 SUM 01 00 99 00 63 text FF`, SUM = sum from index 6, FF included [SRC]
- W7 `40 addr text 0D`, no check [SRC]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import xor
from typing import Literal

from devices.gb2312 import encode

Colour = Literal["red", "green", "yellow"]
COLOURS: Mapping[str, int] = {"red": 0, "green": 1, "yellow": 2}
SUBSTITUTE = "？"
MAX_CHARACTERS = 60


class CodecError(ValueError):
    """Error for a text or address that does not fit into a frame."""


def gb2312(text: str) -> list[bytes]:
    """Return the bytes of each character; ？ for one not in GB2312, none for control characters."""
    printable = (char for char in text if char.isprintable())
    return [_code(char) for char in printable]


def _code(char: str) -> bytes:
    return encode(char) or SUBSTITUTE.encode("gb2312")


def _check(address: int, text: str) -> None:
    if not 0 <= address <= 255:
        raise CodecError(f"address {address} is not within 0..255")
    if len(text) > MAX_CHARACTERS:
        raise CodecError(f"more than {MAX_CHARACTERS} characters")


def w1(address: int, text: str, colour: Colour) -> bytes:
    """Encode a W1 frame: each character is followed by its colour."""
    _check(address, text)
    mark = bytes((COLOURS[colour],))
    data = b"".join(code + mark for code in gb2312(text))
    body = bytes((address, 0xA5, len(data) >> 8, len(data) & 0xFF)) + data
    return b"\xa0\x90" + body + bytes((reduce(xor, body),))


def w2(address: int, text: str, colour: Colour) -> bytes:
    """Encode a W2 frame; the strip has one colour, so `colour` is not sent."""
    del colour
    _check(address, text)
    body = b"\x01\x00\x99\x00\x63" + b"".join(gb2312(text)) + b"\xff"
    return bytes((0xAA, address, 0xBB, 0x51, 0x54, sum(body) & 0xFF)) + body


def w7(address: int, text: str, colour: Colour) -> bytes:
    """Encode a W7 frame; the strip has one colour, so `colour` is not sent."""
    del colour
    _check(address, text)
    return bytes((0x40, address)) + b"".join(gb2312(text)) + b"\x0d"


CODECS: Mapping[str, Callable[[int, str, Colour], bytes]] = {"w1": w1, "w2": w2, "w7": w7}
