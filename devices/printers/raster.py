"""Renderer of one text line as dots, for characters missing in the printer's own font.

Uses Pillow. Cells are those of the printer: 12 x 24 dots. The line is not wrapped, because its
layout is final.
"""

from __future__ import annotations

import segno
from PIL import Image, ImageDraw

from devices.fonts import load_font
from devices.printers.document import Text
from devices.printers.layout import char_cells

CELL_WIDTH = 12
CELL_HEIGHT = 24
LINE_GAP = 6
# Offset from the top of the cell; leaves room for the descenders of g and y.
BASELINE = 0.79


def draw_line(line: Text, columns: int, indent: int, font: str | None) -> Image.Image:
    """Draw the line in black on white, 1 bit, `columns` cells wide; raises FontMissingError."""
    rows = CELL_HEIGHT * line.height
    picture = Image.new("L", (columns * CELL_WIDTH, rows + LINE_GAP), 255)
    left = indent * CELL_WIDTH
    for char in line.text:
        span = char_cells(char, line.width) * CELL_WIDTH
        if char != " ":
            picture.paste(_tile(char, span, rows, bold=line.bold, font=font), (left, 0))
        left += span
    if line.underline:
        start = indent * CELL_WIDTH
        ImageDraw.Draw(picture).line((start, rows + 1, left - 1, rows + 1), fill=0, width=2)
    return picture.point(lambda level: 255 if level > 127 else 0).convert("1")


def draw_qr(data: str, size: int, columns: int) -> Image.Image:
    """Draw a QR code in the centre of a line; error correction M, `size` dots per module.

    The modules get smaller if the paper is too narrow for them.
    """
    code = segno.make_qr(data, error="m")
    width = columns * CELL_WIDTH
    modules = int(code.symbol_size(border=4)[0])
    scale = max(1, min(size, width // modules))
    small = Image.new("1", (modules, modules))
    small.putdata([not dark for row in code.matrix_iter(border=4) for dark in row])
    large = small.resize((modules * scale, modules * scale), Image.Resampling.NEAREST)
    picture = Image.new("1", (width, large.height), 1)
    picture.paste(large, ((width - large.width) // 2, 0))
    return picture


def _tile(char: str, span: int, rows: int, *, bold: bool, font: str | None) -> Image.Image:
    scale = 4
    face = load_font((CELL_HEIGHT - 3) * scale, font)
    natural = scale * (CELL_WIDTH if char.isascii() else 2 * CELL_WIDTH)
    # Proportional letters such as m are wider than a cell: they are compressed, not clipped.
    room = max(natural, round(face.getlength(char)) + scale)
    tile = Image.new("L", (room, CELL_HEIGHT * scale), 255)
    stroke = scale // 2 if bold else 0
    foot = (room / 2, CELL_HEIGHT * scale * BASELINE)
    ImageDraw.Draw(tile).text(foot, char, font=face, fill=0, anchor="ms", stroke_width=stroke)
    return tile.resize((span, rows), Image.Resampling.BOX)


def to_rows(picture: Image.Image) -> tuple[int, int, bytes]:
    """Return bytes per row, number of rows, and the packed dots (1 is black, left bit first)."""
    inverted = picture.point(lambda level: 0 if level else 255)
    return (picture.width + 7) // 8, picture.height, inverted.tobytes()
