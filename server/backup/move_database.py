"""Copy of a whole database with all halls into an empty one: SQLite to PostgreSQL and back.

Copies tables in the order of their dependencies, in the caller's single transaction. Then it
reads the target back and compares it with the source by rows, in any order. It rejects a target
that holds data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, func, insert, inspect, select, text

from server.core import journal
from server.core import tables as core_tables
from server.core.all_tables import metadata

BATCH = 2000
Progress = Callable[[str, int, int], None]
"""Callback that receives a table, its total rows, and the rows copied so far."""


class MovingError(Exception):
    """Copy impossible or different from its source; the message is in both languages."""


def filled(conn: Connection) -> str:
    """Return the name of a table that holds rows; "" for an empty database."""
    names = set(inspect(conn).get_table_names())
    for table in metadata.sorted_tables:
        if table.name in names and conn.execute(select(table).limit(1)).first() is not None:
            return table.name
    return ""


def others(conn: Connection) -> int:
    """Return the number of other connections to this PostgreSQL database; 0 for SQLite."""
    if conn.dialect.name != "postgresql":
        return 0
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return int(conn.execute(text(query)).scalar_one())


def copy(source: Connection, target: Connection, progress: Progress) -> dict[str, int]:
    """Copy every table into a target with this version's schema; return the rows by table.

    Raises MovingError if the target is not empty or differs from the source afterwards.
    """
    filled_table = filled(target)
    if filled_table:
        raise MovingError(f"目标数据库不是空的 / the target is not empty: {filled_table}")
    counts = {}
    for table in metadata.sorted_tables:
        total = int(source.execute(select(func.count()).select_from(table)).scalar_one())
        rows_sent, digest = _send(source, target, table, partial(progress, table.name, total))
        received, received_digest = _sum_of(rows for rows in _rows(target, table))
        if (rows_sent, digest) != (received, received_digest):
            raise MovingError(
                f"{table.name}: 送出 {rows_sent} 行，收到 {received} 行，内容不一致 / "
                f"{rows_sent} rows sent and {received} arrived, or not the same"
            )
        counts[table.name] = rows_sent
    _compare_journals(source, target)
    return counts


def heads(conn: Connection) -> dict[str, tuple[int, str]]:
    """Return number and hash of the last journal line by hall."""
    halls = conn.execute(
        select(core_tables.hall.c.hall_id).order_by(core_tables.hall.c.hall_id)
    ).scalars()
    return {hall: journal.head(conn, hall) for hall in halls.all()}


def _compare_journals(source: Connection, target: Connection) -> None:
    if heads(source) != heads(target):
        raise MovingError("操作日志不一致 / the journals differ")
    for hall in heads(target):
        broken = journal.first_break(target, hall)
        if broken is not None and journal.first_break(source, hall) != broken:
            raise MovingError(f"{hall}: 操作日志第 {broken} 条 / journal line {broken}")


def _send(
    source: Connection, target: Connection, table: Table, report: Callable[[int], None]
) -> tuple[int, int]:
    statement, rows_sent, digest = insert(table), 0, 0
    for rows in _rows(source, table):
        target.execute(statement, [row._asdict() for row in rows])
        count, part_digest = _sum_of([rows])
        rows_sent, digest = rows_sent + count, (digest + part_digest) % (1 << 256)
        report(rows_sent)
    return rows_sent, digest


def _rows(conn: Connection, table: Table) -> Iterator[list[Any]]:
    query = select(table).execution_options(yield_per=BATCH)
    for part in conn.execute(query).partitions(BATCH):
        yield list(part)


def _sum_of(parts: Iterator[list[Any]] | list[list[Any]]) -> tuple[int, int]:
    """Return the number of rows and the sum of their hashes.

    The sum is the same for the same rows in any order.
    """
    count, total = 0, 0
    for rows in parts:
        for row in rows:
            total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest(), "big")
        count += len(rows)
    return count, total % (1 << 256)
