"""Verdicts of a day: the punch that served each slot, and the verdict of each slot.

Computed over the whole day at once and from the facts alone: the order in which facts arrived
changes nothing. Slots keep the order of the day, and so do the punches that serve them. First as
many slots as possible are on time (earlier slots first), then as few as possible are missing, then
as few minutes as possible are lost. docs/adr/0013 shows why an added punch then never turns "on
time" into "late".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.attendance.assignment import assign
from server.attendance.shift_rules import (
    Direction,
    ShiftRule,
    SlotRule,
)
from server.core.day_facts import Correction, LeaveKind, LeaveSpan, Punch, RetroactiveChange


class State(StrEnum):
    """The verdict of one slot."""

    ON_TIME = "on_time"
    LATE = "late"
    EARLY = "early"
    MISSING = "missing"
    LEAVE = "leave"
    OFFICIAL = "official"
    ELSEWHERE = "elsewhere"
    REST = "rest"
    PENDING = "pending"


EXCUSED = frozenset({State.LEAVE, State.OFFICIAL, State.ELSEWHERE, State.REST})
_LEAVE_STATES = {LeaveKind.OFFICIAL: State.OFFICIAL, LeaveKind.ELSEWHERE: State.ELSEWHERE}


@dataclass(frozen=True, slots=True)
class SlotVerdict:
    """Verdict of one slot of one day, with the facts behind it."""

    rule: ShiftRule
    slot_index: int
    """Index of the slot in the rule, from 0."""
    state: State
    minutes: int = 0
    """Late or early, whole minutes from the due time."""
    punch: Punch | None = None
    leave: LeaveSpan | None = None
    doubtful_punch: Punch | None = None
    """Punch in the slot's window with a doubtful time; it serves no slot."""
    correction: Correction | None = None
    """Approved correction; then `state` is corrected and `original` the verdict by facts alone."""
    original: State | None = None
    original_minutes: int = 0
    repeated_punch: Punch | None = None
    """Punch in the slot's window that repeats a punch serving another slot."""
    retroactive_changes: tuple[RetroactiveChange, ...] = ()
    """Retroactive changes that changed this slot, oldest first."""

    @property
    def corrected(self) -> bool:
        """True if a correction or a retroactive change applies to this slot."""
        return self.correction is not None or bool(self.retroactive_changes)

    @property
    def slot(self) -> SlotRule:
        """The slot's rule."""
        return self.rule.slots[self.slot_index]


@dataclass(frozen=True, slots=True)
class DayFacts:
    """Known facts of one person's day."""

    day: date
    punches: tuple[Punch, ...]
    """Punches in the order of time."""
    leave: tuple[LeaveSpan, ...] = ()
    corrections: tuple[Correction, ...] = ()
    delivered_until: datetime | None = None
    """Moment until which every time clock has delivered its punches; None: all have arrived."""
    retroactive_changes: tuple[RetroactiveChange, ...] = ()
    """Retroactive changes that changed a value of this day, oldest first."""

    def is_complete_until(self, moment: datetime) -> bool:
        """Return True if every punch up to `moment` has arrived."""
        return self.delivered_until is None or self.delivered_until > moment


def verdicts(rule: ShiftRule, facts: DayFacts) -> tuple[SlotVerdict, ...]:
    """Return the verdict of every slot of `rule` on that day."""
    trusted_punches = [p for p in facts.punches if not p.doubt]
    leave_by_place = {
        place: _leave_over(rule.slots[place], facts) for place in range(len(rule.slots))
    }
    due = [place for place, leave in leave_by_place.items() if leave is None]
    slots = [rule.slots[p] for p in due]
    punch_by_place = dict(
        zip(due, assign(slots, trusted_punches, rule.min_interval_seconds), strict=True)
    )
    results = []
    for place in range(len(rule.slots)):
        leave = leave_by_place[place]
        if leave is not None:
            state = _LEAVE_STATES.get(leave.kind, State.LEAVE)
            verdict = SlotVerdict(rule, place, state, leave=leave)
        else:
            verdict = _judge(rule, place, punch_by_place, facts)
        results.append(_with_changes(_corrected(verdict, facts), facts))
    return tuple(results)


