"""One way to write: `Store.write(act)`. An act runs in a transaction of its own or not at all.

Callers of one process queue their acts; whoever leads runs all that wait in one transaction, a
savepoint each, and one sync makes them all durable (group commit). SQLite: one `BEGIN IMMEDIATE`
at a time. PostgreSQL: the transaction first locks the hall's row, so acts of one hall are serial
over all workers and both databases run the same rules (docs/adr/0003).

Nothing outside the database happens in an act: events gathered in `Tx.events` are handed to the
caller after the commit. Reads see the last commit and never wait for the writer.
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

from server.domain.errors import HallError
from server.storage.statement import begin, end, patient, savepoint

T = TypeVar("T")
MAX_BATCH = 64
BUSY_MS = 10_000
"""How long a writer waits for another program that writes to the same SQLite file."""
IDLE_READERS = 4
"""Connections that wait for the next read; taking one from the pool costs more than a read."""


@dataclass(slots=True)
class Batch:
    """What the acts of one transaction know in common; forgotten when one of them is undone."""

    head: tuple[int, str] | None = None
    """Number and hash of the journal's last line."""


@dataclass(slots=True)
class Tx:
    """What an act gets: the connection, the hall, the time of the act, and a place for events."""

    conn: Connection
    hall_id: str
    now: int
    """ms since 1970, UTC."""
    events: list[Any] = field(default_factory=list)
    batch: Batch = field(default_factory=Batch)

    def at(self, moment: int) -> Tx:
        """The same act, as of another moment."""
        return replace(self, now=moment)


Act = Callable[[Tx], T]


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """The act's value and the events to be told now that it is durable."""

    value: T
    events: list[Any]


class Offload(Protocol):
    """Runs a blocking call where it may block: directly, or in gevent's native thread pool."""

    def __call__(self, call: Callable[[], None], /) -> Any: ...


def directly(call: Callable[[], None]) -> None:
    """Run in the calling thread (command line, tests)."""
    call()


