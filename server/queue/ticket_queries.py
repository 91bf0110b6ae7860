"""Tickets: their numbers, their calls, and the queue heads to choose from. Queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from server.core.errors import HallError
from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue import tables
from server.queue.errors import QueueCode
from server.queue.tickets import State, Ticket

_t = tables.ticket
_FIELDS = tuple(f.name for f in fields(Ticket))
_STATE = _FIELDS.index("state")
_CHANGED = tuple(name for name in _FIELDS if name != "id")
_COLUMNS = [_t.c[name] for name in _FIELDS]
_hall = _t.c.hall_id == bindparam("hall_id")
# Literals, not parameters: only then does SQLite see that a partial index covers the query.
_is_waiting = _t.c.state == literal_column("'waiting'")
_is_at_window = _t.c.state.in_(
    [literal_column("'called'"), literal_column("'serving'"), literal_column("'held'")]
)

_by_id = precompiled(select(*_COLUMNS).where(_hall, _t.c.id == bindparam("id")))
_by_token = precompiled(select(*_COLUMNS).where(_hall, _t.c.token == bindparam("token")))
_given_at = precompiled(
    select(*_COLUMNS).where(
        _hall,
        _t.c.day == bindparam("day"),
        _t.c.kiosk == bindparam("kiosk"),
        _t.c.kiosk != literal_column("''"),
        _t.c.issued_at > bindparam("since"),
    )
)
_insert = precompiled(insert(_t))
_change = precompiled(
    update(_t).where(_t.c.hall_id == bindparam("of_hall"), _t.c.id == bindparam("of_id"))
)
_counter_take = precompiled(
    text(
        "INSERT INTO number_counter (hall_id, day, prefix, last) "
        "VALUES (:hall_id, :day, :prefix, 1) "
        "ON CONFLICT (hall_id, day, prefix) DO UPDATE SET last = number_counter.last + 1 "
        "RETURNING last"
    )
)
_counters_take = precompiled(
    text(
        "INSERT INTO number_counter (hall_id, day, prefix, last) "
        "VALUES (:hall_id, :day, :prefix, 1), (:hall_id, :day, :other, 1) "
        "ON CONFLICT (hall_id, day, prefix) DO UPDATE SET last = number_counter.last + 1 "
        "RETURNING prefix, last"
    )
)
# A skip scan: one step into the partial index per lane with a waiting ticket, independent of the
# number of tickets.
_heads = precompiled(
    text(
        """
        WITH RECURSIVE lanes(lane) AS (
            SELECT MIN(lane) FROM ticket WHERE hall_id = :hall_id AND state = 'waiting'
            UNION ALL
            SELECT (SELECT MIN(t.lane) FROM ticket t
                    WHERE t.hall_id = :hall_id AND t.state = 'waiting' AND t.lane > lanes.lane)
            FROM lanes WHERE lanes.lane IS NOT NULL
        )
        SELECT t.id, t.lane, t.queue, t.item, t.klass, t.level, t.ord, t.waiting_since, t.visit
        FROM lanes JOIN ticket t ON t.hall_id = :hall_id AND t.state = 'waiting'
            AND t.lane = lanes.lane
            AND t.ord = (SELECT MIN(h.ord) FROM ticket h WHERE h.hall_id = :hall_id
                         AND h.state = 'waiting' AND h.lane = lanes.lane)
        WHERE lanes.lane IS NOT NULL ORDER BY t.ord, t.id
        """
    )
)
# One query per index of open tickets; together they cover every state that has not ended.
# The day is an expression, not a column: otherwise SQLite scans all days.
_open_before = tuple(
    precompiled(select(*_COLUMNS).where(_hall, _t.c.day.concat("") < bindparam("day"), state))
    for state in (_is_waiting, _is_at_window, _t.c.state == literal_column("'missed'"))
)


class LaneCount(NamedTuple):
    """Number of waiting tickets in a lane that share queue, item and class."""

    lane: str
    queue: str
    item: str
    klass: str
    waiting: int
    since: int
    """Earliest arrival, ms."""


_lane_rows = Records(
    LaneCount,
    *(_t.c.lane, _t.c.queue, _t.c.item, _t.c.klass),
    func.count().label("waiting"),
    func.min(_t.c.waiting_since).label("since"),
)
_lane_counts = precompiled(
    _lane_rows.select()
    .where(_hall, _is_waiting)
    .group_by(_t.c.lane, _t.c.queue, _t.c.item, _t.c.klass)
)
_held = precompiled(
    select(*_COLUMNS).where(_hall, _t.c.window == bindparam("window"), _is_at_window)
)
_first_in_lane = precompiled(
    select(*_COLUMNS)
    .where(_hall, _t.c.lane == bindparam("lane"), _is_waiting)
    .order_by(_t.c.ord, _t.c.id)
    .limit(bindparam("most"))
)


def _ticket(row: Sequence[Any] | None) -> Ticket | None:
    """Return the ticket of a row of _COLUMNS; fast, as a clerk's day needs about a hundred."""
    if row is None:
        return None
    values = list(row)
    values[_STATE] = State(values[_STATE])
    return Ticket(*values)


