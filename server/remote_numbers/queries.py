"""Remote numbers with the state of their tickets: queries."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from server.core.store import Tx
from server.queue.tables import ticket
from server.queue.tickets import ABSENT, PASSED, State
from server.remote_numbers.rules import Holder, Taken
from server.remote_numbers.tables import remote_number

_r, _t = remote_number.c, ticket.c
_JOIN = (_r.hall_id == _t.hall_id) & (_r.ticket == _t.id)


def add(tx: Tx, ticket_id: str, day: str, holder: Holder, erase_after: int) -> None:
    """Insert who took a number; `erase_after`: time (ms) from which nothing of it is needed."""
    values = {"ticket": ticket_id, "day": day, "taken_at": tx.now, "erase_after": erase_after}
    tx.conn.execute(insert(remote_number).values(hall_id=tx.hall_id, **values, **asdict(holder)))


def _numbers(conn: Connection, hall_id: str, where: ColumnElement[bool]) -> list[Taken]:
    rows = conn.execute(
        select(_t.id, _t.day, _t.item, _t.number, _t.state, _t.lane)
        .select_from(remote_number.join(ticket, _JOIN))
        .where(_r.hall_id == hall_id, where)
        .order_by(_r.taken_at)
    )
    return [
        Taken(r.id, date.fromisoformat(r.day), r.item, r.number, State(r.state), r.lane)
        for r in rows
    ]


def of_person(conn: Connection, hall_id: str, person: str, since: str) -> list[Taken]:
    """Return the remote numbers of a person since a day, the oldest first."""
    return _numbers(conn, hall_id, (_r.person == person) & (_r.day >= since))


def count_of_source(conn: Connection, hall_id: str, source: str, day: str) -> int:
    """Return how many remote numbers an address took on a day."""
    where = (_r.hall_id == hall_id) & (_r.day == day) & (_r.source == source)
    return conn.execute(select(func.count()).select_from(remote_number).where(where)).scalar_one()


def open_count(conn: Connection, hall_id: str, queue: str) -> int:
    """Return how many numbers of a unit wait for their check-in."""
    absent = _t.lane.startswith(ABSENT) | _t.lane.startswith(PASSED)
    where = (_t.hall_id == hall_id) & (_t.state == State.WAITING) & (_t.queue == queue) & absent
    return conn.execute(select(func.count()).select_from(ticket).where(where)).scalar_one()


def erase_contacts(tx: Tx, now: int) -> int:
    """Erase persons and addresses whose time is over; return the number of records."""
    where = (_r.hall_id == tx.hall_id) & (_r.person != "") & (_r.erase_after < now)
    done = tx.conn.execute(update(remote_number).where(where).values(person="", source=""))
    return int(done.rowcount)
