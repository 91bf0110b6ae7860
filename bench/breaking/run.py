"""One run: a hall, its people, something that breaks it, and the judgement."""

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

from bench.breaking.evidence import Board, PaperTray, gathered, settled, url_of
from bench.breaking.fleet import Fleet
from bench.breaking.hall import BrokenHall
from bench.breaking.history import Violation, violations
from bench.breaking.looking import look_at_boards
from bench.breaking.people import Crowd
from server.reference import load
from support.hall_server import ADMINISTRATOR, MANAGER, Client, RefusedError
from support.redis_server import RedisServer

DOOR, DOOR_SERIAL, POLLED = "door-south", "BREAK001", "reader-1"
PATIENCE_OF_SLIPS = {"slip_patience_seconds": 10}


@dataclass(slots=True)
class Outcome:
    """What came of a run. `faults`: how often each was injected; `notes`: figures worth a line."""

    name: str
    faults: dict[str, int] = field(default_factory=dict)
    acks: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str = ""
    shown: int = 0
    """Calls that stood on the boards when they were compared with the database at the end."""

    def hit(self, fault: str) -> None:
        """Count an injected fault."""
        self.faults[fault] = self.faults.get(fault, 0) + 1

    def expect(self, kept: bool, what: str) -> None:
        """Something that must hold while or after it is broken."""
        if not kept:
            self.violations.append(Violation("expected", what))


@dataclass(slots=True)
class Scene:
    """A busy hall for a fault to break."""

    hall: BrokenHall
    crowd: Crowd
    chance: random.Random
    outcome: Outcome
    url: str
    lost: set[str] = field(default_factory=set)
    """Tickets that a restore has taken away."""
    boards: list[Board] = field(default_factory=list)
    """Those that are watched; compared with the database at the end, or when everybody rests."""


Breaks = Callable[[Scene], None]


def able_staff(count: int, apart: int = 1) -> tuple[list[str], list[str]]:
    """Staff numbers for some windows, and the items of the units they serve.

    `apart`: how far from window to window, so that several rooms have some.
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
    """What a hall is made of for a run."""

    database: str = ""
    agents: Sequence[str] = ("kiosk",)
    clerks: int = 5
    boards: Sequence[str] = ("main",)
    clocks: bool = False
    """Whether there are time clocks."""
    apart: int = 1
    """From clerk to clerk so many windows."""
    workers: int = 1
    redis: RedisServer | None = None
    """The bell of several workers; it is broken too."""


@contextmanager
def scene(name: str, seed: int, folder: Path, made: Setting) -> Iterator[Scene]:
    """A hall with everybody at work; at the end nobody is."""
    people, items = able_staff(made.clerks, made.apart)
    words: dict[str, Any] = {
        "agents": made.agents,
        "accounts": (ADMINISTRATOR, MANAGER, *people),
        "settings": PATIENCE_OF_SLIPS,
        "database": made.database,
        "doors": {DOOR: DOOR_SERIAL} if made.clocks else None,
        "polled": (POLLED,) if made.clocks else (),
    }
    if made.redis is None:
        opened = BrokenHall(folder, **words)
    else:
        opened = Fleet(folder, made.redis, made.workers, **words)
    with opened as hall:
        crowd = Crowd(hall, seed, items)
        found = Scene(hall, crowd, random.Random(seed), Outcome(name), url_of(hall, made.database))
        for kiosk in ("1", "2"):
            crowd.begin(crowd.kiosk, hall.enrolled("kiosk", kiosk))
        for person in people:
            client = hall.clerk(person)
            if _sits(client):
                crowd.begin(crowd.clerk, client)
        crowd.begin(crowd.phone, Client(hall.base))
        try:
            yield found
        finally:
            crowd.over.set()
            crowd.up.set()


def _sits(client: Client) -> bool:
    try:
        client.get("/counter")
    except RefusedError:
        return False
    return True


def judged(
    name: str, seed: int, breaks: Breaks, made: Setting, folder: Path | None = None
) -> Outcome:
    """Play, break, let everything settle, judge."""
    begun = time.monotonic()
    place = folder or Path(tempfile.mkdtemp(prefix="hall-break-"))
    try:
        with scene(name, seed, place, made) as now:
            outcome = now.outcome
            watching = now.boards
            known: dict[str, str] = {}  # a second enrolment would end the first
            for zone in made.boards:
                watching.append(Board(now.hall, zone, known.get(zone, "")))
                known[zone] = watching[-1].bearer
            tray = PaperTray(now.hall)
            breaks(now)
            now.crowd.wait_for(5)
            outcome.shown += look_at_boards(now)
            now.crowd.end()
            settled(now.url)
            history = gathered(now.crowd, now.url, watching, tray)
            history.lost_before = frozenset(now.lost)
            history.whole = not now.crowd.epoch
            outcome.violations += violations(history)
            outcome.acks = len(now.crowd.acks)
            outcome.refused = dict(now.crowd.refused)
            for board in watching:
                board.close()
    finally:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)
    outcome.seconds = time.monotonic() - begun
    return outcome
