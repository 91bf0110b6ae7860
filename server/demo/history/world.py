"""Shared context of the demo history: the hall's services at a clock that is set."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import count
from pathlib import Path

from server.catalogue.model import Catalogue, Staff
from server.core.actors import Actor, ActorKind
from server.core.clock import SetClock, instant
from server.core.settings import GeneralSettings
from server.hall.context import Context

Event = tuple[int, Callable[[], object]]
"""Time in ms, and the action at that time."""


@dataclass
class World:
    """Hall during its demo history. `chance` decides everything: a seed gives one history."""

    ctx: Context
    clock: SetClock
    chance: random.Random
    folder: Path
    """Data folder of the hall, which contains the key of the spot checks."""
    seed: int = 0
    """Seed of `chance`, for what draws from a chance of its own."""
    keys: count[int] = field(default_factory=lambda: count(1))

    @property
    def catalogue(self) -> Catalogue:
        """Catalogue in force, with the staff list."""
        return self.ctx.catalogue()

    def at(self, day: date, moment: time) -> int:
        """Return a wall-clock time of a day in ms."""
        return instant(
            datetime.combine(day, moment), self.ctx.settings().of(GeneralSettings).timezone
        )

    def minute(self, day: date, minute: float) -> int:
        """Return a time given as minutes since midnight, in ms."""
        return self.at(day, time.min) + round(minute * 60_000)

    def key(self) -> str:
        """Return a new idempotency key."""
        return f"past-{next(self.keys)}"

    def actor(self, number: str) -> Actor:
        """Return a member of staff as actor in the own role."""
        return Actor(ActorKind(self.catalogue.staff_by[number].role.value), number)

    def managers(self) -> list[Staff]:
        """Return the managers, who decide, inspect and release."""
        return [s for s in self.catalogue.staff if s.role.value == "manager"]

    def chief(self, unit: str) -> Staff | None:
        """Return a unit's chief representative; None if it has none."""
        return next((s for s in self.catalogue.staff if s.chief and s.unit == unit), None)
