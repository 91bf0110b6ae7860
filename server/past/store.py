"""A store for a past that is written at once: many acts, one commit a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from server.storage.store import Act, Tx, Written

T = TypeVar("T")


class OneConnection:
    """Every act and question on one connection; the caller commits."""

    def __init__(self, hall_id: str, conn: Connection) -> None:
        self.hall_id = hall_id
        self._conn = conn

    def write(self, act: Act[T], now: int, *, brief: bool = False) -> Written[T]:  # noqa: ARG002
        """Run `act`; what it raises undoes it alone."""
        tx = Tx(self._conn, self.hall_id, now)
        with self._conn.begin_nested():
            value = act(tx)
        return Written(value, tx.events)

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query`; it sees what was written before."""
        return query(self._conn)

    def glance(self, query: Callable[[Connection], T]) -> T:
        """As `read`."""
        return query(self._conn)

    def read_apart(self, query: Callable[[Connection], T]) -> T:
        """There is only one connection."""
        return query(self._conn)

    def close(self) -> None:
        """The connection is the caller's."""
