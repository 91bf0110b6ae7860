"""Buildings of past tickets, for reports: one by one, and as the database groups them.

A ticket counts in the building of the window at which it was last; one that was at none in the
building of its lane. In a hall of a single building no ticket has one.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import ColumnElement, and_, case, func, literal

from server.catalogue.model import Catalogue
from server.queue.tables import ticket
from server.queue.tickets import SITE, site_of

_t = ticket.c


def are_several(catalogue: Catalogue) -> bool:
    """Return True if the hall has more than one building."""
    return len(catalogue.sites) > 1


def building_of(catalogue: Catalogue, window: str, lane: str) -> str:
    """Return the building of a ticket; empty if neither window nor lane names one of the hall."""
    waiting_at = lane[1:].partition("/")[0] if lane.startswith("@") else ""
    for code in (window, waiting_at):
        if site := catalogue.site_of_window(code):
            return site
    marked = site_of(lane)
    return marked if are_several(catalogue) and marked in catalogue.site_by else ""


def building_at_desk(catalogue: Catalogue, window: str, staff: str) -> str:
    """Return the building of what a person did at a window; without one that of the own window."""
    person = catalogue.staff_by.get(staff)
    codes = (window, *(person.windows if person is not None else ()))
    return next((site for code in codes if (site := catalogue.site_of_window(code))), "")


def building_column(catalogue: Catalogue) -> ColumnElement[str]:
    """Return the building of each ticket for the database, as `building_of` has it."""
    windows: dict[str, list[str]] = defaultdict(list)
    for window in catalogue.windows:
        if site := catalogue.site_of_window(window.code):
            windows[site].append(window.code)
    marks = {s.code: SITE + s.code for s in catalogue.sites if are_several(catalogue)}
    rules: list[tuple[ColumnElement[bool], ColumnElement[str]]] = [
        *((_t.window.in_(codes), literal(site)) for site, codes in windows.items()),
        *(
            (_starts(f"@{code}/"), literal(site))
            for site, codes in windows.items()
            for code in codes
        ),
        *((_ends(mark), literal(site)) for site, mark in marks.items()),
    ]
    # PostgreSQL does not group by a constant.
    return case(*rules, else_="") if rules else func.substr(_t.window, 1, 0)


def _starts(text: str) -> ColumnElement[bool]:
    return func.substr(_t.lane, 1, len(text)) == text


def _ends(text: str) -> ColumnElement[bool]:
    longer = func.length(_t.lane) >= len(text)
    return and_(longer, func.substr(_t.lane, func.length(_t.lane) - len(text) + 1) == text)
