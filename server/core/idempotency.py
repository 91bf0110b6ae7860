"""First answers to commands by actor and Idempotency-Key: a repeat gets the same answer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert

from server.core import tables
from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """First answer to a command."""

    actor: str
    key: str
    digest: str
    status: int
    body: str
    at: int


_i = tables.idempotency
_answers = Records(FirstAnswer, _i)
_get = precompiled(
    _answers.select().where(
        _i.c.hall_id == bindparam("hall_id"),
        _i.c.actor == bindparam("actor"),
        _i.c.key == bindparam("key"),
    )
)
_put = precompiled(insert(_i))


def first_answer(conn: Connection, hall_id: str, actor: str, key: str) -> FirstAnswer | None:
    """Return digest, status and body of the first answer; None if the key is new."""
    return _answers.first(conn, _get, {"hall_id": hall_id, "actor": actor, "key": key})


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
