"""Layout of slip text in cells: an ASCII character has one cell, every other character two.

Pure. It determines line breaks and which characters a printer's own font contains; it contains no
printer commands. 80 mm paper has 48 cells, 58 mm paper 32 (font A, 12 dots per cell) [2SRC].
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from devices import gb2312

Charset = Literal["gb2312", "gbk", "gb18030"]
CHARSETS: tuple[Charset, ...] = ("gb2312", "gbk", "gb18030")
SUBSTITUTE = "〓"
# Printers scale Chinese to double at most by FS ! (GS ! does nothing to it on many) [SRC].
MAX_HANZI_SCALE = 2
MAX_NARROW_SCALE = 8
"""Greatest magnification of ASCII characters."""
WIDOW = 2
"""Characters, punctuation not counted, that a last line has at least."""
NOT_AT_LINE_START = "，。、；：？！）》」』】”’％,.;:?!)]}%"
KEPT = 8192
"""Characters whose properties are kept: a person waits while a slip is encoded."""
WIDE = re.compile("[^ -~]")
REPLACEMENTS = str.maketrans({"¥": "￥", "–": "—", "\u00a0": " ", "\u3000": "  "})


def clean(text: str) -> str:
    """Return the text in composed form, without marks and controls that printer fonts lack."""
    if not WIDE.search(text):
        return text
    composed = unicodedata.normalize("NFC", text.translate(REPLACEMENTS))
    return "".join(c for c in composed if _is_printed(c))


@lru_cache(KEPT)
def _is_printed(char: str) -> bool:
    return unicodedata.category(char) not in {"Mn", "Me", "Cf", "Cc"}


def is_narrow(char: str) -> bool:
    """Return True if the character has one cell (printable ASCII)."""
    return " " <= char <= "~"


def cells(text: str, width: int = 1) -> int:
    """Return the number of cells of the text at `width` times the normal width."""
    wide = len(WIDE.findall(text))
    return width * (len(text) - wide) + 2 * min(width, MAX_HANZI_SCALE) * wide


def char_cells(char: str, width: int) -> int:
    """Return the number of cells of one character; Chinese is never wider than double."""
    return width if is_narrow(char) else 2 * min(width, MAX_HANZI_SCALE)


@lru_cache(KEPT)
def in_charset(char: str, charset: Charset) -> bool:
    """Return True if a printer with this character set has the character in its own font."""
    if is_narrow(char):
        return True
    if charset == "gb2312":
        return gb2312.encode(char) is not None
    try:
        code = char.encode(charset)
    except UnicodeEncodeError:
        return False
    # GB18030-2000 fonts hold the two-byte part and extension A; the rest of the four-byte
    # plane exists as codes only.
    return len(code) == 2 or (len(code) == 4 and "\u3400" <= char <= "\u4dbf")


def rare(text: str, charset: Charset) -> str:
    """Return the characters that must be drawn, in order, each once."""
    wide = dict.fromkeys(WIDE.findall(text))
    return "".join(char for char in wide if not in_charset(char, charset))


def wrap(text: str, columns: int, width: int = 1) -> list[str]:
    """Split text into lines of at most `columns` cells; ASCII words stay whole if they fit.

    A last line of a single character takes words from the line before it.
    """
    if cells(text, width) <= columns:
        return [text.rstrip(" ")]
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if cells(line + word, width) <= columns:
            line += word
            continue
        if word in NOT_AT_LINE_START and len(line) > 1:
            lines.append(line[:-1].rstrip(" "))
            line = line[-1] + word
            continue
        if line.strip(" "):
            lines.append(line.rstrip(" "))
        line = _split(word.lstrip(" "), columns, width, lines)
    lines.append(line.rstrip(" "))
    return _without_widow(lines, columns, width)


def largest(text: str, columns: int, least: int) -> int:
    """Return the greatest magnification at which ASCII text fits on one line, at least `least`.

    Other text keeps `least`: printers at most double it.
    """
    if not text or WIDE.search(text):
        return least
    return max(least, min(MAX_NARROW_SCALE, columns // len(text)))


def _without_widow(lines: list[str], columns: int, width: int) -> list[str]:
    if len(lines) < 2 or _weight(lines[-1]) >= WIDOW:
        return lines
    words, last = _words(lines[-2]), lines[-1]
    # A blank between two ASCII words was dropped where the line ended.
    glue = " " if last and is_narrow(words[-1][-1]) and is_narrow(last[0]) else ""
    while len(words) > 1:
        last, glue = words.pop() + glue + last, ""
        if _weight(last) >= WIDOW and last[0] not in NOT_AT_LINE_START and last[0] != " ":
            break
    else:
        return lines
    before = "".join(words).rstrip(" ")
    return [*lines[:-2], before, last] if before and cells(last, width) <= columns else lines


def _weight(line: str) -> int:
    return sum(char not in NOT_AT_LINE_START and char != " " for char in line)


def _words(text: str) -> list[str]:
    words: list[str] = []
    for char in text:
        joins = words and is_narrow(char) and is_narrow(words[-1][-1])
        if joins and char != " " and words[-1][-1] != " ":
            words[-1] += char
        else:
            words.append(char)
    return words


def _split(word: str, columns: int, width: int, lines: list[str]) -> str:
    while cells(word, width) > columns:
        room = 0
        count = 0
        while count < len(word) and room + char_cells(word[count], width) <= columns:
            room += char_cells(word[count], width)
            count += 1
        lines.append(word[: max(1, count)])
        word = word[max(1, count) :]
    return word


def pair_lines(left: str, right: str, columns: int) -> list[str]:
    """Return label and value on one line, the value right-aligned; on two lines if too long."""
    gap = columns - cells(left) - cells(right)
    if gap >= 1:
        return [left + " " * gap + right]
    values = [" " * (columns - cells(line)) + line for line in wrap(right, columns)]
    return [*wrap(left, columns), *values]
