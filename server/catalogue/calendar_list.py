"""Parser for a year's list of holidays and make-up days, pasted or uploaded by an office.

A line is a day (or a stretch of days), 休 or 班, the name, and for a make-up day optionally the
weekday whose hours it has: `2027-02-06 班 春节调休 周五`, `10月1日至10月7日 休 国庆节`. All
problems are reported at once; with any problem nothing is imported.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.core.working_days import SpecialDay

REST, WORK = "休", "班"
MOST_LINES = 200
MOST_CELLS = 20
LONGEST_STRETCH = 15
NAME_LENGTH = 40
WEEKDAYS = {name: number for number, name in enumerate("一二三四五", 1)}
_DAY = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")
_STRETCH = re.compile(r"\s*(?:至|到|～|~|—|－)\s*|(?<=日)-")
_SAME_MONTH = re.compile(r"\d{1,2}日?")
_APART = re.compile(r"[\s,，;；、]+")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五])")
_HEADINGS = ("日期", "day", "date")


class Flaw(StrEnum):
    """Flaw of a line."""

    DAY = "day"
    YEAR = "year"
    KIND = "kind"
    NAME = "name"
    TWICE = "twice"
    WORKED_ANYWAY = "worked_anyway"
    STRETCH = "stretch"
    WEEKDAY = "weekday"
    EMPTY = "empty"
    TOO_MANY = "too_many"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Problem:
    """Flaw at a line (from 1; 0: the list as a whole)."""

    line: int
    flaw: Flaw
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    days: tuple[date, ...]
    opens: bool
    note: str
    like: int


Rows = Sequence[tuple[int, list[str]]]


def rows_of_text(text: str) -> Rows:
    """Return the lines with their cells, without headings and empty lines."""
    rows = [(n, _cells(line)) for n, line in enumerate(text.splitlines(), 1) if not _heading(line)]
    return [(n, cells) for n, cells in rows if cells]  # marks alone are an empty line, too


def _cells(line: str) -> list[str]:
    # A stretch may be written with blanks around its mark; a day never holds one.
    joined = re.sub(r"\s*(至|到|～|~|—)\s*", r"\1", line.strip())
    return [cell for cell in _APART.split(joined) if cell]


def _heading(line: str) -> bool:
    return line.strip().lower().startswith(_HEADINGS)


def rows_of_sheet(content: bytes) -> Rows | Problem:
    """Return the rows of the first sheet of an .xlsx file."""
    # Same limits as for a workbook: zip bombs, entities and foreign encodings are rejected.
    from server.catalogue.workbook import opening  # noqa: PLC0415 - 250 ms, once a year

    try:
        book = opening.open_workbook(io.BytesIO(content))
        sheet = book.worksheets[0]
        values = [
            list(row)
            for row in sheet.iter_rows(max_row=MOST_LINES + 2, max_col=MOST_CELLS, values_only=True)
        ]
        book.close()
    except (opening.NotAWorkbookError, opening.TooLargeError, *opening.READ_ERRORS):
        return Problem(0, Flaw.FILE)
    rows = []
    for number, row in enumerate(values, 1):
        cells = [_cell(value) for value in row if value is not None and str(value).strip()]
        if cells and not _heading(cells[0]):
            rows.append((number, cells))
    return rows


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value).strip()


def read(rows: Rows, year: int) -> list[SpecialDay] | list[Problem]:
    """Return the days of `year`'s notice, or every problem."""
    if not rows:
        return [Problem(0, Flaw.EMPTY)]
    if len(rows) > MOST_LINES:
        return [Problem(0, Flaw.TOO_MANY, str(MOST_LINES))]
    entries, problems = [], []
    for line, cells in rows:
        entry = _entry(line, cells, year)
        if isinstance(entry, Problem):
            problems.append(entry)
        else:
            entries.append(entry)
    problems += _crossed(entries)
    if problems:
        return sorted(problems, key=lambda p: (p.line, p.flaw))
    return [SpecialDay(day, e.opens, e.note, e.like) for e in entries for day in e.days]


def _entry(line: int, cells: list[str], year: int) -> _Entry | Problem:
    days = _days(cells[0], year)
    if isinstance(days, Flaw):
        return Problem(line, days, cells[0])
    if any(not _of_notice(day, year) for day in days):
        return Problem(line, Flaw.YEAR, cells[0])
    kind = cells[1] if len(cells) > 1 else ""
    if kind not in (REST, WORK):
        return Problem(line, Flaw.KIND, kind)
    name_cells = cells[2:]
    like = 0
    if name_cells and (weekday := _WEEKDAY.fullmatch(name_cells[-1])):
        like = WEEKDAYS[weekday[1]]
        name_cells = name_cells[:-1]
    note = "".join(name_cells)
    if not note or len(note) > NAME_LENGTH:
        return Problem(line, Flaw.NAME, note)
    if kind == REST and like:
        return Problem(line, Flaw.WEEKDAY, cells[-1])
    ordinary = [day for day in days if kind == WORK and day.isoweekday() <= 5]
    if ordinary:
        return Problem(line, Flaw.WORKED_ANYWAY, ordinary[0].isoformat())
    return _Entry(line, days, kind == WORK, note, like)


def _days(text: str, year: int) -> tuple[date, ...] | Flaw:
    parts = _STRETCH.split(text)
    if len(parts) == 2 and _SAME_MONTH.fullmatch(parts[1]):
        # 1月1日至3日: the month is written once.
        parts[1] = f"{parts[0][: _month_end(parts[0])]}{parts[1]}"
    ends = [_day(part, year) for part in parts]
    if len(ends) > 2 or any(end is None for end in ends):
        return Flaw.DAY
    first, last = ends[0], ends[-1]
    assert first is not None
    assert last is not None
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST_STRETCH:
        return Flaw.STRETCH
    return tuple(first + timedelta(days=n) for n in range(length))


def _month_end(text: str) -> int:
    match = _DAY.fullmatch(text)
    return match.start(3) if match else 0


def _day(text: str, year: int) -> date | None:
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return date(int(match[1] or year), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _of_notice(day: date, year: int) -> bool:
    """Return True if the day may be in the year's notice, which can begin in late December."""
    return day.year == year or (day.year == year - 1 and day.month == 12 and day.day >= 24)


def _crossed(entries: Iterable[_Entry]) -> list[Problem]:
    days_so_far: set[date] = set()
    problems = []
    for entry in entries:
        repeats = [day for day in entry.days if day in days_so_far]
        if repeats:
            problems.append(Problem(entry.line, Flaw.TWICE, repeats[0].isoformat()))
        days_so_far.update(entry.days)
    return problems
