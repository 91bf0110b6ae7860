"""Time clocks, enrolments, commands to terminals, quarantined lines and events: queries.

Contains no protocol and no rule. Punches are in `punches`, which only inserts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from server.core.records import Records
from server.core.store import Tx
from server.time_clocks.tables import finger, reader, reader_command, reader_event, reader_line


@dataclass(frozen=True, slots=True)
class TimeClock:
    """Time clock as stored; times are ms since 1970 UTC."""

    serial: str
    way: str
    name: str
    place: str
    state: str
    networks: str
    firmware: str
    heard_at: int | None
    delivered_until: int | None
    out_since: int | None
    offset_seconds: int
    offset_at: int | None
    records: int
    facts: str
    created_at: int


@dataclass(frozen=True, slots=True)
class EnrolmentLink:
    """Link of an enrolment to a person from a time on."""

    enrolment: str
    since: int
    staff: str
    by_actor: str
    at: int


@dataclass(frozen=True, slots=True)
class TimeClockCommand:
    """Command to a time clock with its answer."""

    id: int
    reader: str
    kind: str
    command: str
    state: str
    answer: str
    by_actor: str
    created_at: int
    sent_at: int | None
    done_at: int | None


@dataclass(frozen=True, slots=True)
class QuarantinedLine:
    """Line that was acknowledged but is no punch."""

    id: int
    reader: str
    table: str
    line: str
    reason: str
    received_at: int
    times: int
    settled_at: int | None
    settled_by: str


@dataclass(frozen=True, slots=True)
class TimeClockEvent:
    """Event that a time clock reported."""

    id: int
    reader: str
    kind: str
    data: str
    at: int


_time_clocks = Records(TimeClock, reader)
_links = Records(EnrolmentLink, finger)
_commands = Records(TimeClockCommand, reader_command)
_lines = Records(QuarantinedLine, reader_line)
_events = Records(TimeClockEvent, reader_event)

_r, _f, _c = reader.c, finger.c, reader_command.c
_l, _e = reader_line.c, reader_event.c
KEPT_EVENTS = 500
IN_SERVICE = ("push", "pull", "file")


# -- time clocks -----------------------------------------------------------------------------------


def every(conn: Connection, hall_id: str) -> list[TimeClock]:
    """Return all time clocks by name and serial number."""
    return _time_clocks.all(
        conn, _time_clocks.select().where(_r.hall_id == hall_id).order_by(_r.name, _r.serial)
    )


def get(conn: Connection, hall_id: str, serial: str) -> TimeClock | None:
    """Return one time clock, or None."""
    return _time_clocks.first(
        conn, _time_clocks.select().where(_r.hall_id == hall_id, _r.serial == serial)
    )


def halls_of_serial(conn: Connection, serial: str) -> list[str]:
    """Return the halls of this database in which a time clock is admitted or out of service."""
    return list(
        conn.execute(
            select(_r.hall_id).where(_r.serial == serial, _r.state.in_(("admitted", "out")))
        ).scalars()
    )


def awaiting_admission(conn: Connection, hall_id: str) -> list[TimeClock]:
    """Return time clocks that wait for admission."""
    query = _time_clocks.select().where(_r.hall_id == hall_id, _r.state == "asking")
    return _time_clocks.all(conn, query)


def add(tx: Tx, serial: str, way: str, state: str, **values: Any) -> None:
    """Insert a new time clock."""
    tx.conn.execute(
        insert(reader).values(
            hall_id=tx.hall_id, serial=serial, way=way, state=state, created_at=tx.now, **values
        )
    )


def change(tx: Tx, serial: str, **values: Any) -> None:
    """Change columns of a time clock."""
    tx.conn.execute(
        update(reader).where(_r.hall_id == tx.hall_id, _r.serial == serial).values(**values)
    )


def delete_asking(tx: Tx, serial: str) -> None:
    """Delete a time clock that waits for admission; one that was ever admitted stays."""
    tx.conn.execute(
        delete(reader).where(_r.hall_id == tx.hall_id, _r.serial == serial, _r.state == "asking")
    )


def facts_of(time_clock: TimeClock) -> dict[str, Any]:
    """Return the facts of a time clock."""
    facts: dict[str, Any] = json.loads(time_clock.facts or "{}")
    return facts


def delivered_until(conn: Connection, hall_id: str) -> int | None:
    """Return the time (ms) up to which EVERY admitted time clock in service has delivered.

    None means that no time clock is in service. One that never delivered counts from its
    creation.
    """
    rows = conn.execute(
        select(func.coalesce(_r.delivered_until, _r.created_at)).where(
            _r.hall_id == hall_id, _r.state == "admitted", _r.way.in_(IN_SERVICE)
        )
    ).scalars()
    return min(rows, default=None)


# -- enrolments ------------------------------------------------------------------------------------


def fingers(conn: Connection, hall_id: str) -> dict[str, list[tuple[int, str]]]:
    """Return the owners of each enrolment: (since ms, staff number), oldest first.

    Staff "" means that the enrolment belongs to nobody from then on.
    """
    result: dict[str, list[tuple[int, str]]] = {}
    for row in conn.execute(
        select(_f.enrolment, _f.since, _f.staff)
        .where(_f.hall_id == hall_id)
        .order_by(_f.enrolment, _f.since)
    ):
        result.setdefault(row.enrolment, []).append((row.since, row.staff))
    return result


def finger_rows(conn: Connection, hall_id: str) -> list[EnrolmentLink]:
    """Return every link of an enrolment with its author, by enrolment and time."""
    return _links.all(
        conn, _links.select().where(_f.hall_id == hall_id).order_by(_f.enrolment, _f.since)
    )


def link(tx: Tx, enrolment: str, since: int, staff: str, by: str) -> None:
    """Link an enrolment to `staff` from `since` on; replaces a link of the same moment."""
    tx.conn.execute(
        delete(finger).where(_f.hall_id == tx.hall_id, _f.enrolment == enrolment, _f.since == since)
    )
    tx.conn.execute(
        insert(finger).values(
            hall_id=tx.hall_id,
            enrolment=enrolment,
            since=since,
            staff=staff,
            by_actor=by,
            at=tx.now,
        )
    )


# -- commands --------------------------------------------------------------------------------------


def commands(
    conn: Connection, hall_id: str, serial: str, most: int = 100
) -> list[TimeClockCommand]:
    """Return a time clock's commands, newest first."""
    return _commands.all(
        conn,
        _commands.select()
        .where(_c.hall_id == hall_id, _c.reader == serial)
        .order_by(_c.id.desc())
        .limit(most),
    )


