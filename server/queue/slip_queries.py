"""Slips to print and their results.

A slip has a row from the request until the printer has reported; an outstanding one is `owed`
or `sent`.
"""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, func, insert, literal_column, select, update

from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue import tables
from server.queue.slips import StoredSlip

VOID = "void"
"""Reason of a slip whose ticket was replaced by another: it need not be printed."""

_s = tables.slip
_slips = Records(StoredSlip, _s)
# Literals, not parameters: only then does SQLite use the partial index.
_is_unsettled = _s.c.state.in_([literal_column("'owed'"), literal_column("'sent'")])

_hall = _s.c.hall_id == bindparam("hall_id")
_owe = precompiled(insert(_s))
# An expression for the time, and any device: otherwise SQLite uses another index and scans
# every slip of all times.
_overdue = precompiled(
    _slips.select().where(
        _hall, _is_unsettled, _s.c.device >= "", _s.c.created_at + 0 < bindparam("before")
    )
)
_get = precompiled(_slips.select().where(_hall, _s.c.id == bindparam("id")))
# Without ORDER BY: SQLite would scan all slips of the hall by time.
_of_ticket = precompiled(_slips.select().where(_hall, _s.c.ticket_id == bindparam("ticket_id")))
_change = precompiled(
    update(_s).where(_s.c.hall_id == bindparam("of_hall"), _s.c.id == bindparam("of_id"))
)


def enqueue(
    tx: Tx,
    *,
    slip_id: str,
    kind: str,
    ticket_id: str,
    device: str,
    document: str,
    copy: bool,
    by: str,
) -> StoredSlip:
    """Insert an outstanding slip and return it."""
    row = StoredSlip(
        slip_id, kind, ticket_id, device, document, "owed", "", copy, tx.now, tx.now, by
    )
    tx.conn.execute(_owe, {"hall_id": tx.hall_id} | asdict(row))
    return row


def get(conn: Connection, hall_id: str, slip_id: str) -> StoredSlip | None:
    """Return one slip, or None."""
    return _slips.first(conn, _get, {"hall_id": hall_id, "id": slip_id})


def of_ticket(conn: Connection, hall_id: str, ticket_id: str) -> list[StoredSlip]:
    """Return a ticket's slips, oldest first."""
    slips = _slips.all(conn, _of_ticket, {"hall_id": hall_id, "ticket_id": ticket_id})
    return sorted(slips, key=lambda slip: (slip.created_at, slip.id))


def unsettled(conn: Connection, hall_id: str, device: str) -> list[StoredSlip]:
    """Return slips for which a printer's report is outstanding, oldest first."""
    return _slips.all(
        conn,
        _slips.select()
        .where(_s.c.hall_id == hall_id, _s.c.device == device, _is_unsettled)
        .order_by(_s.c.created_at + 0, _s.c.id),  # by the index of the outstanding ones
    )


def open_count(conn: Connection, hall_id: str) -> int:
    """Return the number of slips for which a printer's report is outstanding."""
    query = select(func.count()).where(_s.c.hall_id == hall_id, _is_unsettled)
    return int(conn.execute(query).scalar_one())


def set_state(tx: Tx, slip_id: str, state: str, reason: str = "") -> None:
    """Change the state of a slip."""
    values = {"state": state, "reason": reason, "changed_at": tx.now}
    tx.conn.execute(_change, values | {"of_hall": tx.hall_id, "of_id": slip_id})


def unprinted(conn: Connection, hall_id: str, since: int) -> list[StoredSlip]:
    """Return slips since a time that failed or have an unknown result, newest first.

    This is the desk's list. Only the newest slip of a ticket counts: one that was printed again
    needs no attention.
    """
    later = _s.alias("later")
    replaced = (
        select(later.c.id)
        .where(
            later.c.hall_id == _s.c.hall_id,
            later.c.ticket_id == _s.c.ticket_id,
            later.c.ticket_id != "",
            later.c.kind == _s.c.kind,
            later.c.created_at > _s.c.created_at,
        )
        .exists()
    )
    return _slips.all(
        conn,
        _slips.select()
        .where(
            _s.c.hall_id == hall_id,
            _s.c.created_at >= since,
            _s.c.state.in_(["failed", "unknown"]),
            _s.c.reason != VOID,
            ~replaced,
        )
        .order_by(_s.c.created_at.desc()),
    )


def recent(conn: Connection, hall_id: str, kiosk: str, since: int) -> list[StoredSlip]:
    """Return the slips of a kiosk's tickets and the notices printed there, oldest first."""
    t = tables.ticket
    notice = (_s.c.kind == "notice") & (_s.c.by_actor == f"kiosk:{kiosk}")
    return _slips.all(
        conn,
        _slips.select()
        .outerjoin(t, (t.c.hall_id == _s.c.hall_id) & (t.c.id == _s.c.ticket_id))
        .where(_s.c.hall_id == hall_id, _s.c.created_at >= since)
        .where((t.c.kiosk == kiosk) | notice)
        .order_by(_s.c.created_at, _s.c.id),
    )


def overdue(conn: Connection, hall_id: str, before: int) -> list[StoredSlip]:
    """Return unsettled slips made before a time."""
    return _slips.all(conn, _overdue, {"hall_id": hall_id, "before": before})
