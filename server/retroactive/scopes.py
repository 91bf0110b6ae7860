"""Readings of past days: every verdict, count and finding of a reach as short texts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from server.appointments import queries as appointment_queries
from server.appointments.events import MissJudged
from server.attendance import shift_rule_queries
from server.attendance.sheets import day_sheets
from server.attendance.verdicts import State as Verdict
from server.core.events import AttendanceChanged
from server.hall.context import Context
from server.queue import ticket_queries
from server.queue.events import TicketCorrected
from server.retroactive.value_changes import (
    APPOINTMENT,
    FINDING,
    HALVES,
    NOT_UPHELD,
    PROPOSED,
    STANDS,
    TICKET,
    AffectedDays,
    EventScope,
    Reading,
    ValueKey,
)
from server.spot_checks import finding_queries
from server.spot_checks.events import ChecksChanged
from server.spot_checks.finding_rules import STANDING
from server.spot_checks.finding_rules import State as FindingState

EXCUSED = "excused"
"""Value of a missed appointment that is excused."""


def read(ctx: Context, conn: Connection, reach: AffectedDays) -> Reading:
    """Return every value of the days and people of `reach`."""
    values: dict[ValueKey, str] = {}
    for first, last in reach.runs():
        for sheet in day_sheets(ctx, conn, first, last, reach.staff):
            day = sheet.day.isoformat()
            for verdict in sheet.slots:
                key = ValueKey(day, sheet.staff, verdict.slot.code)
                values[key] = value_of(verdict.state, verdict.minutes)
            if sheet.absent_halves:
                values[ValueKey(day, sheet.staff, HALVES)] = str(sheet.absent_halves)
        span = first.isoformat(), last.isoformat()
        for row in finding_queries.of_days(conn, ctx.hall_id, *span):
            if reach.staff is None or row.staff in reach.staff:
                key = ValueKey(row.day, row.staff, f"{FINDING}{row.id}")
                values[key] = finding_value(FindingState(row.state))
    for ticket_id in reach.tickets:
        ticket = ticket_queries.get(conn, ctx.hall_id, ticket_id)
        if ticket is not None:
            key = ValueKey(ticket.day, ticket.staff, f"{TICKET}{ticket.id}")
            values[key] = f"{ticket.outcome} {ticket.item}"
    for appointment_id in reach.appointments:
        appointment = appointment_queries.get(conn, ctx.hall_id, appointment_id)
        if appointment is not None:
            key = ValueKey(appointment.day, "", f"{APPOINTMENT}{appointment.id}")
            values[key] = EXCUSED if appointment.excused else appointment.state
    return values


def value_of(state: Verdict, minutes: int) -> str:
    """Return the value text of a verdict."""
    return f"{state.value} {minutes}" if minutes else state.value


def finding_value(state: FindingState) -> str:
    """Return the value of a finding. A dispute changes nothing until it is settled."""
    if state in STANDING:
        return STANDS
    return PROPOSED if state is FindingState.PROPOSED else NOT_UPHELD


def scopes_of(events: Iterable[object]) -> list[EventScope]:
    """Return the days whose values the events of an action may change."""
    scopes: list[EventScope] = []
    for event in events:
        if isinstance(event, AttendanceChanged):
            scopes.append(EventScope(event.days, event.staff, event.since, event.until))
        elif isinstance(event, ChecksChanged):
            scopes.append(EventScope((event.day,), ()))
        elif isinstance(event, TicketCorrected):
            scopes.append(EventScope((event.day,), (event.staff,), tickets=(event.ticket,)))
        elif isinstance(event, MissJudged):
            # No person of the staff is concerned: no sheet has to be read.
            scopes.append(EventScope((event.day,), ("",), appointments=(event.appointment,)))
    return scopes


def oldest(conn: Connection, hall_id: str, today: date) -> date:
    """Return the first day to which a shift rule applies; `today` if there is no rule."""
    return min((rule.valid_from for rule in shift_rule_queries.every(conn, hall_id)), default=today)
