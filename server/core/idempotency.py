"""First answers to commands by actor and Idempotency-Key: a repeat gets the same answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from server.core import tables
from server.core.statement import precompiled
from server.core.store import Tx

_i = tables.idempotency
_get = precompiled(
    select(_i).where(
        _i.c.hall_id == bindparam("hall_id"),
        _i.c.actor == bindparam("actor"),
        _i.c.key == bindparam("key"),
    )
)
_put = precompiled(insert(_i))


def first_answer(conn: Connection, hall_id: str, actor: str, key: str) -> Row[Any] | None:
    """Return digest, status and body of the first answer; None if the key is new."""
    return conn.execute(_get, {"hall_id": hall_id, "actor": actor, "key": key}).first()


def keep_answer(tx: Tx, actor: str, key: str, digest: str, status: int, body: str) -> None:
    """Store the first answer in the transaction of the action itself."""
    tx.conn.execute(
        _put,
        {
            "hall_id": tx.hall_id,
            "actor": actor,
            "key": key,
            "digest": digest,
            "status": status,
            "body": body,
            "at": tx.now,
        },
    )


def delete_answers(tx: Tx, before: int) -> None:
    """Delete answers older than `before` (ms)."""
    tx.conn.execute(delete(_i).where(_i.c.hall_id == tx.hall_id, _i.c.at < before))
