"""Benchmark of tickets and calls through HTTP, next to an empty authenticated POST.

Both run on the same server. The kiosks are a separate process. CPU is the server's own clock, all
threads, over the whole measurement: parsing, access, the action, the response. Nobody subscribes,
so no events are sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from statistics import median

from bench.harness import Child, Run, cpu_of, gc_paused, timed
from bench.kiosks import NEXT
from bench.load_clients import Connection
from bench.measured_hall import ITEMS
from bench.measured_server import Server
from bench.raw_sqlite import RawBook
from bench.table import Figure, amount, quantile, ratio

KIOSKS = 32
WAITING = 8
"""Waiting tickets of each unit before clerks call.

More would use up the day's numbers in five rounds.
"""
NOTHING, TICKETS = "/bench/nothing", "/api/v1/tickets"


@dataclass
class _Rounds:
    """Results of the rounds."""

    rate: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def measure(run: Run) -> Iterator[Figure]:
    """Measure throughput, its tail, CPU, and one kiosk alone."""
    with (
        Server(run.folder / "hall", KIOSKS) as server,
        Child("bench.kiosks", "--port", str(server.port)) as kiosks,
    ):
        nothing, tickets = _Rounds(), _Rounds()
        for n in range(run.rounds + 1):
            for path, results in ((NOTHING, nothing), (TICKETS, tickets)):
                _round(run, server, kiosks, path, results if n else _Rounds())
        beside = "/s doing nothing"
        yield ratio("http", tickets.rate, nothing.rate, "/s", beside)
        yield ratio("http-p99", tickets.p99, nothing.p99, "ms", "ms doing nothing")
        yield amount("cpu-ticket", tickets.cpu, nothing.cpu, "ms doing nothing")
        yield amount("cpu-call", _calls(run, server, kiosks), nothing.cpu, "ms doing nothing")
        yield _alone(run, server)


def _round(run: Run, server: Server, kiosks: Child, path: str, results: _Rounds) -> None:
    headers = [server.kiosk(n) for n in range(KIOSKS)]
    slices, count = run.scaled(3, 1), run.scaled(320, 64)
    seconds, cpu, took = 0.0, 0.0, []
    line = Connection(server.port)
    for _ in range(slices):
        line.post("/bench/rest", "", {})
        before = cpu_of(server.pid)
        reply = kiosks.request(path=path, who=headers, count=count)
        cpu += cpu_of(server.pid) - before
        seconds += reply["seconds"]
        took += reply["took"]
    line.close()
    results.rate.append(slices * count / seconds)
    results.p99.append(quantile(took, 0.99) * 1000)
    results.cpu.append(cpu / (slices * count) * 1000)


def windows_of(server: Server) -> list[str]:
    """Return the windows with a clerk, the specialised ones first."""
    return sorted(server.who["clerks"])


def _calls(run: Run, server: Server, kiosks: Child) -> list[float]:
    """Return the CPU milliseconds of a call that also ends the service before it.

    A clerk of each window calls at the same time, as kiosks do for the figure of a ticket.
    """
    figures = []
    headers = [server.kiosk(n) for n in range(KIOSKS)]
    clerks = [server.clerk(window) for window in sorted(set(server.who["own"].values()))]
    queue, slices = WAITING * len(ITEMS), run.scaled(6, 1)
    line, calls = Connection(server.port), 5 * len(clerks)
    for n in range(run.rounds + 1):
        cpu = 0.0
        for _ in range(slices):
            line.post("/bench/rest", "", {})
            kiosks.request(path=TICKETS, who=headers, count=queue, items=list(ITEMS))
            before = cpu_of(server.pid)
            kiosks.request(path=NEXT, who=clerks, count=calls)
            cpu += cpu_of(server.pid) - before
        if n:
            figures.append(cpu / (slices * calls) * 1000)
    line.close()
    return figures


def _alone(run: Run, server: Server) -> Figure:
    """Measure one kiosk alone: its ticket next to a raw commit and an empty request."""
    book = RawBook(run.folder / "raw.db")
    line, headers = Connection(server.port), server.kiosk(0)
    bodies = [{"item": i, "applicant": "ordinary", "print": True} for i in ITEMS]
    amounts, beside = [], []
    with gc_paused():
        for n in range(run.rounds + 1):
            line.post("/bench/rest", "", {})
            times: list[tuple[float, float, float]] = []
            for _, body in zip(range(run.scaled(80, 10)), cycle(bodies), strict=False):
                ticket = timed(partial(line.post, TICKETS, headers, body))
                empty = timed(partial(line.post, NOTHING, headers, body))
                times.append((ticket, empty, book.commit_seconds()))
            if n:
                amounts.append(median(t[0] for t in times) * 1000)
                beside.append((median(t[1] for t in times) + median(t[2] for t in times)) * 1000)
    line.close()
    book.close()
    return ratio("kiosk-alone", amounts, beside, "ms", "ms empty request + raw commit")
