"""Counts over tickets that nobody needs one by one: a clerk's own day, what a hall is asked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, func, literal_column, select, text

from server.storage import schema
from server.storage.statement import once
from server.storage.tickets import LaneCount

_t = schema.ticket


# A literal, not a parameter: only then does SQLite see that a partial index covers the query.
_served = once(
    select(
        _t.c.queue,
        func.count().label("served"),
        func.sum(_t.c.ended_at - _t.c.serving_at).label("millis"),
    )
    .where(
        _t.c.hall_id == bindparam("hall_id"),
        _t.c.day == bindparam("day"),
        _t.c.state == literal_column("'finished'"),
    )
    .group_by(_t.c.queue)
)


_waiting_since = once(
    select(func.min(_t.c.waiting_since)).where(
        _t.c.hall_id == bindparam("hall_id"),
        _t.c.state == literal_column("'waiting'"),
        _t.c.lane == bindparam("lane"),
        _t.c.queue == bindparam("queue"),
        _t.c.item == bindparam("item"),
    )
)


# Covered by ix_ticket_kiosk: at most an hour of one kiosk and unit is looked at.
_given_by = once(
    select(
        func.sum(case((_t.c.issued_at > bindparam("minute"), 1), else_=0)).label("minute"),
        func.count().label("hour"),
    ).where(
        _t.c.hall_id == bindparam("hall_id"),
        _t.c.day == bindparam("day"),
        _t.c.kiosk == bindparam("kiosk"),
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
    """Return how many numbers of a prefix a kiosk gave in the last minute and hour of a day."""
    asked = {"hall_id": hall_id, "day": day, "kiosk": kiosk, "prefix": prefix}
    row = conn.execute(_given_by, asked | {"hour": hour, "minute": minute, "until": until}).one()
    return int(row.minute or 0), int(row.hour)


def served_today(conn: Connection, hall_id: str, day: str) -> list[Row[Any]]:
    """queue, served, millis (service time in all) of finished tickets of a day."""
    return list(conn.execute(_served, {"hall_id": hall_id, "day": day}))


def popular_items(conn: Connection, hall_id: str, since: str, most: int) -> list[str]:
    """Codes of the items most asked for since a day."""
    count = func.count()
    rows = conn.execute(
        select(_t.c.item)
        .where(_t.c.hall_id == hall_id, _t.c.day >= since)
        .group_by(_t.c.item)
        .order_by(count.desc(), _t.c.item)
        .limit(most)
    )
    return [row.item for row in rows]


_day_of_staff = once(
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


def day_of_staff(conn: Connection, hall_id: str, day: str, staff: str) -> Row[Any]:
    """Of the tickets of a day last called by a person: served, missed, service and wait.

    The first two are None without any ticket, the mean millis of the others without one served.
    """
    return conn.execute(_day_of_staff, {"hall_id": hall_id, "day": day, "staff": staff}).one()


def waiting_since(conn: Connection, hall_id: str, row: LaneCount) -> int:
    """The earliest arrival among those who wait in a lane for a queue's item; ms."""
    asked = {"hall_id": hall_id, "lane": row.lane, "queue": row.queue, "item": row.item}
    return int(conn.execute(_waiting_since, asked).scalar_one())
