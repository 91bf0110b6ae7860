"""Migrated PostgreSQL database that is reused by one test after another and emptied in between.

Copying a database of fifty tables costs half a second of CPU for each test, emptying it a twentieth
of that. Only an empty database with exactly the migrated schema is given out: if a test has changed
tables, triggers, functions or rules, the database is dropped and made anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg

from server.core.engine import migrate, open_engine
from support import furnished_rows
from support.postgres import USER, Postgres
from support.shared_connections import NAME, SharedDatabases, lent

# Close other connections first, so that none writes or holds a lock afterwards. Shared ones without
# a transaction do neither.
OTHERS = """
SELECT pg_terminate_backend(pid, 5000), application_name FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND (application_name <> %s OR state <> 'idle')
"""
# Everything that the migrations made, by definition and not by name alone.
SHAPE = """
SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
  SELECT concat('class ', oid, relname, relnamespace) FROM pg_class WHERE oid >= 16384
  UNION ALL SELECT concat('column ', attrelid, attname, atttypid, attnotnull, attisdropped)
    FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
  UNION ALL SELECT concat('trigger ', oid, tgenabled) FROM pg_trigger
  UNION ALL SELECT concat('rule ', oid, conname, convalidated) FROM pg_constraint
  UNION ALL SELECT concat('function ', oid, md5(prosrc)) FROM pg_proc WHERE oid >= 16384
  UNION ALL SELECT concat('schema ', oid, nspname) FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\\_%'
) AS shape (line)
"""
# As a replica, so that the triggers that forbid changes do not fire.
EMPTY = """
SET session_replication_role = replica;
DO $$
DECLARE it regclass;
BEGIN
  FOR it IN SELECT oid FROM pg_class WHERE relkind = 'r' AND oid >= 16384
    AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %s', it); END LOOP;
  FOR it IN SELECT oid FROM pg_class WHERE relkind = 'S' AND oid >= 16384
  LOOP PERFORM setval(it, 1, false); END LOOP;
END $$
"""


@dataclass(frozen=True)
class _Free:
    name: str
    conn: psycopg.Connection
    """The pool's own, which stays: a new one costs the server ten milliseconds."""
    shape: str
    shared: SharedDatabases
    """Connections of the halls."""


class DatabasePool:
    """Pool of migrated, empty databases of one server; reuses a database where it can."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._template = postgres.template(_migrate)
        self._free: list[_Free] = []
        """Databases that wait for the next test."""

    @contextmanager
    def database_url(self, *, alone: bool = False) -> Iterator[str]:
        """Yield the address of an empty database; empty or drop it afterwards.

        `alone`: nobody is connected to it, as a restore wants it.
        """
        free = self._free.pop() if self._free else self._made()
        url = self._postgres.url(free.name)
        if alone:
            free.conn.close()
            free.shared.close()
            yield url
            free = replace(free, conn=self._connected(free.name))
        else:
            with furnished_rows.reached_by(url, free.conn), lent(url, free.shared):
                yield url
        ended = free.conn.execute(OTHERS, (NAME,)).fetchall()
        if any(name == NAME for _, name in ended):
            free.shared.close()
        if _shape(free.conn) == free.shape:
            free.conn.execute(EMPTY)
            self._free.append(free)
        else:
            free.shared.close()
            free.conn.close()
            self._postgres.drop(free.name)

    def _made(self) -> _Free:
        name = self._postgres.create(self._template)
        conn = self._connected(name)
        return _Free(name, conn, _shape(conn), SharedDatabases())

    def _connected(self, name: str) -> psycopg.Connection:
        folder = str(self._postgres.folder)
        return psycopg.connect(host=folder, user=USER, dbname=name, autocommit=True)

    def close(self) -> None:
        """Close the connections to the databases that wait."""
        for free in self._free:
            free.shared.close()
            free.conn.close()


def _migrate(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


def _shape(conn: psycopg.Connection) -> str:
    row = conn.execute(SHAPE).fetchone()
    assert row is not None
    return str(row[0])
