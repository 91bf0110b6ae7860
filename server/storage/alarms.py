"""Takes of alarms: one row for each alarm that somebody said they would deal with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from server.storage.store import Tx
from server.storage.tables_alarms import alarm_take as _t


def takes(conn: Connection, hall_id: str) -> dict[tuple[str, str], Row[Any]]:
    """The newest take of each alarm, by code and subject."""
    rows = conn.execute(select(_t).where(_t.c.hall_id == hall_id))
    return {(row.code, row.subject): row for row in rows}


def take(tx: Tx, code: str, subject: str, by: str) -> None:
    """Somebody deals with it from now on."""
    where = (_t.c.hall_id == tx.hall_id, _t.c.code == code, _t.c.subject == subject)
    tx.conn.execute(delete(_t).where(*where))
    values = {"code": code, "subject": subject, "by_actor": by, "at": tx.now}
    tx.conn.execute(insert(_t).values(hall_id=tx.hall_id, **values))


def forget(tx: Tx, before: int) -> None:
    """Drop takes from before a time; they hold for minutes."""
    tx.conn.execute(delete(_t).where(_t.c.hall_id == tx.hall_id, _t.c.at < before))
