"""Readers, fingers, commands down to terminals, lines put aside, and events: queries and changes.

Knows no protocol and no rule. Punches are in `punches`, which only adds.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from server.storage.store import Tx
from server.storage.tables_readers import (
    finger,
    reader,
    reader_command,
    reader_event,
    reader_line,
)

_r, _f, _c = reader.c, finger.c, reader_command.c
_l, _e = reader_line.c, reader_event.c
KEPT_EVENTS = 500
IN_SERVICE = ("push", "pull", "file")


# -- readers ---------------------------------------------------------------------------------------


def every(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """All readers, by name and serial number."""
    return list(
        conn.execute(select(reader).where(_r.hall_id == hall_id).order_by(_r.name, _r.serial))
    )


def get(conn: Connection, hall_id: str, serial: str) -> Row[Any] | None:
    """One reader."""
    return conn.execute(select(reader).where(_r.hall_id == hall_id, _r.serial == serial)).first()


def listing(conn: Connection, serial: str) -> list[str]:
    """Every hall of this database that has the serial number in service, or out of it."""
    return list(
        conn.execute(
            select(_r.hall_id).where(_r.serial == serial, _r.state.in_(("admitted", "out")))
        ).scalars()
    )


def asking(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Readers that ask to be admitted."""
    found = select(reader).where(_r.hall_id == hall_id, _r.state == "asking")
    return list(conn.execute(found))


def add(tx: Tx, serial: str, way: str, state: str, **values: Any) -> None:
    """A reader that was not known."""
    tx.conn.execute(
        insert(reader).values(
            hall_id=tx.hall_id, serial=serial, way=way, state=state, created_at=tx.now, **values
        )
    )


def change(tx: Tx, serial: str, **values: Any) -> None:
    """Change columns of a reader."""
    tx.conn.execute(
        update(reader).where(_r.hall_id == tx.hall_id, _r.serial == serial).values(**values)
    )


def forget_asking(tx: Tx, serial: str) -> None:
    """A reader that asked and was turned away; one that was ever admitted stays."""
    tx.conn.execute(
        delete(reader).where(_r.hall_id == tx.hall_id, _r.serial == serial, _r.state == "asking")
    )


def facts_of(row: Any) -> dict[str, Any]:
    """A reader's facts."""
    found: dict[str, Any] = json.loads(row.facts or "{}")
    return found


def delivered_until(conn: Connection, hall_id: str) -> int | None:
    """The moment (ms) up to which EVERY admitted reader in service has delivered.

    None: no reader is in service. A reader that never delivered counts from its admission.
    """
    rows = conn.execute(
        select(func.coalesce(_r.delivered_until, _r.created_at)).where(
            _r.hall_id == hall_id, _r.state == "admitted", _r.way.in_(IN_SERVICE)
        )
    ).scalars()
    return min(rows, default=None)


# -- fingers ---------------------------------------------------------------------------------------


def fingers(conn: Connection, hall_id: str) -> dict[str, list[tuple[int, str]]]:
    """Whose each enrolment is: (since ms, staff number), oldest first; staff "": nobody's."""
    found: dict[str, list[tuple[int, str]]] = {}
    for row in conn.execute(
        select(_f.enrolment, _f.since, _f.staff)
        .where(_f.hall_id == hall_id)
        .order_by(_f.enrolment, _f.since)
    ):
        found.setdefault(row.enrolment, []).append((row.since, row.staff))
    return found


def finger_rows(conn: Connection, hall_id: str) -> list[Row[Any]]:
    """Every link with who made it, by enrolment and time."""
    return list(
        conn.execute(select(finger).where(_f.hall_id == hall_id).order_by(_f.enrolment, _f.since))
    )


def link(tx: Tx, enrolment: str, since: int, staff: str, by: str) -> None:
    """From `since` on the enrolment is `staff`'s; a link of that very moment is replaced."""
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


def commands(conn: Connection, hall_id: str, serial: str, most: int = 100) -> list[Row[Any]]:
    """A reader's commands, newest first."""
    return list(
        conn.execute(
            select(reader_command)
            .where(_c.hall_id == hall_id, _c.reader == serial)
            .order_by(_c.id.desc())
            .limit(most)
        )
    )


def open_commands(conn: Connection, hall_id: str, serial: str) -> list[Row[Any]]:
    """Commands that were not answered yet, oldest first."""
    return list(
        conn.execute(
            select(reader_command)
            .where(_c.hall_id == hall_id, _c.reader == serial, _c.state.in_(("queued", "sent")))
            .order_by(_c.id)
        )
    )


def queued(conn: Connection, hall_id: str) -> dict[str, int]:
    """Unanswered commands by reader."""
    rows = conn.execute(
        select(_c.reader, func.count())
        .where(_c.hall_id == hall_id, _c.state.in_(("queued", "sent")))
        .group_by(_c.reader)
    )
    return {row[0]: row[1] for row in rows}


