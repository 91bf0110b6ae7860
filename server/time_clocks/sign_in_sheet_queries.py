"""Sign-in sheets of power cuts with their witness's confirmation: queries and changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, update

from server.core.records import Records
from server.core.store import Tx
from server.time_clocks.tables import sign_in_sheet


@dataclass(frozen=True, slots=True)
class SignInSheet:
    """Signed sheet of a power cut with its witness's decision."""

    id: str
    day: str
    reason: str
    witness: str
    lines: str
    by_actor: str
    at: int
    state: str
    decided_at: int | None
    words: str


_sheets = Records(SignInSheet, sign_in_sheet)

_s = sign_in_sheet.c


def add(
    tx: Tx,
    sheet_id: str,
    day: str,
    reason: str,
    witness: str,
    entries: Sequence[Mapping[str, str]],
    by: str,
) -> None:
    """Insert a signed sheet as it was typed in."""
    tx.conn.execute(
        insert(sign_in_sheet).values(
            hall_id=tx.hall_id,
            id=sheet_id,
            day=day,
            reason=reason,
            witness=witness,
            lines=json.dumps(list(entries), ensure_ascii=False),
            by_actor=by,
            at=tx.now,
            state="waiting",
        )
    )


def get(conn: Connection, hall_id: str, sheet_id: str) -> SignInSheet | None:
    """Return one sheet, or None."""
    return _sheets.first(conn, _sheets.select().where(_s.hall_id == hall_id, _s.id == sheet_id))


def settle(tx: Tx, sheet_id: str, state: str, words: str) -> None:
    """Record the witness's decision."""
    tx.conn.execute(
        update(sign_in_sheet)
        .where(_s.hall_id == tx.hall_id, _s.id == sheet_id)
        .values(state=state, decided_at=tx.now, words=words)
    )


def to_witness(conn: Connection, hall_id: str, witness: str) -> list[SignInSheet]:
    """Return sheets that wait for a witness, oldest first."""
    query = _sheets.select().where(
        _s.hall_id == hall_id, _s.witness == witness, _s.state == "waiting"
    )
    return _sheets.all(conn, query.order_by(_s.at, _s.id))


def newest(conn: Connection, hall_id: str, most: int = 50) -> list[SignInSheet]:
    """Return sheets, newest first."""
    return _sheets.all(
        conn,
        _sheets.select().where(_s.hall_id == hall_id).order_by(_s.at.desc(), _s.id).limit(most),
    )
