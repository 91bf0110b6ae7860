"""Messages of what is due of a case: the days and minutes left, and the minutes one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from server.cases.clocks import CaseClocks, Clock
from server.cases.due_rows import stated
from server.cases.due_texts import day_of, minute_text, time_of
from server.cases.hall_minutes import MINUTE, open_minutes, opening
from server.cases.messages import CountingSpan, DueView, StretchView, StripDay
from server.cases.minute_walk import stretches
from server.cases.queries import StoredDue, StoredFact
from server.cases.rules import DECISIVE
from server.catalogue.model import Item

_CLOCKS = list(Clock)
MINUTE_MS = 60_000
SPANS_AHEAD = 4
"""Opening spans that a page is told: of this day and the next one."""


def due_views(reader: CaseClocks, dues: Sequence[StoredDue], now: int) -> list[DueView]:
    """Return what is due of a case, in the order of the clocks; `now` in ms."""
    ordered = sorted(dues, key=lambda due: _CLOCKS.index(Clock(due.clock)))
    return [_due_view(reader, due, now) for due in ordered]


def _due_view(reader: CaseClocks, due: StoredDue, now: int) -> DueView:
    minutes = minutes_left(reader, due.rule, now)
    left = days_left(reader, day_of(due.rule))
    return DueView(
        clock=Clock(due.clock),
        day=day_of(due.rule),
        earliest=day_of(due.earliest),
        latest=day_of(due.latest),
        days_left=left,
        time=time_of(due.rule),
        minutes_left=minutes,
        counting=[] if minutes is None else _counting(reader, now),
        late=is_late(reader, due.rule, now),
    )


def is_late(reader: CaseClocks, due: str, now: int) -> bool:
    """Return True if a stored due day or time is over."""
    if time_of(due):
        return minute_text(reader.spot.minute(now)) > due
    return (days_left(reader, due) or 0) < 0


def days_left(reader: CaseClocks, day: str) -> int | None:
    """Return the working days after today up to an ISO day; negative: overdue; None for no day."""
    if not day:
        return None
    due, today = date.fromisoformat(day), reader.today
    step = timedelta(days=1)
    if due >= today:
        return reader.calendar.count(today + step, due)
    return -reader.calendar.count(due + step, today)


def days_over(reader: CaseClocks, days: Sequence[StripDay], facts: Sequence[StoredFact]) -> int:
    """Return the working days from the due day of a strip to the decision; 0: none, or in time."""
    due = next((day.day for day in days if day.due), "")
    decided = next((fact.day for fact in reversed(facts) if fact.move in DECISIVE), "")
    if not due or decided <= due:
        return 0
    after = date.fromisoformat(due) + timedelta(days=1)
    return reader.calendar.count(after, date.fromisoformat(decided))


def minutes_left(reader: CaseClocks, due: str, now: int) -> int | None:
    """Return the minutes of opening hours up to a due time; negative: over; None for a due day."""
    if not time_of(due):
        return None
    ends, minute = datetime.fromisoformat(due), reader.spot.minute(now)
    if ends >= minute:
        return open_minutes(minute, ends, reader.spot.hours)
    return -open_minutes(ends, minute, reader.spot.hours)


def _counting(reader: CaseClocks, now: int) -> list[CountingSpan]:
    """Return the next spans in ms in which minutes run: a page that stays open counts by them."""
    minute, at = reader.spot.minute(now), now // MINUTE_MS * MINUTE_MS

    def ms(time: datetime) -> int:
        return at + (time - minute) // MINUTE * MINUTE_MS

    spans = islice(opening(minute, reader.spot.hours), SPANS_AHEAD)
    return [CountingSpan(begins=ms(opens), ends=ms(closes)) for opens, closes in spans]


def stretch_views(
    reader: CaseClocks, facts: Sequence[StoredFact], item: Item, now: int
) -> list[StretchView]:
    """Return the stretches of a case on the spot up to its due time; none of any other case."""
    spot = reader.spot_time(stated(facts), item)
    if spot is None:
        return []
    minute = reader.spot.minute(now)
    return [
        StretchView(
            begins=minute_text(stretch.begins),
            ends=minute_text(stretch.ends),
            kind=stretch.kind,
            number=stretch.number,
            total=reader.spot.minutes,
        )
        for stretch in stretches(spot, reader.spot.minutes, reader.spot.hours, minute)
    ]
