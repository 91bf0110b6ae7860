"""Faults by name: the injected fault, and what must hold meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.breaking import (
    device_faults,
    joint_kills,
    lamp_kills,
    licence_kills,
    machine_faults,
    money_kills,
    partition_kills,
    seat_kills,
    silence_kills,
)
from bench.breaking.kills import kill_faults
from bench.breaking.run import Injection, Outcome, Scene, Setting
from bench.breaking.worker_kills import BOARDS, fleet_kills

AGENTS = ("kiosk", "counters", "display")
WITH_DEVICES = Setting(
    agents=AGENTS, boards=("main", "east", "west"), clerks=5, apart=3, clocks=True
)
"""Setting with all devices.

Its clerks are so far apart that strips of each make are used, in both rooms.
"""


Play = Callable[[int, Path, str], Outcome]
"""Run with a seed, a folder and a database; returns its outcome."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault."""

    name: str
    text: str
    inject: Injection
    setting: Setting
    small_disk: bool = False
    play: Play | None = None
    """Run of its own, instead of an injection into the busy hall."""


WORKERS = 3
CASE_KILLS = (
    ("lamps", "lamps of cases cross their thresholds", lamp_kills.play),
    ("silence", "silence decides cases", silence_kills.play),
    ("joint", "units answer in joint review", joint_kills.play),
    ("licences", "licences are counted, handed out and posted", licence_kills.play),
    ("money", "money is paid, refunded, corrected and matched", money_kills.play),
    ("partitions", "a branch is cut off from its main server", partition_kills.play),
    ("seats", "200 people claim seats of appointments at once", seat_kills.play),
)
"""Faults with a hall and a judge of their own: name, what happens meanwhile, how it is played."""


def _of_cases(
    play: Callable[[int, int, Path, str, Callable[[int], None]], Outcome],
    count: int,
    show_progress: Callable[[int], None],
) -> Play:
    return lambda seed, folder, database: play(count, seed, folder, database, show_progress)


def all_faults(
    count: int, show_progress: Callable[[int], None], workers: int = WORKERS
) -> list[Fault]:
    """Return all faults; `count`: number of kills, `workers`: processes where there are several."""
    plain, killed = Setting(), Setting(agents=AGENTS, boards=("main", "east"))
    many = Setting(agents=AGENTS, workers=workers, boards=BOARDS, clerks=6, apart=5)
    fill_disk, frozen = machine_faults.disk_full, machine_faults.read_only
    return [
        Fault(
            "kills",
            "kill -9 of server, agents, both, during starts",
            kill_faults(count, show_progress),
            killed,
        ),
        Fault(
            "workers",
            "kill -9 of single workers, their supervisor, all, Redis, agents",
            fleet_kills(count, show_progress),
            many,
        ),
        *(
            Fault(
                name,
                f"kill -9 of the server while {what}",
                _nothing,
                plain,
                play=_of_cases(play, count, show_progress),
            )
            for name, what, play in CASE_KILLS
        ),
        Fault("disk-full", "no byte can be written", fill_disk, plain, small_disk=True),
        Fault("read-only", "the data folder is read-only", frozen, plain, small_disk=True),
        Fault(
            "clock", "the clock is stepped an hour forward and back", machine_faults.clock, plain
        ),
        Fault("slow-commit", "a commit takes 2 s", machine_faults.slow_commit, plain),
        Fault(
            "restore",
            "a copy of the same day is put back",
            partial(machine_faults.restored, readable=True),
            plain,
        ),
        Fault(
            "restore-blind",
            "the same, and the replaced database cannot be read",
            partial(machine_faults.restored, readable=False),
            plain,
        ),
        Fault(
            "yesterday", "the copy of the day before is put back", machine_faults.yesterday, plain
        ),
        Fault("devices", "every fault of every device", device_faults.every_fault, WITH_DEVICES),
        Fault("jam", "a strip jams its bus", device_faults.jammed, WITH_DEVICES),
        Fault("paper", "a printer is out of paper for an hour", device_faults.out_of_paper, plain),
        Fault("vanish", "an agent's PC vanishes", device_faults.vanished, plain),
        Fault(
            "away", "the server is away while the kiosk goes on", device_faults.server_away, plain
        ),
    ]


def _nothing(_scene: Scene) -> None:
    """Inject nothing: the fault plays a run of its own."""


def sqlite_only(name: str) -> bool:
    """Return True for a fault of a database file, or of its commits.

    PostgreSQL has none of these.
    """
    return name in (
        "disk-full",
        "read-only",
        "slow-commit",
        "restore",
        "restore-blind",
        "yesterday",
    )
