"""Player of the requested faults: two halls side by side, each in a separate process."""

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

from bench.breaking.faults import WORKERS, Fault, all_faults, sqlite_only
from bench.breaking.machine_faults import small_disk
from bench.breaking.run import Outcome, run_and_verify
from support import postgres
from support.redis_server import RedisServer

SHARE = 125
"""Maximum number of kills per hall and day: more would use up a prefix's 999 numbers."""
SIDE_BY_SIDE = 2
PR_SET_PDEATHSIG = 1  # linux/prctl.h
FLEET_SHARE = 30
"""Kills among several workers in a full run: each takes seconds, not tenths of a second."""
LAMP_SHARE = 60
"""Kills of a full run among what happens to cases: a second and a half each."""
SHARES = {"workers": FLEET_SHARE} | dict.fromkeys(
    ("lamps", "silence", "joint", "licences", "money", "seats", "partitions"), LAMP_SHARE
)
"""Kills in a full run, of the faults that have their own number."""
Job = tuple[str, int, int]
"""Fault, seed, number of kills."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Faults to play. `only`: these faults; `minutes`: start nothing new after this time."""

    seed: int
    kills: int
    database: str
    only: Sequence[str] = ()
    minutes: float = 0.0
    width: int = SIDE_BY_SIDE
    workers: int = WORKERS


def names() -> list[tuple[str, str]]:
    """Return name and description of every fault."""
    return [(fault.name, fault.text) for fault in all_faults(1, _quiet)]


def _quiet(_done: int) -> None:
    pass


def jobs(plan: Plan) -> list[Job]:
    """Return the jobs, the kills in shares, the longest first.

    Raises ValueError for an unknown fault.
    """
    all_names = [name for name, _ in names()]
    selection = list(plan.only) or all_names
    unknown = sorted(set(selection) - set(all_names))
    if unknown:
        raise ValueError(", ".join(unknown))
    if plan.database == "postgres":
        selection = [name for name in selection if not sqlite_only(name)]
    result: list[Job] = []
    remaining = plan.kills if "kills" in selection else 0
    while remaining > 0:
        result.append(("kills", plan.seed + len(result), min(SHARE, remaining)))
        remaining -= SHARE
    alone = len(selection) == 1
    for name, share in SHARES.items():
        if name in selection:
            result.append((name, plan.seed, plan.kills if alone else min(share, plan.kills)))
    pause_everybody = [name for name in ("devices", *selection) if name in selection]
    several = ("kills", *SHARES)
    return result + [(n, plan.seed, 1) for n in dict.fromkeys(pause_everybody) if n not in several]


def play(plan: Plan) -> Iterator[tuple[Job, Outcome]]:
    """Yield the outcome of every run, in the order of the plan."""
    end = time.monotonic() + 60 * plan.minutes if plan.minutes else float("inf")
    spawn = get_context("spawn")
    with ProcessPoolExecutor(plan.width, mp_context=spawn, initializer=_end_with_parent) as pool:
        running: list[tuple[Job, Future[Outcome]]] = [
            (job, pool.submit(_run_job, job, plan, end)) for job in jobs(plan)
        ]
        for job, future in running:
            yield job, future.result()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _run_job(job: Job, plan: Plan, end: float) -> Outcome:
    """Run one job, in a separate process."""
    name, seed, count = job
    if time.monotonic() > end:
        return Outcome(name, skipped="no time left")
    faults = all_faults(count, _progress(name, seed, count), plan.workers)
    fault = next(f for f in faults if f.name == name)
    folder = Path(tempfile.mkdtemp(prefix="hall-break-"))
    try:
        return _with_database(fault, seed, folder, plan.database)
    except Exception as error:  # noqa: BLE001 - the other runs go on; this one reports the error
        outcome = Outcome(name)
        outcome.expect(holds=False, what=f"the run came to its end: {type(error).__name__} {error}")
        return outcome
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _with_database(fault: Fault, seed: int, folder: Path, database: str) -> Outcome:
    if fault.setting.workers > 1:
        with postgres.server() as running, RedisServer() as redis:
            setting = replace(fault.setting, database=running.url(running.create()), redis=redis)
            return run_and_verify(fault.name, seed, fault.inject, setting, folder)
    if fault.play is not None and database == "postgres":
        with postgres.server() as running:
            return fault.play(seed, folder, running.url(running.create()))
    if fault.play is not None:
        return fault.play(seed, folder, "")
    if database == "postgres":
        with postgres.server() as running:
            setting = replace(fault.setting, database=running.url(running.create()))
            return run_and_verify(fault.name, seed, fault.inject, setting, folder)
    with small_disk(folder) if fault.small_disk else nullcontext():
        return run_and_verify(fault.name, seed, fault.inject, fault.setting, folder)


def _progress(name: str, seed: int, count: int) -> Callable[[int], None]:
    start = time.monotonic()

    def show_progress(done: int) -> None:
        if done % 25 == 0 or done == count:
            took = time.monotonic() - start
            print(f"  {name}, seed {seed}: {done}/{count} after {took:.0f} s", flush=True)

    return show_progress
