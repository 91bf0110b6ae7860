"""Choosing whom to call next: with a million tickets in the table, beside a thousand.

As many people wait in both: 500, in ten lanes. Timed is the choice as a call makes it, in the
act's own transaction: heads of the lanes, posts, runs, the policy, the chosen ticket.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.furnish import furnish, own_windows
from bench.run import Run, steady
from bench.table import Figure, ratio
from bench.years import past, waiting
from server.clock import SetClock
from server.config import Config
from server.hall import Hall, open_hall
from server.services.choice import choose_for
from server.services.context import posts_of
from server.storage.store import Tx
from support.hall_server import moment

EACH = 50
FEW, MANY = (1, 500), (1000, 999)
"""Days and tickets a day of the past."""


def measure(run: Run) -> Iterator[Figure]:
    """Two halls in turns."""
    few = _hall(run.folder / "few", *FEW)
    many = _hall(run.folder / "many", *(MANY if not run.quick else (4, 999)))
    found, beside = [], []
    with steady():
        for n in range(run.rounds + 1):
            small, large = _choices(few, run), _choices(many, run)
            if n:
                beside.append(small)
                found.append(large)
    for hall in (few, many):
        hall.ctx.store.close()
    yield ratio("choose", found, beside, "µs", "µs with 1,000 tickets")


def _hall(folder: Path, days: int, a_day: int) -> Hall:
    hall = open_hall(Config(data=folder, hall_id="bench"), clock=SetClock(moment("10:00")))
    furnish(hall, 1)
    past(folder / "hall.db", "bench", days, a_day, whole=False)
    waiting(folder / "hall.db", "bench", EACH)
    return hall


def _choices(hall: Hall, run: Run) -> float:
    """Microseconds of one choice: the median."""
    windows = list(own_windows(hall).values())

    def act(tx: Tx) -> float:
        took, posts = [], posts_of(tx.conn, tx.hall_id)
        for n in range(run.many(300, 20)):
            begun = time.perf_counter()
            choose_for(hall.ctx, tx, windows[n % len(windows)], posts)
            took.append(time.perf_counter() - begun)
        return median(took) * 1e6

    return hall.ctx.write(act)
