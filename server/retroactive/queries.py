"""Retroactive changes and the values they move: queries and updates."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from server.core.records import Records
from server.core.store import Tx
from server.retroactive.tables import past_change, past_move
from server.retroactive.value_changes import State, ValueChange, ValueKey


@dataclass(frozen=True, slots=True)
class StoredChange:
    """Retroactive change as stored."""

    id: str
    command: str
    args: str
    why: str
    rank: str
    asked_by: str
    asked_at: int
    days: str
    reach: str
    subjects: str
    state: str
    decided_by: str
    decided_at: int | None
    words: str
    amended: int


@dataclass(frozen=True, slots=True)
class StoredMove:
    """Value that a retroactive change moves."""

    change_id: str
    day: str
    staff: str
    slot: str
    was: str
    now: str


_changes = Records(StoredChange, past_change)
_moves = Records(StoredMove, past_move)


@dataclass(frozen=True, slots=True)
class ConfirmedMove:
    """Moved value of a confirmed change, with its reason and people."""

    day: str
    staff: str
    slot: str
    was: str
    now: str
    change_id: str
    why: str
    asked_by: str
    decided_by: str
    decided_at: int | None


_c, _m = past_change.c, past_move.c
_confirmed = Records(
    ConfirmedMove,
    *(_m.day, _m.staff, _m.slot, _m.was, _m.now, _m.change_id),
    *(_c.why, _c.asked_by, _c.decided_by, _c.decided_at),
)


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
            "day": move.key.day,
            "staff": move.key.staff,
            "slot": move.key.slot,
            "was": move.was,
            "now": move.now,
        }
        for move in moves
    ]
    if rows:
        tx.conn.execute(insert(past_move), rows)


def _is_json(name: str) -> bool:
    return name in ("args", "days", "reach", "subjects")


def get(conn: Connection, hall_id: str, change_id: str) -> StoredChange | None:
    """Return one retroactive change, or None."""
    query = _changes.select().where(_c.hall_id == hall_id, _c.id == change_id)
    return _changes.first(conn, query)


def listed(conn: Connection, hall_id: str, most: int = 200) -> list[StoredChange]:
    """Return retroactive changes: waiting ones first, then the newest."""
    settled = (_c.state != State.WAITING.value).label("settled")
    query = _changes.select().where(_c.hall_id == hall_id)
    return _changes.all(conn, query.order_by(settled, _c.asked_at.desc(), _c.id).limit(most))


def waiting(conn: Connection, hall_id: str) -> tuple[int, int | None]:
    """Return the number of waiting retroactive changes and the time (ms) of the oldest."""
    row = conn.execute(
        select(func.count(), func.min(_c.asked_at)).where(
            _c.hall_id == hall_id, _c.state == State.WAITING.value
        )
    ).one()
    return int(row[0]), row[1]


def same(conn: Connection, hall_id: str, command: str, args: str) -> StoredChange | None:
    """Return a waiting retroactive change with the same command and arguments, or None."""
    return _changes.first(
        conn,
        _changes.select().where(
            _c.hall_id == hall_id,
            _c.state == State.WAITING.value,
            _c.command == command,
            _c.args == args,
        ),
    )


def unamended(conn: Connection, hall_id: str) -> list[StoredChange]:
    """Return confirmed changes whose effect on released bulletins is not yet examined."""
    query = _changes.select().where(
        _c.hall_id == hall_id, _c.state == State.CONFIRMED.value, _c.amended == 0
    )
    return _changes.all(conn, query.order_by(_c.decided_at))


def change(tx: Tx, change_id: str, **values: Any) -> None:
    """Change columns of a retroactive change."""
    tx.conn.execute(
        update(past_change).where(_c.hall_id == tx.hall_id, _c.id == change_id).values(**values)
    )


def moves(conn: Connection, hall_id: str, change_id: str) -> list[ValueChange]:
    """Return the values that a retroactive change moves, by day and person."""
    query = _moves.select().where(_m.hall_id == hall_id, _m.change_id == change_id)
    return [
        ValueChange(ValueKey(move.day, move.staff, move.slot), move.was, move.now)
        for move in _moves.all(conn, query.order_by(_m.day, _m.staff, _m.slot))
    ]


def confirmed(
    conn: Connection, hall_id: str, first: str, last: str, staff: Iterable[str] | None = None
) -> list[ConfirmedMove]:
    """Return confirmed moves of ISO days `first`..`last`, oldest first."""
    query = (
        _confirmed.select()
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
    return _confirmed.all(conn, query)
