"""Alarms of appointments: people who cannot be served by schedule, and misses to decide on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time

from sqlalchemy import Connection

from server.appointments import capacity, claims, queries
from server.appointments.capacity import Absent
from server.appointments.rules import HOUR, AppointmentState
from server.core.messages import Alarm
from server.hall.composition import Hall
from server.hall.context import Context
from server.hall.snapshot import Snapshot
from server.leave import cover

OVER, UNSURE = "appointments_over", "appointments_unsure"
QUIET = frozenset({UNSURE})


def alarms(hall: Hall) -> Callable[[Snapshot], Sequence[Alarm]]:
    """Return the function that makes the alarms of appointments."""
    ctx = hall.ctx

    def current(snapshot: Snapshot) -> list[Alarm]:
        return ctx.read(lambda c: [*_over(ctx, c, snapshot.day), *_unsure(ctx, c, snapshot.day)])

    return current


def _over(ctx: Context, conn: Connection, today: str) -> list[Alarm]:
    """Return an alarm for today and the next working day if too many people are booked."""
    result = []
    first_day = date.fromisoformat(today)
    for day in (first_day, ctx.workdays().after(first_day, 1)):
        iso = day.isoformat()
        rows = queries.of_days(conn, ctx.hall_id, iso, iso)
        booked = Counter((r.plan, r.start) for r in rows if r.state == AppointmentState.BOOKED)
        if not booked:
            continue
        full = {
            (slot.plan.id, slot.start): slot.figures.full
            for slot in capacity.slots_of_day(ctx, conn, day, absent=_absent(ctx, conn, day))
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
                    message_zh=f"{iso} {first} 起，预约的人比窗口能办的多 {people} 人",
                    message_en=(
                        f"On {iso} from {first} on, {people} people with appointments are more "
                        "than the windows can serve"
                    ),
                    since=None,
                )
            )
    return result


def _absent(ctx: Context, conn: Connection, day: date) -> Absent:
    """Return the windows whose people are all on leave at a minute, nobody able standing in."""
    covers = cover.covers(ctx, conn, day)
    people: dict[str, set[str]] = defaultdict(set)
    for person in ctx.catalogue().staff:
        for window in person.windows:
            people[window].add(person.number)

    def absent(minute: int) -> Collection[str]:
        moment = datetime.combine(day, time(minute // HOUR, minute % HOUR))
        away = {entry.absent for entry in covers if entry.holds(moment) and not entry.able}
        return [window for window, able in people.items() if able <= away]

    return absent


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
