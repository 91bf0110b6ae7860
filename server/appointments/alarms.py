"""Alarms of appointments: people who cannot be served by schedule, and misses to decide on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from server.appointments import capacity, claims, queries
from server.appointments.rules import AppointmentState
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.context import Context
from server.hall.snapshot import Snapshot

OVER, UNSURE = "appointments_over", "appointments_unsure"
QUIET = frozenset({UNSURE})
AHEAD_DAYS = 1
"""Days ahead of today that are looked at as well."""


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of appointments."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        return ctx.read(lambda c: [*_over(ctx, c, snapshot.day), *_unsure(ctx, c, snapshot.day)])

    return current


def _over(ctx: Context, conn: Connection, today: str) -> list[Alarm]:
    """Return an alarm for each day with slots in which more are booked than can be served."""
    result = []
    for ahead in range(AHEAD_DAYS + 1):
        day = date.fromisoformat(today) + timedelta(days=ahead)
        iso = day.isoformat()
        rows = queries.of_days(conn, ctx.hall_id, iso, iso)
        booked = Counter((r.plan, r.start) for r in rows if r.state == AppointmentState.BOOKED)
        if not booked:
            continue
        full = {
            (slot.plan.id, slot.start): slot.figures.full
            for slot in capacity.slots_of_day(ctx, conn, day)
        }
        now = ctx.clock.now()
        beyond = {
            place: count - full.get(place, 0)
            for place, count in booked.items()
            if count > full.get(place, 0) and claims.begins(ctx, iso, place[1]) > now
        }
        if beyond:
            first, people = min(start for _, start in beyond), sum(beyond.values())
            result.append(
                Alarm(
                    code=OVER,
                    subject=iso,
                    message_zh=f"{iso} {first} 起有 {people} 人预约，开放的窗口办不过来",
                    message_en=(
                        f"{people} people with appointments from {first} on {iso} are more than "
                        "the open windows can serve"
                    ),
                    since=None,
                )
            )
    return result


def _unsure(ctx: Context, conn: Connection, today: str) -> list[Alarm]:
    count = len(queries.unsure(conn, ctx.hall_id, today))
    if not count:
        return []
    return [
        Alarm(
            code=UNSURE,
            subject="appointments",
            message_zh=f"{count} 个预约没有人到，当时大厅可能不能取号，请认定",
            message_en=f"{count} appointments without an arrival wait for the office's decision",
            since=None,
        )
    ]
