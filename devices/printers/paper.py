"""ESC/POS interpreter of the printer simulator: executes commands and produces paper rows.

Written from the byte table alone and without the encoder. It rejects nothing: like a printer it
skips unknown commands and prints garbage as garbage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

FIXED_LENGTHS = {
    (0x1B, 0x40): 2,
    (0x1C, 0x26): 2,
    (0x1C, 0x2E): 2,
    (0x1B, 0x32): 2,
    (0x1C, 0x53): 4,
    (0x1B, 0x70): 5,
    (0x1D, 0x50): 4,
    (0x1D, 0x4C): 4,
    (0x1D, 0x57): 4,
    (0x1B, 0x24): 4,
}
LEADS = (0x1B, 0x1C, 0x1D)


@dataclass(frozen=True, slots=True)
class Style:
    """Style of the next characters. Chinese scales by its own command on many printers [SRC]."""

    width: int = 1
    height: int = 1
    kanji_width: int = 1
    kanji_height: int = 1
    bold: bool = False
    underline: bool = False
    kanji_underline: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of one style; `kanji` characters have two cells."""

    text: str
    kanji: bool
    width: int
    height: int
    bold: bool
    underline: bool


@dataclass(frozen=True, slots=True)
class TextRow:
    """Printed line; `align` is 0 left, 1 centre, 2 right."""

    spans: tuple[Span, ...]
    align: int

    @property
    def text(self) -> str:
        """Characters without their style."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class ImageRow:
    """Raster image: bytes per row, number of rows, dots."""

    row_bytes: int
    rows: int
    dots: bytes
    align: int


@dataclass(frozen=True, slots=True)
class QrRow:
    """Native QR code; `size` in dots per module."""

    data: str
    size: int
    level: str
    align: int


@dataclass(frozen=True, slots=True)
class GapRow:
    """Empty paper, in lines."""

    lines: float


Row: TypeAlias = TextRow | ImageRow | QrRow | GapRow


@dataclass(slots=True)
class Slip:
    """Slip that was cut, or that is still in the printer."""

    number: int
    columns: int
    rows: list[Row] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    cut: bool = False

    def text(self) -> str:
        """Return the slip as plain lines, for people and tests."""
        lines = []
        for row in self.rows:
            match row:
                case TextRow():
                    lines.append(row.text)
                case QrRow():
                    lines.append(f"[QR {row.data}]")
                case ImageRow():
                    lines.append(f"[picture {row.row_bytes * 8}x{row.rows}]")
                case GapRow():
                    lines.append("")
        return "\n".join(lines)


class Incomplete(Exception):  # noqa: N818 - not an error: more bytes are to come
    """Signal that the command at the front of the buffer is incomplete."""


def command_length(data: bytes | bytearray, *, kanji: bool) -> int:
    """Return the bytes of the command or character at the front; raises Incomplete."""
    first = data[0]
    if first in LEADS:
        return _lead_length(data)
    if kanji and 0x81 <= first <= 0xFE:
        second = _at(data, 1)
        if 0x30 <= second <= 0x39:
            _at(data, 3)
            return 4
        return 2
    return 1


def _at(data: bytes | bytearray, index: int) -> int:
    if index >= len(data):
        raise Incomplete
    return data[index]


def _lead_length(data: bytes | bytearray) -> int:
    pair = (data[0], _at(data, 1))
    if pair in FIXED_LENGTHS:
        length = FIXED_LENGTHS[pair]
    elif pair == (0x1D, 0x28):
        length = 5 + _at(data, 3) + 256 * _at(data, 4)
    elif pair == (0x1D, 0x76):
        row_bytes = _at(data, 4) + 256 * _at(data, 5)
        length = 8 + row_bytes * (_at(data, 6) + 256 * _at(data, 7))
    elif pair == (0x1D, 0x56):
        length = 4 if _at(data, 2) in {0x41, 0x42} else 3
    elif pair == (0x1B, 0x2A):
        per_column = 3 if _at(data, 2) in {32, 33} else 1
        length = 5 + per_column * (_at(data, 3) + 256 * _at(data, 4))
    else:
        length = 3
    _at(data, length - 1)
    return length


class Paper:
    """Printing mechanism: executes complete commands and counts GS r queries.

    `kanji_default` returns the state after each `ESC @`; `kanji_by_gs` makes GS ! scale Chinese
    too, as on Japanese models [MEM]; `codec` decodes the two-byte codes.
    """

    def __init__(
        self,
        columns: int,
        kanji_default: Callable[[], bool],
        *,
        codec: str = "gb18030",
        kanji_by_gs: bool = False,
    ) -> None:
        self.columns = columns
        self.slip = Slip(1, columns)
        self.finished: list[Slip] = []
        self.status_asked = 0
        self.asb = 0
        self._codec = codec
        self._kanji_default = kanji_default
        self._kanji_by_gs = kanji_by_gs
        self._reset()
        self._spans: list[Span] = []
        self._qr_data = ""

    def _reset(self) -> None:
        self.kanji = self._kanji_default()
        self._style = Style()
        self._align = 0
        self._qr_size = 3
        self._qr_level = "L"

    def execute_next(self, buffer: bytearray) -> bool:
        """Execute one command from the front of `buffer`; False if it is incomplete.

        A cut that ends a slip also returns True; see `finished`.
        """
        if not buffer:
            return False
        try:
            length = command_length(buffer, kanji=self.kanji)
        except Incomplete:
            return False
        command = bytes(buffer[:length])
        del buffer[:length]
        if command[:2] != b"\x1d\x72":  # a query is not part of a slip
            self.slip.raw += command
        if command[0] in LEADS:
            self._command(command)
        else:
            self._character(command)
        return True

    def _character(self, code: bytes) -> None:
        if code == b"\n":
            self._line_feed()
        elif len(code) == 1 and code[0] >= 0x20:
            self._put(code.decode("cp437"), kanji=False)
        elif len(code) > 1:
            self._put(code.decode(self._codec, "replace"), kanji=True)

    def _put(self, text: str, *, kanji: bool) -> None:
        style = self._style
        width, height = style.width, style.height
        underline = style.underline
        if kanji:
            width, height = style.kanji_width, style.kanji_height
            underline = style.kanji_underline
        last = self._spans[-1] if self._spans else None
        span = Span(text, kanji, width, height, style.bold, underline)
        if last is not None and replace(last, text=text) == span:
            self._spans[-1] = replace(last, text=last.text + text)
        else:
            self._spans.append(span)

    def _line_feed(self) -> None:
        if self._spans:
            self.slip.rows.append(TextRow(tuple(self._spans), self._align))
            self._spans = []
        else:
            self.slip.rows.append(GapRow(1))

    def _flush(self) -> None:
        if self._spans:
            self._line_feed()

    def _command(self, code: bytes) -> None:
        lead, name, arguments = code[0], code[1], code[2:]
        if lead == 0x1B:
            self._escape(name, arguments)
        elif lead == 0x1C:
            self._kanji_command(name, arguments)
        else:
            self._group(name, arguments)

    def _escape(self, name: int, arguments: bytes) -> None:
        match name:
            case 0x40:
                self._spans = []
                self._reset()
            case 0x21:
                double = (2 if arguments[0] & 0x20 else 1, 2 if arguments[0] & 0x10 else 1)
                self._style = replace(
                    self._style,
                    width=double[0],
                    height=double[1],
                    bold=bool(arguments[0] & 0x08),
                    underline=bool(arguments[0] & 0x80),
                )
            case 0x45 | 0x47:
                self._style = replace(self._style, bold=bool(arguments[0] & 1))
            case 0x2D:
                self._style = replace(self._style, underline=bool(arguments[0] & 3))
            case 0x61:
                self._align = arguments[0] % 0x30 if arguments[0] % 0x30 < 3 else 0
            case 0x64:
                self._flush()
                self.slip.rows.append(GapRow(arguments[0]))
            case 0x4A:
                self._flush()
                self.slip.rows.append(GapRow(arguments[0] / 30))
            case _:
                pass

    def _kanji_command(self, name: int, arguments: bytes) -> None:
        match name:
            case 0x26:
                self.kanji = True
            case 0x2E:
                self.kanji = False
            case 0x21:
                self._style = replace(
                    self._style,
                    kanji_width=2 if arguments[0] & 0x04 else 1,
                    kanji_height=2 if arguments[0] & 0x08 else 1,
                    kanji_underline=bool(arguments[0] & 0x80),
                )
            case 0x57:
                scale = 2 if arguments[0] & 1 else 1
                self._style = replace(self._style, kanji_width=scale, kanji_height=scale)
            case 0x2D:
                self._style = replace(self._style, kanji_underline=bool(arguments[0] & 3))
            case _:
                pass

    def _group(self, name: int, arguments: bytes) -> None:
        match name:
            case 0x21:
                self._scale(1 + (arguments[0] >> 4 & 7), 1 + (arguments[0] & 7))
            case 0x28:
                self._qr(arguments)
            case 0x76:
                self._picture(arguments)
            case 0x56:
                self._cut()
            case 0x72:
                self.status_asked += 1
            case 0x61:
                self.asb = arguments[0]
            case _:
                pass

    def _scale(self, width: int, height: int) -> None:
        self._style = replace(self._style, width=width, height=height)
        if self._kanji_by_gs:
            self._style = replace(self._style, kanji_width=width, kanji_height=height)

    def _qr(self, arguments: bytes) -> None:
        if arguments[0] != 0x6B or len(arguments) < 6 or arguments[3] != 0x31:
            return
        match arguments[4]:
            case 0x43:
                self._qr_size = arguments[5]
            case 0x45:
                self._qr_level = "LMQH"[arguments[5] & 3]
            case 0x50:
                self._qr_data = arguments[6:].decode("utf-8", "replace")
            case 0x51 if self._qr_data:
                self._flush()
                row = QrRow(self._qr_data, self._qr_size, self._qr_level, self._align)
                self.slip.rows.append(row)
            case _:
                pass

    def _picture(self, arguments: bytes) -> None:
        self._flush()
        row_bytes = arguments[2] + 256 * arguments[3]
        rows = arguments[4] + 256 * arguments[5]
        self.slip.rows.append(ImageRow(row_bytes, rows, arguments[6:], self._align))

    def _cut(self) -> None:
        self._flush()
        self.slip.cut = True
        self.finished.append(self.slip)
        self.slip = Slip(self.slip.number + 1, self.columns)
