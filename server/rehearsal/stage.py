"""The stage clock and agenda: what happens next, in the hall's own time."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from typing import Any

from server.rehearsal.client import Client

SYNC_SECONDS = 20.0


class Stage:
    """Runs what is on the agenda when the hall's clock has come to it."""

    def __init__(self, client: Client, speed: float) -> None:
        self._client = client
        self._speed = speed
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._synced = -1e9
        self._offset = 0.0
        self.start = self.now()

    def now(self) -> int:
        """The hall's time in ms, as the server tells it."""
        steady = time.monotonic()
        if steady - self._synced > SYNC_SECONDS:
            said: dict[str, Any] = self._client.get("/api/v1/session")
            steady = time.monotonic()
            self._offset = said["now"] - steady * 1000 * self._speed
            self._synced = steady
        return int(self._offset + steady * 1000 * self._speed)

    def at(self, moment: int, act: Callable[[], None]) -> None:
        """Put something on the agenda."""
        self._count += 1
        heapq.heappush(self._agenda, (moment, self._count, act))

    def after(self, millis: float, act: Callable[[], None]) -> None:
        """Put something on the agenda, so long from now."""
        self.at(self.now() + int(millis), act)

    def play(self, until: int) -> None:
        """Play to the end of the agenda or of the day."""
        while self._agenda:
            moment, _, act = heapq.heappop(self._agenda)
            if moment > until:
                return
            ahead = (moment - self.now()) / 1000 / self._speed
            if ahead > 0:
                time.sleep(ahead)
            act()
