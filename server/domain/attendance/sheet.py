"""The day sheet of one person, and what a stretch of such days adds up to.

Computed from facts and rules each time it is asked for; nothing here is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from server.domain.attendance.facts import Moved, Punch
from server.domain.attendance.shifts import ShiftRule
from server.domain.attendance.verdicts import (
    DayFacts,
    SlotVerdict,
    State,
    absent_halves,
    verdicts,
)

DUE = (State.ON_TIME, State.LATE, State.EARLY, State.MISSING)


@dataclass(frozen=True, slots=True)
class DaySheet:
    """One person's day. A rest day, or one that no rule speaks of, has no slots."""

    staff: str
    unit: str
    day: date
    working: bool
    """Whether it is a working day of the calendar."""
    rule: ShiftRule | None
    slots: tuple[SlotVerdict, ...]
    punches: tuple[Punch, ...]
    absent_halves: int
    moved: tuple[Moved, ...] = ()
    """Changes of the past that moved a value of this day, oldest first."""

    @property
    def changed(self) -> tuple[Moved, ...]:
        """Changes of values that have no slot here, so that no mark can say so."""
        slots = {v.slot.code for v in self.slots}
        return tuple(one for one in self.moved if one.slot not in slots)

    @property
    def unused(self) -> tuple[Punch, ...]:
        """Punches that serve no slot."""
        served = {v.punch.id for v in self.slots if v.punch is not None}
        return tuple(p for p in self.punches if p.id not in served)

    @property
    def settled(self) -> bool:
        """Whether nothing is pending any more."""
        return all(v.state is not State.PENDING for v in self.slots)


def day_sheet(
    staff: str, unit: str, weekday: int | None, rule: ShiftRule | None, facts: DayFacts
) -> DaySheet:
    """The sheet of one person's day; `weekday` None is a rest day."""
    found = verdicts(rule, facts) if weekday is not None and rule is not None else ()
    return DaySheet(
        staff,
        unit,
        facts.day,
        weekday is not None,
        rule,
        found,
        facts.punches,
        absent_halves(found),
        facts.moved,
    )


@dataclass(slots=True)
class Totals:
    """What days add up to. `due` counts slots that asked for a punch and are decided."""

    states: Counter[State] = field(default_factory=Counter)
    late_minutes: int = 0
    early_minutes: int = 0
    absent_halves: int = 0
    corrected: int = 0
    days: int = 0
    """Days on which at least one slot was due or excused."""

    @property
    def due(self) -> int:
        """Slots that asked for a punch and are decided."""
        return sum(self.states[state] for state in DUE)

    @property
    def rate(self) -> float | None:
        """On time as a share of `due`, 0 to 1; None when nothing was due."""
        return self.states[State.ON_TIME] / self.due if self.due else None

    def add(self, sheet: DaySheet) -> None:
        """Count one more day."""
        self.days += bool(sheet.slots)
        self.absent_halves += sheet.absent_halves
        for verdict in sheet.slots:
            self.states[verdict.state] += 1
            self.corrected += verdict.corrected
            if verdict.state is State.LATE:
                self.late_minutes += verdict.minutes
            elif verdict.state is State.EARLY:
                self.early_minutes += verdict.minutes


def total(sheets: Iterable[DaySheet]) -> Totals:
    """What these days add up to."""
    counted = Totals()
    for sheet in sheets:
        counted.add(sheet)
    return counted
