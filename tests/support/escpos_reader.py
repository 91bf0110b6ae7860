"""Independent reader of ESC/POS bytes, written from the byte table alone: returns the printed rows.

Independent of the encoder and of the simulator's paper: a cursor over the bytes and a table of
commands by their first two bytes. A printer in the wrong kanji state shows code page 437.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Glyph:
    """One printed character with its size."""

    char: str
    wide: int
    high: int


@dataclass(frozen=True)
class PrintedLine:
    glyphs: tuple[Glyph, ...]
    align: int

    @property
    def text(self) -> str:
        return "".join(glyph.char for glyph in self.glyphs)

    @property
    def cells(self) -> int:
        return sum(g.wide * (1 if ord(g.char) < 0x80 else 2) for g in self.glyphs)


@dataclass(frozen=True)
class Picture:
    row_bytes: int
    dots: bytes


@dataclass(frozen=True)
class Code:
    data: bytes
    module: int


@dataclass(frozen=True)
class Knife:
    pass


Row = PrintedLine | Picture | Code | Knife
THREE_BYTES = {b"\x1b\x45", b"\x1b\x2d", b"\x1d\x61", b"\x1d\x72", b"\x1b\x64"}


def read(data: bytes, *, kanji_at_power_up: bool) -> Iterator[Row]:
    """Yield the rows that the bytes print, in order. Raises ValueError for an unknown command."""
    reader = _Reader(kanji_at_power_up)
    while data:
        length, row = reader.step(data)
        data = data[length:]
        if row is not None:
            yield row


class _Reader:
    def __init__(self, kanji_at_power_up: bool) -> None:
        self.power_up = kanji_at_power_up
        self.reset()

    def reset(self) -> None:
        self.kanji, self.align, self.module, self.code = self.power_up, 0, 3, b""
        self.ascii_size, self.kanji_size = (1, 1), (1, 1)
        self.line: list[Glyph] = []

    def step(self, data: bytes) -> tuple[int, Row | None]:
        """Return the number of bytes of the first command, and the row that it prints, if any."""
        if data[0] in {0x1B, 0x1C, 0x1D}:
            return self.command(data[:2], data)
        if data[0] == 0x0A:
            row = PrintedLine(tuple(self.line), self.align)
            self.line = []
            return 1, row
        if data[0] < 0x20:
            raise ValueError(f"unknown command {data[:2].hex()}")
        return self.character(data), None

    def character(self, data: bytes) -> int:
        if data[0] < 0x80:
            self.line.append(Glyph(chr(data[0]), *self.ascii_size))
            return 1
        if not self.kanji:
            self.line.append(Glyph(data[:1].decode("cp437"), *self.ascii_size))
            return 1
        length = 4 if 0x30 <= data[1] <= 0x39 else 2
        self.line.append(Glyph(data[:length].decode("gb18030"), *self.kanji_size))
        return length

    def command(self, name: bytes, data: bytes) -> tuple[int, Row | None]:
        if name in THREE_BYTES:
            return 3, None
        if name == b"\x1d\x56":
            return 4, Knife()
        if name == b"\x1d\x76":
            row_bytes = int.from_bytes(data[4:6], "little")
            end = 8 + row_bytes * int.from_bytes(data[6:8], "little")
            return end, Picture(row_bytes, data[8:end])
        if name == b"\x1d\x28":
            end = 5 + int.from_bytes(data[3:5], "little")
            return end, self.qr(data[5:end])
        return self.setting(name, data), None

    def qr(self, body: bytes) -> Code | None:
        if body[:2] == b"1C":
            self.module = body[2]
        elif body[:3] == b"1P0":
            self.code = body[3:]
        return Code(self.code, self.module) if body[:3] == b"1Q0" else None

    def setting(self, name: bytes, data: bytes) -> int:
        if name == b"\x1b\x40":
            self.reset()
            return 2
        if name in {b"\x1c\x26", b"\x1c\x2e"}:
            self.kanji = name == b"\x1c\x26"
            return 2
        n = data[2]
        if name == b"\x1c\x21":
            self.kanji_size = (1 + (n >> 2 & 1), 1 + (n >> 3 & 1))
        elif name == b"\x1d\x21":
            self.ascii_size = (1 + (n >> 4), 1 + (n & 15))
        elif name == b"\x1b\x61":
            self.align = n
        else:
            raise ValueError(f"unknown command {name.hex()}")
        return 3
