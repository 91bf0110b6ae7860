"""Corrections and their decisions, each with the verdict before it: queries."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, or_, update

from server.core import day_facts as attendance_facts
from server.core.records import Records
from server.core.store import Tx
from server.leave.tables import correction


@dataclass(frozen=True, slots=True)
class StoredCorrection:
    """Correction as its table has it: day and verdict are text."""

    id: str
    staff: str
    day: str
    slot: str
    verdict: str
    claimed: str
    reason: str
    file: str
    was: str
    state: str
    by_actor: str
    created_at: int
    decided_by: str
    decided_at: int | None
    decision: str


_rows = Records(StoredCorrection, correction)

_c = correction.c


@dataclass(frozen=True, slots=True)
class Correction:
    """Correction of one slot as stored."""

    id: str
    staff: str
    day: date
    slot: str
    verdict: str
    claimed: str
    """Time (HH:MM) that the person states; empty if none."""
    reason: str
    file: str
    was: dict[str, Any]
    """Verdict at the time of the request; never changed."""
    state: str
    """State: asked, approved, refused or cancelled."""
    by: str
    created_at: int
    decided_by: str = ""
    decided_at: int | None = None
    decision: str = ""


def _correction(row: StoredCorrection) -> Correction:
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
) -> dict[tuple[str, str], list[attendance_facts.Correction]]:
    """Return approved corrections by (staff number, ISO day), in order of their decisions."""
    result: dict[tuple[str, str], list[attendance_facts.Correction]] = {}
    rows = of_days(conn, hall_id, first, last, staff, ("approved",))
    for record in sorted(rows, key=lambda c: (c.decided_at or 0, c.id)):
        day = record.day.isoformat()
        result.setdefault((record.staff, day), []).append(
            attendance_facts.Correction(
                record.id,
                day,
                record.slot,
                record.verdict,
                record.reason,
                record.by,
                record.decided_by,
            )
        )
    return result


def of_days(
    conn: Connection,
    hall_id: str,
    first: date,
    last: date,
    staff: Collection[str] | None = None,
    states: Collection[str] = (),
) -> list[Correction]:
    """Return corrections of the days, of `staff` (None: anybody) in `states` (empty: any)."""
    query = _rows.select().where(
        _c.hall_id == hall_id, _c.day >= first.isoformat(), _c.day <= last.isoformat()
    )
    if staff is not None:
        query = query.where(_c.staff.in_(staff))
    if states:
        query = query.where(_c.state.in_(states))
    return [
        _correction(row) for row in _rows.all(conn, query.order_by(_c.day, _c.created_at, _c.id))
    ]


def get(conn: Connection, hall_id: str, correction_id: str) -> Correction | None:
    """Return one correction, or None."""
    query = _rows.select().where(_c.hall_id == hall_id, _c.id == correction_id)
    row = _rows.first(conn, query)
    return None if row is None else _correction(row)


def every(conn: Connection, hall_id: str) -> list[Correction]:
    """Return all corrections of all times."""
    query = _rows.select().where(_c.hall_id == hall_id)
    return [_correction(row) for row in _rows.all(conn, query)]


def open_ones(conn: Connection, hall_id: str) -> list[Correction]:
    """Return all undecided corrections, oldest first."""
    query = _rows.select().where(_c.hall_id == hall_id, _c.state == "asked")
    return [_correction(row) for row in _rows.all(conn, query.order_by(_c.created_at, _c.id))]


def of_person(conn: Connection, hall_id: str, staff: str, limit: int) -> list[Correction]:
    """Return corrections about or requested by a person, newest first."""
    query = _rows.select().where(
        _c.hall_id == hall_id, or_(_c.staff == staff, _c.by_actor == staff)
    )
    rows = _rows.all(conn, query.order_by(_c.created_at.desc(), _c.id).limit(limit))
    return [_correction(row) for row in rows]


def with_file(conn: Connection, hall_id: str, file: str) -> list[Correction]:
    """Return the corrections that a paper belongs to."""
    query = _rows.select().where(_c.hall_id == hall_id, _c.file == file)
    return [_correction(row) for row in _rows.all(conn, query)]


def add(tx: Tx, record: Correction) -> None:
    """Insert a new correction."""
    tx.conn.execute(
        insert(correction).values(
            hall_id=tx.hall_id,
            id=record.id,
            staff=record.staff,
            day=record.day.isoformat(),
            slot=record.slot,
            verdict=record.verdict,
            claimed=record.claimed,
            reason=record.reason,
            file=record.file,
            was=json.dumps(record.was, ensure_ascii=False),
            state=record.state,
            by_actor=record.by,
            created_at=record.created_at,
        )
    )


def settle(tx: Tx, correction_id: str, state: str, by: str, words: str) -> None:
    """Store a decision or cancellation; no other field of a correction ever changes."""
    tx.conn.execute(
        update(correction)
        .where(_c.hall_id == tx.hall_id, _c.id == correction_id)
        .values(state=state, decided_by=by, decided_at=tx.now, decision=words)
    )