def _leave_over(slot: SlotRule, facts: DayFacts) -> LeaveSpan | None:
    """Return the approved leave that covers the moment at which a slot is due, or None."""
    if not facts.leave:
        return None
    moment = datetime.combine(facts.day, slot.due)
    return next((span for span in facts.leave if span.holds(moment)), None)


def _judge(
    rule: ShiftRule, place: int, punch_by_place: Mapping[int, Punch | None], facts: DayFacts
) -> SlotVerdict:
    slot, punch = rule.slots[place], punch_by_place[place]
    minutes = 0 if punch is None else slot.minutes_off(punch.at.time())
    if punch is not None and minutes == 0:
        return SlotVerdict(rule, place, State.ON_TIME, punch=punch)
    is_complete = facts.is_complete_until(
        datetime.combine(facts.day, slot.closes).replace(second=59)
    )
    if punch is None:
        doubtful_punch = next(
            (p for p in facts.punches if p.doubt and slot.holds(p.at.time())), None
        )
        state = State.MISSING if is_complete else State.PENDING
        again = _again(rule, slot, punch_by_place, facts)
        return SlotVerdict(rule, place, state, doubtful_punch=doubtful_punch, repeated_punch=again)
    if slot.direction is Direction.IN:
        # No earlier punch can still arrive once the time clocks have delivered up to this moment.
        state = State.LATE if is_complete or facts.is_complete_until(punch.at) else State.PENDING
        return SlotVerdict(rule, place, state, minutes if state is State.LATE else 0, punch)
    state = State.EARLY if is_complete else State.PENDING
    return SlotVerdict(rule, place, state, minutes if is_complete else 0, punch)


def _again(
    rule: ShiftRule, slot: SlotRule, punch_by_place: Mapping[int, Punch | None], facts: DayFacts
) -> Punch | None:
    """Return a punch in the slot's window that serves nothing because it repeats a punch in use."""
    used_punches = [punch for punch in punch_by_place.values() if punch is not None]
    apart = timedelta(seconds=rule.min_interval_seconds)
    for punch in facts.punches:
        if punch.doubt or punch in used_punches or not slot.holds(punch.at.time()):
            continue
        if any(abs(punch.at - other.at) < apart for other in used_punches):
            return punch
    return None


def _corrected(verdict: SlotVerdict, facts: DayFacts) -> SlotVerdict:
    if not facts.corrections:
        return verdict
    code = verdict.slot.code
    corrections = [c for c in facts.corrections if c.slot == code]
    if not corrections:
        return verdict
    return SlotVerdict(
        verdict.rule,
        verdict.slot_index,
        State(corrections[-1].verdict),
        punch=verdict.punch,
        leave=verdict.leave,
        doubtful_punch=verdict.doubtful_punch,
        correction=corrections[-1],
        original=verdict.state,
        original_minutes=verdict.minutes,
        repeated_punch=verdict.repeated_punch,
    )


def _with_changes(verdict: SlotVerdict, facts: DayFacts) -> SlotVerdict:
    if not facts.retroactive_changes:
        return verdict
    code = verdict.slot.code
    changes = tuple(change for change in facts.retroactive_changes if change.slot == code)
    return replace(verdict, retroactive_changes=changes) if changes else verdict


def absent_halves(slot_verdicts: Sequence[SlotVerdict]) -> int:
    """Return the half-days without presence (旷工).

    A half-day counts if every slot is missing, or if one punch is too late or too early. A slot
    that leave or a correction excuses is not missing: leave never makes the result worse.
    """
    return len(absent_parts(slot_verdicts))


def absent_parts(slot_verdicts: Sequence[SlotVerdict]) -> frozenset[int]:
    """Return the halves of the day, 1 and 2, that count as absent."""
    return frozenset(
        half
        for half in (1, 2)
        if _is_absent([verdict for verdict in slot_verdicts if verdict.slot.half == half])
    )


def _is_absent(slots: Sequence[SlotVerdict]) -> bool:
    all_missing = bool(slots) and all(v.state is State.MISSING for v in slots)
    return all_missing or any(
        v.slot.absent_after and v.minutes >= v.slot.absent_after for v in slots
    )
