"""Kiosks as a process of their own: as fast as they are answered, or at a steady rate.

`python -m bench.kiosks --port N` reads questions from its input: `{"path", "who", "count"}` for
kiosks that ask again as soon as they are answered, `{… "rate", "seconds"}` for a steady stream.
"""

from __future__ import annotations

import argparse
import selectors
import socket
import time
from collections import deque
from itertools import cycle
from typing import Any

from bench.furnish import ITEMS
from bench.run import answer, steady
from bench.wire import CHUNK, answered, asking, opened

NEXT = "/api/v1/counter/call-next"


class Kiosk:
    """One kiosk, or one clerk, on a kept connection."""

    def __init__(self, port: int, who: str) -> None:
        self.socket: socket.socket = opened(port)
        self.who = who
        self.asked = 0.0
        self._buffer = b""

    def ask(self, path: str, item: str) -> None:
        """Send one request: a number for an item, or the next person."""
        body: dict[str, Any] = {"item": item, "applicant": "ordinary", "print": True}
        if path == NEXT:
            body = {"complete": "done"}
        data = asking(path, self.who, body)
        self.asked = time.perf_counter()
        self.socket.sendall(data)

    def read(self) -> float | None:
        """Seconds from the question to its whole answer; None if there is more to come."""
        self._buffer += self.socket.recv(CHUNK)
        found = answered(self._buffer)
        if found is None:
            return None
        took = time.perf_counter() - self.asked
        self._buffer = b""
        if found[0] != 200:
            raise RuntimeError(found)
        return took


class Crowd:
    """Many kiosks in one loop."""

    def __init__(self, port: int, who: list[str]) -> None:
        self._loop = selectors.DefaultSelector()
        self._kiosks = [Kiosk(port, one) for one in who]
        self._items = cycle(ITEMS)
        for kiosk in self._kiosks:
            self._loop.register(kiosk.socket, selectors.EVENT_READ, kiosk)

    def closed(self, path: str, count: int, items: list[str] | None) -> dict[str, Any]:
        """Every kiosk asks, waits, asks again, until `count` requests are answered."""
        self._items = cycle(items or ITEMS)
        took: list[float] = []
        begun = time.perf_counter()
        for kiosk in self._kiosks[:count]:
            kiosk.ask(path, next(self._items))
        left = count - min(count, len(self._kiosks))
        while len(took) < count:
            for kiosk, seconds in self._answers(1.0):
                took.append(seconds)
                if left > 0:
                    left -= 1
                    kiosk.ask(path, next(self._items))
        return {"seconds": time.perf_counter() - begun, "took": took}

    def paced(
        self, path: str, rate: float, seconds: float, items: list[str] | None
    ) -> dict[str, Any]:
        """A steady stream: whichever kiosk is free asks when the time has come."""
        self._items = cycle(items or ITEMS)
        free = deque(self._kiosks)
        took: list[float] = []
        begun = time.perf_counter()
        sent, whole = 0, int(rate * seconds)
        while len(took) < whole:
            due = begun + sent / rate
            while sent < whole and free and time.perf_counter() >= due:
                free.popleft().ask(path, next(self._items))
                sent += 1
                due = begun + sent / rate
            wait = max(0.0, due - time.perf_counter()) if sent < whole else 1.0
            for kiosk, span in self._answers(wait):
                took.append(span)
                free.append(kiosk)
        return {"seconds": time.perf_counter() - begun, "took": took}

    def _answers(self, wait: float) -> list[tuple[Kiosk, float]]:
        found = []
        for key, _ in self._loop.select(wait):
            seconds = key.data.read()
            if seconds is not None:
                found.append((key.data, seconds))
        return found


def main() -> None:
    """Answer questions."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    port = options.parse_args().port
    crowds: dict[tuple[str, ...], Crowd] = {}

    def act(asked: dict[str, Any]) -> dict[str, Any]:
        who = tuple(asked["who"])
        crowd = crowds.get(who)
        if crowd is None:
            crowd = crowds[who] = Crowd(port, list(who))
        with steady():
            if "rate" in asked:
                rate, seconds = asked["rate"], asked["seconds"]
                return crowd.paced(asked["path"], rate, seconds, asked.get("items"))
            return crowd.closed(asked["path"], asked["count"], asked.get("items"))

    answer(act)


if __name__ == "__main__":
    main()
