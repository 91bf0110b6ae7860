"""Benchmark of choosing the next ticket: a million tickets in the table, next to a thousand.

The same number of people wait in both: 500, in ten lanes. Timed is the choice as a call makes it,
in the action's own transaction: heads of the lanes, window sessions, runs, the policy, the chosen
ticket.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.harness import Run, gc_paused
from bench.history_data import write_history, write_waiting
from bench.measured_hall import furnish, own_windows
from bench.table import Figure, ratio
from server.core.clock import SetClock
from server.core.config import Config
from server.core.context import sessions_of
from server.core.store import Tx
from server.hall import Hall, open_hall
from server.queue.selection import choose_for
from support.hall_server import moment

EACH = 50
FEW, MANY = (1, 500), (1000, 999)
"""Days and tickets per day of the stored history."""


def measure(run: Run) -> Iterator[Figure]:
    """Measure two halls in turns."""
    few = _hall(run.folder / "few", *FEW)
    many = _hall(run.folder / "many", *(MANY if not run.quick else (4, 999)))
    amounts, beside = [], []
    with gc_paused():
        for n in range(run.rounds + 1):
            small, large = _choices(few, run), _choices(many, run)
            if n:
                beside.append(small)
                amounts.append(large)
    for hall in (few, many):
        hall.ctx.store.close()
    yield ratio("choose", amounts, beside, "µs", "µs with 1,000 tickets")


def _hall(folder: Path, days: int, a_day: int) -> Hall:
    hall = open_hall(Config(data=folder, hall_id="bench"), clock=SetClock(moment("10:00")))
    furnish(hall, 1)
    write_history(folder / "hall.db", "bench", days, a_day, whole=False)
    write_waiting(folder / "hall.db", "bench", EACH)
    return hall


def _choices(hall: Hall, run: Run) -> float:
    """Return the median microseconds of one choice."""
    windows = list(own_windows(hall).values())

    def act(tx: Tx) -> float:
        took, sessions = [], sessions_of(tx.conn, tx.hall_id)
        for n in range(run.scaled(300, 20)):
            start = time.perf_counter()
            choose_for(hall.ctx, tx, windows[n % len(windows)], sessions)
            took.append(time.perf_counter() - start)
        return median(took) * 1e6

    return hall.ctx.write(act)
