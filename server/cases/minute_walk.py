"""Clock of a case on the spot, minute by minute: the same as `hall_minutes`, for people to recount.

The card of a case shows this walk in stretches: minutes that count, minutes in which the hall was
closed, and minutes in which the clock stood still.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.cases.hall_minutes import LONGEST_REST_DAYS, MINUTE, OpeningHours, SpotTime


class MinuteKind(StrEnum):
    """Kind of a minute."""

    RUNNING = "running"
    CLOSED = "closed"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Minutes of one kind, `ends` excluded; `number`: minutes counted up to its end."""

    begins: datetime
    ends: datetime
    kind: MinuteKind
    number: int


def stretches(
    spot: SpotTime, minutes: int, hours: OpeningHours, until: datetime
) -> Iterator[Stretch]:
    """Yield the stretches from the beginning of the clock to the due time.

    While the clock stands still they end with `until`.
    """
    last_known = max(until, spot.start, *(pause.begins for pause in spot.pauses))
    begins, moment, counted = spot.start, spot.start, 0
    kind: MinuteKind | None = None
    for moment, present in _minutes(spot, hours):
        still = spot.pauses and spot.pauses[-1].ends is None
        if counted == minutes or (still and moment >= last_known):
            break
        if kind is not None and present is not kind:
            yield Stretch(begins, moment, kind, counted)
            begins = moment
        kind = present
        counted += present is MinuteKind.RUNNING
    if kind is not None:
        yield Stretch(begins, moment, kind, counted)


def walked_due_minute(spot: SpotTime, minutes: int, hours: OpeningHours) -> datetime | None:
    """Return the time by which a case is due; None while the clock stands still."""
    walk = list(stretches(spot, minutes, hours, spot.start))
    return walk[-1].ends if walk and walk[-1].number == minutes else None


def _minutes(spot: SpotTime, hours: OpeningHours) -> Iterator[tuple[datetime, MinuteKind]]:
    """Yield each minute with its kind, until the hall has been closed for too long."""
    moment, rest_days = spot.start, 0
    while rest_days < LONGEST_REST_DAYS:
        day, spans = moment.date(), hours.spans(moment.date())
        rest_days = 0 if spans else rest_days + 1
        while moment.date() == day:
            is_open = any(span.holds(moment.time()) for span in spans)
            kind = MinuteKind.RUNNING if is_open else MinuteKind.CLOSED
            if any(p.begins <= moment and (p.ends is None or moment < p.ends) for p in spot.pauses):
                kind = MinuteKind.SUSPENDED
            yield moment, kind
            moment += MINUTE