class Store(Protocol):
    """What services know of the database."""

    hall_id: str

    def write(self, act: Act[T], now: int, *, brief: bool = False) -> Written[T]:
        """Run `act` durably; raises what the act raises, having kept nothing of it.

        `brief`: the act takes a millisecond at most and may run on the event loop.
        """
        ...

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` on a consistent snapshot."""
        ...

    def glance(self, query: Callable[[Connection], T]) -> T:
        """As `read`, but each statement may see a later moment than the one before it.

        Of the three round trips that one statement costs otherwise PostgreSQL saves two.
        """
        ...

    def read_apart(self, query: Callable[[Connection], T]) -> T:
        """As `read`, on a connection of its own: for long queries in another native thread.

        The pool's locks belong to the event loop; a sheet of a month must not stand in its way.
        """
        ...

    def close(self) -> None:
        """Give back every connection."""
        ...


class Entry(Generic[T]):
    """One act waiting for the writer."""

    __slots__ = ("act", "brief", "done", "error", "now", "turn", "written")

    def __init__(self, act: Act[T], now: int, brief: bool) -> None:
        self.act = act
        self.now = now
        self.brief = brief
        self.turn = threading.Event()
        """Set when the act is done, or when its caller is to lead the next batch."""
        self.done = False
        self.error: BaseException | None = None
        self.written: Written[T] | None = None

    def result(self) -> Written[T]:
        if self.error is not None:
            raise self.error
        assert self.written is not None
        return self.written


class Queued(ABC):
    """Acts that wait for each other and are committed together, by one of their callers."""

    def __init__(self, hall_id: str) -> None:
        self.hall_id = hall_id
        self._turn = threading.Lock()
        self._door = threading.Lock()
        self._led = False
        self._waiting: deque[Entry[Any]] = deque()

    @abstractmethod
    def _run(self, batch: list[Entry[Any]]) -> None:
        """Run a batch in one transaction; raises what went wrong with the whole of it."""

    def write(self, act: Act[T], now: int, *, brief: bool = False) -> Written[T]:
        entry: Entry[T] = Entry(act, now, brief)
        with self._door:
            self._waiting.append(entry)
            leads, self._led = not self._led, True
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
        """Commit for everybody that queued up, then hand the lead on.

        There is one leader at a time: that prevents a second writer and a sync per act. Those who
        are done are woken before the next leader, so that what they do next is in its batch.
        """
        try:
            with self._turn:
                batch = self._take()
                self._commit(batch)
            for other in batch:
                if other is not entry:
                    other.turn.set()
        finally:
            self._hand_on()

    def _hand_on(self) -> None:
        with self._door:
            self._led = bool(self._waiting)
            following = self._waiting[0] if self._waiting else None
        if following is not None:
            following.turn.set()

    def _give_up(self, entry: Entry[Any]) -> None:
        """Whoever waited for `entry` is being ended; its act may be in a batch already."""
        with self._door:
            if entry in self._waiting:
                self._waiting.remove(entry)
        if entry.turn.is_set() and not entry.done:
            self._hand_on()

    def _commit(self, batch: list[Entry[Any]]) -> None:
        try:
            self._run(batch)
        except BaseException as error:  # the commit failed: nobody's act happened
            for entry in batch:
                entry.error, entry.written = error, None
        for entry in batch:
            entry.done = True

    def _take(self) -> list[Entry[Any]]:
        batch: list[Entry[Any]] = []
        with self._door:
            while self._waiting and len(batch) < MAX_BATCH:
                batch.append(self._waiting.popleft())
        return batch

    def _run_all(self, conn: Connection, batch: list[Entry[Any]]) -> None:
        known = Batch()
        if len(batch) == 1:  # the transaction itself is what a refusal undoes
            tx = Tx(conn, self.hall_id, batch[0].now, batch=known)
            batch[0].written = Written(batch[0].act(tx), tx.events)
            return
        for entry in batch:
            self._run_one(conn, entry, known)

    def _run_one(self, conn: Connection, entry: Entry[Any], known: Batch) -> None:
        tx = Tx(conn, self.hall_id, entry.now, batch=known)
        part = savepoint(conn)
        try:
            value = entry.act(tx)
            part.commit()
            entry.written = Written(value, tx.events)
        except Exception as error:
            part.rollback()
            known.head = None
            entry.error = error


class SqliteStore(Queued):
    """The single writer of a file."""

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
        """Acts on the event loop, what may block off it.

        Two threads that both run statements hand the interpreter's lock to and fro at every one
        of them: an act costs four times as much CPU that way (docs/benchmarks.md).
        """
        with self._writer.connect() as conn:
            transaction = self._begun(conn)
            self._run_all(conn, batch)
            self._offload(transaction.commit)

    def _begun(self, conn: Connection) -> RootTransaction:
        """A transaction that may write; waits off the loop while another program writes."""
        try:
            return conn.begin()  # the writer's connection does not wait by itself
        except OperationalError:
            begun: list[RootTransaction] = []
            self._offload(lambda: begun.append(_begun_in_time(conn)))
            return begun[0]

    def _run_off(self, batch: list[Entry[Any]]) -> None:
        failed: list[BaseException] = []

        def run() -> None:
            try:
                with self._writer.connect() as conn, _begun_in_time(conn):
                    self._run_all(conn, batch)
            except BaseException as error:
                failed.append(error)

        self._offload(run)
        if failed:
            raise failed[0]

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

    def glance(self, query: Callable[[Connection], T]) -> T:
        return self.read(query)

    def read_apart(self, query: Callable[[Connection], T]) -> T:
        with self._apart.connect() as conn:
            return query(conn)

    def close(self) -> None:
        with self._turn:
            while self._idle:
                self._idle.pop().close()
            self._writer.dispose()
            self._reader.dispose()


class Inside:
    """A running act as a store: what is written and read here is part of it."""

    def __init__(self, tx: Tx) -> None:
        self.hall_id = tx.hall_id
        self._tx = tx

    def write(self, act: Act[T], _now: int, *, brief: bool = False) -> Written[T]:  # noqa: ARG002
        """Run `act` in the running act; its events go out with the others."""
        return Written(act(self._tx), [])

    def read(self, query: Callable[[Connection], T]) -> T:
        return query(self._tx.conn)

    def glance(self, query: Callable[[Connection], T]) -> T:
        return query(self._tx.conn)

    def read_apart(self, query: Callable[[Connection], T]) -> T:
        return query(self._tx.conn)

    def close(self) -> None:
        """Leave everything to the act."""


def _begun_in_time(conn: Connection) -> RootTransaction:
    """A transaction that may write, after whoever else writes to this file."""
    with patient(conn, BUSY_MS):
        return conn.begin()


def attempt(tx: Tx, act: Act[T]) -> T | HallError:
    """Run `act` inside the running act; a refusal undoes only it and is returned as a value."""
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
