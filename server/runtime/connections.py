"""Connections of this process: slots, deadlines, and eviction when slots run out.

A process may open a limited number of files (RLIMIT_NOFILE); without a free one it can serve no
client. So connections have slots; unknown clients may hold half of them, and those of one address a
quarter. A connection that carried a request of a signed-in person or device is not unknown. If the
slots of unknown clients are full, the longest idle one of the address with most slots is closed. A
page's live connection is closed only if no other one is idle, and then the newest.

Each connection has a deadline while the server waits: for the first line, the rest of a head, a
body, the reading of an answer, the next request. One greenlet checks all deadlines, which costs a
request two assignments instead of a timer.
"""

from __future__ import annotations

import logging
import resource
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Any

import gevent
import gevent.socket

from server.web_api.limits import source_of

log = logging.getLogger(__name__)
CHECK_SECONDS = 0.5
LOG_AGAIN_SECONDS = 60.0
MOST_RESERVED = 256
"""Number of files reserved for everything else: database, Redis, documents, backups, log."""
FEWEST = 16


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of waiting after which a connection is closed."""

    head: float = 10.0
    body: float = 20.0
    idle: float = 75.0
    """Seconds between two requests; longer than nginx keeps its own connections (60)."""
    answer: float = 30.0
    slowest: int = 16 * 1024
    """Bytes per second: a long body and a long answer get extra seconds at this rate."""


@dataclass(frozen=True, slots=True)
class SlotLimits:
    """Maximum files of connections: in total, of unknown clients, of one address, of one name."""

    all: int
    strangers: int
    address: int
    name: int

    @classmethod
    def of(cls, files: int, *, proxied: bool = False) -> SlotLimits:
        """Return the slots of a process that may open `files` files.

        `proxied`: the address is that of a proxy, which forwards for all clients.
        """
        total = max(FEWEST, files - min(MOST_RESERVED, files // 4))
        strangers = total if proxied else total // 2
        return cls(
            total,
            strangers,
            strangers if proxied else strangers // 2,
            total if proxied else total // 4,
        )


def open_files() -> int:
    """Return the number of files that this process may open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 20


class Connection:
    """One connection: its owner, whether it is idle, and its deadline."""

    __slots__ = ("_all", "busy", "deadline", "fd", "files", "line", "name", "sock", "source")

    def __init__(self, every: Connections, sock: Any, source: str, deadline: float) -> None:
        self._all = every
        self.sock = sock
        self.fd: int = sock.fileno()
        self.source = source
        self.name = ""
        """Name of the person or device that used it; empty for an unknown client."""
        self.busy = False
        """True while a request of this connection is being processed."""
        self.line = False
        """True once it is a live connection (WebSocket)."""
        self.files = 1
        self.deadline = deadline

    def wait(self, seconds: float) -> None:
        """Set a deadline for the client."""
        self.busy = False
        self.deadline = self._all.steady() + seconds

    def mark_busy(self) -> None:
        """Remove the deadline while a request is processed."""
        self.busy = True
        self.deadline = inf

    def mark_idle(self) -> None:
        """Mark the connection as idle: it is the newest of the idle ones."""
        self.wait(self._all.waits.idle)
        self._all.mark_recent(self)

    def recognise(self, name: str) -> None:
        """Record the name of the person or device that uses it."""
        if not self.name:
            self._all.recognise(self, name)

    def upgrade(self) -> None:
        """Mark it as a live connection, which uses a second file."""
        self.line, self.deadline = True, inf
        self._all.set_file_count(self, 2)

    def close(self) -> None:
        """End the connection; whatever waits for it continues."""
        with suppress(OSError):
            # Not the method of a TLS socket, which would remove the reader's state.
            gevent.socket.socket.shutdown(self.sock, gevent.socket.SHUT_RDWR)


