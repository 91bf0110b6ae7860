"""From a call to the last of 200 boards, beside a bare broadcast and a raw commit.

Measured from the clerk's request being sent to the last board's message being read, one call after
the other, with the durable commit in between. The bare broadcast is `emit` of the same picture
through the same Socket.IO server to the same 200 connections, from `emit` to the last read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.furnish import ITEMS
from bench.host import Server
from bench.http import KIOSKS, TICKETS
from bench.kiosks import NEXT
from bench.references import RawBook
from bench.run import Child, Run, steady
from bench.table import Figure, quantile, ratio
from bench.wire import Line, Screens

BOARDS = 200
STREAM = 64.0
"""Tickets a second, while boards are measured under load."""
KEPT_UP = 0.95
"""Of the stream: with less of it the hall was not as busy as the figure says."""
CALLS = 150
"""In a round: its p99 is not yet the slowest of them."""
SHARE = 0.99


class _Hall:
    """A server with boards, a clerk and a kiosk of one unit; `turn` goes on to another unit."""

    def __init__(self, run: Run, server: Server) -> None:
        self.server = server
        self.screens = Screens()
        self.screens.join(server.port, server.who["board"], run.many(BOARDS, 10), bare=True)
        self.line = Line(server.port)
        self._marks = 0
        self.turn(0)

    def turn(self, n: int) -> None:
        """Every round has a unit of its own: a unit has 999 numbers a day."""
        own = sorted(self.server.who["own"])
        self.item = own[n % len(own)]
        self.clerk = self.server.clerk(self.server.who["own"][self.item])

    def call(self) -> float:
        """Seconds from a clerk's request to the last board that shows the number."""
        body = {"item": self.item, "applicant": "ordinary", "print": True}
        taken = self.line.post(TICKETS, self.server.kiosk(0), body)["ticket"]["number"]
        self.screens.watch(0.03)
        self.screens.expect(f'"ticket":"{taken}"'.encode())
        begun = time.monotonic()
        self.line.send(NEXT, self.clerk, {"complete": "done"})
        took = self.screens.last_arrival() - begun
        self.line.answer()
        self.screens.watch(0.02)
        return took

    def bare(self) -> float:
        """Seconds of a bare broadcast of the same picture."""
        state = self.screens.state()
        self._marks += 1
        mark = f"mark-{self._marks}."
        state["build"] = mark
        self.screens.expect(mark.encode())
        self.line.send("/bench/broadcast", "", state)
        last = self.screens.last_arrival()
        begun = float(self.line.answer()["at"])
        self.screens.watch(0.01)
        return last - begun

    def close(self) -> None:
        """Hang up."""
        self.screens.close()
        self.line.close()


def measure(run: Run) -> Iterator[Figure]:
    """Idle, then while kiosks issue tickets."""
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
    """Bare broadcast and commit, and calls, in turns."""
    bare, calls = [], []
    with steady():
        for _ in range(run.many(CALLS, 4)):
            calls.append(hall.call())
            bare.append(hall.bare() + book.commit_seconds())
    return bare, calls


def _busy(run: Run, hall: _Hall, kiosks: Child) -> list[float]:
    """Calls while the other units' kiosks take numbers."""
    who = [hall.server.kiosk(n) for n in range(1, KIOSKS)]
    seconds = run.many(6, 1)
    items = [item for item in ITEMS if item != hall.item]
    kiosks.tell(path=TICKETS, who=who, rate=STREAM, seconds=seconds, items=items)
    end = time.monotonic() + seconds - 0.3
    found = []
    with steady():
        while time.monotonic() < end:
            found.append(hall.call())
    took = kiosks.told()
    if len(took["took"]) / took["seconds"] < KEPT_UP * STREAM:
        raise RuntimeError(f"{len(took['took']) / took['seconds']:.0f} tickets/s, not {STREAM:.0f}")
    hall.screens.watch(0.3)
    return found
