"""Announcements of calls: requests to the loudspeakers and their results."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from server.core.statement import precompiled
from server.core.store import Tx
from server.device_health import tables as device_health_tables
from server.queue import tables
from server.queue.tables import announcement as _a

_d = device_health_tables.device
_c = tables.call
_hall = _a.c.hall_id == bindparam("hall_id")
_speakers = precompiled(
    select(_d.c.name, _d.c.serves, _d.c.connected, _d.c.reports)
    .where(_d.c.hall_id == bindparam("hall_id"), _d.c.kind == bindparam("kind"))
    .order_by(_d.c.name)
)
_insert = precompiled(insert(_a))
_last_call = (
    select(func.max(_c.c.n))
    .where(_c.c.hall_id == _a.c.hall_id, _c.c.ticket_id == _a.c.ticket_id)
    .scalar_subquery()
)
# Only of the last call: the result of an earlier announcement has no use any more.
_of_ticket = precompiled(
    select(_a).where(_hall, _a.c.ticket_id == bindparam("ticket_id"), _a.c.n == _last_call)
)


def speakers(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Return name, zone, connected and reports of every loudspeaker."""
    return conn.execute(_speakers, {"hall_id": hall_id, "kind": "voice"}).all()  # type: ignore[return-value]


def add(tx: Tx, ticket_id: str, n: int, values: dict[str, Any]) -> None:
    """Insert the announcement of a ticket's `n`-th call."""
    row = {"hall_id": tx.hall_id, "ticket_id": ticket_id, "n": n, "failed": 0, "reason": ""}
    tx.conn.execute(_insert, {**row, "asked_at": tx.now, "ended_at": None, **values})


def last(conn: Connection, hall_id: str, ticket_id: str) -> Row[Any] | None:
    """Return the announcement of a ticket's last call, or None."""
    return conn.execute(_of_ticket, {"hall_id": hall_id, "ticket_id": ticket_id}).first()


def get(conn: Connection, hall_id: str, ticket_id: str, n: int) -> Row[Any] | None:
    """Return the announcement of a ticket's `n`-th call, or None."""
    key = (_a.c.hall_id == hall_id, _a.c.ticket_id == ticket_id, _a.c.n == n)
    return conn.execute(select(_a).where(*key)).first()


def of_last_calls(conn: Connection, hall_id: str, tickets: Collection[str]) -> list[Row[Any]]:
    """Return the announcements of these tickets' last calls, oldest first."""
    where = (_a.c.hall_id == hall_id, _a.c.ticket_id.in_(tickets), _a.c.n == _last_call)
    return list(conn.execute(select(_a).where(*where).order_by(_a.c.asked_at)))


def overdue(conn: Connection, hall_id: str, now: int) -> list[Row[Any]]:
    """Return pending announcements whose time for a report is over, oldest first."""
    where = (_a.c.hall_id == hall_id, _a.c.state == "pending", _a.c.due_at <= now)
    return list(conn.execute(select(_a).where(*where).order_by(_a.c.due_at)))


def change(tx: Tx, row: Row[Any], values: dict[str, Any]) -> None:
    """Change columns of an announcement."""
    key = (_a.c.hall_id == tx.hall_id, _a.c.ticket_id == row.ticket_id, _a.c.n == row.n)
    tx.conn.execute(update(_a).where(*key).values(**values))
