"""Raw punches: inserted once, never changed. Triggers forbid UPDATE and DELETE as well.

A punch is unique by time clock, enrolment and second. Existing ones are skipped, so a terminal
that sends its whole memory again adds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql, sqlite

from server.core.records import Records
from server.core.store import Tx
from server.time_clocks.tables import punch


@dataclass(frozen=True, slots=True)
class StoredPunch:
    """Punch with all its columns; never changed."""

    id: int
    reader: str
    enrolment: str
    said: str
    day: str
    at: int
    in_out: str
    verify: str
    work_code: str
    source: str
    doubt: str
    raw: str
    received_at: int

    def values(self) -> dict[str, Any]:
        """Return the values by column, which the digest covers."""
        return {name: getattr(self, name) for name in self.__slots__}


class PunchOfDay(NamedTuple):
    """Punch as the sheets of a day need it."""

    id: int
    reader: str
    enrolment: str
    said: str
    day: str
    at: int
    source: str
    doubt: str


_p = punch.c
_stored_punches = Records(StoredPunch, punch)
_punches_of_day = Records(
    PunchOfDay, _p.id, _p.reader, _p.enrolment, _p.said, _p.day, _p.at, _p.source, _p.doubt
)
_of_days = (
    _punches_of_day.select()
    .where(
        _p.hall_id == bindparam("hall_id"),
        _p.day >= bindparam("first"),
        _p.day <= bindparam("last"),
    )
    .order_by(_p.day, _p.enrolment, _p.said, _p.id)
)
_mark_of_days = select(func.count(), func.max(_p.id)).where(
    _p.hall_id == bindparam("hall_id"),
    _p.day >= bindparam("first"),
    _p.day <= bindparam("last"),
)
_known_of = select(_p.enrolment, _p.said).where(
    _p.hall_id == bindparam("hall_id"),
    _p.reader == bindparam("reader"),
    _p.enrolment.in_(bindparam("enrolments", expanding=True)),
    _p.said.between(bindparam("first"), bindparam("last")),
)
_names = [column.name for column in punch.columns]
_defaults = {
    c.name: "" if isinstance(c.type, String) else 0
    for c in punch.columns
    if c.server_default is not None
}
"""Defaults of the schema for absent fields, which JSON would turn into null."""
_many = func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), postgresql.JSONB)).table_valued(
    *(column(c.name, Text() if isinstance(c.type, String) else c.type) for c in punch.columns),
    name="many",
)
_insert_sqlite = sqlite.insert(punch).on_conflict_do_nothing()
_insert_postgres = (
    postgresql.insert(punch)
    .from_select(_names, select(_many.render_derived(with_types=True)))
    .on_conflict_do_nothing()
)
"""Insert with all rows as one JSON value: separate parameters take ten times as long."""


def of_days(
    conn: Connection,
    hall_id: str,
    first: str,
    last: str,
    enrolments: Collection[str] | None = None,
) -> list[PunchOfDay]:
    """Return punches of ISO days `first`..`last` by day, enrolment and second.

    All punches, or those of `enrolments`.
    """
    values = {"hall_id": hall_id, "first": first, "last": last}
    query = _of_days
    if enrolments is not None:
        query = _of_days.where(_p.enrolment.in_(sorted(enrolments)))
    return _punches_of_day.all(conn, query, values)


def mark_of_days(conn: Connection, hall_id: str, first: str, last: str) -> tuple[int, int]:
    """Return number and highest id of the punches of ISO days; new punches change it."""
    values = {"hall_id": hall_id, "first": first, "last": last}
    count, highest = conn.execute(_mark_of_days, values).one()
    return count, highest or 0


def get(conn: Connection, hall_id: str, number: int) -> StoredPunch | None:
    """Return one punch with all its columns, or None."""
    return _stored_punches.first(
        conn, _stored_punches.select().where(_p.hall_id == hall_id, _p.id == number)
    )


def add(tx: Tx, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Insert the punches that are new; return the complete new rows in order of their ids.

    Ids are assigned in order; ids of punches that existed already stay unused.
    """
    last = top(tx.conn, tx.hall_id)
    values = [
        {**_defaults, "hall_id": tx.hall_id, "id": last + n, "received_at": tx.now, **row}
        for n, row in enumerate(rows, 1)
    ]
    if not values:
        return []
    if tx.conn.dialect.name == "postgresql":
        result = tx.conn.execute(_insert_postgres, {"rows": json.dumps(values, ensure_ascii=False)})
    else:
        result = tx.conn.execute(_insert_sqlite, values)
    if result.rowcount == len(values):
        return values
    return [
        row.values() for row in between(tx.conn, tx.hall_id, last + 1, top(tx.conn, tx.hall_id))
    ]


