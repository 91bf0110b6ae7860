"""Copies a whole database, every hall of it, into an empty one: SQLite to PostgreSQL and back.

Tables in the order in which they depend on each other, in the caller's one transaction; what
arrived is read back and compared with what was sent, row by row, whatever the order. It refuses a
target that holds anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, func, insert, inspect, select, text

from server.storage import journal, schema
from server.storage.tables import metadata

BATCH = 2000
Progress = Callable[[str, int, int], None]
"""Told a table, its rows in all, those that are done."""


class MovingError(Exception):
    """The copy cannot be made or is not what was sent; the message is in both languages."""


def filled(conn: Connection) -> str:
    """The name of a table that holds rows; "" for a database without any."""
    there = set(inspect(conn).get_table_names())
    for table in metadata.sorted_tables:
        if table.name in there and conn.execute(select(table).limit(1)).first() is not None:
            return table.name
    return ""


def others(conn: Connection) -> int:
    """How many others are connected to this PostgreSQL database; 0 for SQLite."""
    if conn.dialect.name != "postgresql":
        return 0
    asked = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return int(conn.execute(text(asked)).scalar_one())


def copy(source: Connection, target: Connection, progress: Progress) -> dict[str, int]:
    """Copy every table into a target of this version's schema; rows by table.

    Raises MovingError when the target is not empty or does not hold what was sent.
    """
    full = filled(target)
    if full:
        raise MovingError(f"目标数据库不是空的 / the target is not empty: {full}")
    counts = {}
    for table in metadata.sorted_tables:
        total = int(source.execute(select(func.count()).select_from(table)).scalar_one())
        sent, digest = _send(source, target, table, partial(progress, table.name, total))
        came, arrived = _sum_of(rows for rows in _rows(target, table))
        if (sent, digest) != (came, arrived):
            raise MovingError(
                f"{table.name}: 送出 {sent} 行，收到 {came} 行，内容不一致 / "
                f"{sent} rows sent and {came} arrived, or not the same"
            )
        counts[table.name] = sent
    _compare_journals(source, target)
    return counts


def heads(conn: Connection) -> dict[str, tuple[int, str]]:
    """Number and hash of every hall's last journal line."""
    halls = conn.execute(select(schema.hall.c.hall_id).order_by(schema.hall.c.hall_id)).scalars()
    return {hall: journal.head(conn, hall) for hall in halls.all()}


def _compare_journals(source: Connection, target: Connection) -> None:
    if heads(source) != heads(target):
        raise MovingError("操作日志不一致 / the journals differ")
    for hall in heads(target):
        broken = journal.first_break(target, hall)
        if broken is not None and journal.first_break(source, hall) != broken:
            raise MovingError(f"{hall}: 操作日志第 {broken} 条 / journal line {broken}")


def _send(
    source: Connection, target: Connection, table: Table, told: Callable[[int], None]
) -> tuple[int, int]:
    put, sent, digest = insert(table), 0, 0
    for rows in _rows(source, table):
        target.execute(put, [row._asdict() for row in rows])
        count, part = _sum_of([rows])
        sent, digest = sent + count, (digest + part) % (1 << 256)
        told(sent)
    return sent, digest


def _rows(conn: Connection, table: Table) -> Iterator[list[Any]]:
    asked = select(table).execution_options(yield_per=BATCH)
    for part in conn.execute(asked).partitions(BATCH):
        yield list(part)


def _sum_of(parts: Iterator[list[Any]] | list[list[Any]]) -> tuple[int, int]:
    """Rows and the sum of their hashes: the same for the same rows in any order."""
    count, total = 0, 0
    for rows in parts:
        for row in rows:
            total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest(), "big")
        count += len(rows)
    return count, total % (1 << 256)
