"""Checks of opening hours: reversed, overlapping, or of an unknown subject.

Also whether a window's hours ever overlap an item's. Ordinary weeks only; special days use the
hours of a weekday.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.catalogue.hours import window_lines
from server.catalogue.model import Catalogue, OpenLine, Scope
from server.catalogue.workbook.problem import Flaw, Problem, problem
from server.catalogue.workbook.rows import Row
from server.catalogue.workbook.shape import SHEET


def hours_problems(
    catalogue: Catalogue, rows: Sequence[Row], faulty: frozenset[int]
) -> Iterator[Problem]:
    """Yield problems of the opening hours.

    `rows` contains the row numbers. `faulty` are rows to skip.
    """
    numbered = [
        (row.number, line)
        for row, line in zip(rows, catalogue.hours, strict=True)
        if row.number not in faulty
    ]
    for number, line in numbered:
        yield from _line_problems(catalogue, number, line)
    for place, (number, line) in enumerate(numbered):
        for earlier, other in numbered[:place]:
            if _overlap(line, other):
                yield _at(Flaw.HOURS_OVERLAP, number, "opens", other=earlier)
                break
    if not faulty and all(h.scope is not Scope.HALL for h in catalogue.hours):
        yield problem(Flaw.HOURS_NONE, SHEET["hours"].title)


def _line_problems(catalogue: Catalogue, number: int, line: OpenLine) -> Iterator[Problem]:
    subjects = {
        Scope.HALL: {""},
        Scope.SITE: set(catalogue.site_by),
        Scope.WINDOW: set(catalogue.window_by),
        Scope.ITEM: set(catalogue.item_by),
    }
    if line.subject not in subjects[line.scope]:
        yield _at(Flaw.HOURS_SUBJECT, number, "subject", value=line.subject)
    if line.closes <= line.opens:
        yield _at(
            Flaw.HOURS_REVERSED,
            number,
            "closes",
            value=f"{line.closes:%H:%M}",
            other=f"{line.opens:%H:%M}",
        )


def _at(flaw: Flaw, number: int, field: str, **data: object) -> Problem:
    sheet = SHEET["hours"]
    return problem(flaw, sheet.title, number, sheet.column(field).heading, **data)


def _overlap(line: OpenLine, other: OpenLine) -> bool:
    if (line.scope, line.subject) != (other.scope, other.subject):
        return False
    return _cross(line, other)


def _cross(line: OpenLine, other: OpenLine) -> bool:
    shared = bool(line.weekdays & other.weekdays)
    return shared and line.opens < other.closes and other.opens < line.closes


def can_meet(catalogue: Catalogue, window: str, item: str) -> bool:
    """Return True if a window is open at some time of the week at which the item may be served."""
    own = window_lines(catalogue, window)
    limits = [h for h in catalogue.hours if h.scope is Scope.ITEM and h.subject == item]
    if not limits:
        return bool(own)
    return any(_cross(line, limit) for line in own for limit in limits)
