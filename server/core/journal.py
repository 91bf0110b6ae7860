"""Journal of the hall: appends a line in the running action, reads lines, verifies the chain."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from server.core import tables
from server.core.journal_line import GENESIS, Line, canonical, line_hash
from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx


@dataclass(frozen=True, slots=True)
class StoredLine:
    """Line of the journal as stored: its data are JSON text."""

    hall_id: str
    seq: int
    at: int
    actor_kind: str
    actor: str
    window: str
    act: str
    subject: str
    data: str
    why: str
    hash: str


_table = tables.journal
_lines = Records(StoredLine, *_table.columns)
_head = precompiled(
    select(_table.c.seq, _table.c.hash)
    .where(_table.c.hall_id == bindparam("hall_id"))
    .order_by(_table.c.seq.desc())
    .limit(1)
)
_append = precompiled(insert(_table))
_after = (
    _lines.select()
    .where(_table.c.hall_id == bindparam("hall_id"), _table.c.seq > bindparam("seq"))
    .order_by(_table.c.seq)
    .limit(bindparam("most"))
)


def head(conn: Connection, hall_id: str) -> tuple[int, str]:
    """Return number and hash of the last line; (0, GENESIS) for an empty journal."""
    row = conn.execute(_head, {"hall_id": hall_id}).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def hash_of(conn: Connection, hall_id: str, seq: int) -> str:
    """Return the hash of a line; empty for a number without one."""
    query = select(_table.c.hash).where(_table.c.hall_id == hall_id, _table.c.seq == seq)
    return str(conn.execute(query).scalar_one_or_none() or "")


def head_in(tx: Tx) -> tuple[int, str]:
    """Return the head in the running action; it is read once per transaction."""
    if tx.batch.head is None:
        tx.batch.head = head(tx.conn, tx.hall_id)
    return tx.batch.head


def append(
    tx: Tx,
    *,
    actor_kind: str,
    actor: str,
    act: str,
    subject: str = "",
    window: str = "",
    data: dict[str, Any] | None = None,
    why: str = "",
) -> int:
    """Append one line; return its number.

    Actions of a hall are serial, so numbers have no gaps.
    """
    seq, previous = head_in(tx)
    line = Line(
        tx.hall_id, seq + 1, tx.now, actor_kind, actor, window, act, subject, data or {}, why
    )
    digest = line_hash(previous, line)
    tx.conn.execute(
        _append,
        {
            "hall_id": line.hall_id,
            "seq": line.seq,
            "at": line.at,
            "actor_kind": line.actor_kind,
            "actor": line.actor,
            "window": line.window,
            "act": line.act,
            "subject": line.subject,
            "data": canonical(line.data),
            "why": line.why,
            "hash": digest,
        },
    )
    tx.batch.head = line.seq, digest
    return line.seq


def lines(conn: Connection, hall_id: str, after: int = 0, page: int = 1000) -> Iterator[StoredLine]:
    """Yield every line after number `after`, in order."""
    while True:
        rows = _lines.all(conn, _after, {"hall_id": hall_id, "seq": after, "most": page})
        yield from rows
        if len(rows) < page:
            return
        after = rows[-1].seq


def line_of(row: StoredLine) -> Line:
    """Return a stored line with its data as values."""
    return Line(
        row.hall_id,
        row.seq,
        row.at,
        row.actor_kind,
        row.actor,
        row.window,
        row.act,
        row.subject,
        json.loads(row.data),
        row.why,
    )


def of_subject(conn: Connection, hall_id: str, subject: str) -> list[dict[str, Any]]:
    """Return the lines about one subject (ticket, window, account …), oldest first."""
    rows = conn.execute(
        select(_table)
        .where(_table.c.hall_id == hall_id, _table.c.subject == subject)
        .order_by(_table.c.seq + 0)  # SQLite would read the whole journal in order, not the index
    ).mappings()
    return [dict(row) | {"data": json.loads(row["data"])} for row in rows]


def of_acts(conn: Connection, hall_id: str, acts: Iterable[str]) -> Iterator[Line]:
    """Yield the lines of some acts, oldest first."""
    query = _lines.select().where(_table.c.hall_id == hall_id, _table.c.act.in_(sorted(acts)))
    yield from map(line_of, _lines.all(conn, query.order_by(_table.c.seq)))


def first_break(conn: Connection, hall_id: str) -> int | None:
    """Return the number of the first line with a wrong hash or number; None if all hold."""
    expected, previous = 1, GENESIS
    for row in lines(conn, hall_id):
        line = line_of(row)
        if row.seq != expected or row.hash != line_hash(previous, line):
            return expected
        expected, previous = expected + 1, row.hash
    return None
