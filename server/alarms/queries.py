"""Takes of alarms: queries. A take records that a person deals with an alarm."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from server.alarms.tables import alarm_take as _t
from server.core.store import Tx


def takes(conn: Connection, hall_id: str) -> dict[tuple[str, str], Row[Any]]:
    """Return the newest take of each alarm by (code, subject)."""
    rows = conn.execute(select(_t).where(_t.c.hall_id == hall_id))
    return {(row.code, row.subject): row for row in rows}


def take(tx: Tx, code: str, subject: str, by: str) -> None:
    """Record that `by` deals with an alarm from now on; replaces an earlier take."""
    key = (_t.c.hall_id == tx.hall_id, _t.c.code == code, _t.c.subject == subject)
    tx.conn.execute(delete(_t).where(*key))
    values = {"code": code, "subject": subject, "by_actor": by, "at": tx.now}
    tx.conn.execute(insert(_t).values(hall_id=tx.hall_id, **values))


def delete_before(tx: Tx, before: int) -> None:
    """Delete takes made before `before` (ms); a take holds for minutes only."""
    tx.conn.execute(delete(_t).where(_t.c.hall_id == tx.hall_id, _t.c.at < before))
