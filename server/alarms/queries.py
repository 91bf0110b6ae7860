"""Takes of alarms: queries. A take records that a person deals with an alarm."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert

from server.alarms.tables import alarm_take as _t
from server.core.records import Records
from server.core.store import Tx


@dataclass(frozen=True, slots=True)
class AlarmTake:
    """Person who deals with an alarm, since a time."""

    code: str
    subject: str
    by_actor: str
    at: int


_takes = Records(AlarmTake, _t)


def takes(conn: Connection, hall_id: str) -> dict[tuple[str, str], AlarmTake]:
    """Return the newest take of each alarm by (code, subject)."""
    records = _takes.all(conn, _takes.select().where(_t.c.hall_id == hall_id))
    return {(take.code, take.subject): take for take in records}


def take(tx: Tx, code: str, subject: str, by: str) -> None:
    """Record that `by` deals with an alarm from now on; replaces an earlier take."""
    key = (_t.c.hall_id == tx.hall_id, _t.c.code == code, _t.c.subject == subject)
    tx.conn.execute(delete(_t).where(*key))
    values = {"code": code, "subject": subject, "by_actor": by, "at": tx.now}
    tx.conn.execute(insert(_t).values(hall_id=tx.hall_id, **values))


def delete_before(tx: Tx, before: int) -> None:
    """Delete takes made before `before` (ms); a take holds for minutes only."""
    tx.conn.execute(delete(_t).where(_t.c.hall_id == tx.hall_id, _t.c.at < before))
