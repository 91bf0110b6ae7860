"""Connections of this process: places, deadlines, and who has to leave when places run out.

A process may open so many files (RLIMIT_NOFILE) and no more; one that has none left answers nobody.
So connections have places, of which strangers may hold half, and those of one address a quarter. A
connection by which somebody signed in asked is no stranger's. Where the strangers' places are full,
whoever of them has been idle longest goes, of the address that holds most; an open page's live line
goes only if no other is idle, and then the newest.

Each connection has a deadline while it is waited for: for its first line, the rest of a head, a
body, the reading of an answer, the next request. One greenlet looks at all of them, which costs a
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

from server.api.limits import source_of

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.5
LOG_AGAIN_SECONDS = 60.0
MOST_RESERVED = 256
"""Files for everything else: the database, Redis, papers, backups, log."""
FEWEST = 16


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds until a connection that is waited for is closed."""

    head: float = 10.0
    body: float = 20.0
    idle: float = 75.0
    """As nginx keeps its own ones: 60."""
    answer: float = 30.0
    slowest: int = 16 * 1024
    """Bytes a second: a long body and a long answer have the seconds more that they need at it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Most files that connections hold: of all, of strangers, of one address, of one name."""

    all: int
    strangers: int
    address: int
    name: int

    @classmethod
    def of(cls, files: int, *, proxied: bool = False) -> Places:
        """Return the places of a process that may open so many files.

        `proxied`: the address is a proxy's, which speaks for everybody.
        """
        everybody = max(FEWEST, files - min(MOST_RESERVED, files // 4))
        strangers = everybody if proxied else everybody // 2
        return cls(
            everybody,
            strangers,
            strangers if proxied else strangers // 2,
            everybody if proxied else everybody // 4,
        )


def open_files() -> int:
    """Return how many files this process may open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1 << 20


class Connection:
    """One connection: whose it is, whether it is idle, and until when it may be waited for."""

    __slots__ = ("_all", "busy", "deadline", "fd", "files", "line", "name", "sock", "source")

    def __init__(self, every: Connections, sock: Any, source: str, deadline: float) -> None:
        self._all = every
        self.sock = sock
        self.fd: int = sock.fileno()
        self.source = source
        self.name = ""
        """The person or device that asked by it; empty for a stranger's."""
        self.busy = False
        """True while the hall works on a request of it."""
        self.line = False
        """True once it has become a live line."""
        self.files = 1
        self.deadline = deadline

    def wait(self, seconds: float) -> None:
        """Wait for the client."""
        self.busy = False
        self.deadline = self._all.steady() + seconds

    def work(self) -> None:
        """Wait for nobody."""
        self.busy = True
        self.deadline = inf

    def rest(self) -> None:
        """Note that nothing is asked now: it is the newest of the idle ones."""
        self.wait(self._all.waits.idle)
        self._all.touched(self)

    def recognise(self, name: str) -> None:
        """Note that somebody known asked by it."""
        if not self.name:
            self._all.recognise(self, name)

    def upgrade(self) -> None:
        """Note that it is a live line from now on, which has a second file."""
        self.line, self.deadline = True, inf
        self._all.weigh(self, 2)

    def cut(self) -> None:
        """End it; whoever waits for it goes on."""
        with suppress(OSError):
            # Not the method of a TLS socket, which takes the reader's state away.
            gevent.socket.socket.shutdown(self.sock, gevent.socket.SHUT_RDWR)


class Connections:
    """Every connection of this process."""

    def __init__(
        self,
        places: Places | None = None,
        waits: Waits | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.places = places or Places.of(open_files())
        self.waits = waits or Waits()
        self.steady = steady
        self._open: dict[int, Connection] = {}
        self._strangers: dict[str, OrderedDict[Connection, None]] = {}
        self._files_of: Counter[str] = Counter()
        """Files by the address of strangers."""
        self._names: Counter[str] = Counter()
        self._used = self._used_by_strangers = 0
        self._logged = -inf

    # -- coming and going ----------------------------------------------------------------------

    def admit(self, sock: Any, address: str) -> Connection | None:
        """Give a new connection a place, somebody else's if need be; None if there is none."""
        source = source_of(address)
        if not self._has_room(source):
            self._say_full()
            return None
        made = Connection(self, sock, source, self.steady() + self.waits.head)
        self._open[made.fd] = made
        self._strangers.setdefault(source, OrderedDict())[made] = None
        self._count(made, 1)
        return made

    def of(self, sock: Any) -> Connection:
        """Return the connection of a socket; one that nobody admitted has a place of its own."""
        connection = self._open.get(sock.fileno())
        if connection is None:
            return Connection(self, sock, "", inf)
        connection.sock = sock  # behind TLS another one than was admitted
        return connection

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        if self._open.get(connection.fd) is connection:
            del self._open[connection.fd]
            self._count(connection, -connection.files)
            self._forget_stranger(connection)
            if connection.name:
                self._names[connection.name] -= connection.files
                self._names += Counter()  # keeps what is above zero

    def size(self) -> int:
        """Return how many there are."""
        return len(self._open)

    # -- what a connection tells ---------------------------------------------------------------

    def touched(self, connection: Connection) -> None:
        """Put a stranger's behind the others of its address that are idle."""
        group = self._strangers.get(connection.source)
        if group is not None and connection in group:
            group.move_to_end(connection)

    def recognise(self, connection: Connection, name: str) -> None:
        """Take a connection out of the strangers, unless this name has more than its part."""
        mine = self._open.get(connection.fd) is connection
        if not mine or not name or self._names[name] + connection.files > self.places.name:
            return
        self._count(connection, -connection.files)
        self._forget_stranger(connection)
        connection.name = name
        self._names[name] += connection.files
        self._count(connection, connection.files)

    def weigh(self, connection: Connection, files: int) -> None:
        """Count a connection as so many files."""
        if self._open.get(connection.fd) is connection:
            self._count(connection, files - connection.files)
            if connection.name:
                self._names[connection.name] += files - connection.files
        connection.files = files

    # -- ends ----------------------------------------------------------------------------------

    def look(self) -> int:
        """Cut who was waited for too long; returns how many."""
        now = self.steady()
        late = [one for one in self._open.values() if one.deadline < now]
        for connection in late:
            connection.deadline = inf
            connection.cut()
        return len(late)

    def run(self) -> None:
        """Look for ever; a greenlet of its own."""
        while True:
            gevent.sleep(LOOK_SECONDS)
            self.look()

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
        """Let one stranger of this address go: the longest idle one, else the newest line."""
        group = self._strangers.get(source, OrderedDict())
        victim = next((one for one in group if not one.busy and not one.line), None)
        victim = victim or next((one for one in reversed(group) if one.line), None)
        if victim is None:
            return False
        victim.cut()
        self.leave(victim)
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

    def _say_full(self) -> None:
        now = self.steady()
        if now - self._logged > LOG_AGAIN_SECONDS:
            self._logged = now
            log.warning("no place for more connections: %d files in use", self._used)
