"""One run: a hall, its people, a fault, and the verdict."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.breaking.board_comparison import compare_boards
from bench.breaking.crowd import Crowd
from bench.breaking.evidence import Board, PaperTray, database_url, gather_history, wait_for_slips
from bench.breaking.hall import FaultyHall
from bench.breaking.history import Violation, violations
from bench.breaking.worker_hall import Fleet
from server.catalogue.reference import load
from support.hall_server import ADMINISTRATOR, MANAGER, Client, RefusedError
from support.redis_server import RedisServer

DOOR, DOOR_SERIAL, POLLED = "door-south", "BREAK001", "reader-1"
PATIENCE_OF_SLIPS = {"slip_patience_seconds": 10}


@dataclass(slots=True)
class Outcome:
    """Result of a run. `faults`: number of injections by fault; `notes`: figures worth a line."""

    name: str
    faults: dict[str, int] = field(default_factory=dict)
    acks: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str = ""
    shown: int = 0
    """Calls on the boards when they were compared with the database at the end."""

    def count_fault(self, fault: str) -> None:
        """Count an injected fault."""
        self.faults[fault] = self.faults.get(fault, 0) + 1

    def expect(self, holds: bool, what: str) -> None:
        """Record a violation unless something holds during or after a fault."""
        if not holds:
            self.violations.append(Violation("expected", what))


@dataclass(slots=True)
class Scene:
    """Busy hall for a fault to break."""

    hall: FaultyHall
    crowd: Crowd
    chance: random.Random
    outcome: Outcome
    url: str
    lost: set[str] = field(default_factory=set)
    """Tickets that a restore has removed."""
    boards: list[Board] = field(default_factory=list)
    """Connected boards; compared with the database at the end, or when everybody rests."""


Injection = Callable[[Scene], None]


def able_staff(count: int, apart: int = 1) -> tuple[list[str], list[str]]:
    """Return staff numbers for `count` windows, and the items of the units they serve.

    `apart`: distance from window to window, so that several rooms have some.
    """
    book = load()
    people: list[str] = []
    units: set[str] = set()
    for window in book.windows[::apart]:
        if not window.units:
            continue
        person = next(
            (p.number for p in book.staff if window.code in p.windows and p.number not in people),
            None,
        )
        if person is not None and len(people) < count:
            people.append(person)
            units |= set(window.units)
    items = [i.code for i in book.items if i.unit in units and i.handling.value == "accepted"]
    return people, items


@dataclass(frozen=True, slots=True)
class Setting:
    """Parts of a hall for a run."""

    database: str = ""
    agents: Sequence[str] = ("kiosk",)
    clerks: int = 5
    boards: Sequence[str] = ("main",)
    clocks: bool = False
    """True for a hall with time clocks."""
    apart: int = 1
    """Number of windows from clerk to clerk."""
    workers: int = 1
    redis: RedisServer | None = None
    """Worker bus of several workers; it is broken too."""


@contextmanager
def open_scene(name: str, seed: int, folder: Path, setting: Setting) -> Iterator[Scene]:
    """Open a hall with everybody at work; at the end nobody works."""
    people, items = able_staff(setting.clerks, setting.apart)
    words: dict[str, Any] = {
        "agents": setting.agents,
        "accounts": (ADMINISTRATOR, MANAGER, *people),
        "settings": PATIENCE_OF_SLIPS,
        "database": setting.database,
        "time_clocks": {DOOR: DOOR_SERIAL} if setting.clocks else None,
        "polled": (POLLED,) if setting.clocks else (),
    }
    if setting.redis is None:
        opened = FaultyHall(folder, **words)
    else:
        opened = Fleet(folder, setting.redis, setting.workers, **words)
    with opened as hall:
        crowd = Crowd(hall, seed, items)
        busy_hall = Scene(
            hall, crowd, random.Random(seed), Outcome(name), database_url(hall, setting.database)
        )
        for kiosk in ("1", "2"):
            crowd.begin(crowd.kiosk, hall.enrolled("kiosk", kiosk))
        for person in people:
            client = hall.clerk(person)
            if _sits(client):
                crowd.begin(crowd.clerk, client)
        crowd.begin(crowd.phone, Client(hall.base))
        try:
            yield busy_hall
        finally:
            crowd.over.set()
            crowd.server_up.set()


def _sits(client: Client) -> bool:
    try:
        client.get("/counter")
    except RefusedError:
        return False
    return True


def run_and_verify(
    name: str, seed: int, inject: Injection, setting: Setting, folder: Path | None = None
) -> Outcome:
    """Play, break, let everything settle, judge."""
    start = time.monotonic()
    place = folder or Path(tempfile.mkdtemp(prefix="hall-break-"))
    try:
        with open_scene(name, seed, place, setting) as scene:
            outcome = scene.outcome
            watching = scene.boards
            bearers: dict[str, str] = {}  # a second enrolment would end the first
            for zone in setting.boards:
                watching.append(Board(scene.hall, zone, bearers.get(zone, "")))
                bearers[zone] = watching[-1].bearer
            tray = PaperTray(scene.hall)
            inject(scene)
            scene.crowd.wait_for(5)
            outcome.shown += compare_boards(scene)
            scene.crowd.end()
            wait_for_slips(scene.url)
            history = gather_history(scene.crowd, scene.url, watching, tray)
            history.lost_before = frozenset(scene.lost)
            history.never_restored = not scene.crowd.epoch
            outcome.violations += violations(history)
            outcome.acks = len(scene.crowd.acks)
            outcome.refused = dict(scene.crowd.refused)
            for board in watching:
                board.close()
    finally:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)
    outcome.seconds = time.monotonic() - start
    return outcome
