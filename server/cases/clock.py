"""Clock of a case by interval arithmetic: the day by which it is due, from its ledger.

`DayTable` counts the working days of some years once; a due day then takes as many steps as the
ledger has entries. `day_walk` computes the same day by day and explains it; both are compared on
random ledgers (`python3 go.py bench --only clock`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby

from server.cases.ledger import (
    Entry,
    Limit,
    Mark,
    Reading,
    Start,
    WorkCalendar,
    moving,
    start_of,
)
from server.catalogue.model import LimitUnit


class DayTable:
    """Working days from the first day of one year to the last day of another, counted."""

    def __init__(self, calendar: WorkCalendar, first: int, last: int) -> None:
        self.first, self.last = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
        days = range(self.first, self.last + 1)
        self._working = [day for day in days if calendar.works(date.fromordinal(day))]
        is_working = set(self._working)
        self._before = [0, *accumulate(day in is_working for day in days)]

    def count(self, first: int, last: int) -> int:
        """Return the number of working days from `first` to `last`, ordinals, both included."""
        return self._before[last + 1 - self.first] - self._before[first - self.first]

    def nth(self, day: int, number: int) -> int:
        """Return the `number`-th working day (from 1) from the ordinal `day` on, `day` included."""
        return self._working[self._before[day - self.first] + number - 1]

    def next_working(self, day: int) -> int:
        """Return the first working day from the ordinal `day` on."""
        return self._working[bisect_left(self._working, day)]


@dataclass(frozen=True, slots=True)
class DueDays:
    """Due day in each reading; None while the clock stands still."""

    earliest: date | None
    rule: date | None
    latest: date | None


def due_days(
    entries: Sequence[Entry],
    limit: Limit,
    calendar: WorkCalendar,
    table: DayTable,
    tell_days: int,
    today: date,
) -> DueDays:
    """Return the due days of a case as of `today`; all None before its clock begins."""
    start = start_of(entries, calendar, tell_days, today)
    if start is None:
        return DueDays(None, None, None)
    return DueDays(*(due_day(entries, limit, table, start, reading) for reading in Reading))


def is_in_time(day: int, due: int, ahead: int, table: DayTable) -> bool:
    """Return True if an extension was requested in time, by the due day without it.

    `day`, `due`: ordinals. It had to come by the due day, and `ahead` working days before it.
    """
    return day <= due and table.count(day + 1, due) >= ahead


def due_day(
    entries: Sequence[Entry], limit: Limit, table: DayTable, start: Start, reading: Reading
) -> date | None:
    """Return the due day of a case that began at `start`; None while its clock stands still.

    Raises IndexError if it lies beyond the table.
    """
    in_calendar_days = limit.unit is LimitUnit.CALENDAR
    total, counted = limit.days, 0
    due = start.day.toordinal() if total == 0 else None
    for span in _spans(entries, start.day, reading):
        for extension in span.extensions:
            first = span.first if span.counts else span.first + 1
            without = _reached(table, first, total - counted, limit) if due is None else due
            if is_in_time(span.first, table.next_working(without), extension.ahead, table):
                total += extension.days
                # Days of rest behind a limit in calendar days may have used up the extension.
                due = due if counted >= total else None
        last = table.last if span.last is None else span.last
        if not span.counts or span.first > last:
            continue
        days = last + 1 - span.first if in_calendar_days else table.count(span.first, last)
        if due is None and counted + days >= total:
            due = _reached(table, span.first, total - counted, limit)
        counted += days
    return None if due is None else date.fromordinal(table.next_working(due))


def _reached(table: DayTable, first: int, missing: int, limit: Limit) -> int:
    """Return the day, an ordinal, on which so many days from `first` on are counted."""
    if limit.unit is LimitUnit.CALENDAR:
        return first + missing - 1
    return table.nth(first, missing)


@dataclass(frozen=True, slots=True)
class _Span:
    """Days `first` to `last`, ordinals, that all count or do not; `last` None: without end."""

    first: int
    last: int | None
    counts: bool
    extensions: tuple[Entry, ...] = ()
    """Extensions that were requested on its first day."""


def _spans(entries: Sequence[Entry], start: date, reading: Reading) -> Iterator[_Span]:
    """Yield the days after `start` without a gap: single days with entries, and those between."""
    running, next_free = True, start.toordinal() + 1
    for day, group in groupby(moving(entries, start), key=lambda entry: entry.day.toordinal()):
        if day > next_free:
            yield _Span(next_free, day - 1, running)
        day_entries = list(group)
        marks = {entry.mark for entry in day_entries}
        counts = day >= next_free and reading.counts(
            began=running, suspended=Mark.SUSPENDED in marks, resumed=Mark.RESUMED in marks
        )
        extensions = tuple(entry for entry in day_entries if entry.mark is Mark.EXTENDED)
        yield _Span(day, day, counts, extensions)
        for entry in day_entries:
            if entry.mark is not Mark.EXTENDED:
                running = entry.mark is Mark.RESUMED
        next_free = max(next_free, day + 1)
    yield _Span(next_free, None, running)
