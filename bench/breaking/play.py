"""Plays the faults one asked for, two halls side by side, each in a process of its own."""

from __future__ import annotations

import ctypes
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from bench.breaking.faults import WORKERS, Fault, every, sqlite_only
from bench.breaking.run import Outcome, judged
from bench.breaking.storms import small_disk
from support import postgres
from support.redis_server import RedisServer

SHARE = 125
"""Kills of one hall and day: more would use up a prefix's 999 numbers."""
SIDE_BY_SIDE = 2
PR_SET_PDEATHSIG = 1  # linux/prctl.h
FLEET_SHARE = 30
"""Kills among several workers in a run of everything: each takes seconds, not tenths."""
Job = tuple[str, int, int]
"""Fault, seed, kills."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played. `only`: these faults; `minutes`: begin nothing new after so many."""

    seed: int
    kills: int
    database: str
    only: Sequence[str] = ()
    minutes: float = 0.0
    width: int = SIDE_BY_SIDE
    workers: int = WORKERS


def names() -> list[tuple[str, str]]:
    """Every fault's name and what it does."""
    return [(fault.name, fault.text) for fault in every(1, _quiet)]


def _quiet(_done: int) -> None:
    pass


def jobs(plan: Plan) -> list[Job]:
    """The kills in shares, the longest first. Raises ValueError for a fault that is not there."""
    known = [name for name, _ in names()]
    wanted = list(plan.only) or known
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise ValueError(", ".join(unknown))
    if plan.database == "postgres":
        wanted = [name for name in wanted if not sqlite_only(name)]
    found: list[Job] = []
    left = plan.kills if "kills" in wanted else 0
    while left > 0:
        found.append(("kills", plan.seed + len(found), min(SHARE, left)))
        left -= SHARE
    if "workers" in wanted:
        alone = len(wanted) == 1
        found.append(("workers", plan.seed, plan.kills if alone else min(FLEET_SHARE, plan.kills)))
    rest = [name for name in ("devices", *wanted) if name in wanted]
    several = ("kills", "workers")
    return found + [(n, plan.seed, 1) for n in dict.fromkeys(rest) if n not in several]


def play(plan: Plan) -> Iterator[tuple[Job, Outcome]]:
    """Every run's outcome, in the order of the plan."""
    end = time.monotonic() + 60 * plan.minutes if plan.minutes else float("inf")
    spawn = get_context("spawn")
    with ProcessPoolExecutor(plan.width, mp_context=spawn, initializer=_end_with_parent) as pool:
        running: list[tuple[Job, Future[Outcome]]] = [
            (job, pool.submit(_one, job, plan, end)) for job in jobs(plan)
        ]
        for job, future in running:
            yield job, future.result()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _one(job: Job, plan: Plan, end: float) -> Outcome:
    """One run, in a process of its own."""
    name, seed, count = job
    if time.monotonic() > end:
        return Outcome(name, skipped="no time left")
    known = every(count, _progress(name, seed, count), plan.workers)
    fault = next(f for f in known if f.name == name)
    folder = Path(tempfile.mkdtemp(prefix="hall-break-"))
    try:
        return _with_database(fault, seed, folder, plan.database)
    except Exception as error:  # noqa: BLE001 - the other runs go on; this one is told
        outcome = Outcome(name)
        outcome.expect(kept=False, what=f"the run came to its end: {type(error).__name__} {error}")
        return outcome
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _with_database(fault: Fault, seed: int, folder: Path, database: str) -> Outcome:
    if fault.made.workers > 1:
        with postgres.server() as running, RedisServer() as redis:
            made = replace(fault.made, database=running.url(running.create()), redis=redis)
            return judged(fault.name, seed, fault.breaks, made, folder)
    if database == "postgres":
        with postgres.server() as running:
            made = replace(fault.made, database=running.url(running.create()))
            return judged(fault.name, seed, fault.breaks, made, folder)
    with small_disk(folder) if fault.small_disk else nullcontext():
        return judged(fault.name, seed, fault.breaks, fault.made, folder)


def _progress(name: str, seed: int, count: int) -> Callable[[int], None]:
    begun = time.monotonic()

    def told_(done: int) -> None:
        if done % 25 == 0 or done == count:
            took = time.monotonic() - begun
            print(f"  {name}, seed {seed}: {done}/{count} after {took:.0f} s", flush=True)

    return told_
