"""Presses on rating pads: queries."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select, update

from server.core.records import Records
from server.core.store import Tx
from server.queue.tables import ticket
from server.ratings.pad_rules import PressState, Service
from server.ratings.tables import pad_press, rating


@dataclass(frozen=True, slots=True)
class StoredPress:
    """Press on a rating pad as stored; times in ms, `raw` the frame in hex."""

    id: str
    device: str
    window: str
    at: int
    received_at: int
    level: int
    asked: str
    raw: str
    state: str = PressState.WAITING.value
    rating: str = ""


_presses = Records(StoredPress, pad_press)
_p, _t = pad_press.c, ticket.c


def get(conn: Connection, hall_id: str, press: str) -> StoredPress | None:
    """Return one press, or None."""
    return _presses.first(conn, _presses.select().where(_p.hall_id == hall_id, _p.id == press))


def add(tx: Tx, press: StoredPress) -> None:
    """Insert a press."""
    tx.conn.execute(insert(pad_press).values(hall_id=tx.hall_id, **asdict(press)))


def settle(tx: Tx, press: str, state: PressState, rating: str) -> None:
    """Record what became of a press."""
    tx.conn.execute(
        update(pad_press)
        .where(_p.hall_id == tx.hall_id, _p.id == press)
        .values(state=state.value, rating=rating)
    )


def has_waiting(conn: Connection, hall_id: str) -> bool:
    """Return True if a press waits for its service."""
    query = select(_p.id).where(_p.hall_id == hall_id, _p.state == PressState.WAITING)
    return conn.execute(query.limit(1)).first() is not None


def waiting(conn: Connection, hall_id: str) -> list[StoredPress]:
    """Return the presses that wait for their service, oldest first."""
    query = _presses.select().where(_p.hall_id == hall_id, _p.state == PressState.WAITING)
    return _presses.all(conn, query.order_by(_p.at, _p.id))


def unmatched(conn: Connection, hall_id: str, since: int) -> list[StoredPress]:
    """Return the presses since a time (ms) that belong to no service, newest first."""
    query = _presses.select().where(
        _p.hall_id == hall_id, _p.state == PressState.UNMATCHED, _p.at >= since
    )
    return _presses.all(conn, query.order_by(_p.at.desc(), _p.id))


def services_near(conn: Connection, hall_id: str, press: StoredPress, day: str) -> list[Service]:
    """Return the finished services that a press may rate: the one asked for, and its day's."""
    finished = select(_t.id, _t.window, _t.ended_at).where(
        _t.hall_id == hall_id, _t.state == "finished", _t.window == press.window
    )
    # One after the other: of both at once SQLite reads every finished ticket of the hall.
    rows = [
        row
        for wanted in (_t.day == day, _t.id == press.asked)
        for row in conn.execute(finished.where(wanted))
    ]
    return [Service(row[0], row[1], row[2] or 0) for row in dict.fromkeys(rows)]


def finished_on(conn: Connection, hall_id: str, day: str) -> list[Service]:
    """Return the services that were finished on a day, oldest first."""
    query = select(_t.id, _t.window, _t.ended_at).where(
        _t.hall_id == hall_id, _t.day == day, _t.state == "finished"
    )
    return [
        Service(row[0], row[1], row[2] or 0)
        for row in conn.execute(query.order_by(_t.ended_at, _t.id))
    ]


def last_finished(conn: Connection, hall_id: str, day: str, window: str) -> Service | None:
    """Return the service that a window finished last today, or None."""
    query = (
        select(_t.id, _t.window, _t.ended_at)
        .where(_t.hall_id == hall_id, _t.day == day, _t.window == window, _t.state == "finished")
        .order_by(_t.ended_at.desc())
        .limit(1)
    )
    row = conn.execute(query).first()
    return None if row is None else Service(row[0], row[1], row[2] or 0)


def is_rated(conn: Connection, hall_id: str, ticket_id: str) -> bool:
    """Return True if a service was rated."""
    query = select(rating.c.id).where(rating.c.hall_id == hall_id, rating.c.ticket == ticket_id)
    return conn.execute(query.limit(1)).first() is not None
