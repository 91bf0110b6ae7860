"""Who sits at which window, and whether it is paused."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from server.storage import schema
from server.storage.statement import once
from server.storage.store import Tx

_p = schema.window_post
_of_hall = select(_p).where(_p.c.hall_id == bindparam("hall_id"))
_all = once(_of_hall)
_one = once(_of_hall.where(_p.c.window == bindparam("window")))
_by_staff = once(_of_hall.where(_p.c.staff == bindparam("staff")))
_change = once(
    update(_p).where(_p.c.hall_id == bindparam("of_hall"), _p.c.window == bindparam("of_window"))
)


def posts(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Every window with somebody signed in."""
    return list(conn.execute(_all, {"hall_id": hall_id}))


def post(conn: Connection, hall_id: str, window: str) -> Row[Any] | None:
    """Who sits at `window`."""
    return conn.execute(_one, {"hall_id": hall_id, "window": window}).first()


def post_of(conn: Connection, hall_id: str, staff: str) -> Row[Any] | None:
    """Where a person sits."""
    return conn.execute(_by_staff, {"hall_id": hall_id, "staff": staff}).first()


def seat(tx: Tx, window: str, staff: str) -> None:
    """Sign a person in to a free window; the primary key refuses a second one."""
    tx.conn.execute(insert(_p).values(hall_id=tx.hall_id, window=window, staff=staff, since=tx.now))


def leave(tx: Tx, window: str) -> None:
    """Sign out whoever sits at a window."""
    tx.conn.execute(delete(_p).where(_p.c.hall_id == tx.hall_id, _p.c.window == window))


def set_pause(tx: Tx, window: str, paused_at: int | None, reason: str) -> None:
    """Pause (a time and a reason) or go on (None)."""
    _set(tx, window, paused_at=paused_at, pause_reason=reason)


def called(tx: Tx, window: str) -> None:
    """Remember that this window called somebody now."""
    _set(tx, window, last_call_at=tx.now)


def _set(tx: Tx, window: str, **values: Any) -> None:
    tx.conn.execute(_change, values | {"of_hall": tx.hall_id, "of_window": window})
