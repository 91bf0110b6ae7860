"""Store: writes by `Store.write(act)`. An action runs completely in a transaction or not at all.

Callers of one process queue their actions. One caller leads: it runs all waiting actions in one
transaction, with a savepoint each, and one sync makes them all durable (group commit). SQLite
runs one `BEGIN IMMEDIATE` at a time. PostgreSQL first locks the hall's row, so actions of one
hall are serial over all workers, and both databases follow the same rules (docs/adr/0003).

An action has no effect outside the database: it collects events in `Tx.events`, which the
caller gets after the commit. Reads see the last commit and never wait for the writer.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import OperationalError

from server.core.errors import HallError
from server.core.statement import begin, busy_wait, end, savepoint

T = TypeVar("T")
MAX_BATCH = 64
BUSY_MS = 10_000
"""Milliseconds that a writer waits for another program that writes to the same SQLite file."""
IDLE_READERS = 4
"""Number of connections held for the next reads; the pool's fetch costs more than a read."""


@dataclass(slots=True)
class Batch:
    """State that the actions of one transaction share; reset when one of them is rolled back."""

    head: tuple[int, str] | None = None
    """Number and hash of the journal's last line; None until it is read."""


@dataclass(slots=True)
class Tx:
    """Context of a running action: connection, hall, time of the action, collected events."""

    conn: Connection
    hall_id: str
    now: int
    """Time of the action, ms since 1970 UTC."""
    events: list[Any] = field(default_factory=list)
    batch: Batch = field(default_factory=Batch)

    def at(self, moment: int) -> Tx:
        """Return a copy of this context with another time."""
        return replace(self, now=moment)


Act = Callable[[Tx], T]


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """Result of a durable action: its value and the events to publish now."""

    value: T
    events: list[Any]


def nothing(_tx: Tx) -> None:
    """Do nothing; default of what runs after an action."""


class Offload(Protocol):
    """Runner of a blocking call: directly, or in gevent's native thread pool."""

    def __call__(self, call: Callable[[], None], /) -> Any: ...


def directly(call: Callable[[], None]) -> None:
    """Run the call in the calling thread (command line, tests)."""
    call()


