"""Counts of wrong codes and tokens by hour."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from server.storage.store import Tx
from server.storage.tables_people import guess_count

HOUR_MS = 3_600_000
_g = guess_count.c


def add(tx: Tx, kind: str, count: int, address: str) -> None:
    """Add `count` wrong attempts to the current hour."""
    hour = tx.now // HOUR_MS
    key = (_g.hall_id == tx.hall_id, _g.kind == kind, _g.hour == hour)
    values = {"count": _g.count + count, "address": address}
    if tx.conn.execute(update(guess_count).where(*key).values(**values)).rowcount == 0:
        row = {"kind": kind, "hour": hour, "count": count, "address": address}
        tx.conn.execute(insert(guess_count).values(hall_id=tx.hall_id, **row))


def lately(conn: Connection, hall_id: str, now: int) -> list[Row[Any]]:
    """Return kind, total and address of wrong attempts in this hour and the one before."""
    query = (
        select(_g.kind, func.sum(_g.count).label("total"), func.max(_g.address).label("address"))
        .where(_g.hall_id == hall_id, _g.hour >= now // HOUR_MS - 1)
        .group_by(_g.kind)
    )
    return list(conn.execute(query))


def forget(tx: Tx, before: int) -> None:
    """Delete counts of hours before `before` (ms)."""
    old = (_g.hall_id == tx.hall_id, _g.hour < before // HOUR_MS)
    tx.conn.execute(delete(guess_count).where(*old))
