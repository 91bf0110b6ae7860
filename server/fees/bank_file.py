"""Bank's file: a CSV of payments, checked as a whole before anything of it counts.

UTF-8 or GB18030. The first row names the columns: 交易日期 (2026-03-02), 银行流水号,
缴款通知书编号, 金额 (yuan, at most two decimals, negative for money that went back); others are
ignored, so that a bank's usual export needs no editing. Pure.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from server.core.half_width import half_width
from server.fees.reconciling import BankLine
from server.fees.rules import is_reference, plain_reference, read_number

LIMIT_KB = 2048
MOST_LINES = 20_000
MOST_NOTICE = 64
MOST_NAMED = 20
"""Wrong lines that an error names."""
HEADINGS = {
    "day": ("交易日期", "日期", "date"),
    "reference": ("银行流水号", "流水号", "reference"),
    "notice": ("缴款通知书编号", "通知书编号", "notice"),
    "amount": ("金额", "金额(元)", "金额（元）", "amount"),
}
"""Columns with the headings by which they are recognised, after half width and without spaces."""
_DAY = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d{1,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """Payment with the place of its row in the file, the headings being row 1."""

    number: int
    line: BankLine


class FileFormError(Exception):
    """File that is no table of payments: not text, without a heading, or too long."""


@dataclass(slots=True, eq=False)
class FileLinesError(Exception):
    """File with wrong rows, by number."""

    rows: Sequence[int]


def payments(content: bytes, today: date) -> list[NumberedLine]:
    """Return the payments of a file, in the order of its rows.

    Raises FileFormError, and FileLinesError for every row without a day up to `today`, a reference
    of its own, or an amount.
    """
    rows = _rows(content)
    if not rows:
        raise FileFormError
    places = _places(rows[0][1])
    lines: list[NumberedLine] = []
    wrong: list[int] = []
    references: set[str] = set()
    for number, cells in rows[1:]:
        line = _payment({name: _cell(cells, place) for name, place in places.items()}, today)
        if line is None or line.reference in references:
            wrong.append(number)
            continue
        references.add(line.reference)
        lines.append(NumberedLine(number, line))
    if wrong:
        raise FileLinesError(wrong)
    return lines


class FileDaysError(Exception):
    """Days of a file that are missing, or contradict its rows."""


def span_of(
    lines: Sequence[NumberedLine], first: date | None, last: date | None, today: date
) -> tuple[str, str]:
    """Return the ISO days that a file covers: as stated, otherwise from its first row to its last.

    A day without payments is known only from a file that covers it. Raises FileDaysError.
    """
    days = sorted(entry.line.day for entry in lines)
    if (first is None and last is None) and days:
        return days[0], days[-1]
    begin, end = first or last, last or first
    if begin is None or end is None or not begin <= end <= today:
        raise FileDaysError
    span = begin.isoformat(), end.isoformat()
    if days and not span[0] <= days[0] <= days[-1] <= span[1]:
        raise FileDaysError
    return span


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, numbered from 1 in the file."""
    reader = csv.reader(io.StringIO(_text(content), newline=""))
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells))
            if len(rows) > MOST_LINES + 1:
                raise FileFormError
    except csv.Error as error:
        raise FileFormError from error
    return rows


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise FileFormError


def _places(headings: Sequence[str]) -> dict[str, int]:
    """Return the place of every column; raise FileFormError unless each is there once."""
    plain = [half_width(cell).replace(" ", "").lower().strip() for cell in headings]
    places: dict[str, int] = {}
    for name, words in HEADINGS.items():
        matches = [place for place, heading in enumerate(plain) if heading in words]
        if len(matches) != 1:
            raise FileFormError
        places[name] = matches[0]
    return places


def _cell(cells: Sequence[str], place: int) -> str:
    # A spreadsheet writes ="0012" to keep a number's zeros.
    text = half_width(cells[place]).strip() if place < len(cells) else ""
    return text[2:-1] if text.startswith('="') and text.endswith('"') else text.strip("\t' ")


def _payment(cells: dict[str, str], today: date) -> BankLine | None:
    day, amount = _day(cells["day"]), _fen(cells["amount"])
    reference, notice = plain_reference(cells["reference"]), cells["notice"]
    if day is None or day > today or not amount or not is_reference(reference):
        return None
    if len(notice) > MOST_NOTICE or not notice.isprintable():
        return None
    return BankLine(reference, read_number(notice) or notice, day.isoformat(), amount)


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _fen(text: str) -> int:
    """Return the fen of an amount in yuan, negative with a minus sign; 0 for none."""
    plain = text.replace("¥", "").replace("\N{MINUS SIGN}", "-").strip()
    match = _AMOUNT.fullmatch(plain.removeprefix("-"))
    if match is None:
        return 0
    fen = int(match[1].replace(",", "")) * 100 + int((match[2] or "").ljust(2, "0"))
    return -fen if plain.startswith("-") else fen
