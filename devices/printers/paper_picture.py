"""Renderer of simulated slips as PNG, one pixel per dot.

Uses Pillow and segno. The type is only similar: a real printer has its own font.
"""

from __future__ import annotations

import io

import segno
from PIL import Image, ImageDraw

from devices.fonts import load_font
from devices.printers.paper import GapRow, ImageRow, QrRow, Row, Slip, Span, TextRow

CELL_WIDTH = 12
CELL_HEIGHT = 24
LINE_HEIGHT = 30
MARGIN = 28
PAPER = 250
# Offset from the top of the cell; leaves room for the descenders of g and y.
BASELINE = 0.79


def render(slip: Slip, font: str | None = None) -> bytes:
    """Return the slip as PNG; raises FontMissingError."""
    width = slip.columns * CELL_WIDTH
    strips = [_row(row, width, font) for row in slip.rows]
    height = sum(strip.height for strip in strips)
    sheet = Image.new("L", (width + 2 * MARGIN, height + 2 * MARGIN), PAPER)
    top = MARGIN
    for strip in strips:
        sheet.paste(strip, (MARGIN, top))
        top += strip.height
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _row(row: Row, width: int, font: str | None) -> Image.Image:
    match row:
        case TextRow():
            return _text(row, width, font)
        case ImageRow():
            return _placed(_dots(row), width, row.align)
        case QrRow():
            return _placed(_qr(row), width, row.align)
        case GapRow():
            return Image.new("L", (width, max(1, round(row.lines * LINE_HEIGHT))), PAPER)


def _placed(picture: Image.Image, width: int, align: int) -> Image.Image:
    strip = Image.new("L", (width, picture.height), PAPER)
    room = max(0, width - picture.width)
    strip.paste(picture, ((0, room // 2, room)[align], 0))
    return strip


def _dots(row: ImageRow) -> Image.Image:
    size = (row.row_bytes * 8, row.rows)
    if not row.rows or not row.row_bytes:
        return Image.new("L", (1, 1), PAPER)
    picture = Image.frombytes("1", size, row.dots).convert("L")
    return picture.point(lambda level: 0 if level else PAPER)


def _qr(row: QrRow) -> Image.Image:
    code = segno.make_qr(row.data, error=row.level, boost_error=False)
    size = max(1, row.size)
    modules = [[bool(cell) for cell in line] for line in code.matrix]
    picture = Image.new("L", (len(modules), len(modules)), PAPER)
    for y, line in enumerate(modules):
        for x, dark in enumerate(line):
            if dark:
                picture.putpixel((x, y), 0)
    edge = len(modules) * size
    framed = Image.new("L", (edge + 8 * size, edge + 8 * size), PAPER)
    framed.paste(picture.resize((edge, edge), Image.Resampling.NEAREST), (4 * size, 4 * size))
    return framed


def _text(row: TextRow, width: int, font: str | None) -> Image.Image:
    height = max((span.height for span in row.spans), default=1) * CELL_HEIGHT
    length = sum(_span_width(span) for span in row.spans)
    picture = Image.new(
        "L", (max(1, min(length, width)), height + LINE_HEIGHT - CELL_HEIGHT), PAPER
    )
    left = 0
    for span in row.spans:
        for char in span.text:
            left = _draw(picture, char, span, left, height, font)
    return _placed(picture, width, row.align)


def _char_width(span: Span) -> int:
    return CELL_WIDTH * (2 if span.kanji else 1) * span.width


def _span_width(span: Span) -> int:
    return _char_width(span) * len(span.text)


def _draw(
    picture: Image.Image, char: str, span: Span, left: int, height: int, font: str | None
) -> int:
    wide = _char_width(span)
    tall = CELL_HEIGHT * span.height
    if char.strip():
        face = load_font(CELL_HEIGHT * 2 - 8, font)
        # Proportional letters such as m are wider than a cell: they are compressed, not clipped.
        room = max(wide // span.width * 2, round(face.getlength(char)) + 2)
        draft = Image.new("L", (room, CELL_HEIGHT * 2), PAPER)
        foot = (draft.width / 2, draft.height * BASELINE)
        stroke = 1 if span.bold else 0
        ImageDraw.Draw(draft).text(foot, char, font=face, fill=20, anchor="ms", stroke_width=stroke)
        tile = draft.resize((wide, tall), Image.Resampling.LANCZOS)
        picture.paste(tile, (left, height - tall))
    if span.underline:
        ImageDraw.Draw(picture).line((left, height - 1, left + wide, height - 1), fill=20, width=2)
    return left + wide