def open_commands(conn: Connection, hall_id: str, serial: str) -> list[TimeClockCommand]:
    """Return unanswered commands, oldest first."""
    return _commands.all(
        conn,
        _commands.select()
        .where(_c.hall_id == hall_id, _c.reader == serial, _c.state.in_(("queued", "sent")))
        .order_by(_c.id + 0),  # by the index of the time clock, not by all commands
    )


def queued(conn: Connection, hall_id: str) -> dict[str, int]:
    """Return the number of unanswered commands by time clock."""
    rows = conn.execute(
        select(_c.reader, func.count())
        .where(_c.hall_id == hall_id, _c.state.in_(("queued", "sent")))
        .group_by(_c.reader)
    )
    return {row[0]: row[1] for row in rows}


def add_command(tx: Tx, serial: str, kind: str, command: str, by: str) -> int:
    """Queue a command; return its number."""
    number = _next(tx, reader_command)
    tx.conn.execute(
        insert(reader_command).values(
            hall_id=tx.hall_id,
            id=number,
            reader=serial,
            kind=kind,
            command=command,
            state="queued",
            by_actor=by,
            created_at=tx.now,
        )
    )
    return number


def set_command(tx: Tx, serial: str, number: int, **values: Any) -> int:
    """Change a command of this time clock; return the number of changed rows (0 or 1)."""
    return tx.conn.execute(
        update(reader_command)
        .where(_c.hall_id == tx.hall_id, _c.reader == serial, _c.id == number)
        .values(**values)
    ).rowcount


# -- quarantined lines -----------------------------------------------------------------------------


def lines(
    conn: Connection, hall_id: str, *, settled: bool, most: int = 300
) -> list[QuarantinedLine]:
    """Return quarantined lines, newest first."""
    done = _l.settled_at.is_not(None) if settled else _l.settled_at.is_(None)
    return _lines.all(
        conn, _lines.select().where(_l.hall_id == hall_id, done).order_by(_l.id.desc()).limit(most)
    )


def unsettled(conn: Connection, hall_id: str) -> dict[str, int]:
    """Return the number of unsettled lines by time clock."""
    rows = conn.execute(
        select(_l.reader, func.count())
        .where(_l.hall_id == hall_id, _l.settled_at.is_(None))
        .group_by(_l.reader)
    )
    return {row[0]: row[1] for row in rows}


def quarantine(tx: Tx, serial: str, table: str, line: str, reason: str, most: int) -> bool:
    """Quarantine a line that is no punch; return True if it is new.

    A repeated line only raises its count. Beyond `most` unsettled lines of a time clock only
    their number is stored, under an empty line.
    """
    if _add_times(tx, _same(tx, serial, table) & (_l.line == line)):
        return False
    count = tx.conn.execute(
        select(func.count()).where(
            _l.hall_id == tx.hall_id, _l.reader == serial, _l.settled_at.is_(None)
        )
    ).scalar_one()
    if count >= most:
        return count_quarantined(tx, serial, table, 1)
    _add_line(tx, serial, table, line, reason, 1)
    return True


