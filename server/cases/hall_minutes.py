"""Clock of a case on the spot by interval arithmetic: minutes of the hall's opening hours.

Every time is what the clock on the wall shows, without seconds. A minute counts if the hall was
open and the clock ran when it began, so it stands still at noon, after closing, on the hall's own
days of rest and during a special procedure. `minute_walk` computes the same minute by minute and
explains it; both are compared on random cases (`python3 go.py bench --only clock`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from server.catalogue.hours import Span

MINUTE = timedelta(minutes=1)
LONGEST_REST_DAYS = 60
"""Days without an opening hour after which the search for the next minute ends."""


class OpeningHours(Protocol):
    """Port to the opening hours of the hall."""

    def spans(self, day: date) -> Sequence[Span]:
        """Return the opening spans of a day, in order, apart from each other."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Time in which the clock stood still: `ends` excluded, None while it still does."""

    begins: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class SpotTime:
    """Time of a case on the spot: since when its clock runs, and its pauses in order."""

    start: datetime
    pauses: tuple[Pause, ...] = ()


Interval = tuple[datetime, datetime]


def due_minute(spot: SpotTime, minutes: int, hours: OpeningHours) -> datetime | None:
    """Return the time by which a case is due, the end of its last minute; None without one.

    There is none while the clock stands still, and in a hall without opening hours.
    """
    missing = minutes * MINUTE
    for begins, ends in _counted(spot, hours):
        if ends - begins >= missing:
            return begins + missing
        missing -= ends - begins
    return None


def open_minutes(begins: datetime, ends: datetime, hours: OpeningHours) -> int:
    """Return the minutes of opening hours from one time to a later one."""
    total = timedelta()
    for opens, closes in opening(begins, hours):
        if opens >= ends:
            break
        total += min(closes, ends) - opens
    return total // MINUTE


def minutes_before(due: datetime, minutes: int, hours: OpeningHours) -> datetime:
    """Return the time that lies so many minutes of opening hours before a due time."""
    missing, day = minutes * MINUTE, due.date()
    for back in range(LONGEST_REST_DAYS):
        for span in reversed(hours.spans(day - timedelta(days=back))):
            opens, closes = _interval(day - timedelta(days=back), span)
            length = min(closes, due) - opens
            if length >= missing:
                return min(closes, due) - missing
            missing -= max(length, timedelta())
    return due


def _counted(spot: SpotTime, hours: OpeningHours) -> Iterator[Interval]:
    """Yield the intervals in which the hall was open and the clock ran."""
    begins = spot.start
    for pause in spot.pauses:
        for opens, closes in opening(begins, hours):
            if opens >= pause.begins:
                break
            yield opens, min(closes, pause.begins)
        if pause.ends is None:
            return
        begins = max(begins, pause.ends)
    yield from opening(begins, hours)


def opening(begins: datetime, hours: OpeningHours) -> Iterator[Interval]:
    """Yield the opening intervals from a time on, until they stop coming."""
    day, rest_days = begins.date(), 0
    while rest_days < LONGEST_REST_DAYS:
        spans = hours.spans(day)
        rest_days = 0 if spans else rest_days + 1
        for span in spans:
            opens, closes = _interval(day, span)
            if closes > begins:
                yield max(opens, begins), closes
        day += timedelta(days=1)


def _interval(day: date, span: Span) -> Interval:
    return datetime.combine(day, span.opens), datetime.combine(day, span.closes)
