"""What every part of the invented past shares: the hall's services at a clock that is set."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import count
from pathlib import Path

from server.clock import SetClock, instant
from server.domain.catalogue import Catalogue, Staff
from server.domain.tickets import ActorKind
from server.services.context import Actor, Context

Event = tuple[int, Callable[[], object]]
"""When (ms) something happens, and what."""


@dataclass
class World:
    """The hall as it was. `chance` decides everything, so a seed gives the same past."""

    ctx: Context
    clock: SetClock
    chance: random.Random
    folder: Path
    """The hall's data folder, where the checks' key lies."""
    keys: count[int] = field(default_factory=lambda: count(1))

    @property
    def catalogue(self) -> Catalogue:
        """The staff list and everything else in force."""
        return self.ctx.catalogue()

    def at(self, day: date, moment: time) -> int:
        """A wall-clock moment in ms."""
        return instant(datetime.combine(day, moment), self.ctx.settings().timezone)

    def minute(self, day: date, minute: float) -> int:
        """A moment by its minutes since midnight, in ms."""
        return self.at(day, time.min) + round(minute * 60_000)

    def key(self) -> str:
        """A fresh idempotency key."""
        return f"past-{next(self.keys)}"

    def actor(self, number: str) -> Actor:
        """Somebody of the staff list, acting in his role."""
        return Actor(ActorKind(self.catalogue.staff_by[number].role.value), number)

    def managers(self) -> list[Staff]:
        """Those who decide, walk and release."""
        return [s for s in self.catalogue.staff if s.role.value == "manager"]

    def chief(self, unit: str) -> Staff | None:
        """A unit's chief representative."""
        return next((s for s in self.catalogue.staff if s.chief and s.unit == unit), None)
