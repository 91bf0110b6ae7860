"""ESC/POS encoder: converts a slip document to bytes, without any I/O.

Sources: docs/devices/escpos.md (all byte values [2SRC] unless marked). It never sends `ESC t` (some
firmware leaves kanji mode by it [MEM]) and never lets a real-time command appear inside image data.
Status queries belong to the driver.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from devices import gb2312
from devices.fonts import FontMissingError
from devices.printers import layout, raster
from devices.printers.document import MAX_SCALE, QR, Cut, Document, Feed, Line, Pair, Rule, Text
from devices.printers.layout import Charset

INIT = b"\x1b\x40"
# Turns automatic status back off: its unsolicited bytes would be mistaken for answers.
ASB_OFF = b"\x1d\x61\x00"
KANJI_ON = b"\x1c\x26"
KANJI_OFF = b"\x1c\x2e"
ALIGN = {"left": 0, "center": 1, "right": 2}
CUTS = {"partial": b"\x1d\x56\x42\x00", "full": b"\x1d\x56\x41\x00", "none": b"\x1b\x64\x05"}
CutMode = Literal["partial", "full", "none"]
COPY_MARK = Text("补打 COPY", width=2, height=2, bold=True, align="center")
# DLE followed by one of these is a real-time command to some firmware even inside data [MEM].
REAL_TIME = (0x04, 0x05, 0x14)


@dataclass(frozen=True, slots=True)
class Profile:
    """Capabilities of one printer. `columns` in cells: 48 for 80 mm paper, 32 for 58 mm.

    `native_qr`: the printer draws QR codes itself; otherwise they are sent as images.
    """

    columns: int = 48
    charset: Charset = "gb18030"
    cut: CutMode = "partial"
    font: str | None = None
    native_qr: bool = True


@dataclass(frozen=True, slots=True)
class Encoded:
    """Bytes of a slip; the characters in `substituted` became 〓 because no font has them."""

    data: bytes
    substituted: str = ""


def encode(document: Document, profile: Profile) -> Encoded:
    """Encode a document, from `ESC @` on."""
    encoder = _Encoder(profile)
    lines = (COPY_MARK, *document.lines) if document.copy else document.lines
    body = b"".join(encoder.line(line) for line in lines)
    return Encoded(INIT + ASB_OFF + body, "".join(encoder.substituted))


class _Encoder:
    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.substituted: dict[str, None] = {}

    def line(self, line: Line) -> bytes:
        match line:
            case Text():
                return b"".join(self._paragraph(line))
            case Pair():
                pairs = layout.pair_lines(
                    layout.clean(line.left), layout.clean(line.right), self._profile.columns
                )
                return b"".join(self._text(Text(row, bold=line.bold)) for row in pairs)
            case Rule():
                return self._text(Text("-" * self._profile.columns))
            case QR():
                if self._profile.native_qr:
                    return qr(line.data, line.size)
                picture = raster.draw_qr(line.data, line.size, self._profile.columns)
                return b"\x1b\x61\x00" + image(*raster.to_rows(picture))
            case Feed():
                return bytes((0x1B, 0x64, line.lines))
            case Cut():
                return CUTS[self._profile.cut]

    def _paragraph(self, line: Text) -> Iterator[bytes]:
        text, columns = layout.clean(line.text), self._profile.columns
        if line.width == line.height == MAX_SCALE:
            scale = layout.largest(text, columns, MAX_SCALE)
            if scale > MAX_SCALE:
                yield text_line(line, self._profile.charset, scale)
                return
        for row in layout.wrap(text, columns, line.width):
            yield self._text(
                Text(row, line.width, line.height, line.bold, line.align, line.underline)
            )

    def _text(self, line: Text) -> bytes:
        missing = layout.rare(line.text, self._profile.charset)
        if not missing:
            return text_line(line, self._profile.charset)
        try:
            return self._drawn(line)
        except FontMissingError:
            self.substituted.update(dict.fromkeys(missing))
            table = str.maketrans(dict.fromkeys(missing, layout.SUBSTITUTE))
            plain = line.text.translate(table)
            return text_line(
                Text(plain, line.width, line.height, line.bold, line.align, line.underline),
                self._profile.charset,
            )

    def _drawn(self, line: Text) -> bytes:
        columns = self._profile.columns
        room = max(0, columns - layout.cells(line.text, line.width))
        indent = {"left": 0, "center": room // 2, "right": room}[line.align]
        picture = raster.draw_line(line, columns, indent, self._profile.font)
        return b"\x1b\x61\x00" + image(*raster.to_rows(picture))


def text_line(line: Text, charset: Charset, scale: int = 0) -> bytes:
    """Encode one line that fits, with its style, ended by LF; `scale` in place of its own size.

    Kanji mode is turned on for a line with Chinese and off after it, so that the line is correct
    whatever the printer's power-up state; ASCII is the same in both modes.
    """
    chinese = bool(layout.WIDE.search(line.text))
    head = bytes((0x1B, 0x61, ALIGN[line.align], 0x1B, 0x45, line.bold, 0x1B, 0x2D, line.underline))
    size = (scale, scale) if scale else (line.width, line.height)
    body = b"".join(_runs(line, charset, size))
    if chinese:
        return head + KANJI_ON + body + b"\n" + KANJI_OFF
    return head + body + b"\n"


def in_bytes(text: str, charset: Charset) -> bytes:
    """Encode text that the character set contains, as the printer's own font defines it."""
    if charset == "gb2312":
        return b"".join(gb2312.encode(char) or b"" for char in text)
    return text.encode(charset)


