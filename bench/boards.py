"""Benchmark from a call to the last of 200 boards, next to a plain broadcast and a raw commit.

The time runs from sending the clerk's request to reading the last board's message, one call after
the other, with the durable commit in between. The plain broadcast is `emit` of the same state
through the same Socket.IO server to the same 200 connections, from `emit` to the last read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.harness import Child, Run, gc_paused
from bench.http import KIOSKS, TICKETS
from bench.kiosks import NEXT
from bench.load_clients import Connection, Screens
from bench.measured_hall import ITEMS
from bench.measured_server import Server
from bench.raw_sqlite import RawBook
from bench.table import Figure, quantile, ratio

BOARDS = 200
STREAM = 64.0
"""Tickets per second while boards are measured under load."""
KEPT_UP = 0.95
"""Minimum share of the stream: below it the hall was not as busy as the figure claims."""
CALLS = 150
"""Calls in a round: enough that the p99 is not the slowest of them."""
SHARE = 0.99


class _Hall:
    """Server with boards, a clerk and a kiosk of one unit; `turn` moves on to another unit."""

    def __init__(self, run: Run, server: Server) -> None:
        self.server = server
        self.screens = Screens()
        self.screens.join(server.port, server.who["board"], run.scaled(BOARDS, 10), bare=True)
        self.line = Connection(server.port)
        self._marks = 0
        self.turn(0)

    def turn(self, n: int) -> None:
        """Switch to the unit of round `n`: a unit has 999 numbers per day."""
        own = sorted(self.server.who["own"])
        self.item = own[n % len(own)]
        self.clerk = self.server.clerk(self.server.who["own"][self.item])

    def call(self) -> float:
        """Return the seconds from a clerk's request to the last board that shows the number."""
        body = {"item": self.item, "applicant": "ordinary", "print": True}
        number = self.line.post(TICKETS, self.server.kiosk(0), body)["ticket"]["number"]
        self.screens.watch(0.03)
        self.screens.expect(f'"ticket":"{number}"'.encode())
        start = time.monotonic()
        self.line.send(NEXT, self.clerk, {"complete": "done"})
        took = self.screens.last_arrival() - start
        self.line.answer()
        self.screens.watch(0.02)
        return took

    def bare(self) -> float:
        """Return the seconds of a plain broadcast of the same state."""
        state = self.screens.state()
        self._marks += 1
        mark = f"mark-{self._marks}."
        state["build"] = mark
        self.screens.expect(mark.encode())
        self.line.send("/bench/broadcast", "", state)
        last = self.screens.last_arrival()
        start = float(self.line.answer()["at"])
        self.screens.watch(0.01)
        return last - start

    def close(self) -> None:
        """Close all connections."""
        self.screens.close()
        self.line.close()


def measure(run: Run) -> Iterator[Figure]:
    """Measure idle, then while kiosks issue tickets."""
    with (
        Server(run.folder / "hall", KIOSKS) as server,
        Child("bench.kiosks", "--port", str(server.port)) as kiosks,
    ):
        hall = _Hall(run, server)
        book = RawBook(run.folder / "raw.db")
        idle: list[float] = []
        busy: list[float] = []
        beside: list[float] = []
        try:
            for n in range(run.rounds + 1):
                hall.line.post("/bench/rest", "", {})
                hall.turn(n)
                bare, calls = _idle(run, hall, book)
                under = _busy(run, hall, kiosks)
                if n:
                    beside.append(quantile(bare, SHARE) * 1000)
                    idle.append(quantile(calls, SHARE) * 1000)
                    busy.append(quantile(under, SHARE) * 1000)
        finally:
            hall.close()
            book.close()
        words = "ms bare broadcast + raw commit"
        yield ratio("board-idle", idle, beside, "ms", words)
        yield ratio("board-busy", busy, beside, "ms", words)


def _idle(run: Run, hall: _Hall, book: RawBook) -> tuple[list[float], list[float]]:
    """Measure plain broadcast with commit, and calls, in turns."""
    bare, calls = [], []
    with gc_paused():
        for _ in range(run.scaled(CALLS, 4)):
            calls.append(hall.call())
            bare.append(hall.bare() + book.commit_seconds())
    return bare, calls


def _busy(run: Run, hall: _Hall, kiosks: Child) -> list[float]:
    """Measure calls while the kiosks of the other units issue numbers."""
    headers = [hall.server.kiosk(n) for n in range(1, KIOSKS)]
    seconds = run.scaled(6, 1)
    items = [item for item in ITEMS if item != hall.item]
    kiosks.send(path=TICKETS, who=headers, rate=STREAM, seconds=seconds, items=items)
    end = time.monotonic() + seconds - 0.3
    calls = []
    with gc_paused():
        while time.monotonic() < end:
            calls.append(hall.call())
    took = kiosks.receive()
    if len(took["took"]) / took["seconds"] < KEPT_UP * STREAM:
        raise RuntimeError(f"{len(took['took']) / took['seconds']:.0f} tickets/s, not {STREAM:.0f}")
    hall.screens.watch(0.3)
    return calls