def get(conn: Connection, hall_id: str, ticket_id: str) -> Ticket | None:
    """Return the ticket with this id, or None."""
    return _ticket(conn.execute(_by_id, {"hall_id": hall_id, "id": ticket_id}).first())


def by_token(conn: Connection, hall_id: str, token: str) -> Ticket | None:
    """Return the ticket with this phone token, or None."""
    return _ticket(conn.execute(_by_token, {"hall_id": hall_id, "token": token}).first())


def add(tx: Tx, ticket: Ticket, prefix: str, seq: int) -> None:
    """Insert a new ticket."""
    values = {name: getattr(ticket, name) for name in _FIELDS}
    tx.conn.execute(_insert, values | {"hall_id": tx.hall_id, "prefix": prefix, "seq": seq})


def change(tx: Tx, ticket: Ticket, was: Ticket) -> None:
    """Update the columns that differ from `was`; indexes of unchanged columns are not written.

    Raises TICKET_OF_BRANCH for a ticket that only another server may change.
    """
    if was.branch:
        raise HallError(QueueCode.TICKET_OF_BRANCH, number=was.number)
    values = {}
    for name in _CHANGED:
        value = getattr(ticket, name)
        if value != getattr(was, name):
            values[name] = value
    if values:
        tx.conn.execute(_change, values | {"of_hall": tx.hall_id, "of_id": ticket.id})


def given_at(conn: Connection, hall_id: str, day: str, kiosk: str, since: int) -> list[Ticket]:
    """Return the tickets of a day that a kiosk issued since a time (ms)."""
    values = {"hall_id": hall_id, "day": day, "kiosk": kiosk, "since": since}
    return [t for t in map(_ticket, conn.execute(_given_at, values)) if t is not None]


def take_number(tx: Tx, day: str, prefix: str) -> int:
    """Return the next number of a prefix on a day, 1, 2, 3 …; the row lock makes it unique."""
    row = tx.conn.execute(
        _counter_take, {"hall_id": tx.hall_id, "day": day, "prefix": prefix}
    ).one()
    return int(row.last)


def take_numbers(tx: Tx, day: str, prefix: str, other: str) -> tuple[int, int]:
    """Return the next numbers of two prefixes at once, as `take_number`."""
    values = {"hall_id": tx.hall_id, "day": day, "prefix": prefix, "other": other}
    numbers = {row.prefix: int(row.last) for row in tx.conn.execute(_counters_take, values)}
    return numbers[prefix], numbers[other]


def heads(conn: Connection, hall_id: str, without: Collection[str] = ()) -> list[StoredHead]:
    """Return the most senior waiting ticket of every lane, but none of the visits `without`."""
    rows = _head_rows.all(conn, _heads, {"hall_id": hall_id})
    if not any(row.visit in without for row in rows):
        return rows
    others = [row for row in rows if row.visit not in without]
    for lane in (row.lane for row in rows if row.visit in without):
        in_lane = _head_rows.all(conn, _of_lane, {"hall_id": hall_id, "lane": lane})
        others += [row for row in in_lane if row.visit not in without][:1]
    return sorted(others, key=lambda row: (row.ord, row.id))


def busy_visits(conn: Connection, hall_id: str) -> frozenset[str]:
    """Return the visits of which a ticket is called or served."""
    return frozenset(row.visit for row in conn.execute(_busy_visits, {"hall_id": hall_id}))


def of_visit(conn: Connection, hall_id: str, visit: str) -> list[Ticket]:
    """Return the tickets of a visit in order of issue; none for the empty visit."""
    rows = conn.execute(_of_visit, {"hall_id": hall_id, "visit": visit})
    tickets = [t for t in map(_ticket, rows) if t is not None]
    return sorted(tickets, key=lambda ticket: (ticket.issued_at, ticket.ord))


def waiting(conn: Connection, hall_id: str) -> list[StoredHead]:
    """Return every waiting ticket of this server."""
    return _head_rows.all(conn, _waiting, {"hall_id": hall_id})


def issued_since(conn: Connection, hall_id: str, day: str, since: int) -> list[StoredHead]:
    """Return the tickets of a day that this server issued since a time (ms), in any state."""
    return _head_rows.all(conn, _issued_since, {"hall_id": hall_id, "day": day, "since": since})


class StoredHead(NamedTuple):
    """Most senior waiting ticket of a lane; the fields follow the columns of the query."""

    id: str
    lane: str
    queue: str
    item: str
    klass: str
    level: int
    ord: int
    waiting_since: int
    visit: str


_head_rows = Records(
    StoredHead,
    *(_t.c.id, _t.c.lane, _t.c.queue, _t.c.item, _t.c.klass, _t.c.level, _t.c.ord),
    *(_t.c.waiting_since, _t.c.visit),
)


