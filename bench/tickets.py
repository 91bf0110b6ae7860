"""Benchmark of durable tickets per second in process: 32 callers, next to the bare driver.

The bare driver makes one commit per ticket. The hall runs as in the server: greenlets call, one
native thread commits. gevent patches a whole process, so the callers are a separate process
(`python -m bench.tickets`).
"""

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path
from typing import Any

import gevent
from gevent.threadpool import ThreadPool

from bench.harness import Child, Run, gc_paused, serve_requests
from bench.measured_hall import ITEMS, empty_hall, furnish
from bench.raw_sqlite import RawBook
from bench.table import Figure, ratio
from server.core.actors import Actor, ActorKind
from server.core.clock import ScaledClock
from server.core.config import Config
from server.hall.composition import Hall
from server.hall.opening import open_hall
from server.queue import issuing
from support.hall_server import moment

CALLERS = 32
SWITCH_INTERVAL = 0.0005
"""Seconds of the interpreter's switch interval, as set by the server."""
SLOW_SYNC = 0.004
SLICE = 320
"""Tickets per slice.

After it the hall is emptied, untimed: no hall has thousands of people waiting.
"""


def measure(run: Run) -> Iterator[Figure]:
    """Measure tickets per second on the disk as it is, then with every sync slowed to 4 ms."""
    for name, pause in (("tickets", 0.0), ("tickets-slow", SLOW_SYNC)):
        amounts, beside = _rounds(run, name, pause)
        yield ratio(name, amounts, beside, "/s", "/s raw sqlite3")


def _rounds(run: Run, name: str, pause: float) -> tuple[list[float], list[float]]:
    amounts, beside = [], []
    slices = run.scaled(4, 1)
    book = RawBook(run.folder / f"{name}-raw.db", pause)
    argv = ("--data", str(run.folder / name), "--pause", str(pause))
    with Child("bench.tickets", *argv) as callers:
        for n in range(run.rounds + 1):
            with gc_paused():
                raw = book.rate(run.scaled(100 if pause else 400, 20))
            rate = callers.request(slices=slices)["rate"]
            if n:  # the first round warms up
                beside.append(raw)
                amounts.append(rate)
    book.close()
    return amounts, beside


# The callers' process -----------------------------------------------------------------------------


def _slow(commit: Callable[..., Any], pause: float) -> Callable[..., Any]:
    """Return a commit function that takes `pause` seconds longer."""
    sleep: Callable[[float], None] = monkey.get_original("time", "sleep")

    def slowly(call: Callable[[], None]) -> Any:
        def both() -> None:
            call()
            sleep(pause)

        return commit(both)

    return slowly


def _open(folder: Path, pause: float) -> Hall:
    commits = ThreadPool(1)
    clock = ScaledClock(moment("10:00"), 1.0)
    config = Config(data=folder, hall_id="bench")
    commit = _slow(commits.apply, pause) if pause else commits.apply
    hall = open_hall(config, clock=clock, commit=commit)
    furnish(hall, CALLERS)
    return hall


def _slice(hall: Hall, keys: Iterator[int], items: Iterator[str]) -> float:
    """Return the seconds that SLICE tickets of CALLERS callers take."""

    def call(kiosk: str) -> None:
        actor = Actor(ActorKind.KIOSK, kiosk)
        for _ in range(SLICE // CALLERS):
            key, item = f"bench-{next(keys)}", next(items)
            issuing.issue(
                hall.ctx,
                actor,
                key,
                item=item,
                applicant="ordinary",
                kiosk=kiosk,
                paper=True,
            )

    start = time.perf_counter()
    callers = [gevent.spawn(call, f"k{n:02}") for n in range(CALLERS)]
    gevent.joinall(callers, raise_error=True)
    return time.perf_counter() - start


def main() -> None:
    """Answer each `{"slices": n}` with tickets per second."""
    options = argparse.ArgumentParser()
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--pause", type=float, required=True)
    args = options.parse_args()
    sys.setswitchinterval(SWITCH_INTERVAL)
    hall = _open(args.data, args.pause)
    keys, items = count(), cycle(ITEMS)

    def act(question: dict[str, Any]) -> dict[str, float]:
        seconds = 0.0
        for _ in range(question["slices"]):
            empty_hall(hall)
            with gc_paused():
                seconds += _slice(hall, keys, items)
        return {"rate": question["slices"] * SLICE / seconds}

    serve_requests(act)
    hall.ctx.store.close()


if __name__ == "__main__":
    main()
