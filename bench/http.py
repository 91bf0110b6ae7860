"""Tickets and calls through HTTP, beside an authenticated POST that does nothing, same server.

The kiosks are a process of their own. CPU is the server's own clock, all threads, over the whole
measure: parsing, access, the act, the answer, and what is told to nobody, since nobody watches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from statistics import median
from typing import Any

from bench.furnish import ITEMS
from bench.host import Server
from bench.kiosks import NEXT
from bench.references import RawBook
from bench.run import Child, Run, cpu_of, steady
from bench.table import Figure, amount, quantile, ratio
from bench.wire import Line

KIOSKS = 32
WAITING = 8
"""For each unit, before clerks call; more would use up the day's numbers in five rounds."""
NOTHING, TICKETS = "/bench/nothing", "/api/v1/tickets"


@dataclass
class _Found:
    """What the rounds gave."""

    rate: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def measure(run: Run) -> Iterator[Figure]:
    """Throughput, its tail, CPU, and one kiosk alone."""
    with (
        Server(run.folder / "hall", KIOSKS) as server,
        Child("bench.kiosks", "--port", str(server.port)) as kiosks,
    ):
        nothing, tickets = _Found(), _Found()
        for n in range(run.rounds + 1):
            for path, found in ((NOTHING, nothing), (TICKETS, tickets)):
                _round(run, server, kiosks, path, found if n else _Found())
        beside = "/s doing nothing"
        yield ratio("http", tickets.rate, nothing.rate, "/s", beside)
        yield ratio("http-p99", tickets.p99, nothing.p99, "ms", "ms doing nothing")
        yield amount("cpu-ticket", tickets.cpu, nothing.cpu, "ms doing nothing")
        yield amount("cpu-call", _calls(run, server, kiosks), nothing.cpu, "ms doing nothing")
        yield _alone(run, server)


def _round(run: Run, server: Server, kiosks: Child, path: str, found: _Found) -> None:
    who = [server.kiosk(n) for n in range(KIOSKS)]
    slices, count = run.many(3, 1), run.many(320, 64)
    seconds, cpu, took = 0.0, 0.0, []
    line = Line(server.port)
    for _ in range(slices):
        line.post("/bench/rest", "", {})
        before = cpu_of(server.pid)
        told = kiosks.ask(path=path, who=who, count=count)
        cpu += cpu_of(server.pid) - before
        seconds += told["seconds"]
        took += told["took"]
    line.close()
    found.rate.append(slices * count / seconds)
    found.p99.append(quantile(took, 0.99) * 1000)
    found.cpu.append(cpu / (slices * count) * 1000)


def windows_of(server: Server) -> list[str]:
    """Windows with a clerk, the specialised ones first."""
    return sorted(server.who["clerks"])


def _calls(run: Run, server: Server, kiosks: Child) -> list[float]:
    """Milliseconds of CPU of a call that ends the service before it, as clerks press it.

    A clerk at each window at once, as kiosks are for the figure of a ticket.
    """
    found = []
    who = [server.kiosk(n) for n in range(KIOSKS)]
    clerks = [server.clerk(window) for window in sorted(set(server.who["own"].values()))]
    queue, slices = WAITING * len(ITEMS), run.many(6, 1)
    line, calls = Line(server.port), 5 * len(clerks)
    for n in range(run.rounds + 1):
        cpu = 0.0
        for _ in range(slices):
            line.post("/bench/rest", "", {})
            kiosks.ask(path=TICKETS, who=who, count=queue, items=list(ITEMS))
            before = cpu_of(server.pid)
            kiosks.ask(path=NEXT, who=clerks, count=calls)
            cpu += cpu_of(server.pid) - before
        if n:
            found.append(cpu / (slices * calls) * 1000)
    line.close()
    return found


def _alone(run: Run, server: Server) -> Figure:
    """One kiosk, nobody else: its ticket beside a raw commit and an empty request."""
    book = RawBook(run.folder / "raw.db")
    line, who = Line(server.port), server.kiosk(0)
    bodies = [{"item": i, "applicant": "ordinary", "print": True} for i in ITEMS]
    found, beside = [], []
    with steady():
        for n in range(run.rounds + 1):
            line.post("/bench/rest", "", {})
            times: list[tuple[float, float, float]] = []
            for _, body in zip(range(run.many(80, 10)), cycle(bodies), strict=False):
                ticket = _timed(partial(line.post, TICKETS, who, body))
                empty = _timed(partial(line.post, NOTHING, who, body))
                times.append((ticket, empty, book.commit_seconds()))
            if n:
                found.append(median(t[0] for t in times) * 1000)
                beside.append((median(t[1] for t in times) + median(t[2] for t in times)) * 1000)
    line.close()
    book.close()
    return ratio("kiosk-alone", found, beside, "ms", "ms empty request + raw commit")


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