def _runs(line: Text, charset: Charset, wanted: tuple[int, int]) -> Iterator[bytes]:
    size = None
    for narrow, run in groupby(line.text, layout.is_narrow):
        most = layout.MAX_NARROW_SCALE if narrow else layout.MAX_HANZI_SCALE
        width, height = min(wanted[0], most), min(wanted[1], most)
        if (width, height) != size:
            size = (width, height)
            yield bytes((0x1D, 0x21, (width - 1) << 4 | (height - 1)))
        text = "".join(run)
        if narrow:
            yield text.encode("ascii")
        else:
            yield kanji_size(width, height, underline=line.underline) + in_bytes(text, charset)
    if size is None:
        yield b"\x1d\x21\x00"


def kanji_size(width: int, height: int, *, underline: bool) -> bytes:
    """Encode `FS !`: bit 2 double width, bit 3 double height, bit 7 underline."""
    return bytes((0x1C, 0x21, (width > 1) << 2 | (height > 1) << 3 | underline << 7))


def qr(data: str, size: int) -> bytes:
    """Encode a native QR code, model 2, error correction M, centred; `size` is dots per module."""
    content = data.encode("ascii")
    length = len(content) + 3
    return b"".join(
        (
            b"\x1b\x61\x01",
            b"\x1d\x28\x6b\x04\x00\x31\x41\x32\x00",
            b"\x1d\x28\x6b\x03\x00\x31\x43" + bytes((size,)),
            b"\x1d\x28\x6b\x03\x00\x31\x45\x31",
            b"\x1d\x28\x6b" + bytes((length & 0xFF, length >> 8)) + b"\x31\x50\x30" + content,
            b"\x1d\x28\x6b\x03\x00\x31\x51\x30",
            b"\n",
        )
    )


def image(row_bytes: int, rows: int, dots: bytes) -> bytes:
    """Encode a raster image as `GS v 0`."""
    head = bytes((row_bytes & 0xFF, row_bytes >> 8, rows & 0xFF, rows >> 8))
    return b"\x1d\x76\x30\x00" + head + without_real_time(dots)


def without_real_time(dots: bytes) -> bytes:
    """Replace data that would read as a real-time command by a thicker dot (10 becomes 18)."""
    for second in REAL_TIME:
        dots = dots.replace(bytes((0x10, second)), bytes((0x18, second)))
    return dots
