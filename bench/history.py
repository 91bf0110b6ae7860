"""Benchmark of five years of data: cost of an action compared with day one, and time of a start.

The five years consist of tickets with their calls, slips and journal, and four punches a day of 114
people. An action is the hall's usual work: a ticket is issued, somebody is called, the state for
all pages is read again. A start is `hall serve` from the command to the open port.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median

from bench.harness import PATIENCE, ROOT, Run, gc_paused
from bench.history_data import write_history
from bench.measured_hall import ITEMS, empty_hall, furnish, own_windows, staff_by_window
from bench.punch_data import PEOPLE, enrol
from bench.table import Figure, amount, ratio
from server.core.actors import Actor, ActorKind
from server.core.clock import ScaledClock
from server.core.config import Config
from server.hall.composition import Hall
from server.hall.opening import open_hall
from server.queue import calling, issuing, snapshot
from server.queue.business_day import keep_day
from server.queue.slip_printing import give_up_slips
from support.hall_server import free_port, moment

YEARS_OF_DAYS = 1250
HALL = "main"


def measure(run: Run) -> Iterator[Figure]:
    """Measure two halls in turns, then two starts in turns."""
    old, new = run.folder / "old", run.folder / "new"
    halls = [_hall(new), _hall(old)]
    days = run.scaled(YEARS_OF_DAYS, 10)
    write_history(old / "hall.db", HALL, days)
    keys = count()
    costs: list[list[float]] = [[], []]
    with gc_paused():
        for n in range(run.rounds + 1):
            for hall, cost in zip(halls, costs, strict=True):
                took = _acts(hall, keys, run.scaled(60, 5))
                if n:
                    cost.append(took * 1000)
    for hall in halls:
        hall.ctx.store.close()
    yield ratio("history-act", costs[1], costs[0], "ms", "ms on day one")
    starts: list[list[float]] = [[], []]
    for _ in range(min(3, run.rounds)):
        for folder, seconds in zip((new, old), starts, strict=True):
            seconds.append(_start(folder))
    yield amount("history-start", starts[1], starts[0], "s with an empty hall")


def _hall(folder: Path) -> Hall:
    hall = open_hall(Config(data=folder, hall_id=HALL), clock=ScaledClock(moment("10:00"), 1.0))
    furnish(hall, 1)
    enrol(hall, PEOPLE)
    return hall


def _acts(hall: Hall, keys: Iterator[int], times: int) -> float:
    """Return the median seconds of one ticket, one call, one full state, and the periodic jobs."""
    kiosk, item = Actor(ActorKind.KIOSK, "k00"), ITEMS[0]
    window = own_windows(hall)[item]
    clerk = Actor(ActorKind.CLERK, staff_by_window(hall)[window])
    empty_hall(hall)
    took = []
    for _ in range(times):
        start = time.perf_counter()
        issuing.issue(
            hall.ctx,
            kiosk,
            f"key-{next(keys)}",
            item=item,
            applicant="ordinary",
            kiosk="k00",
            paper=True,
        )
        calling.call_next(hall.ctx, clerk, f"key-{next(keys)}", window, "done")
        snapshot.take(hall.ctx)
        keep_day(hall.ctx)
        give_up_slips(hall.ctx)
        took.append(time.perf_counter() - start)
    return median(took)


def _start(folder: Path) -> float:
    """Return the seconds from the command to the open port."""
    argv = ["-m", "server.cli", "serve", "--data", str(folder), "--port", str(free_port())]
    start = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, *argv],
        cwd=ROOT,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert server.stdout is not None
    took = 0.0
    for line in server.stdout:
        if line.startswith("http://"):
            took = time.perf_counter() - start
            break
    server.send_signal(signal.SIGTERM)
    server.wait(PATIENCE)
    server.stdout.close()
    if not took:
        raise RuntimeError("the hall did not start")
    return took
