"""Rows of a hall that was just opened and furnished, to fill the next empty PostgreSQL database.

Copying them in takes a fifth of the CPU of importing calendar and business data again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
AND relname <> 'alembic_version' ORDER BY oid
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"


@dataclass(frozen=True)
class Rows:
    """Contents of the tables that have any, in the format of COPY, and last values of sequences."""

    tables: tuple[tuple[str, bytes], ...]
    sequences: tuple[tuple[str, int], ...]


_kept: dict[int, Rows] = {}
"""Rows by the time (ms) at which the hall was opened."""
_reached: dict[str, psycopg.Connection] = {}


@contextmanager
def reached_by(url: str, conn: psycopg.Connection) -> Iterator[None]:
    """Use this connection for a database meanwhile."""
    _reached[url] = conn
    try:
        yield
    finally:
        del _reached[url]


def fill(url: str, now: int) -> bool | None:
    """Fill an empty, migrated database with the rows of a hall opened at `now`.

    Return True if it was done, False if there are no such rows yet, None for a database in use or
    outside the pool.
    """
    conn = _reached.get(url)
    if conn is None:
        return None
    with conn.transaction():
        if conn.execute("SELECT FROM hall LIMIT 1").fetchone() is not None:
            return None
        rows = _kept.get(now)
        if rows is None:
            return False
        conn.execute("SET LOCAL session_replication_role = replica")  # no trigger fires
        for table, content in rows.tables:
            order = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
            with conn.cursor().copy(order) as copy:
                copy.write(content)
        for name, value in rows.sequences:
            conn.execute("SELECT setval(%s::regclass, %s)", (name, value))
        return True


def keep(url: str, now: int) -> None:
    """Keep the rows of a hall that was just opened and furnished at `now`."""
    conn = _reached[url]
    with conn.transaction():
        contents = []
        for (table,) in conn.execute(TABLES).fetchall():
            order = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
            with conn.cursor().copy(order) as copy:
                content = b"".join(bytes(part) for part in copy)
            if content:
                contents.append((table, content))
        sequences = conn.execute(SEQUENCES).fetchall()
    _kept[now] = Rows(tuple(contents), tuple(sequences))
