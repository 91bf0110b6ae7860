"""Connection times of desks, and quarantined desk actions: queries.

A desk action is quarantined if it was done without the server and conflicts with its records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, insert, or_, select, update

from server.core.records import Records
from server.core.store import Tx
from server.queue.offline.tables import desk_act, desk_line, server_seen


@dataclass(frozen=True, slots=True)
class QuarantinedAct:
    """Desk action that conflicts with the records."""

    id: str
    window: str
    staff: str
    ticket_id: str
    reason: str
    said: str
    known: str
    handed_at: int
    settled_at: int | None
    settled_as: str
    settled_by: str
    words: str


@dataclass(frozen=True, slots=True)
class ConnectedTime:
    """Time (ms) during which a desk's page was connected; None: it still is."""

    opened_at: int
    closed_at: int | None


_l, _s, _a = desk_line.c, server_seen.c, desk_act.c
_desk_acts = Records(QuarantinedAct, desk_act)
_times = Records(ConnectedTime, _l.opened_at, _l.closed_at)


def open_line(tx: Tx, line: str, window: str, staff: str, worker: str) -> None:
    """Record that a desk's page has connected."""
    row = {"id": line, "window": window, "staff": staff, "worker": worker, "opened_at": tx.now}
    tx.conn.execute(insert(desk_line).values(hall_id=tx.hall_id, **row))


def close_line(tx: Tx, line: str) -> None:
    """Record that a desk's page has disconnected."""
    key = (_l.hall_id == tx.hall_id, _l.id == line, _l.closed_at.is_(None))
    tx.conn.execute(update(desk_line).where(*key).values(closed_at=tx.now))


def close_lines(tx: Tx, worker: str) -> None:
    """Close the connections that a stopped worker left open.

    They end at the worker's last recorded time: the worker could not close them itself.
    """
    row = tx.conn.execute(
        select(_s.seen_at).where(_s.hall_id == tx.hall_id, _s.worker == worker)
    ).first()
    where = (_l.hall_id == tx.hall_id, _l.worker == worker, _l.closed_at.is_(None))
    closed_at = _l.opened_at if row is None else _later(row.seen_at)
    tx.conn.execute(update(desk_line).where(*where).values(closed_at=closed_at))


def _later(seen_at: int) -> ColumnElement[int]:
    return case((_l.opened_at > seen_at, _l.opened_at), else_=seen_at)


def record_worker(tx: Tx, worker: str) -> None:
    """Record that a worker is running now."""
    key = (_s.hall_id == tx.hall_id, _s.worker == worker)
    if tx.conn.execute(update(server_seen).where(*key).values(seen_at=tx.now)).rowcount == 0:
        tx.conn.execute(
            insert(server_seen).values(hall_id=tx.hall_id, worker=worker, seen_at=tx.now)
        )


def lines_of(
    conn: Connection, hall_id: str, staff: str, window: str, since: int
) -> list[ConnectedTime]:
    """Return a person's connections at a window since `since`."""
    query = _times.select().where(
        _l.hall_id == hall_id,
        _l.staff == staff,
        _l.window == window,
        or_(_l.closed_at.is_(None), _l.closed_at >= since),
    )
    return _times.all(conn, query.order_by(_l.opened_at))


def delete_lines(tx: Tx, before: int) -> int:
    """Delete connections that ended before `before` (ms); return their number."""
    old = (_l.hall_id == tx.hall_id, _l.closed_at < before)
    return int(tx.conn.execute(delete(desk_line).where(*old)).rowcount)


def quarantine(tx: Tx, **values: Any) -> None:
    """Quarantine a desk action for the office."""
    tx.conn.execute(insert(desk_act).values(hall_id=tx.hall_id, handed_at=tx.now, **values))


def quarantined(conn: Connection, hall_id: str) -> list[QuarantinedAct]:
    """Return quarantined desk actions that are not settled, in order of import."""
    query = _desk_acts.select().where(_a.hall_id == hall_id, _a.settled_at.is_(None))
    return _desk_acts.all(conn, query.order_by(_a.handed_at, _a.id))


def get_quarantined(conn: Connection, hall_id: str, number: str) -> QuarantinedAct | None:
    """Return one quarantined desk action, or None."""
    return _desk_acts.first(conn, _desk_acts.select().where(_a.hall_id == hall_id, _a.id == number))


def settle(tx: Tx, number: str, settled_as: str, by: str, words: str) -> None:
    """Record the office's decision."""
    values = {"settled_at": tx.now, "settled_as": settled_as, "settled_by": by, "words": words}
    key = (_a.hall_id == tx.hall_id, _a.id == number)
    tx.conn.execute(update(desk_act).where(*key).values(**values))