class Connections:
    """All connections of this process."""

    def __init__(
        self,
        places: SlotLimits | None = None,
        waits: Waits | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.places = places or SlotLimits.of(open_files())
        self.waits = waits or Waits()
        self.steady = steady
        self._open: dict[int, Connection] = {}
        self._strangers: dict[str, OrderedDict[Connection, None]] = {}
        self._files_of: Counter[str] = Counter()
        """Number of files by the address of unknown clients."""
        self._names: Counter[str] = Counter()
        self._used = self._used_by_strangers = 0
        self._logged = -inf

    # -- opening and closing ------------------------------------------------------------------

    def admit(self, sock: Any, address: str) -> Connection | None:
        """Give a new connection a slot, by eviction if necessary; None if there is none."""
        source = source_of(address)
        if not self._has_room(source):
            self._log_full()
            return None
        connection = Connection(self, sock, source, self.steady() + self.waits.head)
        self._open[connection.fd] = connection
        self._strangers.setdefault(source, OrderedDict())[connection] = None
        self._count(connection, 1)
        return connection

    def of(self, sock: Any) -> Connection:
        """Return the connection of a socket; one that was not admitted gets its own object."""
        connection = self._open.get(sock.fileno())
        if connection is None:
            return Connection(self, sock, "", inf)
        connection.sock = sock  # with TLS it is another socket than the admitted one
        return connection

    def remove(self, connection: Connection) -> None:
        """Remove a connection."""
        if self._open.get(connection.fd) is connection:
            del self._open[connection.fd]
            self._count(connection, -connection.files)
            self._forget_stranger(connection)
            if connection.name:
                self._names[connection.name] -= connection.files
                self._names += Counter()  # keeps the positive counts

    def size(self) -> int:
        """Return the number of connections."""
        return len(self._open)

    # -- reports of a connection --------------------------------------------------------------

    def mark_recent(self, connection: Connection) -> None:
        """Move the connection of an unknown client behind the idle ones of its address."""
        group = self._strangers.get(connection.source)
        if group is not None and connection in group:
            group.move_to_end(connection)

    def recognise(self, connection: Connection, name: str) -> None:
        """Count a connection under its name, unless this name has all its slots in use."""
        is_open = self._open.get(connection.fd) is connection
        if not is_open or not name or self._names[name] + connection.files > self.places.name:
            return
        self._count(connection, -connection.files)
        self._forget_stranger(connection)
        connection.name = name
        self._names[name] += connection.files
        self._count(connection, connection.files)

    def set_file_count(self, connection: Connection, files: int) -> None:
        """Set the number of files of a connection."""
        if self._open.get(connection.fd) is connection:
            self._count(connection, files - connection.files)
            if connection.name:
                self._names[connection.name] += files - connection.files
        connection.files = files

    # -- ends ----------------------------------------------------------------------------------

    def close_late(self) -> int:
        """Close connections past their deadline; return their number."""
        now = self.steady()
        late = [candidate for candidate in self._open.values() if candidate.deadline < now]
        for connection in late:
            connection.deadline = inf
            connection.close()
        return len(late)

    def run(self) -> None:
        """Check deadlines for ever; runs in its own greenlet."""
        while True:
            gevent.sleep(CHECK_SECONDS)
            self.close_late()

    # -- places --------------------------------------------------------------------------------

    def _has_room(self, source: str) -> bool:
        places = self.places
        if self._files_of[source] >= places.address and not self._evict(source):
            return False
        while self._used_by_strangers >= places.strangers or self._used >= places.all:
            most = max(self._files_of, key=self._files_of.__getitem__, default="")
            if not self._evict(most):
                return False
        return True

    def _evict(self, source: str) -> bool:
        """Close one unknown client of this address: the longest idle, else the newest live one."""
        group = self._strangers.get(source, OrderedDict())
        victim = next(
            (connection for connection in group if not connection.busy and not connection.line),
            None,
        )
        victim = victim or next(
            (connection for connection in reversed(group) if connection.line), None
        )
        if victim is None:
            return False
        victim.close()
        self.remove(victim)
        return True

    def _count(self, connection: Connection, files: int) -> None:
        self._used += files
        if not connection.name:
            self._used_by_strangers += files
            self._files_of[connection.source] += files
            if self._files_of[connection.source] <= 0:
                del self._files_of[connection.source]

    def _forget_stranger(self, connection: Connection) -> None:
        group = self._strangers.get(connection.source)
        if group is not None:
            group.pop(connection, None)
            if not group:
                del self._strangers[connection.source]

    def _log_full(self) -> None:
        now = self.steady()
        if now - self._logged > LOG_AGAIN_SECONDS:
            self._logged = now
            log.warning("no place for more connections: %d files in use", self._used)
