"""Turns at a slow work of which few can run at once, shared out fairly among those who ask.

A password takes tens of milliseconds to hash. Somebody who asks for a hundred at once waits for
them one after another; everybody else waits for one of his at most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import TypeVar

from server.domain.errors import Code, HallError

T = TypeVar("T")
PLACES = 2
"""Of the four native threads of a server process: the rest is for workbooks and paper."""
LONGEST = 20
"""So many of one asker may wait."""


class Turns:
    """At most `places` works run at once, at most one of each asker.

    Works with threads and, where they are patched, with greenlets.
    """

    def __init__(self, places: int = PLACES, longest: int = LONGEST) -> None:
        self._free, self._longest = places, longest
        self._lock = Lock()
        self._running: set[str] = set()
        self._waiting: dict[str, deque[Event]] = {}

    def run(self, who: str, work: Callable[[], T]) -> T:
        """Do `work` when it is the turn of `who`; raises TOO_MANY if too many of his wait."""
        with self._turn(who):
            return work()

    @property
    def waiting(self) -> int:
        """Number of works that wait for their turn."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    @contextmanager
    def _turn(self, who: str) -> Iterator[None]:
        turn = self._ask(who)
        try:
            if turn is not None:
                turn.wait()
            yield
        finally:
            self._give_back(who, turn)

    def _ask(self, who: str) -> Event | None:
        """None: at once. Otherwise what is set when the turn comes."""
        with self._lock:
            if self._free and who not in self._running:
                self._free -= 1
                self._running.add(who)
                return None
            line = self._waiting.setdefault(who, deque())
            if len(line) >= self._longest:
                raise HallError(Code.TOO_MANY)
            turn = Event()
            line.append(turn)
            return turn

    def _give_back(self, who: str, turn: Event | None) -> None:
        with self._lock:
            if turn is not None and not turn.is_set():
                self._withdraw(who, turn)  # whoever waited was ended meanwhile
                return
            self._free += 1
            self._running.discard(who)
            self._next()

    def _withdraw(self, who: str, turn: Event) -> None:
        line = self._waiting[who]
        line.remove(turn)
        if not line:
            del self._waiting[who]

    def _next(self) -> None:
        """Give the free place to whoever of the askers has waited longest since his last turn."""
        asker = next((who for who in self._waiting if who not in self._running), None)
        if asker is None:
            return
        line = self._waiting.pop(asker)
        turn = line.popleft()
        if line:
            self._waiting[asker] = line  # to the end: the others come first
        self._free -= 1
        self._running.add(asker)
        turn.set()
