"""Settings with the time from which each value is in force; all values are kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from server.core import tables
from server.core.statement import precompiled
from server.core.store import Tx

_s = tables.setting
_current = precompiled(
    select(_s.c.name, _s.c.value).where(_s.c.hall_id == bindparam("hall_id")).order_by(_s.c.since)
)


def current(conn: Connection, hall_id: str) -> dict[str, Any]:
    """Return every value in force that differs from the built-in defaults."""
    rows = conn.execute(_current, {"hall_id": hall_id})
    return {row.name: json.loads(row.value) for row in rows}


def history(conn: Connection, hall_id: str, names: Sequence[str]) -> list[tuple[int, str, Any]]:
    """Return (since ms, name, value) of every value of these settings, oldest first."""
    rows = conn.execute(
        select(_s.c.since, _s.c.name, _s.c.value)
        .where(_s.c.hall_id == hall_id, _s.c.name.in_(names))
        .order_by(_s.c.since)
    )
    return [(row.since, row.name, json.loads(row.value)) for row in rows]


def put(tx: Tx, name: str, value: Any, by: str) -> None:
    """Set a value that is in force from now on."""
    tx.conn.execute(
        delete(_s).where(_s.c.hall_id == tx.hall_id, _s.c.name == name, _s.c.since == tx.now)
    )
    tx.conn.execute(
        insert(_s).values(
            hall_id=tx.hall_id,
            name=name,
            since=tx.now,
            value=json.dumps(value, ensure_ascii=False),
            by_actor=by,
        )
    )