def exists(tx: Tx, reader: str, enrolment: str, time: str) -> bool:
    """Return True if this punch is stored already."""
    row = tx.conn.execute(
        select(_p.id).where(
            _p.hall_id == tx.hall_id,
            _p.reader == reader,
            _p.enrolment == enrolment,
            _p.said == time,
        )
    ).first()
    return row is not None


def existing(
    conn: Connection, hall_id: str, reader: str, keys: Sequence[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Return stored (enrolment, said) pairs, to skip before an insert.

    The result contains every given pair that is stored, and others close in time: one query
    covers the whole span, which is cheap for punches that lie close together.
    """
    if not keys:
        return frozenset()
    times = [time for _, time in keys]
    rows = conn.execute(
        _known_of,
        {
            "hall_id": hall_id,
            "reader": reader,
            "enrolments": sorted({enrolment for enrolment, _ in keys}),
            "first": min(times),
            "last": max(times),
        },
    )
    return frozenset((row.enrolment, row.said) for row in rows)


def top(conn: Connection, hall_id: str) -> int:
    """Return the highest id; 0 without punches."""
    return conn.execute(select(func.max(_p.id)).where(_p.hall_id == hall_id)).scalar() or 0


def between(conn: Connection, hall_id: str, first: int, last: int) -> list[StoredPunch]:
    """Return complete rows with ids `first`..`last`."""
    return _stored_punches.all(
        conn,
        _stored_punches.select()
        .where(_p.hall_id == hall_id, _p.id >= first, _p.id <= last)
        .order_by(_p.id),
    )


def latest(conn: Connection, hall_id: str, most: int) -> list[StoredPunch]:
    """Return the punches received last, newest first."""
    return _stored_punches.all(
        conn,
        _stored_punches.select().where(_p.hall_id == hall_id).order_by(_p.id.desc()).limit(most),
    )


def count(conn: Connection, hall_id: str) -> int:
    """Return the number of punches of the hall."""
    return conn.execute(select(func.count()).where(_p.hall_id == hall_id)).scalar_one()


@dataclass(frozen=True, slots=True)
class EnrolmentPunches:
    """Punches of one enrolment: their number, first and last as stated, time clock of the last."""

    enrolment: str
    punches: int
    first: str
    last: str
    reader: str


def since_day(conn: Connection, hall_id: str, first: str) -> list[EnrolmentPunches]:
    """Return the enrolments with punches since an ISO day, in order of enrolment."""
    rows = conn.execute(
        select(
            _p.enrolment,
            func.count().label("punches"),
            func.min(_p.said).label("first"),
            func.max(_p.said).label("last"),
            _p.reader,
        )
        .where(_p.hall_id == hall_id, _p.day >= first)
        .group_by(_p.enrolment, _p.reader)
        .order_by(_p.enrolment, func.max(_p.said))
    )
    merged: dict[str, EnrolmentPunches] = {}
    for row in rows:
        before = merged.get(row.enrolment)
        merged[row.enrolment] = EnrolmentPunches(
            row.enrolment,
            row.punches + (before.punches if before else 0),
            min(row.first, before.first) if before else row.first,
            row.last,
            row.reader,
        )
    return list(merged.values())
