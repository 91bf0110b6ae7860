"""Fair scheduling of slow work of which only a few can run at once.

Hashing a password takes tens of milliseconds. A requester of a hundred hashes at once waits for
them one after another; everybody else waits for at most one of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import TypeVar

from server.core.errors import CommonCode, HallError

T = TypeVar("T")
PLACES = 2
"""Concurrent works, of the four native threads of a process.

The rest is for workbooks and paper.
"""
LONGEST = 20
"""Most waiting works of one requester."""


class Turns:
    """Scheduler that runs at most `places` works at once, at most one for each requester.

    Works with threads and, where they are patched, with greenlets.
    """

    def __init__(self, places: int = PLACES, longest: int = LONGEST) -> None:
        self._free, self._longest = places, longest
        self._lock = Lock()
        self._running: set[str] = set()
        self._waiting: dict[str, deque[Event]] = {}

    def run(self, requester: str, work: Callable[[], T]) -> T:
        """Run `work` when it is the turn of `requester`.

        Raise TOO_MANY if too many of its works wait.
        """
        with self._turn(requester):
            return work()

    @property
    def waiting(self) -> int:
        """Number of works that wait for their turn."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    @contextmanager
    def _turn(self, requester: str) -> Iterator[None]:
        turn = self._enqueue(requester)
        try:
            if turn is not None:
                turn.wait()
            yield
        finally:
            self._release(requester, turn)

    def _enqueue(self, requester: str) -> Event | None:
        """Return None to start at once, otherwise an event that is set when the turn comes."""
        with self._lock:
            if self._free and requester not in self._running:
                self._free -= 1
                self._running.add(requester)
                return None
            line = self._waiting.setdefault(requester, deque())
            if len(line) >= self._longest:
                raise HallError(CommonCode.TOO_MANY)
            turn = Event()
            line.append(turn)
            return turn

    def _release(self, requester: str, turn: Event | None) -> None:
        with self._lock:
            if turn is not None and not turn.is_set():
                self._withdraw(requester, turn)  # the waiting greenlet was killed meanwhile
                return
            self._free += 1
            self._running.discard(requester)
            self._start_next()

    def _withdraw(self, requester: str, turn: Event) -> None:
        line = self._waiting[requester]
        line.remove(turn)
        if not line:
            del self._waiting[requester]

    def _start_next(self) -> None:
        """Give the free place to the requester who has waited longest since the last turn."""
        next_requester = next(
            (requester for requester in self._waiting if requester not in self._running), None
        )
        if next_requester is None:
            return
        line = self._waiting.pop(next_requester)
        turn = line.popleft()
        if line:
            self._waiting[next_requester] = line  # moved to the end: the others come first
        self._free -= 1
        self._running.add(next_requester)
        turn.set()
