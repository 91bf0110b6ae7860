"""Announcements of calls: requests to the loudspeakers and their results."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.device_health import tables as device_health_tables
from server.queue import tables
from server.queue.tables import announcement as _a


@dataclass(frozen=True, slots=True)
class Announcement:
    """Announcement of a call, and its result."""

    ticket_id: str
    n: int
    window: str
    zone: str
    state: str
    reason: str
    asked: int
    failed: int
    asked_at: int
    due_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Loudspeaker: its zone, whether it is connected, and its capability to report."""

    name: str
    serves: str
    connected: int
    reports: str


_d = device_health_tables.device
_announcements = Records(Announcement, _a)
_speaker_rows = Records(Speaker, _d.c.name, _d.c.serves, _d.c.connected, _d.c.reports)
_c = tables.call
_hall = _a.c.hall_id == bindparam("hall_id")
_speakers = precompiled(
    _speaker_rows.select()
    .where(_d.c.hall_id == bindparam("hall_id"), _d.c.kind == bindparam("kind"))
    .order_by(_d.c.name)
)
_insert = precompiled(insert(_a))
_change = precompiled(
    update(_a).where(
        _a.c.hall_id == bindparam("of_hall"),
        _a.c.ticket_id == bindparam("of_ticket"),
        _a.c.n == bindparam("of_n"),
    )
)
_of_call = precompiled(
    _announcements.select().where(
        _hall, _a.c.ticket_id == bindparam("ticket_id"), _a.c.n == bindparam("n")
    )
)
_last_call = (
    select(func.max(_c.c.n))
    .where(_c.c.hall_id == _a.c.hall_id, _c.c.ticket_id == _a.c.ticket_id)
    .scalar_subquery()
)
# Only of the last call: the result of an earlier announcement has no use any more.
_of_ticket = precompiled(
    _announcements.select().where(
        _hall, _a.c.ticket_id == bindparam("ticket_id"), _a.c.n == _last_call
    )
)


def speakers(conn: Connection, hall_id: str) -> list[Speaker]:
    """Return every loudspeaker by name."""
    return _speaker_rows.all(conn, _speakers, {"hall_id": hall_id, "kind": "voice"})


def add(tx: Tx, ticket_id: str, n: int, values: dict[str, Any]) -> None:
    """Insert the announcement of a ticket's `n`-th call."""
    row = {"hall_id": tx.hall_id, "ticket_id": ticket_id, "n": n, "failed": 0, "reason": ""}
    tx.conn.execute(_insert, {**row, "asked_at": tx.now, "ended_at": None, **values})


def last(conn: Connection, hall_id: str, ticket_id: str) -> Announcement | None:
    """Return the announcement of a ticket's last call, or None."""
    return _announcements.first(conn, _of_ticket, {"hall_id": hall_id, "ticket_id": ticket_id})


def get(conn: Connection, hall_id: str, ticket_id: str, n: int) -> Announcement | None:
    """Return the announcement of a ticket's `n`-th call, or None."""
    values = {"hall_id": hall_id, "ticket_id": ticket_id, "n": n}
    return _announcements.first(conn, _of_call, values)


def of_last_calls(conn: Connection, hall_id: str, tickets: Collection[str]) -> list[Announcement]:
    """Return the announcements of these tickets' last calls, oldest first."""
    where = (_a.c.hall_id == hall_id, _a.c.ticket_id.in_(tickets), _a.c.n == _last_call)
    return _announcements.all(conn, _announcements.select().where(*where).order_by(_a.c.asked_at))


def overdue(conn: Connection, hall_id: str, now: int) -> list[Announcement]:
    """Return pending announcements whose time for a report is over, oldest first."""
    where = (_a.c.hall_id == hall_id, _a.c.state == "pending", _a.c.due_at <= now)
    return _announcements.all(conn, _announcements.select().where(*where).order_by(_a.c.due_at))


def change(tx: Tx, row: Announcement, values: dict[str, Any]) -> None:
    """Change columns of an announcement."""
    key = {"of_hall": tx.hall_id, "of_ticket": row.ticket_id, "of_n": row.n}
    tx.conn.execute(_change, values | key)
