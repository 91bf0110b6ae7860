"""Presence of workers and leadership of a hall, by PostgreSQL's advisory locks.

A lock belongs to a connection. When a worker dies for any reason, PostgreSQL releases its locks
as soon as it detects the end of the connection. There is no heartbeat, and no clocks are
compared. A SQLite hall has a single server process and needs no locks.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from contextlib import suppress
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

_try = text("SELECT pg_try_advisory_lock(:key)")
_share = text("SELECT pg_try_advisory_lock_shared(:key)")
_release = text("SELECT pg_advisory_unlock(:key)")


def lock_key(kind: str, name: str) -> int:
    """Return the 64-bit number of a lock from a hash: PostgreSQL identifies locks by numbers."""
    digest = hashlib.sha256(f"hallkeeper/{kind}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class Presence(Protocol):
    """Presence of the workers of one database, as seen by one of them."""

    def verify(self) -> None:
        """Verify that the held locks are still held; call it regularly, before `lead`."""
        ...

    def lead(self, hall_id: str) -> bool:
        """Return True if this worker runs the hall's periodic tasks; a leader stays leader."""
        ...

    def alive(self, worker: str) -> bool:
        """Return True if a worker of this name is running now."""
        ...

    def close(self) -> None:
        """Release all locks; other workers may lead."""
        ...


class SingleWorker:
    """Presence of the only worker."""

    def __init__(self, worker: str) -> None:
        self._worker = worker

    def verify(self) -> None:
        return

    def lead(self, _hall_id: str) -> bool:
        return True

    def alive(self, worker: str) -> bool:
        return worker == self._worker

    def close(self) -> None:
        return


class LockPresence:
    """Presence by advisory locks on a dedicated connection of the worker."""

    def __init__(self, engine: Engine, worker: str) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._worker = worker
        self._mutex = threading.Lock()
        self._conn: Connection | None = None
        self._named = False
        """True while the lock of this worker's name is held, so that others see it running."""
        self._leading: set[str] = set()
        with self._mutex:
            self._connected()

    def verify(self) -> None:
        with self._mutex:
            try:
                conn = self._connected()
                if self._named:
                    conn.execute(text("SELECT 1"))
                else:
                    self._lock_name(conn)
            except SQLAlchemyError:
                self._lost()

    def lead(self, hall_id: str) -> bool:
        with self._mutex:
            try:
                conn = self._connected()
                if hall_id not in self._leading and self._try_lock(conn, "lead", hall_id):
                    self._leading.add(hall_id)
            except SQLAlchemyError:
                self._lost()
            return hall_id in self._leading

    def alive(self, worker: str) -> bool:
        """Return True unless the worker is certainly gone.

        In doubt it counts as running: a broken connection must not mark its devices as lost.
        """
        if worker == self._worker:
            return True
        with self._mutex:
            try:
                conn = self._connected()
                if not self._try_lock(conn, "worker", worker):
                    return True
                conn.execute(_release, {"key": lock_key("worker", worker)})
            except SQLAlchemyError:
                self._lost()
                return True
        return False

    def close(self) -> None:
        with self._mutex, suppress(SQLAlchemyError):
            if self._conn is not None:
                # Otherwise the others wait until PostgreSQL detects the end of the connection.
                self._conn.execute(text("SELECT pg_advisory_unlock_all()"))
        with self._mutex:
            self._lost()
            self._engine.dispose()

    def _connected(self) -> Connection:
        """Return the connection; a new one holds no locks but the name's."""
        if self._conn is not None:
            return self._conn
        self._conn = self._engine.connect()
        self._lock_name(self._conn)
        return self._conn

    def _lock_name(self, conn: Connection) -> None:
        """Lock this worker's name; once per connection, as PostgreSQL counts repeated locks.

        The lock is shared: PostgreSQL may not have detected yet that a predecessor of this name
        is gone. When it does, this worker holds the name without a gap. Only a concurrent
        `alive` can block the lock; the next `look` retries.
        """
        key = {"key": lock_key("worker", self._worker)}
        self._named = bool(conn.execute(_share, key).scalar_one())
        if not self._named:
            log.info("the name is not free just now")

    def _try_lock(self, conn: Connection, kind: str, name: str) -> bool:
        return bool(conn.execute(_try, {"key": lock_key(kind, name)}).scalar_one())

    def _lost(self) -> None:
        self._leading.clear()
        self._named = False
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.invalidate()
            conn.close()