_is_own = _t.c.branch == literal_column("''")
_waiting = precompiled(_head_rows.select().where(_hall, _is_waiting, _is_own))
_of_lane = precompiled(
    _head_rows.select()
    .where(_hall, _t.c.lane == bindparam("lane"), _is_waiting)
    .order_by(_t.c.ord, _t.c.id)
)
_has_visit = _t.c.visit != literal_column("''")
_busy_visits = precompiled(
    select(_t.c.visit).where(
        _hall, _is_at_window, _t.c.state != literal_column("'held'"), _has_visit
    )
)
_of_visit = precompiled(
    select(*_COLUMNS).where(_hall, _t.c.visit == bindparam("visit"), _has_visit)
)
_issued_since = precompiled(
    _head_rows.select().where(
        _hall, _t.c.day == bindparam("day"), _t.c.issued_at >= bindparam("since"), _is_own
    )
)


def waiting_by_lane(conn: Connection, hall_id: str) -> list[LaneCount]:
    """Return every lane with waiting tickets."""
    return _lane_rows.all(conn, _lane_counts, {"hall_id": hall_id})


def at_window(conn: Connection, hall_id: str, window: str) -> list[Ticket]:
    """Return the tickets that are called, served or held at a window."""
    rows = conn.execute(_held, {"hall_id": hall_id, "window": window})
    return [t for t in map(_ticket, rows) if t is not None]


def first_in_lane(conn: Connection, hall_id: str, lane: str, most: int) -> list[Ticket]:
    """Return the first `most` waiting tickets of a lane by seniority."""
    values = {"hall_id": hall_id, "lane": lane, "most": most}
    return [t for t in map(_ticket, conn.execute(_first_in_lane, values)) if t is not None]


def of_day(conn: Connection, hall_id: str, day: str) -> list[Ticket]:
    """Return every ticket of a day in order of issue."""
    rows = conn.execute(
        select(*_COLUMNS).where(_t.c.hall_id == hall_id, _t.c.day == day).order_by(_t.c.issued_at)
    )
    return [t for t in map(_ticket, rows) if t is not None]


def in_states(
    conn: Connection, hall_id: str, states: Iterable[State], day: str | None = None
) -> list[Ticket]:
    """Return the tickets in any of `states`, of one day or of all."""
    where = and_(_t.c.hall_id == hall_id, _t.c.state.in_([s.value for s in states]))
    if day is not None:
        where = and_(where, _t.c.day == day)
    rows = conn.execute(select(*_COLUMNS).where(where).order_by(_t.c.ord, _t.c.id))
    return [t for t in map(_ticket, rows) if t is not None]


_all_waiting = precompiled(select(*_COLUMNS).where(_hall, _is_waiting))


def all_waiting(conn: Connection, hall_id: str) -> list[Ticket]:
    """Return every waiting ticket, the most senior first."""
    rows = conn.execute(_all_waiting, {"hall_id": hall_id})
    tickets = [t for t in map(_ticket, rows) if t is not None]
    return sorted(tickets, key=lambda ticket: (ticket.ord, ticket.id))


def open_before(conn: Connection, hall_id: str, day: str) -> list[Ticket]:
    """Return tickets of earlier days that have not ended."""
    values = {"hall_id": hall_id, "day": day}
    rows = [row for query in _open_before for row in conn.execute(query, values)]
    return [t for t in map(_ticket, rows) if t is not None]


_finished_by = precompiled(
    select(*_COLUMNS)
    .where(
        _hall,
        _t.c.day == bindparam("day"),
        _t.c.staff == bindparam("staff"),
        _t.c.staff != literal_column("''"),
        _t.c.state == literal_column("'finished'"),
    )
    .order_by(_t.c.ended_at.desc())
)


def finished_by(conn: Connection, hall_id: str, day: str, staff: str) -> list[Ticket]:
    """Return the services that a person finished on a day, the last first."""
    rows = conn.execute(_finished_by, {"hall_id": hall_id, "day": day, "staff": staff})
    return [t for t in map(_ticket, rows) if t is not None]


_all_at_windows = precompiled(select(*_COLUMNS).where(_hall, _is_at_window))
_missed = precompiled(
    select(*_COLUMNS).where(
        _hall, _t.c.day == bindparam("day"), _t.c.state == literal_column("'missed'")
    )
)


def all_at_windows(conn: Connection, hall_id: str) -> list[Ticket]:
    """Return every called, served or held ticket."""
    rows = conn.execute(_all_at_windows, {"hall_id": hall_id})
    return [t for t in map(_ticket, rows) if t is not None]


def missed(conn: Connection, hall_id: str, day: str) -> list[Ticket]:
    """Return a day's missed tickets, newest call first."""
    # Without ORDER BY: SQLite would scan all tickets that were called on that day.
    rows = conn.execute(_missed, {"hall_id": hall_id, "day": day})
    tickets = [t for t in map(_ticket, rows) if t is not None and t.called_at is not None]
    return sorted(tickets, key=lambda ticket: ticket.called_at or 0, reverse=True)
