"""Clock of a case, day by day: the same due day as `clock`, in a form that a person can recount.

The strip of a case page and of its printed paper is this walk: every day is running and numbered,
a day of rest, or a day on which the clock stood still.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.cases.ledger import (
    Entry,
    Limit,
    Mark,
    Reading,
    Start,
    WorkCalendar,
    moving,
    next_day,
)
from server.catalogue.model import LimitUnit


class DayKind(StrEnum):
    """Kind of a day of the strip."""

    START = "start"
    """The day of acceptance, which does not count."""
    RUNNING = "running"
    REST = "rest"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class WalkedDay:
    """Day of the strip; `number`: days counted up to its end; `total`: days of the limit then."""

    day: date
    kind: DayKind
    number: int
    total: int
    is_due: bool = False


def walk(
    entries: Sequence[Entry],
    limit: Limit,
    calendar: WorkCalendar,
    start: Start,
    reading: Reading,
    until: date,
) -> Iterator[WalkedDay]:
    """Yield the days from the beginning of the clock to the due day.

    While the clock stands still it ends with the later one of `until` and the last entry.
    """
    by_day: dict[date, list[Entry]] = {}
    for entry in moving(entries, start.day):
        by_day.setdefault(entry.day, []).append(entry)
    last_known = max([until, *by_day])
    day, total, counted, running = start.day, limit.days, 0, True
    while True:
        today = by_day.get(day, [])
        marks = {entry.mark for entry in today}
        runs = reading.counts(
            began=running, suspended=Mark.SUSPENDED in marks, resumed=Mark.RESUMED in marks
        )
        works = calendar.works(day)
        kind = _kind(runs=runs, counts=works or limit.unit is LimitUnit.CALENDAR)
        if day == start.day:
            kind = DayKind.START
        for entry in today:
            if entry.mark is Mark.EXTENDED and entry.ahead <= _days_ahead(
                day, kind, total - counted, limit, calendar
            ):
                total += entry.days
        counted += kind is DayKind.RUNNING
        for entry in today:
            if entry.mark is not Mark.EXTENDED:
                running = entry.mark is Mark.RESUMED
        is_due = counted >= total and works
        yield WalkedDay(day, kind, counted, total, is_due)
        if is_due or (not running and day >= last_known and counted < total):
            return
        day = next_day(day)


def _days_ahead(
    day: date, kind: DayKind, missing: int, limit: Limit, calendar: WorkCalendar
) -> int:
    """Return the working days after `day` up to the due day, if the clock ran on without a stop."""
    missing -= kind is DayKind.RUNNING
    ahead = 0
    while missing > 0 or not calendar.works(day):
        day = next_day(day)
        missing -= limit.unit is LimitUnit.CALENDAR or calendar.works(day)
        ahead += calendar.works(day)
    return ahead


def _kind(*, runs: bool, counts: bool) -> DayKind:
    if not counts:
        return DayKind.REST
    return DayKind.RUNNING if runs else DayKind.SUSPENDED


def walked_due_day(
    entries: Sequence[Entry],
    limit: Limit,
    calendar: WorkCalendar,
    start: Start,
    reading: Reading,
) -> date | None:
    """Return the due day; None while the clock stands still."""
    *_, last = walk(entries, limit, calendar, start, reading, start.day)
    return last.day if last.is_due else None
