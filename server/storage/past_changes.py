"""Changes of the past and the values they move: queries and changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from server.domain.past_changes import Move, Spot, State
from server.storage.store import Tx
from server.storage.tables_past import past_change, past_move

_c, _m = past_change.c, past_move.c


def add(tx: Tx, change_id: str, moved: Iterable[Move], **values: Any) -> None:
    """Keep a change that waits, with the values it moves; lists and dicts become JSON."""
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
        for move in moved
    ]
    if rows:
        tx.conn.execute(insert(past_move), rows)


def _is_json(name: str) -> bool:
    return name in ("args", "days", "reach", "subjects")


def get(conn: Connection, hall_id: str, change_id: str) -> Row[Any] | None:
    """One change."""
    found = select(past_change).where(_c.hall_id == hall_id, _c.id == change_id)
    return conn.execute(found).first()


def listed(conn: Connection, hall_id: str, most: int = 200) -> list[Row[Any]]:
    """Changes, those that wait first, then the newest."""
    waits = (_c.state != State.WAITING.value).label("settled")
    found = select(past_change).where(_c.hall_id == hall_id)
    return list(conn.execute(found.order_by(waits, _c.asked_at.desc(), _c.id).limit(most)))


def waiting(conn: Connection, hall_id: str) -> tuple[int, int | None]:
    """Number of changes that wait, and since when the oldest does."""
    row = conn.execute(
        select(func.count(), func.min(_c.asked_at)).where(
            _c.hall_id == hall_id, _c.state == State.WAITING.value
        )
    ).one()
    return int(row[0]), row[1]


def same(conn: Connection, hall_id: str, command: str, args: str) -> Row[Any] | None:
    """A change that waits with the same command and arguments."""
    return conn.execute(
        select(past_change).where(
            _c.hall_id == hall_id,
            _c.state == State.WAITING.value,
            _c.command == command,
            _c.args == args,
        )
    ).first()


def unamended(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Confirmed changes for which released bulletins were not looked through yet."""
    found = select(past_change).where(
        _c.hall_id == hall_id, _c.state == State.CONFIRMED.value, _c.amended == 0
    )
    return list(conn.execute(found.order_by(_c.decided_at)))


def change(tx: Tx, change_id: str, **values: Any) -> None:
    """Change columns."""
    tx.conn.execute(
        update(past_change).where(_c.hall_id == tx.hall_id, _c.id == change_id).values(**values)
    )


def moves(conn: Connection, hall_id: str, change_id: str) -> list[Move]:
    """The values that a change moves, by day and person."""
    rows = conn.execute(
        select(past_move)
        .where(_m.hall_id == hall_id, _m.change_id == change_id)
        .order_by(_m.day, _m.staff, _m.slot)
    )
    return [Move(Spot(row.day, row.staff, row.slot), row.was, row.now) for row in rows]


def confirmed(
    conn: Connection, hall_id: str, first: str, last: str, staff: Iterable[str] | None = None
) -> list[Row[Any]]:
    """Moves of ISO days `first`..`last` that were confirmed, with who and why, oldest first.

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
