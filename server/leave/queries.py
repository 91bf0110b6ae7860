"""Leave and outings with every approval step; approved ones as spans for the day sheet."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, insert, or_, update

from server.core.day_facts import LeaveKind, LeaveSpan
from server.core.records import Records
from server.core.store import Tx
from server.leave.rules import LONGEST_DAYS
from server.leave.tables import leave


@dataclass(frozen=True, slots=True)
class StoredLeave:
    """Leave as its table has it: times and steps are text."""

    id: str
    staff: str
    kind: str
    begins: str
    ends: str
    reason: str
    file: str
    cover: str
    steps: str
    state: str
    by_actor: str
    created_at: int
    settled_at: int | None


_rows = Records(StoredLeave, leave)

_l = leave.c
MINUTE = "%Y-%m-%dT%H:%M"
LONGEST = timedelta(days=LONGEST_DAYS + 1)


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave as stored. Times are the hall's wall clock; `steps` only grows."""

    id: str
    staff: str
    kind: LeaveKind
    begins: datetime
    ends: datetime
    reason: str
    file: str
    cover: str
    steps: tuple[dict[str, Any], ...]
    state: str
    """State: asked, approved, refused or cancelled."""
    by: str
    """Staff number of the person who requested it."""
    created_at: int
    settled_at: int | None

    @property
    def span(self) -> LeaveSpan:
        """Time span that the leave covers."""
        return LeaveSpan(self.id, self.kind, self.begins, self.ends, self.cover)


def _leave(row: StoredLeave) -> Leave:
    return Leave(
        row.id,
        row.staff,
        LeaveKind(row.kind),
        datetime.fromisoformat(row.begins),
        datetime.fromisoformat(row.ends),
        row.reason,
        row.file,
        row.cover,
        tuple(json.loads(row.steps)),
        row.state,
        row.by_actor,
        row.created_at,
        row.settled_at,
    )


def _touching(hall_id: str, first: date, last: date) -> Select[Any]:
    """Return a query for leave that overlaps the days `first` to `last`, both inclusive."""
    begin = datetime.combine(first, datetime.min.time())
    end = datetime.combine(last + timedelta(days=1), datetime.min.time())
    return (
        _rows.select()
        .where(
            _l.hall_id == hall_id,
            _l.ends >= begin.strftime(MINUTE),
            _l.begins < end.strftime(MINUTE),
            # A leave lasts a year at most: a query for old days must not scan all later leave.
            _l.ends < (end + LONGEST).strftime(MINUTE),
        )
        .order_by(_l.begins, _l.id)
    )


def approved(
    conn: Connection, hall_id: str, first: date, last: date, staff: Collection[str] | None = None
) -> dict[str, list[LeaveSpan]]:
    """Return approved spans that overlap the days, by staff number, in order of their start."""
    result: dict[str, list[LeaveSpan]] = {}
    for record in touching(conn, hall_id, first, last, staff, ("approved",)):
        result.setdefault(record.staff, []).append(record.span)
    return result


def touching(
    conn: Connection,
    hall_id: str,
    first: date,
    last: date,
    staff: Collection[str] | None = None,
    states: Collection[str] = (),
) -> list[Leave]:
    """Return leave that overlaps the days, of `staff` (None: anybody) in `states` (empty: any)."""
    query = _touching(hall_id, first, last)
    if staff is not None:
        query = query.where(_l.staff.in_(staff))
    if states:
        query = query.where(_l.state.in_(states))
    return [_leave(row) for row in _rows.all(conn, query)]


def get(conn: Connection, hall_id: str, leave_id: str) -> Leave | None:
    """Return one leave, or None."""
    row = _rows.first(conn, _rows.select().where(_l.hall_id == hall_id, _l.id == leave_id))
    return None if row is None else _leave(row)


def every(conn: Connection, hall_id: str) -> list[Leave]:
    """Return all leave of all times."""
    return [_leave(row) for row in _rows.all(conn, _rows.select().where(_l.hall_id == hall_id))]


def open_ones(conn: Connection, hall_id: str) -> list[Leave]:
    """Return all undecided leave, oldest first."""
    query = _rows.select().where(_l.hall_id == hall_id, _l.state == "asked")
    return [_leave(row) for row in _rows.all(conn, query.order_by(_l.created_at, _l.id))]


def of_person(conn: Connection, hall_id: str, staff: str, limit: int) -> list[Leave]:
    """Return leave of a person or requested by them for others, newest first."""
    query = _rows.select().where(
        _l.hall_id == hall_id, or_(_l.staff == staff, _l.by_actor == staff)
    )
    rows = _rows.all(conn, query.order_by(_l.begins.desc(), _l.id).limit(limit))
    return [_leave(row) for row in rows]


def of_cover(conn: Connection, hall_id: str, staff: str, since: datetime) -> list[Leave]:
    """Return asked or approved leave that a person covers and that ends at `since` or later."""
    query = _rows.select().where(
        and_(
            _l.hall_id == hall_id,
            _l.cover == staff,
            _l.state.in_(("asked", "approved")),
            _l.ends >= since.strftime(MINUTE),
        )
    )
    return [_leave(row) for row in _rows.all(conn, query.order_by(_l.begins, _l.id))]


def with_file(conn: Connection, hall_id: str, file: str) -> list[Leave]:
    """Return the leave that a paper belongs to."""
    query = _rows.select().where(_l.hall_id == hall_id, _l.file == file)
    return [_leave(row) for row in _rows.all(conn, query)]


def add(tx: Tx, record: Leave) -> None:
    """Insert a new leave."""
    tx.conn.execute(
        insert(leave).values(
            hall_id=tx.hall_id,
            id=record.id,
            staff=record.staff,
            created_at=record.created_at,
            by_actor=record.by,
            **_changing(record),
        )
    )


def change(tx: Tx, record: Leave) -> None:
    """Update the columns that may change."""
    tx.conn.execute(
        update(leave)
        .where(_l.hall_id == tx.hall_id, _l.id == record.id)
        .values(**_changing(record))
    )


def _changing(record: Leave) -> dict[str, Any]:
    return {
        "kind": record.kind.value,
        "begins": record.begins.strftime(MINUTE),
        "ends": record.ends.strftime(MINUTE),
        "reason": record.reason,
        "file": record.file,
        "cover": record.cover,
        "steps": json.dumps(record.steps, ensure_ascii=False),
        "state": record.state,
        "settled_at": record.settled_at,
    }
