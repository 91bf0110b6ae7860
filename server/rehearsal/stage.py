"""The stage: what happens next, in the hall's own time, one thing after another."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable

from server.rehearsal.client import Client


class Stage:
    """Lets the hall's clock run to the next thing on the agenda, and does it at that very time.

    The clock stands still meanwhile, so the same agenda gives the same day on any machine.
    """

    def __init__(self, client: Client, speed: float) -> None:
        self._client = client
        self._speed = speed
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self.start = int(client.get("/api/v1/session")["now"])
        self._now = self.start

    @property
    def now(self) -> int:
        """The hall's time in ms."""
        return self._now

    def at(self, moment: int, act: Callable[[], None]) -> None:
        """Put something on the agenda."""
        self._count += 1
        heapq.heappush(self._agenda, (moment, self._count, act))

    def after(self, millis: float, act: Callable[[], None]) -> None:
        """Put something on the agenda, so long from now."""
        self.at(self._now + int(millis), act)

    def play(self, until: int) -> None:
        """Play to the end of the agenda or of the day."""
        while self._agenda:
            moment, _, act = heapq.heappop(self._agenda)
            if moment > until:
                break
            self._run_to(max(moment, self._now))
            act()
        self._run_to(until)

    def _run_to(self, moment: int) -> None:
        shown = self._allow(moment)
        while shown < moment:
            time.sleep((moment - shown) / 1000 / self._speed)
            shown = self._allow(moment)
        self._now = moment

    def _allow(self, moment: int) -> int:
        return int(self._client.post("/api/v1/demo/clock", {"until": moment}, "clock")["now"])
