"""Shift rules: punches due on a day, the people they apply to, validity dates.

A rule is a dated version: it is never changed once it was in force; a newer one replaces it. All
times are minutes and wall-clock times of the hall. This module selects the rule in force;
`verdicts` applies it to a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from itertools import pairwise

from server.attendance.errors import ShiftRuleCode
from server.core.errors import HallError

MOST_SLOTS = 8
MIN_INTERVAL_SECONDS = 60
MAX_INTERVAL_SECONDS = 600


class Direction(StrEnum):
    """Direction of a slot: arrival or departure. The time clock's own in/out flag is not used."""

    IN = "in"
    OUT = "out"


class RuleScope(StrEnum):
    """Scope of a rule; the narrower scope takes precedence."""

    PERSON = "person"
    UNIT = "unit"
    HALL = "hall"

    @property
    def width(self) -> int:
        """Rank of the scope, 0 for the narrowest."""
        return list(RuleScope).index(self)


class RuleState(StrEnum):
    """State of a rule: a draft is never applied; a withdrawn rule applies until its withdrawal."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


def minute_of(moment: time) -> int:
    """Return minutes since midnight; seconds are dropped, in favour of the person who arrives."""
    return moment.hour * 60 + moment.minute


def clock(moment: time) -> str:
    """Return a time as HH:MM."""
    return f"{moment:%H:%M}"


@dataclass(frozen=True, slots=True)
class SlotRule:
    """One punch that is due: valid from `opens` to `closes`, both minutes included."""

    code: str
    name: str
    direction: Direction
    due: time
    opens: time
    closes: time
    half: int
    """1 forenoon, 2 afternoon; absence is counted by half-days."""
    grace: int = 0
    """Minutes after (in) or before (out) `due` that still count as on time."""
    absent_after: int = 0
    """Minutes late or early from which the half-day counts as absent; 0: never."""

    @property
    def limit(self) -> int:
        """Last (in) or first (out) minute of the day that is on time."""
        due = minute_of(self.due)
        return due + self.grace if self.direction is Direction.IN else due - self.grace

    def holds(self, moment: time) -> bool:
        """Return True if a punch at `moment` is valid for this slot."""
        return minute_of(self.opens) <= minute_of(moment) <= minute_of(self.closes)

    def minutes_off(self, moment: time) -> int:
        """Return minutes late (in) or early (out), counted from `due`; 0 when on time."""
        minute = minute_of(moment)
        if self.direction is Direction.IN:
            return minute - minute_of(self.due) if minute > self.limit else 0
        return minute_of(self.due) - minute if minute < self.limit else 0


@dataclass(frozen=True)
class ShiftRule:
    """Slots of a working day, for a scope, on certain weekdays, between two dates."""

    id: str
    name: str
    scope: RuleScope
    subjects: tuple[str, ...]
    """Unit codes or staff numbers; empty for the hall."""
    valid_from: date
    valid_to: date | None
    weekdays: frozenset[int]
    """ISO weekdays to which the rule applies; a make-up day counts as the weekday it replaces."""
    slots: tuple[SlotRule, ...]
    """Slots in the order of the day; empty: nothing is due on these weekdays."""
    state: RuleState = RuleState.IN_FORCE
    created_at: int = 0
    ended_on: date | None = None
    """First day on which a withdrawn rule no longer applies."""
    min_interval_seconds: int = MIN_INTERVAL_SECONDS
    """Least seconds between two punches that serve two slots; 0: no limit."""

    def holds(self, day: date, weekday: int) -> bool:
        """Return True if the rule is in force on `day`, which has the hours of `weekday`."""
        if self.state is RuleState.DRAFT or weekday not in self.weekdays:
            return False
        if self.ended_on is not None and day >= self.ended_on:
            return False
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def is_for(self, staff: str, unit: str) -> bool:
        """Return True if the rule applies to this person."""
        if self.scope is RuleScope.HALL:
            return True
        return (staff if self.scope is RuleScope.PERSON else unit) in self.subjects


def rule_for(
    rules: Iterable[ShiftRule], staff: str, unit: str, day: date, weekday: int
) -> ShiftRule | None:
    """Return the rule that applies to a person: narrowest scope, then newest; None if none does."""
    fitting = [r for r in rules if r.holds(day, weekday) and r.is_for(staff, unit)]
    if not fitting:
        return None
    return min(fitting, key=lambda r: (r.scope.width, -r.valid_from.toordinal(), -r.created_at))


def check(rule: ShiftRule) -> None:
    """Raise RULE_INVALID with `reason` (and `slot`) if the rule cannot be applied.

    Slots follow each other through the day: their windows and their on-time spans may overlap
    (those of the two noon punches do) but never start or end in another order. This makes the
    assignment of punches unambiguous (docs/adr/0013).
    """
    if not rule.name or not rule.weekdays or len(rule.slots) > MOST_SLOTS:
        raise HallError(ShiftRuleCode.RULE_INVALID, reason="incomplete")
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        raise HallError(ShiftRuleCode.RULE_INVALID, reason="dates")
    if not 0 <= rule.min_interval_seconds <= MAX_INTERVAL_SECONDS:
        raise HallError(ShiftRuleCode.RULE_INVALID, reason="minutes")
    if (rule.scope is RuleScope.HALL) == bool(rule.subjects):
        raise HallError(ShiftRuleCode.RULE_INVALID, reason="subjects")
    if len({slot.code for slot in rule.slots}) < len(rule.slots):
        raise HallError(ShiftRuleCode.RULE_INVALID, reason="codes")
    for slot in rule.slots:
        _check_slot(slot)
    for slot_before, slot_after in pairwise(rule.slots):
        _check_order(slot_before, slot_after)


def _check_slot(slot: SlotRule) -> None:
    opens, closes = minute_of(slot.opens), minute_of(slot.closes)
    if not slot.name or not slot.code or slot.half not in (1, 2):
        raise HallError(
            ShiftRuleCode.RULE_INVALID, slot=slot.code, slot_name=slot.name, reason="incomplete"
        )
    if not opens <= minute_of(slot.due) <= closes or not opens <= slot.limit <= closes:
        raise HallError(
            ShiftRuleCode.RULE_INVALID, slot=slot.code, slot_name=slot.name, reason="due"
        )
    if slot.grace < 0 or slot.absent_after < 0 or 0 < slot.absent_after <= slot.grace:
        raise HallError(
            ShiftRuleCode.RULE_INVALID, slot=slot.code, slot_name=slot.name, reason="minutes"
        )


def _check_order(slot: SlotRule, next_slot: SlotRule) -> None:
    windows = slot.opens <= next_slot.opens and slot.closes <= next_slot.closes
    punctual = all(a <= b for a, b in zip(_span(slot), _span(next_slot), strict=True))
    if not (windows and punctual and slot.due < next_slot.due and slot.half <= next_slot.half):
        raise HallError(
            ShiftRuleCode.RULE_INVALID,
            slot=next_slot.code,
            slot_name=next_slot.name,
            reason="order",
        )


def _span(slot: SlotRule) -> tuple[int, int]:
    """Return the first and last minute that are on time."""
    if slot.direction is Direction.IN:
        return minute_of(slot.opens), slot.limit
    return slot.limit, minute_of(slot.closes)


def four_punches(
    due: Sequence[time],
    windows: Sequence[tuple[time, time]],
    grace: int = 0,
    absent_after: int = 30,
) -> tuple[SlotRule, ...]:
    """Return the usual four slots from their due times and punch windows."""
    names = ("上午签到", "上午签退", "下午签到", "下午签退")
    codes = ("am_in", "am_out", "pm_in", "pm_out")
    return tuple(
        SlotRule(
            codes[n],
            names[n],
            Direction.IN if n % 2 == 0 else Direction.OUT,
            due[n],
            *windows[n],
            half=n // 2 + 1,
            grace=grace,
            absent_after=absent_after,
        )
        for n in range(4)
    )
