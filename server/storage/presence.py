"""Which workers there are, and which of them leads a hall: told by PostgreSQL's advisory locks.

A lock belongs to a connection, so a worker that dies, however it dies, gives back what it held the
moment PostgreSQL sees its connection end. No heartbeat is written and no clock is compared.
A SQLite hall has one server process by its nature, and needs none of this.
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
    """A lock's number: 63 bits of a hash, for PostgreSQL knows locks by numbers only."""
    digest = hashlib.sha256(f"hallkeeper/{kind}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class Presence(Protocol):
    """What a worker knows of the others."""

    def look(self) -> None:
        """Prove that what is held is still held; once in a while, before asking `lead`."""
        ...

    def lead(self, hall_id: str) -> bool:
        """Whether this worker is the one that does what nobody asks for; it stays so."""
        ...

    def alive(self, worker: str) -> bool:
        """Whether a worker of this name is there now."""
        ...

    def close(self) -> None:
        """Leave; others may lead."""
        ...


class Alone:
    """The only worker."""

    def __init__(self, worker: str) -> None:
        self._worker = worker

    def look(self) -> None:
        return

    def lead(self, _hall_id: str) -> bool:
        return True

    def alive(self, worker: str) -> bool:
        return worker == self._worker

    def close(self) -> None:
        return


class Locks:
    """Presence by advisory locks on one connection of the worker's own."""

    def __init__(self, engine: Engine, worker: str) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._worker = worker
        self._turn = threading.Lock()
        self._conn: Connection | None = None
        self._named = False
        """Whether the others can see by our name's lock that we are there."""
        self._leading: set[str] = set()
        with self._turn:
            self._connected()

    def look(self) -> None:
        with self._turn:
            try:
                conn = self._connected()
                if self._named:
                    conn.execute(text("SELECT 1"))
                else:
                    self._take_name(conn)
            except SQLAlchemyError:
                self._lost()

    def lead(self, hall_id: str) -> bool:
        with self._turn:
            try:
                conn = self._connected()
                if hall_id not in self._leading and self._take(conn, "lead", hall_id):
                    self._leading.add(hall_id)
            except SQLAlchemyError:
                self._lost()
            return hall_id in self._leading

    def alive(self, worker: str) -> bool:
        """Unsure counts as alive: nobody's devices are written off because a line broke."""
        if worker == self._worker:
            return True
        with self._turn:
            try:
                conn = self._connected()
                if not self._take(conn, "worker", worker):
                    return True
                conn.execute(_release, {"key": lock_key("worker", worker)})
            except SQLAlchemyError:
                self._lost()
                return True
        return False

    def close(self) -> None:
        with self._turn, suppress(SQLAlchemyError):
            if self._conn is not None:
                # Without this the others would wait until PostgreSQL sees the connection end.
                self._conn.execute(text("SELECT pg_advisory_unlock_all()"))
        with self._turn:
            self._lost()
            self._engine.dispose()

    def _connected(self) -> Connection:
        """The connection; a new one begins with nothing held."""
        if self._conn is not None:
            return self._conn
        self._conn = self._engine.connect()
        self._take_name(self._conn)
        return self._conn

    def _take_name(self, conn: Connection) -> None:
        """Once per connection: PostgreSQL counts how often a session took a lock.

        Shared, for PostgreSQL may not know yet that a predecessor of this name is gone; when it
        does, the name is ours without a gap. Only a question of `alive` can be in the way, and
        the next `look` tries again.
        """
        key = {"key": lock_key("worker", self._worker)}
        self._named = bool(conn.execute(_share, key).scalar_one())
        if not self._named:
            log.info("the name is not free just now")

    def _take(self, conn: Connection, kind: str, name: str) -> bool:
        return bool(conn.execute(_try, {"key": lock_key(kind, name)}).scalar_one())

    def _lost(self) -> None:
        self._leading.clear()
        self._named = False
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.invalidate()
            conn.close()
