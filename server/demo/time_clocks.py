"""Time clocks of the demo: one at each door that pushes, one that an agent polls, all admitted.

Everyone on the staff list is enrolled under the staff number. As in any hall, the table `finger`
maps enrolment numbers to people.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from server.catalogue.model import Catalogue
from server.core.actors import SYSTEM
from server.core.clock import Clock, MachineClock, local
from server.core.settings import GeneralSettings, Settings
from server.core.store import Tx
from server.hall.composition import Hall
from server.hall.context import write_journal
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.events import ReaderChanged


@dataclass(frozen=True, slots=True)
class Door:
    """Time clock of the demo: name of its simulator, serial number, protocol, name and place."""

    device: str
    serial: str
    way: str
    name: str
    place: str


DOORS = (
    Door("door-east", "DEMO250001", "push", "东门打卡机", "东厅入口"),
    Door("door-west", "DEMO250002", "push", "西门打卡机", "西厅入口"),
    Door("clock-hall", "clock-hall", "pull", "大厅打卡机", "两厅之间"),
)


DUE = (time(8, 30), time(12), time(14, 30), time(17, 30))
PUNCH_PROBABILITY = 0.985


def plan_fields(catalogue: Catalogue, clock: Clock, *, rehearsal: bool) -> dict[str, Any]:
    """Return the time-clock fields of the device plan.

    A rehearsal's clock jumps; a polled time clock, which nobody sets, could not follow.
    """
    shift = (clock.now() - MachineClock().now()) / 1000
    pushing = [door.device for door in DOORS if door.way == "push"]
    return {
        "memory": {} if rehearsal else _memory(catalogue, clock, pushing),
        "doors": {door.device: door.serial for door in DOORS if door.way == "push"},
        "polled": [] if rehearsal else [d.device for d in DOORS if d.way == "pull"],
        "people": {person.number: person.name for person in catalogue.staff},
        "clock_shift": round(shift),
    }


def _memory(catalogue: Catalogue, clock: Clock, doors: list[str]) -> dict[str, list[str]]:
    """Return today's punches before the start of the demo, by door.

    The same day gives the same punches, so a restarted demo adds none.
    """
    now = local(clock.now(), Settings().of(GeneralSettings).timezone)
    chance = random.Random(now.date().isoformat())  # noqa: S311 - people, not secrets
    lines_by_door: dict[str, list[str]] = {door: [] for door in doors}
    for person in catalogue.staff:
        door = chance.choice(doors)
        for n, due_time in enumerate(DUE):
            minutes = chance.gauss(-10 if n % 2 == 0 else 4, 3)
            moment = datetime.combine(now.date(), due_time) + timedelta(minutes=minutes)
            if moment < now and chance.random() < PUNCH_PROBABILITY:
                lines_by_door[door].append(f"{person.number} {moment:%Y-%m-%dT%H:%M:%S}")
    return {
        door: sorted(lines, key=lambda line: line[-8:]) for door, lines in lines_by_door.items()
    }


def doors(*, rehearsal: bool) -> list[Door]:
    """Return the demo's time clocks; a rehearsal has no polled one, see `plan_fields`."""
    return [door for door in DOORS if not (rehearsal and door.way == "pull")]


def admit(hall: Hall, *, rehearsal: bool) -> None:
    """Register the demo's time clocks and link everyone's enrolment number, once."""
    people = hall.ctx.catalogue().staff

    def action(tx: Tx) -> None:
        for door in doors(rehearsal=rehearsal):
            if time_clocks_queries.get(tx.conn, tx.hall_id, door.serial) is None:
                names = {"name": door.name, "place": door.place}
                time_clocks_queries.add(tx, door.serial, door.way, "admitted", **names)
                write_journal(tx, SYSTEM, "reader.add", door.serial, data=names)
                tx.events.append(ReaderChanged(door.serial))
        linked = time_clocks_queries.fingers(tx.conn, tx.hall_id)
        for person in people:
            if person.number not in linked:
                time_clocks_queries.link(tx, person.number, 0, person.number, SYSTEM.key)

    hall.ctx.write(action)
