"""Days with their price of appointments, and what a replay of a day needs: queries."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from server.core.records import Records
from server.core.store import Tx
from server.core.tables import journal
from server.queue.tables import business_day
from server.walk_ins.recorded_day import MoveLine
from server.walk_ins.tables import appointment_price

_p, _d, _j = appointment_price.c, business_day.c, journal.c


@dataclass(frozen=True, slots=True)
class StoredPrice:
    """Price of a day's appointments as stored: minutes in hundredths."""

    day: str
    walk_ins: int
    mean: int
    p95: int
    p95_wait: int
    booked: int
    booked_mean: int
    booked_in_time: int
    agreement: int
    bound: int
    promised: int
    at: int


_prices = Records(StoredPrice, appointment_price)
_lines = Records(MoveLine, _j.at, _j.act, _j.subject, _j.window, _j.data, _j.why)
CHUNK = 500


def prices(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredPrice]:
    """Return the prices of the days `first`..`last`, the earliest first."""
    where = (_p.hall_id == hall_id) & (_p.day >= first) & (_p.day <= last)
    return _prices.all(conn, _prices.select().where(where).order_by(_p.day))


def add(tx: Tx, price: StoredPrice) -> None:
    """Insert the price of a day."""
    tx.conn.execute(insert(appointment_price).values(hall_id=tx.hall_id, **asdict(price)))


def closed_since(conn: Connection, hall_id: str, day: str) -> list[str]:
    """Return the closed days since a day that have no price yet."""
    own = select(_p.day).where(_p.hall_id == hall_id)
    where = (_d.hall_id == hall_id) & (_d.day >= day) & _d.closed_at.is_not(None)
    rows = conn.execute(select(_d.day).where(where, _d.day.not_in(own)).order_by(_d.day))
    return [row.day for row in rows]


def ticket_lines(conn: Connection, hall_id: str, tickets: list[str]) -> dict[str, list[MoveLine]]:
    """Return the journal's lines about tickets, by ticket, in the journal's order."""
    lines: dict[str, list[MoveLine]] = {}
    for start in range(0, len(tickets), CHUNK):
        chunk = tickets[start : start + CHUNK]
        where = (_j.hall_id == hall_id) & _j.subject.in_(chunk) & _j.act.startswith("ticket.")
        query = _lines.select().where(where)
        # By the index of subjects, not by the whole journal.
        for line in _lines.all(conn, query.order_by(_j.seq + 0)):
            lines.setdefault(line.subject, []).append(line)
    return lines
