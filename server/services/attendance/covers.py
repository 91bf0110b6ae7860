"""Cover (AB角): who stands in for whom at a moment, where he may sit, which window has nobody.

A cover is in force while the leave is: approved, or taken at once in an emergency. Whether B has
confirmed the handover is recorded and shown; it does not keep him from the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from server.domain import hours
from server.domain.attendance import leaves as rules
from server.domain.catalogue import Catalogue, Staff
from server.services.context import Context
from server.services.snapshot import Snapshot
from server.storage import leaves as stored
from server.storage.leaves import Leave


@dataclass(frozen=True, slots=True)
class Cover:
    """A stands away with leave, B stands in. `cover` is empty where nobody was named."""

    leave: str
    absent: str
    cover: str
    windows: tuple[str, ...]
    begins: datetime
    ends: datetime
    confirmed: bool
    able: bool
    """B is not himself away."""

    def holds(self, moment: datetime) -> bool:
        """Whether it is in force at `moment`."""
        return self.begins <= moment < self.ends


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A window whose person is away, at which nobody sits and nobody is about to."""

    window: str
    number: int
    absent: str
    cover: str
    why: str
    """none: no B was named; away: B is away himself; busy: B sits elsewhere; late: not come yet."""
    seat: int = 0
    """Number of the window at which B sits, for busy."""


def covers(ctx: Context, conn: Connection, day: date) -> list[Cover]:
    """Every cover of a day, in order of its beginning."""
    found = [one for one in stored.touching(conn, ctx.hall_id, day, day) if _acts(one)]
    staff = ctx.catalogue().staff_by
    return [_cover(one, staff[one.staff], found) for one in found if one.staff in staff]


def _acts(one: Leave) -> bool:
    return one.state == rules.State.APPROVED or (
        one.state == rules.State.ASKED and rules.emergency(one.steps)
    )


def _cover(one: Leave, person: Staff, others: Iterable[Leave]) -> Cover:
    away = any(
        o.staff == one.cover and rules.overlap(one.begins, one.ends, (o.begins, o.ends))
        for o in others
    )
    return Cover(
        one.id,
        one.staff,
        one.cover,
        person.windows,
        one.begins,
        one.ends,
        rules.handed_over(one.steps),
        bool(one.cover) and not away,
    )


def in_force(ctx: Context, conn: Connection, moment: datetime) -> list[Cover]:
    """The covers of a moment."""
    return [one for one in covers(ctx, conn, moment.date()) if one.holds(moment)]


def of_person(ctx: Context, conn: Connection, staff: str, moment: datetime) -> list[Cover]:
    """Whom somebody stands in for at a moment."""
    return [c for c in in_force(ctx, conn, moment) if c.cover == staff and c.able]


def may_sit(ctx: Context, conn: Connection, staff: str, window: str, moment: datetime) -> bool:
    """Whether somebody may sit at a window because he stands in for its person."""
    return any(window in c.windows for c in of_person(ctx, conn, staff, moment))


# -- windows without anybody -----------------------------------------------------------------------


def uncovered(ctx: Context, conn: Connection, taken: Snapshot) -> list[Uncovered]:
    """Open windows that nobody sits at because their person is on leave, one per person away."""
    catalogue, moment = taken.catalogue, taken.local
    empty = set(_empty(catalogue, taken, 0))
    seats = {row.staff: code for code, row in taken.seats.items()}
    found: list[Uncovered] = []
    for cover in in_force(ctx, conn, moment):
        window = next((w for w in cover.windows if w in empty), None)
        if window is None or (cover.cover and seats.get(cover.cover) in cover.windows):
            continue
        empty.discard(window)
        found.append(_uncovered(catalogue, cover, window, seats.get(cover.cover, "")))
    return found


def _uncovered(catalogue: Catalogue, cover: Cover, window: str, seat: str) -> Uncovered:
    why = "late"
    if not cover.cover:
        why = "none"
    elif not cover.able:
        why = "away"
    elif seat:
        why = "busy"
    number = catalogue.window_by[window].number
    sits = catalogue.window_by[seat].number if seat in catalogue.window_by else 0
    return Uncovered(window, number, cover.absent, cover.cover, why, sits)


def deserted(ctx: Context, conn: Connection, taken: Snapshot) -> list[str]:
    """Windows open for long that nobody sits at, whose people are neither on leave nor elsewhere.

    One window per missing person: a hall has windows that it opens only on busy days.
    """
    late = ctx.settings().window_empty_minutes
    empty = _empty(taken.catalogue, taken, late)
    away = {cover.absent for cover in in_force(ctx, conn, taken.local)}
    seated = {row.staff for row in taken.seats.values()}
    missing = [s for s in taken.catalogue.staff if s.number not in away and s.number not in seated]
    found: list[str] = []
    for person in missing:
        window = next((w for w in person.windows if w in empty and w not in found), None)
        if window is not None:
            found.append(window)
    return sorted(found, key=lambda code: taken.catalogue.window_by[code].number)


def _empty(catalogue: Catalogue, taken: Snapshot, late: int) -> list[str]:
    """Windows that opened at least `late` minutes ago and have nobody."""
    return [
        window.code
        for window in catalogue.windows
        if window.code not in taken.seats
        and any(_open_for(span, taken.local) >= late for span in _spans(taken, window.code))
    ]


def _spans(taken: Snapshot, window: str) -> Iterator[hours.Span]:
    moment = taken.local.time()
    spans = hours.window_spans(taken.catalogue, window, taken.local.date())
    return (span for span in spans if span.holds(moment))


def _open_for(span: hours.Span, now: datetime) -> float:
    return (now - datetime.combine(now.date(), span.opens)) / timedelta(minutes=1)
