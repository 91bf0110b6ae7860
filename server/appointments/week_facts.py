"""Appointments of a week, for the bulletin: how those of its days ended."""

from __future__ import annotations

from collections.abc import Iterable

from server.appointments import queries
from server.appointments.queries import StoredAppointment
from server.appointments.rules import AppointmentState, Arrival
from server.core.weeks import Fact
from server.hall.week_request import WeekFacts, WeekRequest

PLACE = 5
CAME = frozenset({AppointmentState.ARRIVED.value, AppointmentState.SERVED.value})
CANCELLED = frozenset({AppointmentState.CANCELLED.value, AppointmentState.LATE_CANCELLED.value})


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return how the appointments for the week's days ended."""
    week = request.week
    span = week.first.isoformat(), week.last.isoformat()
    rows = queries.of_days(request.conn, request.ctx.hall_id, *span)
    link = f"/office#appointments/day/{span[1]}"
    return WeekFacts({name: Fact(str(value), link) for name, value in counts(rows).items()})


def counts(rows: Iterable[StoredAppointment]) -> dict[str, int]:
    """Return the figures of appointments; an excused miss is no miss."""
    rows = list(rows)
    came = [row for row in rows if row.state in CAME]
    return {
        "appointments": len(rows),
        "appointments_on_time": sum(row.arrival == Arrival.ON_TIME for row in came),
        "appointments_late": sum(row.arrival == Arrival.LATE for row in came),
        "appointments_missed": sum(
            row.state == AppointmentState.MISSED and not row.excused for row in rows
        ),
        "appointments_cancelled": sum(row.state in CANCELLED for row in rows),
        "appointments_hall_cancelled": sum(
            row.state == AppointmentState.HALL_CANCELLED for row in rows
        ),
    }
