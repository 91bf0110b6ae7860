"""Corrections as asked and decided; the verdict that stood before stays with each."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from server.domain.attendance import facts
from server.storage.store import Tx
from server.storage.tables_attendance import correction

_c = correction.c


@dataclass(frozen=True, slots=True)
class Correction:
    """One row."""

    id: str
    staff: str
    day: date
    slot: str
    verdict: str
    claimed: str
    """The time that the person says, HH:MM; empty: none."""
    reason: str
    file: str
    was: dict[str, Any]
    """The verdict as it stood when asked; never changed."""
    state: str
    """asked, approved, refused or cancelled."""
    by: str
    created_at: int
    decided_by: str = ""
    decided_at: int | None = None
    decision: str = ""


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        row.id,
        row.staff,
        date.fromisoformat(row.day),
        row.slot,
        row.verdict,
        row.claimed,
        row.reason,
        row.file,
        json.loads(row.was),
        row.state,
        row.by_actor,
        row.created_at,
        row.decided_by,
        row.decided_at,
        row.decision,
    )


def approved(
    conn: Connection, hall_id: str, first: date, last: date, staff: Collection[str] | None = None
) -> dict[tuple[str, str], list[facts.Correction]]:
    """Approved corrections by (staff number, ISO day), in the order they were decided."""
    found: dict[tuple[str, str], list[facts.Correction]] = {}
    rows = of_days(conn, hall_id, first, last, staff, ("approved",))
    for one in sorted(rows, key=lambda c: (c.decided_at or 0, c.id)):
        day = one.day.isoformat()
        found.setdefault((one.staff, day), []).append(
            facts.Correction(one.id, day, one.slot, one.verdict, one.reason, one.by, one.decided_by)
        )
    return found


def of_days(
    conn: Connection,
    hall_id: str,
    first: date,
    last: date,
    staff: Collection[str] | None = None,
    states: Collection[str] = (),
) -> list[Correction]:
    """Corrections of the days, of these people and in these states (none given: any)."""
    query = select(correction).where(
        _c.hall_id == hall_id, _c.day >= first.isoformat(), _c.day <= last.isoformat()
    )
    if staff is not None:
        query = query.where(_c.staff.in_(staff))
    if states:
        query = query.where(_c.state.in_(states))
    return [_correction(row) for row in conn.execute(query.order_by(_c.day, _c.created_at, _c.id))]


def get(conn: Connection, hall_id: str, correction_id: str) -> Correction | None:
    """One correction."""
    query = select(correction).where(_c.hall_id == hall_id, _c.id == correction_id)
    row = conn.execute(query).first()
    return None if row is None else _correction(row)


def open_ones(conn: Connection, hall_id: str) -> list[Correction]:
    """Everything still to be decided, oldest first."""
    query = select(correction).where(_c.hall_id == hall_id, _c.state == "asked")
    return [_correction(row) for row in conn.execute(query.order_by(_c.created_at, _c.id))]


def of_person(conn: Connection, hall_id: str, staff: str, limit: int) -> list[Correction]:
    """What is about somebody or was asked by him, newest first."""
    query = select(correction).where(
        _c.hall_id == hall_id, or_(_c.staff == staff, _c.by_actor == staff)
    )
    rows = conn.execute(query.order_by(_c.created_at.desc(), _c.id).limit(limit))
    return [_correction(row) for row in rows]


def with_file(conn: Connection, hall_id: str, file: str) -> list[Correction]:
    """Corrections that a paper belongs to."""
    query = select(correction).where(_c.hall_id == hall_id, _c.file == file)
    return [_correction(row) for row in conn.execute(query)]


def add(tx: Tx, found: Correction) -> None:
    """A new correction."""
    tx.conn.execute(
        insert(correction).values(
            hall_id=tx.hall_id,
            id=found.id,
            staff=found.staff,
            day=found.day.isoformat(),
            slot=found.slot,
            verdict=found.verdict,
            claimed=found.claimed,
            reason=found.reason,
            file=found.file,
            was=json.dumps(found.was, ensure_ascii=False),
            state=found.state,
            by_actor=found.by,
            created_at=found.created_at,
        )
    )


def settle(tx: Tx, correction_id: str, state: str, by: str, words: str) -> None:
    """Decide or cancel: nothing else of a correction ever changes."""
    tx.conn.execute(
        update(correction)
        .where(_c.hall_id == tx.hall_id, _c.id == correction_id)
        .values(state=state, decided_by=by, decided_at=tx.now, decision=words)
    )
