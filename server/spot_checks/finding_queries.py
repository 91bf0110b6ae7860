"""Findings with their append-only history: queries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from server.core.records import Records
from server.core.store import Tx
from server.spot_checks.tables import finding


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """Finding as stored, with its append-only history; times in ms.

    `source`: mark or doubt. `state`: proposed, confirmed, dismissed, disputed, upheld or withdrawn.
    `step`: notice, replacement, interview or empty. `facts`, `history` and `rectified` are JSON,
    the last empty before a rectification.
    """

    id: str
    day: str
    source: str
    source_id: str
    kind: str
    staff: str
    unit: str
    window: str
    facts: str
    state: str
    at: int
    by_actor: str
    told_at: int | None
    dispute_until: int | None
    history: str
    step: str
    rectified: str


_findings = Records(StoredFinding, finding)

_f = finding.c
_order = (_f.at.desc(), _f.id)


def of_days(conn: Connection, hall_id: str, first: str, last: str) -> list[StoredFinding]:
    """Return findings of ISO days `first`..`last`, newest first."""
    return _findings.all(
        conn,
        _findings.select()
        .where(_f.hall_id == hall_id, _f.day >= first, _f.day <= last)
        .order_by(*_order),
    )


def get(conn: Connection, hall_id: str, finding_id: str) -> StoredFinding | None:
    """Return one finding, or None."""
    return _findings.first(
        conn, _findings.select().where(_f.hall_id == hall_id, _f.id == finding_id)
    )


def of_source(conn: Connection, hall_id: str, source: str, source_id: str) -> StoredFinding | None:
    """Return the finding that a mark or an anomaly led to, or None."""
    return _findings.first(
        conn,
        _findings.select().where(
            _f.hall_id == hall_id, _f.source == source, _f.source_id == source_id
        ),
    )


def of_doubts(conn: Connection, hall_id: str, beginning: str) -> list[StoredFinding]:
    """Return the findings that anomalies of one kind led to: their marks begin alike."""
    query = _findings.select().where(
        _f.hall_id == hall_id,
        _f.source == "doubt",
        _f.source_id.startswith(beginning, autoescape=True),
    )
    return _findings.all(conn, query)


def of_staff(conn: Connection, hall_id: str, staff: str, since: str) -> list[StoredFinding]:
    """Return a person's findings since a day, newest first."""
    return _findings.all(
        conn,
        _findings.select()
        .where(_f.hall_id == hall_id, _f.staff == staff, _f.day >= since)
        .order_by(*_order),
    )


def of_unit(conn: Connection, hall_id: str, unit: str, since: str) -> list[StoredFinding]:
    """Return a unit's findings since a day, newest first."""
    return _findings.all(
        conn,
        _findings.select()
        .where(_f.hall_id == hall_id, _f.day >= since, _f.unit == unit)
        .order_by(*_order),
    )


def count_by_state(conn: Connection, hall_id: str, states: Iterable[str]) -> dict[str, int]:
    """Return the number of findings in each of these states."""
    rows = conn.execute(
        select(_f.state, func.count())
        .where(_f.hall_id == hall_id, _f.state.in_(sorted(states)))
        .group_by(_f.state)
    )
    return {row[0]: row[1] for row in rows}


def add(tx: Tx, finding_id: str, line: dict[str, Any], **values: Any) -> None:
    """Insert a new finding with the first line of its history; `facts` is a dict."""
    facts = json.dumps(values.pop("facts"), ensure_ascii=False)
    tx.conn.execute(
        insert(finding).values(
            hall_id=tx.hall_id,
            id=finding_id,
            at=tx.now,
            facts=facts,
            history=json.dumps([line], ensure_ascii=False),
            **values,
        )
    )


def change(tx: Tx, row: StoredFinding, line: dict[str, Any], **values: Any) -> None:
    """Change columns and append a line to the history."""
    history = [*json.loads(row.history), line]
    tx.conn.execute(
        update(finding)
        .where(_f.hall_id == tx.hall_id, _f.id == row.id)
        .values(history=json.dumps(history, ensure_ascii=False), **values)
    )