class Store(Protocol):
    """Interface of the database for the services."""

    hall_id: str

    def write(self, act: Act[T], now: int, *, brief: bool = False) -> Written[T]:
        """Run `act` durably; raises what the action raises, and then nothing of it is stored.

        `brief`: the action takes a millisecond at most and may run on the event loop.
        """
        ...

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` on a consistent snapshot."""
        ...

    def read_single(self, query: Callable[[Connection], T]) -> T:
        """Run `query` as a single read: each statement may see a later state than the last.

        PostgreSQL saves two of the three round trips that one statement costs otherwise.
        """
        ...

    def read_off_loop(self, query: Callable[[Connection], T]) -> T:
        """Run `query` off the event loop on its own connection, for long queries in a thread.

        The thread is a native one. The pool's locks belong to the event loop; a month sheet's
        query must not block it.
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


class Entry(Generic[T]):
    """Action that waits for the writer."""

    __slots__ = ("act", "brief", "done", "error", "now", "turn", "written")

    def __init__(self, act: Act[T], now: int, brief: bool) -> None:
        self.act = act
        self.now = now
        self.brief = brief
        self.turn = threading.Event()
        """Event that is set when the action is done or its caller is to lead the next batch."""
        self.done = False
        self.error: BaseException | None = None
        self.written: Written[T] | None = None

    def result(self) -> Written[T]:
        if self.error is not None:
            raise self.error
        assert self.written is not None
        return self.written


class GroupCommitStore(ABC):
    """Queue of actions that are committed together by one of their callers."""

    def __init__(self, hall_id: str) -> None:
        self.hall_id = hall_id
        self._commit_lock = threading.Lock()
        self._queue_lock = threading.Lock()
        self._has_leader = False
        self._waiting: deque[Entry[Any]] = deque()
        self.after_act: Callable[[Tx], None] = nothing
        """Runs at the end of every action, in its transaction."""

    @abstractmethod
    def _run(self, batch: list[Entry[Any]]) -> None:
        """Run a batch in one transaction; raises an error of the whole batch."""

    def write(self, act: Act[T], now: int, *, brief: bool = False) -> Written[T]:
        entry: Entry[T] = Entry(act, now, brief)
        with self._queue_lock:
            self._waiting.append(entry)
            leads, self._has_leader = not self._has_leader, True
        if not leads:
            try:
                entry.turn.wait()
            except BaseException:
                self._give_up(entry)
                raise
        if not entry.done:
            self._lead(entry)
        return entry.result()

    def _lead(self, entry: Entry[Any]) -> None:
        """Commit the actions of all queued callers, then pass the lead on.

        There is one leader at a time: that prevents a second writer and a sync per action.
        Finished callers are woken before the next leader, so that their next actions join its
        batch.
        """
        try:
            with self._commit_lock:
                batch = self._take()
                self._commit(batch)
            for finished in batch:
                if finished is not entry:
                    finished.turn.set()
        finally:
            self._pass_lead()

    def _pass_lead(self) -> None:
        with self._queue_lock:
            self._has_leader = bool(self._waiting)
            successor = self._waiting[0] if self._waiting else None
        if successor is not None:
            successor.turn.set()

    def _give_up(self, entry: Entry[Any]) -> None:
        """Withdraw `entry`, whose caller is being ended; its action may be in a batch already."""
        with self._queue_lock:
            if entry in self._waiting:
                self._waiting.remove(entry)
        if entry.turn.is_set() and not entry.done:
            self._pass_lead()

    def _commit(self, batch: list[Entry[Any]]) -> None:
        try:
            self._run(batch)
        except BaseException as error:  # the commit failed: no action of the batch took effect
            for entry in batch:
                entry.error, entry.written = error, None
        for entry in batch:
            entry.done = True

    def _take(self) -> list[Entry[Any]]:
        batch: list[Entry[Any]] = []
        with self._queue_lock:
            while self._waiting and len(batch) < MAX_BATCH:
                batch.append(self._waiting.popleft())
        return batch

    def _run_all(self, conn: Connection, batch: list[Entry[Any]]) -> None:
        shared = Batch()
        if len(batch) == 1:  # a refusal rolls back the transaction itself
            tx = Tx(conn, self.hall_id, batch[0].now, batch=shared)
            value = batch[0].act(tx)
            self.after_act(tx)
            batch[0].written = Written(value, tx.events)
            return
        for entry in batch:
            self._run_one(conn, entry, shared)

    def _run_one(self, conn: Connection, entry: Entry[Any], shared: Batch) -> None:
        tx = Tx(conn, self.hall_id, entry.now, batch=shared)
        part = savepoint(conn)
        try:
            value = entry.act(tx)
            self.after_act(tx)
            part.commit()
            entry.written = Written(value, tx.events)
        except Exception as error:
            part.rollback()
            shared.head = None
            entry.error = error


class SqliteStore(GroupCommitStore):
    """Store with a single writer for one SQLite file."""

    def __init__(
        self,
        hall_id: str,
        writer: Engine,
        reader: Engine,
        apart: Engine,
        offload: Offload = directly,
    ) -> None:
        super().__init__(hall_id)
        self._apart = apart
        self._writer = writer
        self._reader = reader
        self._offload = offload
        self._idle: list[Connection] = []

    def _run(self, batch: list[Entry[Any]]) -> None:
        if all(entry.brief for entry in batch):
            self._run_here(batch)
        else:
            self._run_off(batch)

    def _run_here(self, batch: list[Entry[Any]]) -> None:
        """Run actions on the event loop and the commit, which may block, off it.

        Two threads that both run statements pass the interpreter's lock back and forth at every
        one of them: an action costs four times as much CPU that way (docs/benchmarks.md).
        """
        with self._writer.connect() as conn:
            transaction = self._begin_write(conn)
            self._run_all(conn, batch)
            self._offload(transaction.commit)

    def _begin_write(self, conn: Connection) -> RootTransaction:
        """Begin a transaction that may write; waits off the loop while another program writes."""
        try:
            return conn.begin()  # the writer's connection has no busy timeout
        except OperationalError:
            transactions: list[RootTransaction] = []
            self._offload(lambda: transactions.append(_begin_when_free(conn)))
            return transactions[0]

    def _run_off(self, batch: list[Entry[Any]]) -> None:
        errors: list[BaseException] = []

        def run() -> None:
            try:
                with self._writer.connect() as conn, _begin_when_free(conn):
                    self._run_all(conn, batch)
            except BaseException as error:
                errors.append(error)

        self._offload(run)
        if errors:
            raise errors[0]

    def read(self, query: Callable[[Connection], T]) -> T:
        try:
            conn = self._idle.pop()
        except IndexError:
            conn = self._reader.connect()
        try:
            begin(conn, "BEGIN")
            return query(conn)
        finally:
            end(conn)
            if len(self._idle) < IDLE_READERS:
                self._idle.append(conn)
            else:
                conn.close()

    def read_single(self, query: Callable[[Connection], T]) -> T:
        return self.read(query)

    def read_off_loop(self, query: Callable[[Connection], T]) -> T:
        with self._apart.connect() as conn:
            return query(conn)

    def close(self) -> None:
        with self._commit_lock:
            while self._idle:
                self._idle.pop().close()
            self._writer.dispose()
            self._reader.dispose()


class RunningActionStore:
    """Running action as a store: its reads and writes are part of the action."""

    def __init__(self, tx: Tx) -> None:
        self.hall_id = tx.hall_id
        self._tx = tx

    def write(self, act: Act[T], _now: int, *, brief: bool = False) -> Written[T]:  # noqa: ARG002
        """Run `act` in the running action; its events are published with the others."""
        return Written(act(self._tx), [])

    def read(self, query: Callable[[Connection], T]) -> T:
        return query(self._tx.conn)

    def read_single(self, query: Callable[[Connection], T]) -> T:
        return query(self._tx.conn)

    def read_off_loop(self, query: Callable[[Connection], T]) -> T:
        return query(self._tx.conn)

    def close(self) -> None:
        """Do nothing: the running action owns the connection."""


def _begin_when_free(conn: Connection) -> RootTransaction:
    """Begin a transaction that may write after other writers of this file have finished."""
    with busy_wait(conn, BUSY_MS):
        return conn.begin()


def attempt(tx: Tx, act: Act[T]) -> T | HallError:
    """Run `act` inside the running action; a refusal undoes only it and is returned as a value."""
    events = len(tx.events)
    part = savepoint(tx.conn)
    try:
        value = act(tx)
    except HallError as refusal:
        part.rollback()
        tx.batch.head = None
        del tx.events[events:]
        return refusal
    except BaseException:
        part.rollback()
        tx.batch.head = None
        raise
    part.commit()
    return value
