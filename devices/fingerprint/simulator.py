"""Common base of simulated time clocks: enrolled people, a memory, a clock, a finger.

It speaks no protocol; `push_simulator` and `pull_simulator` do. Neither uses the drivers' codec, so
that both ends cannot share a mistake.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from devices.simulate.base import Faults, Journal, Json
from devices.simulate.cable import CableLog

JUMP_SECONDS = 3600
DRIFT = 1.0
"""Seconds per second that a drifting clock gains."""
CLOCK_FAULTS = ("clock_jump", "clock_drift")
FINGER = 1
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Person enrolled in the time clock."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class PunchRecord:
    """One record of the memory."""

    number: str
    device_time: datetime
    verify: int = FINGER
    in_out: int = 0


class WallClock:
    """Clock of the time clock.

    `zone_hours` is its offset from UTC in hours, `shift` its error in seconds ahead of the
    machine's clock. Faults make it jump or drift; setting the clock removes the error, not the
    fault.
    """

    def __init__(
        self, zone_hours: float, shift: float, wall: Callable[[], float] = time.time
    ) -> None:
        self._wall = wall
        self._zone = timedelta(hours=zone_hours)
        self._shift = shift
        self._jump = 0.0
        self._drifts_since: float | None = None
        self._drifted = 0.0

    def now(self) -> datetime:
        """Return local time, naive, to the second."""
        error = self._shift + self._jump + self._drifted
        if self._drifts_since is not None:
            error += (self._wall() - self._drifts_since) * DRIFT
        moment = datetime.fromtimestamp(self._wall() + error, UTC) + self._zone
        return moment.replace(tzinfo=None, microsecond=0)

    def set(self, moment: datetime) -> None:
        """Set the clock to a local time."""
        utc = (moment - self._zone).replace(tzinfo=UTC)
        self._shift = utc.timestamp() - self._wall()
        self._drifted = 0.0
        if self._drifts_since is not None:
            self._drifts_since = self._wall()

    def jump(self, *, on: bool) -> None:
        """Turn an error of one hour ahead on or off, whatever the clock is set to."""
        self._jump = JUMP_SECONDS if on else 0.0

    def drift(self, *, on: bool) -> None:
        """Start or stop running too fast; the error gained so far stays."""
        if on:
            self._drifts_since = self._wall()
        elif self._drifts_since is not None:
            self._drifted += (self._wall() - self._drifts_since) * DRIFT
            self._drifts_since = None


class TimeClock:
    """Simulated time clock without a network protocol."""

    kind = "time_clock"
    protocol = ""

    def __init__(
        self,
        name: str,
        people: Sequence[Enrolled],
        clock: WallClock,
        journal: Journal,
        faults: Sequence[str],
    ) -> None:
        self.name = name
        self.clock = clock
        self.journal = journal
        self.people = {person.number: person for person in people}
        self.memory: list[PunchRecord] = []
        self.faults = Faults((*faults, *CLOCK_FAULTS), self._fault_changed)
        self.cable = CableLog(self.protocol)
        self.changed = threading.Condition()
        self.journal.note(name, "on", people=len(self.people))

    def press(self, keys: str) -> None:
        """Punch with the finger of an enrolled number; `"? 77"` punches an unknown number.

        Raises:
            ValueError: The number is not enrolled here.
        """
        stranger = keys.startswith("?")
        number = keys.removeprefix("?").strip()
        if not number or (number not in self.people and not stranger):
            raise ValueError(f"{keys!r} is not enrolled at {self.name}")
        self.touch(PunchRecord(number, self.clock.now()))

    def touch(self, touch: PunchRecord) -> None:
        """Add a record; the same person within the same second counts once."""
        with self.changed:
            if touch in self.memory[-20:]:
                return
            self.memory.append(touch)
            self.changed.notify_all()
        moment = touch.device_time.isoformat(" ")
        self.journal.note(self.name, "punch", number=touch.number, said=moment)

    def remember(self, touches: Sequence[PunchRecord]) -> None:
        """Fill the memory at once, as if these punches were made while the network was down."""
        with self.changed:
            self.memory.extend(touches)
            self.changed.notify_all()

    def _fault_changed(self, name: str, on: bool) -> None:
        if name == "clock_jump":
            self.clock.jump(on=on)
        elif name == "clock_drift":
            self.clock.drift(on=on)
        self.journal.note(self.name, "fault", fault=name, on=on)
        self.fault_changed(name, on=on)
        with self.changed:
            self.changed.notify_all()

    def fault_changed(self, name: str, *, on: bool) -> None:
        """Apply a fault that is specific to a subclass."""

    def observable_state(self) -> dict[str, Json]:
        """Return the time clock's display and its internal state."""
        with self.changed:
            last = [
                {
                    "number": touch.number,
                    "name": self._name(touch.number),
                    "said": touch.device_time.isoformat(" "),
                }
                for touch in reversed(self.memory[-SHOWN:])
            ]
            return {
                "way": self.protocol,
                "clock": self.clock.now().isoformat(" "),
                "people": [{"number": p.number, "name": p.name} for p in self.people.values()],
                "records": len(self.memory),
                "last": last,
            }

    def _name(self, number: str) -> str:
        person = self.people.get(number)
        return person.name if person else "（未登记）"
