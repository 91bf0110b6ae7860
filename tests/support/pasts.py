"""The reference hall with an invented month behind it; and the same hall as it was before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert, select

from server import past
from server.cli import demo_readers
from server.clock import SetClock, instant
from server.config import Config
from server.domain.journal import GENESIS, Line, line_hash
from server.hall import Hall, import_catalogue, open_hall
from server.reference import load
from server.services.context import SYSTEM
from server.services.inspection.sealing import KEY_FILE
from server.storage.tables import metadata

SATURDAY = instant(datetime.combine(date(2026, 11, 7), time(9)), "Asia/Shanghai")
KEY = f"{'11' * 32}\n"
SINCE = "2026-11-05"
"""Of tickets, the last days are enough for an old database."""
ACTS = {
    "0002": ("reader.", "punch.", "finger."),
    "0003": ("rule.", "leave.", "correction.", "calendar.", "cover."),
    "0004": ("check.", "finding."),
    "0005": ("bulletin.",),
}
"""Acts of the journal that came with a revision: an older hall cannot have done them."""


def invented(folder: Path, seed: int) -> Hall:
    """Return the reference hall with a month and a week of history, the same for the same seed."""
    # A real hall draws this key; with a known one the journal is the same line by line.
    (folder / KEY_FILE).write_text(KEY)
    config = Config(data=folder, hall_id="reference", database=f"sqlite:///{folder / 'hall.db'}")
    hall = open_hall(config, clock=SetClock(SATURDAY))
    import_catalogue(hall.ctx, SYSTEM, load(), "")
    demo_readers.admit(hall, rehearsal=False)
    doors = [door.serial for door in demo_readers.DOORS]
    told: list[tuple[int, int]] = []
    past.create(hall, seed, doors, lambda done, days: told.append((done, days)), months=1)
    assert told[-1][0] == told[-1][1] == len(told)
    return hall


def put_as_of(revision: str, source: Connection, old: Connection) -> dict[str, list[Any]]:
    """Fill a database of an earlier revision with the hall's rows as that version had them.

    Returns what was put, by table: rows of the columns that the revision has.
    """
    then = MetaData()
    then.reflect(old)
    # The columns' types are the code's own: a reflected SQLite table has forgotten some.
    tables = [t for t in metadata.sorted_tables if t.name in then.tables]
    put: dict[str, list[Any]] = {}
    for table in tables:
        columns = [table.c[c.name] for c in then.tables[table.name].columns]
        rows = [dict(row) for row in source.execute(select(*columns)).mappings()]
        rows = _rows_of(revision, table, rows)
        if rows:
            old.execute(insert(_narrow(table, then)), rows)
        put[table.name] = rows
    return put


def rows_now(conn: Connection, put: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The same columns of the same tables, read today."""
    found: dict[str, list[Any]] = {}
    for name, rows in put.items():
        table = metadata.tables[name]
        columns = [table.c[c] for c in rows[0]] if rows else list(table.c)
        found[name] = [dict(row) for row in conn.execute(select(*columns)).mappings()]
    return found


def _narrow(table: Table, then: MetaData) -> Table:
    columns = [table.c[c.name]._copy() for c in then.tables[table.name].columns]
    return Table(table.name, MetaData(), *columns)


def _rows_of(revision: str, table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if table.name == "ticket":
        return [row for row in rows if row["day"] >= SINCE]
    if table.name == "journal":
        return _chained(revision, rows)
    return rows


def _chained(revision: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that this version could have written, in a chain of their own."""
    later = tuple(act for since, acts in ACTS.items() if since > revision for act in acts)
    kept: list[dict[str, Any]] = []
    previous = GENESIS
    for row in sorted(rows, key=lambda r: int(r["seq"])):
        if row["act"].startswith(later) or _of_a_ticket_left_out(row):
            continue
        seq = len(kept) + 1
        line = Line(
            row["hall_id"],
            seq,
            row["at"],
            row["actor_kind"],
            row["actor"],
            row["window"],
            row["act"],
            row["subject"],
            json.loads(row["data"]),
            row["why"],
        )
        previous = line_hash(previous, line)
        kept.append(row | {"seq": seq, "hash": previous})
    return kept


def _of_a_ticket_left_out(row: dict[str, Any]) -> bool:
    first = f"{SINCE.replace('-', '')}-"
    return bool(row["act"].startswith("ticket.") and row["subject"] < first)
