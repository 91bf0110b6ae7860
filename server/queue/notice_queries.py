"""Stored notices and pauses of the hall, those in force only; the journal keeps the others."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert

from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.queue import tables


@dataclass(frozen=True, slots=True)
class HallNotice:
    """Notice of the office to a whole area, or pause of all its windows."""

    id: str
    area: str
    """Area as in `notice_scope`."""
    pauses: bool
    reason: str
    text: str
    text_en: str
    since: int
    until: int | None
    """Expected end of a pause; end of a notice."""

    def is_in_force(self, now: int) -> bool:
        """Return True for a pause, and for a notice whose end has not come."""
        return self.pauses or self.until is None or self.until > now


_n = tables.hall_notice
_notices = Records(HallNotice, _n)
_all = precompiled(
    _notices.select().where(_n.c.hall_id == bindparam("hall_id")).order_by(_n.c.since, _n.c.id)
)


def in_force(conn: Connection, hall_id: str, now: int) -> list[HallNotice]:
    """Return the pauses, and the notices whose end has not come, oldest first."""
    return [row for row in stored(conn, hall_id) if row.is_in_force(now)]


def stored(conn: Connection, hall_id: str) -> list[HallNotice]:
    """Return every stored notice, also one whose end has come."""
    return _notices.all(conn, _all, {"hall_id": hall_id})


def add(tx: Tx, notice: HallNotice) -> None:
    """Store a notice."""
    values = {name: getattr(notice, name) for name in HallNotice.__slots__}
    tx.conn.execute(insert(_n).values(hall_id=tx.hall_id, **values))


def remove(tx: Tx, notice: str) -> None:
    """Remove a notice that is over."""
    tx.conn.execute(delete(_n).where(_n.c.hall_id == tx.hall_id, _n.c.id == notice))
