"""Queries of the kiosks' pace: where it was last exceeded, and the numbers that are left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from server.storage import schema
from server.storage.store import Tx
from server.storage.tables_bindings import kiosk_pace as _p

_n = schema.number_counter


@dataclass(frozen=True, slots=True)
class Excess:
    """A kiosk that gave `count` numbers of a prefix within `minutes`."""

    kiosk: str
    prefix: str
    count: int
    minutes: int


def get(conn: Connection, hall_id: str, kiosk: str, prefix: str) -> Row[Any] | None:
    """Return where and when a kiosk last exceeded its pace with a unit's numbers."""
    asked = select(_p).where(_p.c.hall_id == hall_id, _p.c.kiosk == kiosk, _p.c.prefix == prefix)
    return conn.execute(asked).first()


def since(conn: Connection, hall_id: str, at: int) -> list[Row[Any]]:
    """Return what was exceeded since a time."""
    asked = select(_p).where(_p.c.hall_id == hall_id, _p.c.at >= at)
    return list(conn.execute(asked.order_by(_p.c.kiosk, _p.c.prefix)))


def put(tx: Tx, found: Excess, *, refused: bool) -> None:
    """Keep the newest excess of a kiosk with a unit's numbers."""
    mine = (_p.c.hall_id == tx.hall_id, _p.c.kiosk == found.kiosk, _p.c.prefix == found.prefix)
    tx.conn.execute(delete(_p).where(*mine))
    tx.conn.execute(
        insert(_p).values(
            hall_id=tx.hall_id,
            kiosk=found.kiosk,
            prefix=found.prefix,
            numbers=found.count,
            minutes=found.minutes,
            refused=int(refused),
            at=tx.now,
        )
    )


def taken_beyond(conn: Connection, hall_id: str, day: str, least: int) -> dict[str, int]:
    """Return the last number given of each prefix that has come to `least` on a day."""
    asked = select(_n.c.prefix, _n.c.last).where(
        _n.c.hall_id == hall_id, _n.c.day == day, _n.c.last >= least
    )
    return {row.prefix: int(row.last) for row in conn.execute(asked)}
