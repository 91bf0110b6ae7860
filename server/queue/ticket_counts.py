"""Counts over tickets: a clerk's own day, service times, popular items, numbers per kiosk."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, func, literal_column, select, text

from server.core.statement import precompiled
from server.queue import tables
from server.queue.ticket_queries import LaneCount

_t = tables.ticket


# A literal, not a parameter: only then does SQLite see that a partial index covers the query.
_served = precompiled(
    select(
        _t.c.queue,
        func.count().label("served"),
        func.sum(_t.c.ended_at - _t.c.serving_at).label("millis"),
    )
    .where(
        _t.c.hall_id == bindparam("hall_id"),
        _t.c.day == bindparam("day"),
        _t.c.state == literal_column("'finished'"),
        _t.c.branch == literal_column("''"),
    )
    .group_by(_t.c.queue)
)


_issued_since = precompiled(
    select(func.count()).where(
        _t.c.hall_id == bindparam("hall_id"),
        _t.c.day == bindparam("day"),
        _t.c.item == bindparam("item"),
        _t.c.issued_at >= bindparam("since"),
        _t.c.state != "cancelled",
        _t.c.branch == literal_column("''"),
    )
)


def issued_since(conn: Connection, hall_id: str, day: str, item: str, since: int) -> int:
    """Return the numbers of an item issued since a time (ms); cancelled ones are free again."""
    values = {"hall_id": hall_id, "day": day, "item": item, "since": since}
    return int(conn.execute(_issued_since, values).scalar_one())


_waiting_since = precompiled(
    select(func.min(_t.c.waiting_since)).where(
        _t.c.hall_id == bindparam("hall_id"),
        _t.c.state == literal_column("'waiting'"),
        _t.c.lane == bindparam("lane"),
        _t.c.queue == bindparam("queue"),
        _t.c.item == bindparam("item"),
    )
)


# Covered by ix_ticket_kiosk: reads at most an hour of one kiosk and unit.
_given_by = precompiled(
    select(
        func.sum(case((_t.c.issued_at > bindparam("minute"), 1), else_=0)).label("minute"),
        func.count().label("hour"),
    ).where(
        _t.c.hall_id == bindparam("hall_id"),
        _t.c.day == bindparam("day"),
        _t.c.kiosk == bindparam("kiosk"),
        _t.c.kiosk != literal_column("''"),
        _t.c.prefix == bindparam("prefix"),
        _t.c.issued_at > bindparam("hour"),
        _t.c.issued_at <= bindparam("until"),
    )
)


def given_by(
    conn: Connection,
    hall_id: str,
    day: str,
    kiosk: str,
    prefix: str,
    hour: int,
    minute: int,
    until: int,
) -> tuple[int, int]:
    """Return the numbers of a prefix that a kiosk issued in the last minute and the last hour."""
    values = {"hall_id": hall_id, "day": day, "kiosk": kiosk, "prefix": prefix}
    row = conn.execute(_given_by, values | {"hour": hour, "minute": minute, "until": until}).one()
    return int(row.minute or 0), int(row.hour)


@dataclass(frozen=True, slots=True)
class ServedTickets:
    """Finished tickets of a queue on a day, and their total service time in ms."""

    queue: str
    served: int
    millis: float


def served_today(conn: Connection, hall_id: str, day: str) -> list[ServedTickets]:
    """Return a day's finished tickets by queue."""
    return [
        ServedTickets(row.queue, row.served, float(row.millis or 0))
        for row in conn.execute(_served, {"hall_id": hall_id, "day": day})
    ]


def popular_items(conn: Connection, hall_id: str, since: str, most: int) -> list[str]:
    """Return the codes of the most requested items since a day."""
    count = func.count()
    rows = conn.execute(
        select(_t.c.item)
        .where(_t.c.hall_id == hall_id, _t.c.day >= since)
        .group_by(_t.c.item)
        .order_by(count.desc(), _t.c.item)
        .limit(most)
    )
    return [row.item for row in rows]


_day_of_staff = precompiled(
    text(
        """
        SELECT SUM(CASE WHEN state = 'finished' THEN 1 ELSE 0 END) AS served,
               SUM(CASE WHEN state = 'missed' THEN 1 ELSE 0 END) AS missed,
               AVG(CASE WHEN state = 'finished' THEN ended_at - serving_at END) AS service,
               AVG(CASE WHEN state = 'finished' THEN first_called_at - issued_at END) AS wait
        FROM ticket
        WHERE hall_id = :hall_id AND day = :day AND staff = :staff AND staff <> ''
            AND called_at IS NOT NULL
        """
    )
)


@dataclass(frozen=True, slots=True)
class DayOfStaff:
    """A day's tickets last called by a person; means in ms, None without a served ticket."""

    served: int
    missed: int
    service: float | None
    wait: float | None


def day_of_staff(conn: Connection, hall_id: str, day: str, staff: str) -> DayOfStaff:
    """Return the counts and means of a day's tickets last called by a person."""
    row = conn.execute(_day_of_staff, {"hall_id": hall_id, "day": day, "staff": staff}).one()
    # PostgreSQL's means are decimals.
    service, wait = (None if mean is None else float(mean) for mean in (row.service, row.wait))
    return DayOfStaff(row.served or 0, row.missed or 0, service, wait)


def waiting_since(conn: Connection, hall_id: str, row: LaneCount) -> int:
    """Return the earliest arrival (ms) in a lane for a queue's item."""
    values = {"hall_id": hall_id, "lane": row.lane, "queue": row.queue, "item": row.item}
    return int(conn.execute(_waiting_since, values).scalar_one())
