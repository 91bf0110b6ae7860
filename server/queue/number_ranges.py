"""Numbers of each prefix that this server may issue on a day. Pure.

The main hall's server issues from 1. A branch server issues those of its block, so the two never
print the same number, however long the line between them is cut.
"""

from __future__ import annotations

from server.catalogue.model import Catalogue, Window
from server.core.errors import HallError
from server.core.settings import Settings
from server.queue.branch_notation import BranchServer, parse
from server.queue.errors import QueueCode
from server.queue.offline.lease_rules import MAIN_RANGE, TOP, NumberRange
from server.queue.settings import NumberSettings

LOWEST_OF_BRANCH = 601
"""Lowest number of a branch server: the main hall keeps its open numbers and some to lease."""
SMALLEST_BLOCK = 50


def branch_servers(settings: Settings) -> tuple[BranchServer, ...]:
    """Return the branch servers of the hall, also those that have ended or begin later."""
    return parse(settings.of(NumberSettings).branch_servers)


def branch_of(settings: Settings, site: str, day: str) -> BranchServer | None:
    """Return the branch server that runs a building on a business day; None for the main one."""
    return next((s for s in branch_servers(settings) if s.site == site and s.runs_on(day)), None)


def runs_here(settings: Settings, site: str, day: str) -> bool:
    """Return True if this server runs the queues of a building on a business day."""
    own = settings.of(NumberSettings).own_building
    return site == own if own else branch_of(settings, site, day) is None


def windows_here(catalogue: Catalogue, settings: Settings, day: str) -> list[Window]:
    """Return the windows whose queues this server runs on a business day."""
    windows = catalogue.windows
    return [w for w in windows if runs_here(settings, catalogue.site_of_window(w.code), day)]


def require_here(catalogue: Catalogue, settings: Settings, site: str, day: str) -> None:
    """Raise BRANCH_SERVER if another server than this one runs the queues of a building."""
    if not runs_here(settings, site, day):
        entry = catalogue.site_by.get(site) or catalogue.sites[0]
        names = {"site": entry.name, "site_en": entry.name_en}
        raise HallError(QueueCode.BRANCH_SERVER, **names)


def require_range(settings: Settings, day: str) -> NumberRange:
    """Return `range_of`; raises BRANCH_DAY where there is none."""
    own = range_of(settings, day)
    if own is None:
        days = [s.since for s in branch_servers(settings) if s.since > day]
        raise HallError(QueueCode.BRANCH_DAY, since=min(days, default=""))
    return own


def range_of(settings: Settings, day: str) -> NumberRange | None:
    """Return the numbers that this server issues on a business day.

    None at a branch server on a day before its first or after its last.
    """
    own = settings.of(NumberSettings).own_building
    running = [server for server in branch_servers(settings) if server.runs_on(day)]
    if not own:
        last = min((server.first for server in running), default=TOP + 1) - 1
        return NumberRange(last=last) if running else MAIN_RANGE
    for server in running:
        if server.site == own:
            middle = (server.first + server.last) // 2
            return NumberRange(server.first, server.last, middle)
    return None
