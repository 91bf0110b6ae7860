"""All problems of a catalogue at once, each at its sheet, row and column.

A row that is already faulty is not judged a second time, nor is a row because of the faulty one
it names: one slip of the hand makes one problem, not twenty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.domain.catalogue import Catalogue
from server.workbook.openings import hours_problems
from server.workbook.problem import Flaw, Problem, problem
from server.workbook.references import shared_problems
from server.workbook.rows import Rows, catalogue_of, rows_of
from server.workbook.rules import Finding, findings, unservable
from server.workbook.shape import SHEET, SHEETS


def problems(catalogue: Catalogue) -> list[Problem]:
    """What an import would refuse in `catalogue`; rows are those an export would write."""
    return problems_of(rows_of(catalogue), catalogue, ())


def problems_of(rows: Rows, catalogue: Catalogue | None, known: Sequence[Problem]) -> list[Problem]:
    """`known` problems of single cells and all others, in the order of sheets and rows."""
    seen = {(p.sheet, p.row, p.column) for p in known}
    unread = frozenset(
        sheet.key
        for sheet in SHEETS
        if any(p.sheet == sheet.title and p.column == sheet.columns[0].heading for p in known)
    )
    found = list(known)
    found += [p for p in shared_problems(rows, unread) if (p.sheet, p.row, p.column) not in seen]
    if rows["hall"]:
        found += _fitting(rows, catalogue or catalogue_of(rows), found, unread)
    return sorted(found, key=_order)


def _fitting(
    rows: Rows, catalogue: Catalogue, found: Sequence[Problem], unread: frozenset[str]
) -> list[Problem]:
    """Judge what the rows mean to each other; codes of the sheets in `unread` are not all known."""
    spoilt = {(p.sheet, p.row) for p in found}
    names = _faulty_codes(rows, spoilt)
    title = SHEET["hours"].title
    lines = frozenset(row for sheet, row in spoilt if sheet == title)
    more = [
        p
        for p in hours_problems(catalogue, rows["hours"], lines)
        if not (p.code is Flaw.HOURS_SUBJECT and unread & {"windows", "items"})
    ]
    more += [
        p
        for p in _placed(rows, findings(catalogue), spoilt, names)
        if not (p.code is Flaw.MANDATE_EMPTY and "mandate_items" in unread)
    ]
    if not any(p.sheet in _SERVING for p in (*found, *more)):
        more += _placed(rows, unservable(catalogue), spoilt, names)
    return more


def _faulty_codes(rows: Rows, spoilt: set[tuple[str, int]]) -> frozenset[object]:
    return frozenset(
        row.values[sheet.columns[0].field]
        for sheet in SHEETS
        for row in rows[sheet.key]
        if (sheet.title, row.number) in spoilt
    )


def _placed(
    rows: Rows,
    judged: Iterator[Finding],
    spoilt: set[tuple[str, int]],
    names: frozenset[object],
) -> Iterator[Problem]:
    for finding in judged:
        sheet = SHEET[finding.sheet]
        number = _row_of(rows, finding)
        named = {finding.value, *(value for _, value in finding.match)} - {""}
        if (sheet.title, number) in spoilt or named & names:
            continue
        heading = sheet.column(finding.field).heading
        yield problem(
            finding.code, sheet.title, number, heading, value=finding.value, other=finding.other
        )


def _row_of(rows: Rows, finding: Finding) -> int:
    """The last row that fits: of two equal ones the second is the one too many."""
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


def _order(found: Problem) -> tuple[int, int]:
    return _PLACE.get(found.sheet, -1), found.row
