"""Leave and outings as asked, with every step; what is approved as spans for the day sheet."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, insert, or_, select, update

from server.domain.attendance.facts import LeaveKind, LeaveSpan
from server.domain.attendance.leaves import LONGEST_DAYS
from server.storage.store import Tx
from server.storage.tables_attendance import leave

_l = leave.c
MINUTE = "%Y-%m-%dT%H:%M"
LONGEST = timedelta(days=LONGEST_DAYS + 1)


@dataclass(frozen=True, slots=True)
class Leave:
    """One row. Times are the hall's wall clock; `steps` is only ever added to."""

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
    """asked, approved, refused or cancelled."""
    by: str
    """Staff number of whoever asked."""
    created_at: int
    settled_at: int | None

    @property
    def span(self) -> LeaveSpan:
        """The time it covers."""
        return LeaveSpan(self.id, self.kind, self.begins, self.ends, self.cover)


def _leave(row: Row[Any]) -> Leave:
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
    """Leave that holds any minute from the morning of `first` to the night of `last`."""
    begin = datetime.combine(first, datetime.min.time())
    end = datetime.combine(last + timedelta(days=1), datetime.min.time())
    return (
        select(leave)
        .where(
            _l.hall_id == hall_id,
            _l.ends >= begin.strftime(MINUTE),
            _l.begins < end.strftime(MINUTE),
            # A leave lasts a year at most: a stretch of long ago must not look at all since.
            _l.ends < (end + LONGEST).strftime(MINUTE),
        )
        .order_by(_l.begins, _l.id)
    )


def approved(
    conn: Connection, hall_id: str, first: date, last: date, staff: Collection[str] | None = None
) -> dict[str, list[LeaveSpan]]:
    """Approved spans that touch the days, by staff number, in order of their beginning."""
    found: dict[str, list[LeaveSpan]] = {}
    for one in touching(conn, hall_id, first, last, staff, ("approved",)):
        found.setdefault(one.staff, []).append(one.span)
    return found


def touching(
    conn: Connection,
    hall_id: str,
    first: date,
    last: date,
    staff: Collection[str] | None = None,
    states: Collection[str] = (),
) -> list[Leave]:
    """Leave that touches the days, of these people and in these states (none given: any)."""
    query = _touching(hall_id, first, last)
    if staff is not None:
        query = query.where(_l.staff.in_(staff))
    if states:
        query = query.where(_l.state.in_(states))
    return [_leave(row) for row in conn.execute(query)]


def get(conn: Connection, hall_id: str, leave_id: str) -> Leave | None:
    """One leave."""
    row = conn.execute(select(leave).where(_l.hall_id == hall_id, _l.id == leave_id)).first()
    return None if row is None else _leave(row)


def open_ones(conn: Connection, hall_id: str) -> list[Leave]:
    """Everything still to be decided, oldest first."""
    query = select(leave).where(_l.hall_id == hall_id, _l.state == "asked")
    return [_leave(row) for row in conn.execute(query.order_by(_l.created_at, _l.id))]


def of_person(conn: Connection, hall_id: str, staff: str, limit: int) -> list[Leave]:
    """What somebody asked for or has asked others for, newest first."""
    query = select(leave).where(_l.hall_id == hall_id, or_(_l.staff == staff, _l.by_actor == staff))
    rows = conn.execute(query.order_by(_l.begins.desc(), _l.id).limit(limit))
    return [_leave(row) for row in rows]


def of_cover(conn: Connection, hall_id: str, staff: str, since: datetime) -> list[Leave]:
    """Leave that somebody stands in for and that is not over at `since`."""
    query = select(leave).where(
        and_(
            _l.hall_id == hall_id,
            _l.cover == staff,
            _l.state.in_(("asked", "approved")),
            _l.ends >= since.strftime(MINUTE),
        )
    )
    return [_leave(row) for row in conn.execute(query.order_by(_l.begins, _l.id))]


def with_file(conn: Connection, hall_id: str, file: str) -> list[Leave]:
    """Leave that a paper belongs to."""
    query = select(leave).where(_l.hall_id == hall_id, _l.file == file)
    return [_leave(row) for row in conn.execute(query)]


def add(tx: Tx, found: Leave) -> None:
    """A new leave."""
    tx.conn.execute(
        insert(leave).values(
            hall_id=tx.hall_id,
            id=found.id,
            staff=found.staff,
            created_at=found.created_at,
            by_actor=found.by,
            **_changing(found),
        )
    )


def change(tx: Tx, found: Leave) -> None:
    """Write back what may change."""
    tx.conn.execute(
        update(leave).where(_l.hall_id == tx.hall_id, _l.id == found.id).values(**_changing(found))
    )


def _changing(found: Leave) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "begins": found.begins.strftime(MINUTE),
        "ends": found.ends.strftime(MINUTE),
        "reason": found.reason,
        "file": found.file,
        "cover": found.cover,
        "steps": json.dumps(found.steps, ensure_ascii=False),
        "state": found.state,
        "settled_at": found.settled_at,
    }
