"""Records of stored papers. Their bytes are in the data folder, named by their hash."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from server.core.store import Tx
from server.leave.tables import kept_file

_f = kept_file.c


def get(conn: Connection, hall_id: str, file_id: str) -> Row[Any] | None:
    """Return id, name, media, size, by_actor and at of a paper, or None."""
    return conn.execute(select(kept_file).where(_f.hall_id == hall_id, _f.id == file_id)).first()


def add(tx: Tx, file_id: str, name: str, media: str, size: int, by: str) -> None:
    """Insert the record of a new paper."""
    tx.conn.execute(
        insert(kept_file).values(
            hall_id=tx.hall_id,
            id=file_id,
            name=name,
            media=media,
            size=size,
            by_actor=by,
            at=tx.now,
        )
    )
