"""Settings with the date each value took force; history is kept."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from server.storage import schema
from server.storage.store import Tx

_s = schema.setting


def current(conn: Connection, hall_id: str) -> dict[str, Any]:
    """Every value in force that differs from the built-in starting values."""
    rows = conn.execute(select(_s).where(_s.c.hall_id == hall_id).order_by(_s.c.since))
    return {row.name: json.loads(row.value) for row in rows}


def put(tx: Tx, name: str, value: Any, by: str) -> None:
    """Set a value from now on."""
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
