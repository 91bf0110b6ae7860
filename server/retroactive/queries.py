"""Retroactive changes and the values they move: queries and updates."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from server.core.store import Tx
from server.retroactive.rules import State, ValueChange, ValueKey
from server.retroactive.tables import past_change, past_move

_c, _m = past_change.c, past_move.c


def add(tx: Tx, change_id: str, moves: Iterable[ValueChange], **values: Any) -> None:
    """Insert a waiting retroactive change with its moved values; lists and dicts become JSON."""
    row = {
        name: json.dumps(value, ensure_ascii=False) if _is_json(name) else value
        for name, value in values.items()
    }
    tx.conn.execute(
        insert(past_change).values(
            hall_id=tx.hall_id, id=change_id, state=State.WAITING.value, asked_at=tx.now, **row
        )
    )
    rows = [
        {
            "hall_id": tx.hall_id,
            "change_id": change_id,
            "day": move.spot.day,
            "staff": move.spot.staff,
            "slot": move.spot.slot,
            "was": move.was,
            "now": move.now,
        }
        for move in moves
    ]
    if rows:
        tx.conn.execute(insert(past_move), rows)


def _is_json(name: str) -> bool:
    return name in ("args", "days", "reach", "subjects")


def get(conn: Connection, hall_id: str, change_id: str) -> Row[Any] | None:
    """Return one retroactive change, or None."""
    query = select(past_change).where(_c.hall_id == hall_id, _c.id == change_id)
    return conn.execute(query).first()


def listed(conn: Connection, hall_id: str, most: int = 200) -> list[Row[Any]]:
    """Return retroactive changes: waiting ones first, then the newest."""
    settled = (_c.state != State.WAITING.value).label("settled")
    query = select(past_change).where(_c.hall_id == hall_id)
    return list(conn.execute(query.order_by(settled, _c.asked_at.desc(), _c.id).limit(most)))


def waiting(conn: Connection, hall_id: str) -> tuple[int, int | None]:
    """Return the number of waiting retroactive changes and the time (ms) of the oldest."""
    row = conn.execute(
        select(func.count(), func.min(_c.asked_at)).where(
            _c.hall_id == hall_id, _c.state == State.WAITING.value
        )
    ).one()
    return int(row[0]), row[1]


def same(conn: Connection, hall_id: str, command: str, args: str) -> Row[Any] | None:
    """Return a waiting retroactive change with the same command and arguments, or None."""
    return conn.execute(
        select(past_change).where(
            _c.hall_id == hall_id,
            _c.state == State.WAITING.value,
            _c.command == command,
            _c.args == args,
        )
    ).first()


def unamended(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Return confirmed changes whose effect on released bulletins is not yet examined."""
    query = select(past_change).where(
        _c.hall_id == hall_id, _c.state == State.CONFIRMED.value, _c.amended == 0
    )
    return list(conn.execute(query.order_by(_c.decided_at)))


def change(tx: Tx, change_id: str, **values: Any) -> None:
    """Change columns of a retroactive change."""
    tx.conn.execute(
        update(past_change).where(_c.hall_id == tx.hall_id, _c.id == change_id).values(**values)
    )


def moves(conn: Connection, hall_id: str, change_id: str) -> list[ValueChange]:
    """Return the values that a retroactive change moves, by day and person."""
    rows = conn.execute(
        select(past_move)
        .where(_m.hall_id == hall_id, _m.change_id == change_id)
        .order_by(_m.day, _m.staff, _m.slot)
    )
    return [ValueChange(ValueKey(row.day, row.staff, row.slot), row.was, row.now) for row in rows]


def confirmed(
    conn: Connection, hall_id: str, first: str, last: str, staff: Iterable[str] | None = None
) -> list[Row[Any]]:
    """Return confirmed moves of ISO days `first`..`last`, oldest first.

    Rows: day, staff, slot, was, now, change_id, why, asked_by, decided_by, decided_at.
    """
    query = (
        select(
            *(_m.day, _m.staff, _m.slot, _m.was, _m.now, _m.change_id),
            *(_c.why, _c.asked_by, _c.decided_by, _c.decided_at),
        )
        .join(past_change, (_c.hall_id == _m.hall_id) & (_c.id == _m.change_id))
        .where(
            _m.hall_id == hall_id,
            _m.day.between(first, last),
            _c.state == State.CONFIRMED.value,
        )
        .order_by(_c.decided_at, _m.change_id, _m.staff, _m.slot)
    )
    if staff is not None:
        query = query.where(_m.staff.in_(sorted(staff)))
    return list(conn.execute(query))
