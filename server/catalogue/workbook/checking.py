"""Check of a whole catalogue: all problems at once, each with sheet, row and column.

A faulty row is not checked a second time, nor is a row because of a faulty row that it refers
to: one mistake gives one problem, not twenty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.catalogue.model import Catalogue
from server.catalogue.workbook.openings import hours_problems
from server.catalogue.workbook.problem import Flaw, Problem, problem
from server.catalogue.workbook.references import shared_problems
from server.catalogue.workbook.rows import Rows, catalogue_of, rows_of
from server.catalogue.workbook.rules import Finding, findings, unservable
from server.catalogue.workbook.shape import SHEET, SHEETS


def problems(catalogue: Catalogue) -> list[Problem]:
    """Return the problems of `catalogue` for an import, with the row numbers of an export."""
    return problems_of(rows_of(catalogue), catalogue, ())


def problems_of(
    rows: Rows, catalogue: Catalogue | None, cell_problems: Sequence[Problem]
) -> list[Problem]:
    """Return `cell_problems` and all others, in the order of sheets and rows."""
    places = {(p.sheet, p.row, p.column) for p in cell_problems}
    unread = frozenset(
        sheet.key
        for sheet in SHEETS
        if any(
            p.sheet == sheet.title and p.column == sheet.columns[0].heading for p in cell_problems
        )
    )
    result = list(cell_problems)
    result += [p for p in shared_problems(rows, unread) if (p.sheet, p.row, p.column) not in places]
    if rows["hall"]:
        result += _fitting(rows, catalogue or catalogue_of(rows), result, unread)
    return sorted(result, key=_order)


def _fitting(
    rows: Rows, catalogue: Catalogue, earlier: Sequence[Problem], unread: frozenset[str]
) -> list[Problem]:
    """Check rows against each other; some codes of the sheets in `unread` are missing."""
    faulty = {(p.sheet, p.row) for p in earlier}
    names = _faulty_codes(rows, faulty)
    title = SHEET["hours"].title
    lines = frozenset(row for sheet, row in faulty if sheet == title)
    result = [
        p
        for p in hours_problems(catalogue, rows["hours"], lines)
        if not (p.code is Flaw.HOURS_SUBJECT and unread & {"windows", "items"})
    ]
    result += [
        p
        for p in _placed(rows, findings(catalogue), faulty, names)
        if not (p.code is Flaw.MANDATE_EMPTY and "mandate_items" in unread)
    ]
    if not any(p.sheet in _SERVING for p in (*earlier, *result)):
        result += _placed(rows, unservable(catalogue), faulty, names)
    return result


def _faulty_codes(rows: Rows, faulty: set[tuple[str, int]]) -> frozenset[object]:
    return frozenset(
        row.values[sheet.columns[0].field]
        for sheet in SHEETS
        for row in rows[sheet.key]
        if (sheet.title, row.number) in faulty
    )


def _placed(
    rows: Rows,
    results: Iterator[Finding],
    faulty: set[tuple[str, int]],
    names: frozenset[object],
) -> Iterator[Problem]:
    for finding in results:
        sheet = SHEET[finding.sheet]
        number = _row_of(rows, finding)
        codes = {finding.value, *(value for _, value in finding.match)} - {""}
        if (sheet.title, number) in faulty or codes & names:
            continue
        heading = sheet.column(finding.field).heading
        yield problem(
            finding.code, sheet.title, number, heading, value=finding.value, other=finding.other
        )


def _row_of(rows: Rows, finding: Finding) -> int:
    """Return the last matching row: of two equal rows the second one is the mistake."""
    if not finding.match:
        return 0
    fitting = [
        row.number
        for row in rows[finding.sheet]
        if all(row.values[field] == value for field, value in finding.match)
    ]
    return fitting[-1]


_SERVING = {
    SHEET[key].title
    for key in ("units", "items", "windows", "window_items", "mandates", "mandate_items", "hours")
}
_PLACE = {sheet.title: place for place, sheet in enumerate(SHEETS)}


def _order(item: Problem) -> tuple[int, int]:
    return _PLACE.get(item.sheet, -1), item.row
