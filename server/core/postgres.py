"""PostgreSQL store of a hall for one of several workers.

The lock on the hall's row makes actions serial.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.exc import DBAPIError

from server.core import tables
from server.core.statement import precompiled
from server.core.store import Entry, GroupCommitStore

T = TypeVar("T")

_lock_hall = precompiled(
    select(tables.hall.c.hall_id)
    .where(tables.hall.c.hall_id == bindparam("hall_id"))
    .with_for_update()
)


class PostgresStore(GroupCommitStore):
    """Store with one transaction at a time per hall and worker.

    Writers and readers have separate pools. A reader never waits for a lock, so an action that
    needs one more read always continues, even if all writers' connections are in use.
    """

    def __init__(self, hall_id: str, writer: Engine, reader: Engine, apart: Engine) -> None:
        super().__init__(hall_id)
        self._writer = writer
        self._reader = reader
        self._apart = apart
        # The readers' connections, without a transaction around each query.
        self._single_reader = reader.execution_options(isolation_level="AUTOCOMMIT")

    def _run(self, batch: list[Entry[Any]]) -> None:
        with self._locked() as conn:
            self._run_all(conn, batch)

    @contextmanager
    def _locked(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that holds the lock on the hall's row.

        No other worker chooses among the same queue heads meanwhile.
        """
        with self._writer.connect() as conn:
            transaction = conn.begin()
            try:
                conn.execute(_lock_hall, {"hall_id": self.hall_id})
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # The database has restarted since the last use: nothing was written yet, so retry.
                transaction.rollback()
                transaction = conn.begin()
                conn.execute(_lock_hall, {"hall_id": self.hall_id})
            with transaction:
                yield conn

    def read(self, query: Callable[[Connection], T]) -> T:
        return _run_query(self._reader, query)

    def read_single(self, query: Callable[[Connection], T]) -> T:
        return _run_query(self._single_reader, query)

    def read_off_loop(self, query: Callable[[Connection], T]) -> T:
        with self._apart.connect() as conn:
            return query(conn)

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _run_query(engine: Engine, query: Callable[[Connection], T]) -> T:
    """Run the query; run it once more if the database has restarted since the last use."""
    try:
        with engine.connect() as conn:
            return query(conn)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    with engine.connect() as conn:
        return query(conn)
