"""The demo's time clocks: one that pushes at each door, one that an agent polls, all admitted.

Everybody on the staff list is enrolled under the staff number; which number is whose is data in the
table `finger` like in any hall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from server.clock import Clock, MachineClock
from server.domain.catalogue import Catalogue
from server.hall import Hall
from server.services.bus import ReaderChanged
from server.services.context import SYSTEM, note
from server.storage import readers
from server.storage.store import Tx


@dataclass(frozen=True, slots=True)
class Door:
    """A time clock of the demo: its simulator's name, its serial, where it hangs."""

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


def plan_fields(catalogue: Catalogue, clock: Clock, *, rehearsal: bool) -> dict[str, Any]:
    """What the devices' planner needs to know of time clocks.

    A rehearsal's clock leaps; a polled time clock, which nobody sets, could not follow.
    """
    shift = (clock.now() - MachineClock().now()) / 1000
    return {
        "doors": {door.device: door.serial for door in DOORS if door.way == "push"},
        "polled": [] if rehearsal else [d.device for d in DOORS if d.way == "pull"],
        "people": {person.number: person.name for person in catalogue.staff},
        "clock_shift": round(shift),
    }


def admit(hall: Hall, *, rehearsal: bool) -> None:
    """Put up the demo's time clocks and link everybody's finger, once."""
    people = hall.ctx.catalogue().staff

    def act(tx: Tx) -> None:
        for door in DOORS:
            if rehearsal and door.way == "pull":
                continue
            if readers.get(tx.conn, tx.hall_id, door.serial) is None:
                names = {"name": door.name, "place": door.place}
                readers.add(tx, door.serial, door.way, "admitted", **names)
                note(tx, SYSTEM, "reader.add", door.serial, data=names)
                tx.events.append(ReaderChanged(door.serial))
        known = readers.fingers(tx.conn, tx.hall_id)
        for person in people:
            if person.number not in known:
                readers.link(tx, person.number, 0, person.number, SYSTEM.key)

    hall.ctx.write(act)
