"""Store on one connection, for writing the demo history: many actions, one commit per day."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from server.core.store import Act, Tx, Written

T = TypeVar("T")


class OneConnection:
    """Store that runs every action and query on one connection; the caller commits."""

    def __init__(self, hall_id: str, conn: Connection) -> None:
        self.hall_id = hall_id
        self._conn = conn

    def write(self, action: Act[T], now: int, *, brief: bool = False) -> Written[T]:  # noqa: ARG002
        """Run an action in a savepoint; its exception undoes only this action."""
        tx = Tx(self._conn, self.hall_id, now)
        with self._conn.begin_nested():
            value = action(tx)
        return Written(value, tx.events)

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query; it includes what was written before."""
        return query(self._conn)

    def read_single(self, query: Callable[[Connection], T]) -> T:
        """Run a query like `read`."""
        return query(self._conn)

    def read_off_loop(self, query: Callable[[Connection], T]) -> T:
        """Run a query like `read`: there is only one connection."""
        return query(self._conn)

    def close(self) -> None:
        """Do nothing: the caller owns the connection."""
