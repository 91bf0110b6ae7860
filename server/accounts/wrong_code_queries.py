"""Counts of wrong codes and tokens by hour."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from server.accounts.tables import guess_count
from server.core.store import Tx

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


@dataclass(frozen=True, slots=True)
class WrongAttempts:
    """Wrong attempts of one kind in this hour and the one before, and their latest address."""

    kind: str
    total: int
    address: str


def lately(conn: Connection, hall_id: str, now: int) -> list[WrongAttempts]:
    """Return the wrong attempts in this hour and the one before, by kind."""
    query = (
        select(_g.kind, _g.count, _g.address)
        .where(_g.hall_id == hall_id, _g.hour >= now // HOUR_MS - 1)
        .order_by(_g.kind, _g.hour)
    )
    latest: dict[str, WrongAttempts] = {}
    for kind, count, address in conn.execute(query):
        before = latest[kind].total if kind in latest else 0
        latest[kind] = WrongAttempts(kind, before + count, address)
    return list(latest.values())


def delete_before(tx: Tx, before: int) -> None:
    """Delete counts of hours before `before` (ms)."""
    old = (_g.hall_id == tx.hall_id, _g.hour < before // HOUR_MS)
    tx.conn.execute(delete(guess_count).where(*old))
