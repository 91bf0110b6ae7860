"""Issue rate of kiosks: the last excess of each kiosk, and counters near their end."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from server.core.records import Records
from server.core.store import Tx
from server.device_health.tables import kiosk_pace as _p
from server.queue import tables


@dataclass(frozen=True, slots=True)
class StoredExcess:
    """Last excess of a kiosk with a prefix."""

    kiosk: str
    prefix: str
    numbers: int
    minutes: int
    refused: int
    at: int


_excesses = Records(StoredExcess, _p)

_n = tables.number_counter


@dataclass(frozen=True, slots=True)
class Excess:
    """Excess of a kiosk that issued `count` numbers of a prefix within `minutes`."""

    kiosk: str
    prefix: str
    count: int
    minutes: int


def get(conn: Connection, hall_id: str, kiosk: str, prefix: str) -> StoredExcess | None:
    """Return a kiosk's last excess with a prefix, or None."""
    query = _excesses.select().where(
        _p.c.hall_id == hall_id, _p.c.kiosk == kiosk, _p.c.prefix == prefix
    )
    return _excesses.first(conn, query)


def since(conn: Connection, hall_id: str, at: int) -> list[StoredExcess]:
    """Return the excesses since `at` (ms)."""
    query = _excesses.select().where(_p.c.hall_id == hall_id, _p.c.at >= at)
    return _excesses.all(conn, query.order_by(_p.c.kiosk, _p.c.prefix))


def put(tx: Tx, excess: Excess, *, refused: bool) -> None:
    """Store the newest excess of a kiosk with a prefix."""
    key = (_p.c.hall_id == tx.hall_id, _p.c.kiosk == excess.kiosk, _p.c.prefix == excess.prefix)
    tx.conn.execute(delete(_p).where(*key))
    tx.conn.execute(
        insert(_p).values(
            hall_id=tx.hall_id,
            kiosk=excess.kiosk,
            prefix=excess.prefix,
            numbers=excess.count,
            minutes=excess.minutes,
            refused=int(refused),
            at=tx.now,
        )
    )


def counters_from(conn: Connection, hall_id: str, day: str, least: int) -> dict[str, int]:
    """Return the last issued number of each prefix that reached `least` on a day."""
    query = select(_n.c.prefix, _n.c.last).where(
        _n.c.hall_id == hall_id, _n.c.day == day, _n.c.last >= least
    )
    return {row.prefix: int(row.last) for row in conn.execute(query)}
