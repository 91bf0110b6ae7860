"""Checks common to all sheets: values, repeated codes, references to unknown codes.

They follow from the columns' descriptions, so a new column needs no new check. Relations
between parts are in `rules`.
"""

from __future__ import annotations

from collections.abc import Iterator

from server.catalogue.workbook.columns import Column, Kind
from server.catalogue.workbook.problem import Flaw, Problem, problem
from server.catalogue.workbook.rows import Row, Rows
from server.catalogue.workbook.shape import SHEET, SHEETS, Sheet
from server.catalogue.workbook.values import flaws


def shared_problems(rows: Rows, unread: frozenset[str]) -> Iterator[Problem]:
    """Yield problems of single values, repeats and references, sheet by sheet.

    `unread`: sheets with an unreadable code. It may be the one that is referred to.
    """
    codes = {sheet.key: _codes(sheet, rows) for sheet in SHEETS if sheet.key not in unread}
    for sheet in SHEETS:
        for row in rows[sheet.key]:
            for column in sheet.columns:
                if column.kind is not Kind.FOR_READING:
                    yield from _of_value(sheet, row, column, codes)
        for column in sheet.columns:
            if column.unique:
                yield from _repeats(sheet, rows, (column.field,), column.heading)
        if sheet.together:
            yield from _repeats(sheet, rows, sheet.together, "")


def _codes(sheet: Sheet, rows: Rows) -> frozenset[object]:
    first = sheet.columns[0].field
    return frozenset(row.values[first] for row in rows[sheet.key])


def _of_value(
    sheet: Sheet, row: Row, column: Column, codes: dict[str, frozenset[object]]
) -> Iterator[Problem]:
    value = row.values[column.field]
    faulty = False
    if column.falls_back and not row.values[column.falls_back]:
        return
    for flaw, data in flaws(column, value):
        faulty = True
        yield problem(flaw, sheet.title, row.number, column.heading, **data)
    if column.refers in codes and not faulty:
        known_codes = codes[column.refers]
        for code in value if isinstance(value, tuple) else (value,):
            if code and code not in known_codes:
                title = SHEET[column.refers].title
                yield problem(
                    Flaw.UNKNOWN_REFERENCE,
                    sheet.title,
                    row.number,
                    column.heading,
                    value=code,
                    other=title,
                )


def _repeats(sheet: Sheet, rows: Rows, fields: tuple[str, ...], heading: str) -> Iterator[Problem]:
    first: dict[tuple[object, ...], int] = {}
    flaw = Flaw.REPEATED if heading else Flaw.REPEATED_TOGETHER
    for row in rows[sheet.key]:
        values = tuple(row.values[f] for f in fields)
        if not all(values):
            continue
        other = first.setdefault(values, row.number)
        if other != row.number:
            yield problem(flaw, sheet.title, row.number, heading, value=values[0], other=other)
