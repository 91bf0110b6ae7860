"""What the hall's books know of a window at one minute: for a walk, and beside every mark.

`known_at` reads facts only (journal, calls, punches, leave), so a mark that a phone sends twenty
minutes late still gets what was known at its own minute, not at the minute it arrived.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Connection

from server.clock import instant
from server.domain import hours
from server.domain.attendance.facts import LeaveSpan
from server.domain.catalogue import Catalogue, Staff, Window
from server.domain.tickets import Ticket
from server.services.context import Context
from server.storage import checks, leaves, punches, readers, tickets

Leave = Mapping[str, Sequence[LeaveSpan]]


@dataclass(frozen=True, slots=True)
class Known:
    """A window at one moment. Times in ms; empty or None: nothing known."""

    as_of: int
    staff: str = ""
    since: int | None = None
    paused_at: int | None = None
    pause_reason: str = ""
    last_call_at: int | None = None
    number: str = ""
    number_since: int | None = None
    punch_at: int | None = None
    leave: str = ""
    """Kind of leave of whom the mark is about."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who should sit at a window. `how`: signed_in, due, leave or cover."""

    staff: Staff
    how: str
    leave: str = ""
    until: datetime | None = None


def walking_order(catalogue: Catalogue, day: date) -> list[Window]:
    """Windows that are open on `day`, room by room in the catalogue's order."""
    rooms = {zone.code: n for n, zone in enumerate(catalogue.zones)}
    found = [w for w in catalogue.windows if hours.window_spans(catalogue, w.code, day)]
    return sorted(found, key=lambda w: rooms.get(w.zone, len(rooms)))


def held(leave: Leave, staff: str, moment: datetime) -> LeaveSpan | None:
    """The approved leave that holds `moment`."""
    return next((span for span in leave.get(staff, ()) if span.holds(moment)), None)


def expected(
    catalogue: Catalogue, seats: Mapping[str, str], leave: Leave, window: str, moment: datetime
) -> list[Expected]:
    """Who should sit at `window`: whoever is signed in, else those who may, and who covers them.

    `seats`: staff by window. People signed in at another window are not expected here.
    """
    seated, elsewhere = seats.get(window, ""), set(seats.values())
    found: dict[str, Expected] = {}
    if seated in catalogue.staff_by:
        found[seated] = Expected(catalogue.staff_by[seated], "signed_in")
    for person in catalogue.staff:
        if window not in person.windows or person.number in found or person.number in elsewhere:
            continue
        span = held(leave, person.number, moment)
        how = "leave" if span else "due"
        kind, until = (span.kind.value, span.ends) if span else ("", None)
        found[person.number] = Expected(person, how, kind, until)
        if span and span.cover in catalogue.staff_by and span.cover not in found:
            found[span.cover] = Expected(catalogue.staff_by[span.cover], "cover")
    return list(found.values())


def leave_of(ctx: Context, conn: Connection, day: date) -> Leave:
    """Approved leave that touches a day."""
    return leaves.approved(conn, ctx.hall_id, day, day)


def punches_of(ctx: Context, conn: Connection, day: str) -> dict[str, list[int]]:
    """Moments of a day's punches by staff number."""
    owners = readers.fingers(conn, ctx.hall_id)
    found: dict[str, list[int]] = {}
    for row in punches.of_days(conn, ctx.hall_id, day, day, None):
        whose = [staff for since, staff in owners.get(row.enrolment, ()) if since <= row.at]
        if whose and whose[-1]:
            found.setdefault(whose[-1], []).append(row.at)
    return {staff: sorted(times) for staff, times in found.items()}


def midnight(ctx: Context, day: date) -> int:
    """The first moment of a day."""
    return instant(datetime.combine(day, time.min), ctx.settings().timezone)


def known_at(ctx: Context, conn: Connection, window: str, at: int, staff: str = "") -> Known:
    """What the books say of `window` at the moment `at`; `staff`: whom a mark is about."""
    local = ctx.local(at)
    day = local.date()
    seat = _seat(ctx, conn, window, midnight(ctx, day), at)
    calls = [t for t in _called(ctx, conn, window, day.isoformat()) if (t.called_at or 0) <= at]
    now = next((t for t in calls if t.ended_at is None or t.ended_at > at), None)
    whom = staff or seat.staff
    punched = [p for p in punches_of(ctx, conn, day.isoformat()).get(whom, ()) if p <= at]
    span = held(leave_of(ctx, conn, day), whom, local)
    return Known(
        as_of=at,
        staff=seat.staff,
        since=seat.since,
        paused_at=seat.paused_at,
        pause_reason=seat.pause_reason,
        last_call_at=max((t.called_at or 0 for t in calls), default=None),
        number=now.number if now else "",
        number_since=now.called_at if now else None,
        punch_at=punched[-1] if punched else None,
        leave=span.kind.value if span else "",
    )


def _called(ctx: Context, conn: Connection, window: str, day: str) -> list[Ticket]:
    found = tickets.of_day(conn, ctx.hall_id, day)
    own = [t for t in found if t.window == window and t.called_at is not None]
    return sorted(own, key=lambda t: t.called_at or 0, reverse=True)


def _seat(ctx: Context, conn: Connection, window: str, since: int, at: int) -> Known:
    """Who sat there, from the journal's lines of the day."""
    seat = Known(at)
    for line in checks.window_lines(conn, ctx.hall_id, window, since, at):
        if line.act == "window.sign_in":
            seat = Known(at, staff=line.actor, since=line.at)
        elif line.act == "window.pause":
            reason = str(json.loads(line.data).get("reason", ""))
            seat = Known(at, seat.staff, seat.since, line.at, reason)
        elif line.act == "window.unpause":
            seat = Known(at, seat.staff, seat.since)
        else:
            seat = Known(at)
    return seat
