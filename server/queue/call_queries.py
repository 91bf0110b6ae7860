"""Calls of tickets with their reasons, and the runs of priority calls. Queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, literal_column, select, text

from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue import tables
from server.queue.tickets import Ticket

_t = tables.ticket
_c = tables.call
_hall = _t.c.hall_id == bindparam("hall_id")


@dataclass(frozen=True, slots=True)
class StoredCall:
    """Call of a ticket; `why` is the reason of the choice as JSON."""

    ticket_id: str
    n: int
    at: int
    window: str
    staff: str
    move: str
    why: str


_call_rows = Records(StoredCall, _c)
_run_set = precompiled(
    text(
        "INSERT INTO pool_run (hall_id, day, pool, run) VALUES (:hall_id, :day, :pool, :run) "
        "ON CONFLICT (hall_id, day, pool) DO UPDATE SET run = :run"
    )
)
# Counted by calls, not by tickets: a person who misses a call and returns overtakes again.
_overtakers = precompiled(
    select(_c.c.window)
    .join_from(_t, _c, (_c.c.hall_id == _t.c.hall_id) & (_c.c.ticket_id == _t.c.id))
    .where(
        _hall,
        _t.c.day == bindparam("day"),
        _t.c.queue == bindparam("queue"),
        _t.c.ord > bindparam("ord"),
        _t.c.level > 0,
        _t.c.branch == literal_column("''"),
        _c.c.move == "call",
        _c.c.at >= bindparam("since"),
    )
)
_priority_calls = precompiled(
    select(_c.c.at, _t.c.queue, _t.c.ord, _c.c.window)
    .join_from(_t, _c, (_c.c.hall_id == _t.c.hall_id) & (_c.c.ticket_id == _t.c.id))
    .where(
        _hall,
        _t.c.day == bindparam("day"),
        _t.c.level > 0,
        _t.c.branch == literal_column("''"),
        _c.c.move == literal_column("'call'"),
    )
)
_runs = precompiled(
    select(tables.pool_run.c.pool, tables.pool_run.c.run).where(
        tables.pool_run.c.hall_id == bindparam("hall_id"),
        tables.pool_run.c.day == bindparam("day"),
    )
)
_call_insert = precompiled(insert(tables.call))
_calls_of = precompiled(
    _call_rows.select()
    .where(_c.c.hall_id == bindparam("hall_id"), _c.c.ticket_id == bindparam("ticket_id"))
    .order_by(_c.c.n)
)
_calls_count = precompiled(
    select(func.count()).where(
        _c.c.hall_id == bindparam("hall_id"), _c.c.ticket_id == bindparam("ticket_id")
    )
)
_calls_because = precompiled(
    _call_rows.select().where(
        _c.c.hall_id == bindparam("hall_id"),
        _c.c.ticket_id >= bindparam("first"),
        _c.c.ticket_id < bindparam("beyond"),
        _c.c.why.like(bindparam("pattern")),
    )
)


class StoredPriorityCall(NamedTuple):
    """First call of a priority ticket; the fields follow the columns of the query."""

    at: int
    queue: str
    order: int
    window: str


def priority_calls(conn: Connection, hall_id: str, day: str) -> list[StoredPriorityCall]:
    """Return the first calls of the day's priority tickets."""
    rows = conn.execute(_priority_calls, {"hall_id": hall_id, "day": day})
    return [StoredPriorityCall(*row) for row in rows]


def runs(conn: Connection, hall_id: str, day: str) -> dict[str, int]:
    """Return the counters of a day's choices, see `call_order.Choice.counts`."""
    rows = conn.execute(_runs, {"hall_id": hall_id, "day": day})
    return {row.pool: row.run for row in rows}


def priority_calls_over(
    conn: Connection, hall_id: str, day: str, queue: str, order: int, since: int
) -> list[str]:
    """Return the windows of a queue's priority calls since a time.

    Only calls of tickets that are junior to `order`.
    """
    values = {"hall_id": hall_id, "day": day, "queue": queue, "ord": order, "since": since}
    return [row.window for row in conn.execute(_overtakers, values)]


def set_runs(tx: Tx, day: str, counts: Mapping[str, int]) -> None:
    """Store counters of a choice."""
    for pool, run in counts.items():
        tx.conn.execute(_run_set, {"hall_id": tx.hall_id, "day": day, "pool": pool, "run": run})


def add_call(tx: Tx, ticket: Ticket, n: int, move: str, why: str) -> None:
    """Insert the n-th call of a ticket."""
    tx.conn.execute(
        _call_insert,
        {
            "hall_id": tx.hall_id,
            "ticket_id": ticket.id,
            "n": n,
            "at": tx.now,
            "window": ticket.window,
            "staff": ticket.staff,
            "move": move,
            "why": why,
        },
    )


def calls_of(conn: Connection, hall_id: str, ticket_id: str) -> list[StoredCall]:
    """Return the calls of one ticket with their reasons, oldest first."""
    return _call_rows.all(conn, _calls_of, {"hall_id": hall_id, "ticket_id": ticket_id})


def calls_because(conn: Connection, hall_id: str, day: str, code: str) -> list[StoredCall]:
    """Return the calls of a day's tickets that were made for one reason alone."""
    prefix, pattern = day.replace("-", ""), f'{{"codes": ["{code}"]%'
    values = {"hall_id": hall_id, "first": f"{prefix}-", "beyond": f"{prefix}."}
    return _call_rows.all(conn, _calls_because, values | {"pattern": pattern})


def calls_made(conn: Connection, hall_id: str, ticket_id: str) -> int:
    """Return the number of calls of a ticket."""
    count = conn.execute(_calls_count, {"hall_id": hall_id, "ticket_id": ticket_id})
    return int(count.scalar_one())
