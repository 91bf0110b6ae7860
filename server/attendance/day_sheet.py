"""Day sheet of one person, and totals over several days.

Computed from facts and rules on each request; nothing is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from server.attendance.shift_rules import ShiftRule
from server.attendance.verdicts import DayFacts, SlotVerdict, State, absent_halves, verdicts
from server.core.day_facts import Punch, RetroactiveChange

DUE = (State.ON_TIME, State.LATE, State.EARLY, State.MISSING)


@dataclass(frozen=True, slots=True)
class DaySheet:
    """Attendance of one person on one day.

    A rest day, or a day without an applicable rule, has no slots.
    """

    staff: str
    unit: str
    day: date
    working: bool
    """True for a working day of the calendar."""
    rule: ShiftRule | None
    slots: tuple[SlotVerdict, ...]
    punches: tuple[Punch, ...]
    absent_halves: int
    retroactive_changes: tuple[RetroactiveChange, ...] = ()
    """Retroactive changes that changed a value of this day, oldest first."""

    @property
    def changes_without_slot(self) -> tuple[RetroactiveChange, ...]:
        """Retroactive changes of values without a slot here, so that no mark can show them."""
        slots = {v.slot.code for v in self.slots}
        return tuple(change for change in self.retroactive_changes if change.slot not in slots)

    @property
    def unused(self) -> tuple[Punch, ...]:
        """Punches that serve no slot."""
        used_ids = {v.punch.id for v in self.slots if v.punch is not None}
        return tuple(p for p in self.punches if p.id not in used_ids)

    @property
    def settled(self) -> bool:
        """True if no slot is pending."""
        return all(v.state is not State.PENDING for v in self.slots)


def day_sheet(
    staff: str, unit: str, weekday: int | None, rule: ShiftRule | None, facts: DayFacts
) -> DaySheet:
    """Return the sheet of one person's day; `weekday` None is a rest day."""
    slots = verdicts(rule, facts) if weekday is not None and rule is not None else ()
    return DaySheet(
        staff,
        unit,
        facts.day,
        weekday is not None,
        rule,
        slots,
        facts.punches,
        absent_halves(slots),
        facts.retroactive_changes,
    )


@dataclass(slots=True)
class Totals:
    """Totals over several days. `due` counts slots that required a punch and are decided."""

    states: Counter[State] = field(default_factory=Counter)
    late_minutes: int = 0
    early_minutes: int = 0
    absent_halves: int = 0
    corrected: int = 0
    days: int = 0
    """Days on which at least one slot was due or excused."""

    @property
    def due(self) -> int:
        """Number of slots that required a punch and are decided."""
        return sum(self.states[state] for state in DUE)

    @property
    def rate(self) -> float | None:
        """Share of `due` that was on time, 0 to 1; None when nothing was due."""
        return self.states[State.ON_TIME] / self.due if self.due else None

    def add(self, sheet: DaySheet) -> None:
        """Add one day to the totals."""
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
    """Return the totals over these sheets."""
    totals = Totals()
    for sheet in sheets:
        totals.add(sheet)
    return totals
