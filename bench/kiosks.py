"""Load of kiosks as a separate process: as fast as responses arrive, or at a steady rate.

`python -m bench.kiosks --port N` reads requests from its input: `{"path", "who", "count"}` for
kiosks that send again as soon as they have a response, `{… "rate", "seconds"}` for a steady stream.
"""

from __future__ import annotations

import argparse
import selectors
import socket
import time
from collections import deque
from itertools import cycle
from typing import Any

from bench.harness import gc_paused, serve_requests
from bench.load_clients import CHUNK, connect, parse_response, post_request
from bench.measured_hall import ITEMS

NEXT = "/api/v1/counter/call-next"


class Kiosk:
    """One kiosk, or one clerk, on a persistent connection."""

    def __init__(self, port: int, headers: str) -> None:
        self.socket: socket.socket = connect(port)
        self.headers = headers
        self.sent_at = 0.0
        self._buffer = b""

    def send(self, path: str, item: str) -> None:
        """Send one request: a number for an item, or a call of the next person."""
        body: dict[str, Any] = {"item": item, "applicant": "ordinary", "print": True}
        if path == NEXT:
            body = {"complete": "done"}
        data = post_request(path, self.headers, body)
        self.sent_at = time.perf_counter()
        self.socket.sendall(data)

    def read(self) -> float | None:
        """Return the seconds from request to complete response.

        None while part of it is missing.
        """
        self._buffer += self.socket.recv(CHUNK)
        response = parse_response(self._buffer)
        if response is None:
            return None
        took = time.perf_counter() - self.sent_at
        self._buffer = b""
        if response[0] != 200:
            raise RuntimeError(response)
        return took


class Crowd:
    """Many kiosks in one loop."""

    def __init__(self, port: int, clients: list[str]) -> None:
        self._loop = selectors.DefaultSelector()
        self._kiosks = [Kiosk(port, headers) for headers in clients]
        self._items = cycle(ITEMS)
        for kiosk in self._kiosks:
            self._loop.register(kiosk.socket, selectors.EVENT_READ, kiosk)

    def closed_loop(self, path: str, count: int, items: list[str] | None) -> dict[str, Any]:
        """Let every kiosk send, wait and send again until `count` requests have responses."""
        self._items = cycle(items or ITEMS)
        took: list[float] = []
        start = time.perf_counter()
        for kiosk in self._kiosks[:count]:
            kiosk.send(path, next(self._items))
        remaining = count - min(count, len(self._kiosks))
        while len(took) < count:
            for kiosk, seconds in self._answers(1.0):
                took.append(seconds)
                if remaining > 0:
                    remaining -= 1
                    kiosk.send(path, next(self._items))
        return {"seconds": time.perf_counter() - start, "took": took}

    def steady_stream(
        self, path: str, rate: float, seconds: float, items: list[str] | None
    ) -> dict[str, Any]:
        """Send a steady stream: any free kiosk sends when the next request is due."""
        self._items = cycle(items or ITEMS)
        free = deque(self._kiosks)
        took: list[float] = []
        start = time.perf_counter()
        sent, whole = 0, int(rate * seconds)
        while len(took) < whole:
            due = start + sent / rate
            while sent < whole and free and time.perf_counter() >= due:
                free.popleft().send(path, next(self._items))
                sent += 1
                due = start + sent / rate
            wait = max(0.0, due - time.perf_counter()) if sent < whole else 1.0
            for kiosk, span in self._answers(wait):
                took.append(span)
                free.append(kiosk)
        return {"seconds": time.perf_counter() - start, "took": took}

    def _answers(self, wait: float) -> list[tuple[Kiosk, float]]:
        durations = []
        for key, _ in self._loop.select(wait):
            seconds = key.data.read()
            if seconds is not None:
                durations.append((key.data, seconds))
        return durations


def main() -> None:
    """Answer requests of the parent process."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    port = options.parse_args().port
    crowds: dict[tuple[str, ...], Crowd] = {}

    def act(request: dict[str, Any]) -> dict[str, Any]:
        headers = tuple(request["who"])
        crowd = crowds.get(headers)
        if crowd is None:
            crowd = crowds[headers] = Crowd(port, list(headers))
        with gc_paused():
            if "rate" in request:
                rate, seconds = request["rate"], request["seconds"]
                return crowd.steady_stream(request["path"], rate, seconds, request.get("items"))
            return crowd.closed_loop(request["path"], request["count"], request.get("items"))

    serve_requests(act)


if __name__ == "__main__":
    main()
