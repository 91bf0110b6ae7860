"""Window sessions: the person signed in to each window, and its pause."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, update

from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue import tables
from server.queue.routing import WindowSession, WindowSessions

OFFICE = "hall"
"""Reason of a pause by which the office stops all windows of an area."""


class StoredSession(NamedTuple):
    """Session of a person at a window, with its pause."""

    window: str
    staff: str
    since: int
    paused_at: int | None
    pause_reason: str
    last_call_at: int | None
    pause_until: int | None
    """Expected end of the pause."""
    pause_next: str
    """Reason of the pause that begins after the present person; "" if none does."""
    pause_minutes: int
    """Expected length of that pause; 0 if it is not known."""
    undo_ticket: str = ""
    """Ticket of the last act that can be undone; empty if there is none."""
    undo_move: str = ""
    undo_at: int | None = None
    undo_note: str = ""
    """Note of that ticket before the act."""


_p = tables.window_post
_sessions = Records(StoredSession, _p)
_of_hall = _sessions.select().where(_p.c.hall_id == bindparam("hall_id"))
_all = precompiled(_of_hall)
_one = precompiled(_of_hall.where(_p.c.window == bindparam("window")))
_by_staff = precompiled(_of_hall.where(_p.c.staff == bindparam("staff")))
_change = precompiled(
    update(_p).where(_p.c.hall_id == bindparam("of_hall"), _p.c.window == bindparam("of_window"))
)


def sessions(conn: Connection, hall_id: str) -> list[StoredSession]:
    """Return every window session."""
    return _sessions.all(conn, _all, {"hall_id": hall_id})


def for_rules(rows: Iterable[StoredSession]) -> WindowSessions:
    """Return window sessions as the rules read them, by window.

    A window that pauses after its present person counts as paused: it calls nobody else before.
    """
    return {
        row.window: WindowSession(
            row.window,
            row.staff,
            row.paused_at is not None or row.pause_next != "",
            row.pause_until,
            OFFICE in (row.pause_reason, row.pause_next),
        )
        for row in rows
    }


def session(conn: Connection, hall_id: str, window: str) -> StoredSession | None:
    """Return the session at a window, or None."""
    return _sessions.first(conn, _one, {"hall_id": hall_id, "window": window})


def session_of(conn: Connection, hall_id: str, staff: str) -> StoredSession | None:
    """Return a person's window session, or None."""
    return _sessions.first(conn, _by_staff, {"hall_id": hall_id, "staff": staff})


def sign_in(tx: Tx, window: str, staff: str) -> None:
    """Sign a person in to a free window; the primary key rejects a second person."""
    tx.conn.execute(insert(_p).values(hall_id=tx.hall_id, window=window, staff=staff, since=tx.now))


def sign_out(tx: Tx, window: str) -> None:
    """Sign out the person at a window."""
    tx.conn.execute(delete(_p).where(_p.c.hall_id == tx.hall_id, _p.c.window == window))


def set_pause(
    tx: Tx, window: str, paused_at: int | None, reason: str, until: int | None = None
) -> None:
    """Pause a window (time and reason), or resume it (None); a pause to come is over with it."""
    paused = {"paused_at": paused_at, "pause_reason": reason, "pause_until": until}
    _set(tx, window, **paused, pause_next="", pause_minutes=0)


def set_next_pause(
    tx: Tx, window: str, reason: str, minutes: int, until: int | None = None
) -> None:
    """Let a pause begin after the present person; "": none. It has a length or an expected end."""
    _set(tx, window, pause_next=reason, pause_minutes=minutes, pause_until=until)


def record_call(tx: Tx, window: str) -> None:
    """Record that this window made a call now."""
    _set(tx, window, last_call_at=tx.now)


def set_undo(tx: Tx, window: str, ticket: str, move: str, note: str) -> None:
    """Record the last act at a window that can be undone."""
    values = {"undo_ticket": ticket, "undo_move": move, "undo_at": tx.now, "undo_note": note}
    _set(tx, window, **values)


def clear_undo(tx: Tx, window: str) -> None:
    """Record that nothing can be undone at a window."""
    _set(tx, window, undo_ticket="", undo_move="", undo_at=None, undo_note="")


def _set(tx: Tx, window: str, **values: Any) -> None:
    tx.conn.execute(_change, values | {"of_hall": tx.hall_id, "of_window": window})