def add_command(tx: Tx, serial: str, kind: str, command: str, by: str) -> int:
    """Queue a command; returns its number."""
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
    """Change a command of this reader; returns how many there were (0 or 1)."""
    return tx.conn.execute(
        update(reader_command)
        .where(_c.hall_id == tx.hall_id, _c.reader == serial, _c.id == number)
        .values(**values)
    ).rowcount


# -- lines put aside -------------------------------------------------------------------------------


def lines(conn: Connection, hall_id: str, *, settled: bool, most: int = 300) -> list[Row[Any]]:
    """Lines put aside, newest first."""
    done = _l.settled_at.is_not(None) if settled else _l.settled_at.is_(None)
    return list(
        conn.execute(
            select(reader_line)
            .where(_l.hall_id == hall_id, done)
            .order_by(_l.id.desc())
            .limit(most)
        )
    )


def unsettled(conn: Connection, hall_id: str) -> dict[str, int]:
    """Lines to look at, by reader."""
    rows = conn.execute(
        select(_l.reader, func.count())
        .where(_l.hall_id == hall_id, _l.settled_at.is_(None))
        .group_by(_l.reader)
    )
    return {row[0]: row[1] for row in rows}


def put_aside(tx: Tx, serial: str, table: str, line: str, reason: str, most: int) -> bool:
    """Keep a line that is no punch; the same again is counted. True when nobody has seen it yet.

    Beyond `most` unsettled lines of a reader only their number is kept, under an empty line.
    """
    if _count_again(tx, _same(tx, serial, table) & (_l.line == line)):
        return False
    kept = tx.conn.execute(
        select(func.count()).where(
            _l.hall_id == tx.hall_id, _l.reader == serial, _l.settled_at.is_(None)
        )
    ).scalar_one()
    if kept >= most:
        return count_aside(tx, serial, table, 1)
    _add_line(tx, serial, table, line, reason, 1)
    return True


def count_aside(tx: Tx, serial: str, table: str, count: int) -> bool:
    """Count lines that are too many to keep; True when nobody has seen that yet.

    A count that somebody settled opens again: there are more now.
    """
    more = _same(tx, serial, table) & (_l.line == "")
    if _count_again(tx, more & _l.settled_at.is_(None), count):
        return False
    if not _count_again(tx, more, count, settled_at=None, settled_by=""):
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


def _count_again(tx: Tx, which: ColumnElement[bool], count: int = 1, **values: Any) -> bool:
    done = tx.conn.execute(
        update(reader_line).where(which).values(times=_l.times + count, **values)
    )
    return bool(done.rowcount)


def settle_line(tx: Tx, number: int, by: str) -> str | None:
    """Note who has looked at it; returns its reader, None when there is no such open line."""
    which = (_l.hall_id == tx.hall_id) & (_l.id == number) & _l.settled_at.is_(None)
    serial = tx.conn.execute(select(_l.reader).where(which)).scalar()
    if serial is not None:
        tx.conn.execute(update(reader_line).where(which).values(settled_at=tx.now, settled_by=by))
    return serial


def settle_lines(tx: Tx, serial: str, span: tuple[int, int], by: str) -> list[Row[Any]]:
    """Note who has looked at a reader's open lines between two numbers; returns the lines."""
    which = (
        (_l.hall_id == tx.hall_id)
        & (_l.reader == serial)
        & _l.id.between(*span)
        & _l.settled_at.is_(None)
    )
    found = list(tx.conn.execute(select(reader_line).where(which).order_by(_l.id)))
    tx.conn.execute(update(reader_line).where(which).values(settled_at=tx.now, settled_by=by))
    return found


# -- events ----------------------------------------------------------------------------------------


def add_event(tx: Tx, serial: str, kind: str, data: dict[str, Any]) -> None:
    """Something a reader did; the oldest beyond KEPT_EVENTS of a reader go."""
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


def last_event(conn: Connection, hall_id: str, serial: str, kind: str) -> Row[Any] | None:
    """The newest event of a kind."""
    return conn.execute(
        select(reader_event)
        .where(_e.hall_id == hall_id, _e.reader == serial, _e.kind == kind)
        .order_by(_e.id.desc())
        .limit(1)
    ).first()


def events(conn: Connection, hall_id: str, serial: str, most: int = 60) -> list[Row[Any]]:
    """A reader's events, newest first."""
    return list(
        conn.execute(
            select(reader_event)
            .where(_e.hall_id == hall_id, _e.reader == serial)
            .order_by(_e.id.desc())
            .limit(most)
        )
    )


def _next(tx: Tx, table: Any) -> int:
    """The next number of a table; acts of a hall are serial, so none is given out twice."""
    last = tx.conn.execute(
        select(func.max(table.c.id)).where(table.c.hall_id == tx.hall_id)
    ).scalar()
    return int(last or 0) + 1