def count_quarantined(tx: Tx, serial: str, table: str, count: int) -> bool:
    """Count lines beyond the storage limit; return True if this opens a new unsettled entry.

    A count that was settled opens again, as there are more lines now.
    """
    overflow = _same(tx, serial, table) & (_l.line == "")
    if _add_times(tx, overflow & _l.settled_at.is_(None), count):
        return False
    if not _add_times(tx, overflow, count, settled_at=None, settled_by=""):
        _add_line(tx, serial, table, "", "too_many", count)
    return True


def _same(tx: Tx, serial: str, table: str) -> ColumnElement[bool]:
    return (_l.hall_id == tx.hall_id) & (_l.reader == serial) & (_l.table == table)


def _add_line(tx: Tx, serial: str, table: str, line: str, reason: str, times: int) -> None:
    tx.conn.execute(
        insert(reader_line).values(
            hall_id=tx.hall_id,
            id=_next(tx, reader_line),
            reader=serial,
            table=table,
            line=line,
            reason=reason,
            received_at=tx.now,
            times=times,
        )
    )


def _add_times(tx: Tx, where: ColumnElement[bool], count: int = 1, **values: Any) -> bool:
    result = tx.conn.execute(
        update(reader_line).where(where).values(times=_l.times + count, **values)
    )
    return bool(result.rowcount)


def settle_line(tx: Tx, number: int, by: str) -> str | None:
    """Mark an open line as settled; return its time clock, None if there is no such line."""
    where = (_l.hall_id == tx.hall_id) & (_l.id == number) & _l.settled_at.is_(None)
    serial = tx.conn.execute(select(_l.reader).where(where)).scalar()
    if serial is not None:
        tx.conn.execute(update(reader_line).where(where).values(settled_at=tx.now, settled_by=by))
    return serial


def settle_lines(tx: Tx, serial: str, span: tuple[int, int], by: str) -> list[QuarantinedLine]:
    """Mark a time clock's open lines within a span of numbers as settled; return them."""
    where = (
        (_l.hall_id == tx.hall_id)
        & (_l.reader == serial)
        & _l.id.between(*span)
        & _l.settled_at.is_(None)
    )
    rows = _lines.all(tx.conn, _lines.select().where(where).order_by(_l.id))
    tx.conn.execute(update(reader_line).where(where).values(settled_at=tx.now, settled_by=by))
    return rows


# -- events ----------------------------------------------------------------------------------------


def add_event(tx: Tx, serial: str, kind: str, data: dict[str, Any]) -> None:
    """Insert an event of a time clock; delete its oldest events beyond KEPT_EVENTS."""
    number = _next(tx, reader_event)
    tx.conn.execute(
        insert(reader_event).values(
            hall_id=tx.hall_id,
            id=number,
            reader=serial,
            kind=kind,
            data=json.dumps(data, ensure_ascii=False),
            at=tx.now,
        )
    )
    if number % 50 == 0:
        edge = tx.conn.execute(
            select(_e.id)
            .where(_e.hall_id == tx.hall_id, _e.reader == serial)
            .order_by(_e.id.desc())
            .offset(KEPT_EVENTS)
            .limit(1)
        ).scalar()
        if edge is not None:
            tx.conn.execute(
                delete(reader_event).where(
                    _e.hall_id == tx.hall_id, _e.reader == serial, _e.id <= edge
                )
            )


def last_event(conn: Connection, hall_id: str, serial: str, kind: str) -> TimeClockEvent | None:
    """Return the newest event of a kind, or None."""
    return _events.first(
        conn,
        _events.select()
        .where(_e.hall_id == hall_id, _e.reader == serial, _e.kind == kind)
        .order_by(_e.id.desc())
        .limit(1),
    )


def events(conn: Connection, hall_id: str, serial: str, most: int = 60) -> list[TimeClockEvent]:
    """Return a time clock's events, newest first."""
    return _events.all(
        conn,
        _events.select()
        .where(_e.hall_id == hall_id, _e.reader == serial)
        .order_by(_e.id.desc())
        .limit(most),
    )


def _next(tx: Tx, table: Table) -> int:
    """Return the next number of a table; actions of a hall are serial, so it is unique."""
    last = tx.conn.execute(
        select(func.max(table.c.id)).where(table.c.hall_id == tx.hall_id)
    ).scalar()
    return int(last or 0) + 1
