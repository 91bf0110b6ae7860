"""Import of a workbook: returns the catalogue, or all its problems; never a part of it.

Sheets are found by title and columns by heading, so their order is free. Sheets with other
titles (notes, the guide) are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Protocol

from openpyxl.workbook import Workbook

from server.catalogue.model import Catalogue
from server.catalogue.workbook import formerly
from server.catalogue.workbook.cells import (
    STAND_IN,
    FlawError,
    converted,
    empty_cell,
    unescaped,
)
from server.catalogue.workbook.checking import problems_of
from server.catalogue.workbook.columns import Column, Kind
from server.catalogue.workbook.opening import (
    MAX_MEGABYTES,
    READ_ERRORS,
    NotAWorkbookError,
    TooLargeError,
    open_workbook,
)
from server.catalogue.workbook.problem import Flaw, Problem, problem
from server.catalogue.workbook.rows import Row, catalogue_of
from server.catalogue.workbook.shape import MAX_ROWS, SHEETS, Sheet
from server.catalogue.workbook.sheet_lines import lines_of

MAX_COLUMNS = 40
MAX_PROBLEMS = 500
Places = dict[str, int]
"""Column index of each field."""


class Cell(Protocol):
    """Common interface of openpyxl's cells."""

    @property
    def value(self) -> Any: ...  # any type: the file is untrusted
    @property
    def data_type(self) -> str: ...
    @property
    def number_format(self) -> str: ...


Line = Sequence[Cell]


def read(stream: BinaryIO, hall: str | None = None) -> Catalogue | list[Problem]:
    """Read a workbook of the hall with the code `hall`; None accepts any hall's workbook.

    Returns the catalogue with the version number of the workbook, or every problem (at most
    500). The caller assigns the number of the new version.
    """
    try:
        book = open_workbook(stream)
    except TooLargeError:
        return [problem(Flaw.FILE_TOO_LARGE, limit=MAX_MEGABYTES)]
    except NotAWorkbookError:
        return [problem(Flaw.NOT_A_WORKBOOK)]
    try:
        return _read_book(book, hall)
    except READ_ERRORS:
        return [problem(Flaw.NOT_A_WORKBOOK)]
    finally:
        book.close()


def _read_book(book: Workbook, hall: str | None) -> Catalogue | list[Problem]:
    rows: dict[str, list[Row]] = {}
    problems: list[Problem] = []
    broken = False
    for sheet in SHEETS:
        lines = _lines(book, sheet)
        places, heading_problems = _headings(sheet, _first(lines)) if lines else ({}, [])
        if lines is None and not sheet.added:
            heading_problems = [problem(Flaw.SHEET_MISSING, sheet.title)]
        broken = broken or any(p.code is not Flaw.COLUMN_UNKNOWN for p in heading_problems)
        problems += heading_problems
        rows[sheet.key] = list(_rows(sheet, places, lines or iter(()), problems))
    problems += _hall_problems(rows["hall"], hall)
    if not broken and not any(p.code is Flaw.ROWS_TOO_MANY for p in problems):
        catalogue = catalogue_of(rows) if rows["hall"] else None
        problems = problems_of(rows, catalogue, problems)
        if catalogue is not None and not problems:
            return catalogue
    return problems[:MAX_PROBLEMS]


def _lines(book: Workbook, sheet: Sheet) -> Iterator[tuple[int, Line]] | None:
    """Return the numbered lines of a sheet; None if there is no such sheet of cells."""
    existing = {page.title for page in book.worksheets}
    titles = [t for t in (sheet.title, formerly.TITLES.get(sheet.title)) if t in existing]
    return lines_of(book[titles[0]], MAX_COLUMNS) if titles else None


def _first(lines: Iterator[tuple[int, Line]]) -> Line:
    """Return the line of the headings; empty if the file has no first row."""
    number, line = next(lines, (0, ()))
    return line if number == 1 else ()


def _headings(sheet: Sheet, line: Line) -> tuple[Places, list[Problem]]:
    fields = formerly.HEADINGS.get(sheet.key, {}) | {c.heading: c.field for c in sheet.columns}
    places: Places = {}
    problems: list[Problem] = []
    for place, cell in enumerate(line):
        heading = "" if _blank(cell.value) else str(cell.value).strip()
        if not heading:
            continue
        if heading not in fields:
            problems.append(problem(Flaw.COLUMN_UNKNOWN, sheet.title, 1, value=heading))
        elif fields[heading] in places:
            problems.append(problem(Flaw.COLUMN_REPEATED, sheet.title, 1, heading))
        else:
            places[fields[heading]] = place
    problems += [
        problem(Flaw.COLUMN_MISSING, sheet.title, 1, column.heading)
        for column in sheet.columns
        if column.kind is not Kind.FOR_READING and not column.added and column.field not in places
    ]
    return places, problems


def _rows(
    sheet: Sheet, places: Places, lines: Iterator[tuple[int, Line]], problems: list[Problem]
) -> Iterator[Row]:
    """Yield the rows that are not empty; problems of their cells are added to `problems`."""
    columns = [c for c in sheet.columns if c.kind is not Kind.FOR_READING]
    count = 0
    for number, line in lines:
        filled = [place for place, cell in enumerate(line) if not _blank(cell.value)]
        if not filled:
            continue
        count += 1
        if count > MAX_ROWS:
            problems.append(problem(Flaw.ROWS_TOO_MANY, sheet.title, number, limit=MAX_ROWS))
            return
        outside = [place for place in filled if place not in places.values()]
        for place in outside[:1]:
            value = line[place].value
            problems.append(problem(Flaw.OUTSIDE_COLUMNS, sheet.title, number, value=value))
        if len(outside) < len(filled):
            values = {c.field: _cell(sheet, c, places, number, line, problems) for c in columns}
            yield Row(number, _completed(columns, values))


def _blank(value: object) -> bool:
    """Return True for an empty cell and for one that contains only spaces of any width."""
    return value is None or (isinstance(value, str) and not unescaped(value).strip())


def _cell(
    sheet: Sheet, column: Column, places: Places, number: int, line: Line, problems: list[Problem]
) -> object:
    place = places.get(column.field)
    if place is None or place >= len(line):
        return _stand_in(column)
    try:
        cell = line[place]
        return converted(column, cell.value, cell.data_type, cell.number_format)
    except FlawError as flaw:
        if flaw.code is Flaw.CELL_EMPTY and column.falls_back:
            return ""
        problems.append(
            problem(
                flaw.code,
                sheet.title,
                number,
                column.heading,
                value="" if flaw.value is None else flaw.value,
                other=flaw.other,
            )
        )
        return _stand_in(column)


def _stand_in(column: Column) -> object:
    if not column.required:
        return empty_cell(column)
    return column.choices[0][1] if column.choices else STAND_IN[column.kind]


def _completed(columns: Sequence[Column], values: dict[str, object]) -> dict[str, object]:
    for column in columns:
        if column.falls_back and not values[column.field]:
            values[column.field] = values[column.falls_back]
    return values


def _hall_problems(rows: list[Row], hall: str | None) -> Iterator[Problem]:
    title = SHEETS[0].title
    if len(rows) != 1:
        yield problem(Flaw.HALL_ROWS, title, value=len(rows))
    for row in rows[:1]:
        code = row.values["hall"]
        if hall is not None and code and code != hall:
            heading = SHEETS[0].columns[0].heading
            yield problem(Flaw.OTHER_HALL, title, row.number, heading, value=code, other=hall)
