"""Stage: scheduler that runs a rehearsal's actions in hall time, one after another."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable

from server.demo.rehearsal.client import Client


class Scheduler:
    """Scheduler that advances the hall's clock to the next action and runs it at that time.

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
        """Hall time in ms."""
        return self._now

    def at(self, moment: int, action: Callable[[], None]) -> None:
        """Schedule an action at a time."""
        self._count += 1
        heapq.heappush(self._agenda, (moment, self._count, action))

    def after(self, millis: float, action: Callable[[], None]) -> None:
        """Schedule an action after a delay in ms."""
        self.at(self._now + int(millis), action)

    def play(self, until: int) -> None:
        """Run actions until the agenda is empty or `until` is reached."""
        while self._agenda:
            moment, _, action = heapq.heappop(self._agenda)
            if moment > until:
                break
            self._run_to(max(moment, self._now))
            action()
        self._run_to(until)

    def _run_to(self, moment: int) -> None:
        current = self._allow(moment)
        while current < moment:
            time.sleep((moment - current) / 1000 / self._speed)
            current = self._allow(moment)
        self._now = moment

    def _allow(self, moment: int) -> int:
        return int(self._client.post("/api/v1/demo/clock", {"until": moment}, "clock")["now"])
