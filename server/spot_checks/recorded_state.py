"""Recorded state of a window at one minute, for inspection rounds and beside every mark.

`known_at` reads facts only (journal, calls, punches, leave). So a mark that a phone sends twenty
minutes late still gets the state of its own minute, not of the minute it arrived.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Connection

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Catalogue, Staff, Window
from server.core.clock import instant
from server.core.day_facts import LeaveSpan
from server.core.settings import GeneralSettings
from server.hall.context import Context
from server.leave import queries as leave_queries
from server.queue import ticket_queries
from server.queue.tickets import Ticket
from server.spot_checks import queries
from server.time_clocks import punch_queries
from server.time_clocks import queries as time_clocks_queries

Leave = Mapping[str, Sequence[LeaveSpan]]


@dataclass(frozen=True, slots=True)
class RecordedState:
    """Recorded state of a window at one moment. Times in ms; empty or None: nothing recorded."""

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
    """Kind of leave of the person that the mark is about."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Person expected at a window. `how`: signed_in, due, leave or cover."""

    staff: Staff
    how: str
    leave: str = ""
    until: datetime | None = None


def round_order(catalogue: Catalogue, day: date) -> list[Window]:
    """Return the windows open on `day`, zone by zone in the catalogue's order."""
    rooms = {zone.code: n for n, zone in enumerate(catalogue.zones)}
    windows = [w for w in catalogue.windows if catalogue_hours.window_spans(catalogue, w.code, day)]
    return sorted(windows, key=lambda w: rooms.get(w.zone, len(rooms)))


def leave_at(leave: Leave, staff: str, moment: datetime) -> LeaveSpan | None:
    """Return the approved leave that covers `moment`, or None."""
    return next((span for span in leave.get(staff, ()) if span.holds(moment)), None)


def expected(
    catalogue: Catalogue, seats: Mapping[str, str], leave: Leave, window: str, moment: datetime
) -> list[Expected]:
    """Return the people expected at `window`: the signed-in person, permitted staff, deputies.

    `seats`: staff number by window. People signed in at another window are not expected here.
    """
    signed_in, elsewhere = seats.get(window, ""), set(seats.values())
    people: dict[str, Expected] = {}
    if signed_in in catalogue.staff_by:
        people[signed_in] = Expected(catalogue.staff_by[signed_in], "signed_in")
    for person in catalogue.staff:
        if window not in person.windows or person.number in people or person.number in elsewhere:
            continue
        span = leave_at(leave, person.number, moment)
        how = "leave" if span else "due"
        kind, until = (span.kind.value, span.ends) if span else ("", None)
        people[person.number] = Expected(person, how, kind, until)
        if span and span.cover in catalogue.staff_by and span.cover not in people:
            people[span.cover] = Expected(catalogue.staff_by[span.cover], "cover")
    return list(people.values())


def leave_of(ctx: Context, conn: Connection, day: date) -> Leave:
    """Return the approved leave that touches a day."""
    return leave_queries.approved(conn, ctx.hall_id, day, day)


def punches_of(ctx: Context, conn: Connection, day: str) -> dict[str, list[int]]:
    """Return the times (ms) of a day's punches by staff number."""
    owners = time_clocks_queries.fingers(conn, ctx.hall_id)
    times_by_staff: dict[str, list[int]] = {}
    for row in punch_queries.of_days(conn, ctx.hall_id, day, day, None):
        holders = [staff for since, staff in owners.get(row.enrolment, ()) if since <= row.at]
        if holders and holders[-1]:
            times_by_staff.setdefault(holders[-1], []).append(row.at)
    return {staff: sorted(times) for staff, times in times_by_staff.items()}


def midnight(ctx: Context, day: date) -> int:
    """Return the first moment (ms) of a day."""
    return instant(datetime.combine(day, time.min), ctx.settings().of(GeneralSettings).timezone)


def state_at(
    ctx: Context, conn: Connection, window: str, at: int, staff: str = ""
) -> RecordedState:
    """Return the recorded state of `window` at `at`; `staff`: the person that a mark is about."""
    local = ctx.local(at)
    day = local.date()
    session = _seat(ctx, conn, window, midnight(ctx, day), at)
    calls = [t for t in _called(ctx, conn, window, day.isoformat()) if (t.called_at or 0) <= at]
    current_ticket = next((t for t in calls if t.ended_at is None or t.ended_at > at), None)
    person = staff or session.staff
    punch_times = [p for p in punches_of(ctx, conn, day.isoformat()).get(person, ()) if p <= at]
    span = leave_at(leave_of(ctx, conn, day), person, local)
    return RecordedState(
        as_of=at,
        staff=session.staff,
        since=session.since,
        paused_at=session.paused_at,
        pause_reason=session.pause_reason,
        last_call_at=max((t.called_at or 0 for t in calls), default=None),
        number=current_ticket.number if current_ticket else "",
        number_since=current_ticket.called_at if current_ticket else None,
        punch_at=punch_times[-1] if punch_times else None,
        leave=span.kind.value if span else "",
    )


def _called(ctx: Context, conn: Connection, window: str, day: str) -> list[Ticket]:
    day_tickets = ticket_queries.of_day(conn, ctx.hall_id, day)
    own = [t for t in day_tickets if t.window == window and t.called_at is not None]
    return sorted(own, key=lambda t: t.called_at or 0, reverse=True)


def _seat(ctx: Context, conn: Connection, window: str, since: int, at: int) -> RecordedState:
    """Return the window session at `at`, from the journal lines of the day."""
    session = RecordedState(at)
    for line in queries.window_lines(conn, ctx.hall_id, window, since, at):
        if line.act == "window.sign_in":
            session = RecordedState(at, staff=line.actor, since=line.at)
        elif line.act == "window.pause":
            reason = str(json.loads(line.data).get("reason", ""))
            session = RecordedState(at, session.staff, session.since, line.at, reason)
        elif line.act == "window.unpause":
            session = RecordedState(at, session.staff, session.since)
        else:
            session = RecordedState(at)
    return session
