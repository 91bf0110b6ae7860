"""Which punch served which slot of a day, and what each slot's verdict is.

Decided over the whole day at once and from the facts alone: the order in which they became known
changes nothing. Slots keep the order of the day, and so do the punches that serve them; first as
many slots as possible are on time (earlier slots first), then as few as possible are missing, then
as few minutes as possible are lost (docs/adr/0013 shows why adding a punch then never turns "on
time" into "late").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.domain.attendance.assignment import assign
from server.domain.attendance.facts import Correction, LeaveKind, LeaveSpan, Moved, Punch
from server.domain.attendance.shifts import (
    Direction,
    ShiftRule,
    SlotRule,
    clock,
    punctual,
    punctual_clause,
    spoken_day,
)


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
_LEAVE_WORDS = {
    LeaveKind.OFFICIAL: "公出",
    LeaveKind.ELSEWHERE: "在其他地点上班",
    LeaveKind.OUTING: "临时外出",
    LeaveKind.PERSONAL: "事假",
    LeaveKind.SICK: "病假",
    LeaveKind.REST: "年休假、补休",
}
STATE_WORDS = {
    State.ON_TIME: "准时",
    State.LATE: "迟到",
    State.EARLY: "早退",
    State.MISSING: "缺卡",
    State.LEAVE: "请假",
    State.OFFICIAL: "公出",
    State.ELSEWHERE: "在其他地点上班",
    State.REST: "休息",
    State.PENDING: "待定",
}


def said(state: State, minutes: int = 0) -> str:
    """Return a verdict in words."""
    return STATE_WORDS[state] + (f"{minutes}分钟" if minutes else "")


@dataclass(frozen=True, slots=True)
class SlotVerdict:
    """What one slot of one day came to, and why."""

    rule: ShiftRule
    place: int
    """The slot's place in the rule, from 0."""
    state: State
    minutes: int = 0
    """Late or early, whole minutes from the due time."""
    punch: Punch | None = None
    leave: LeaveSpan | None = None
    doubted: Punch | None = None
    """A punch in the slot's window whose reader's clock was not believed; it serves nothing."""
    correction: Correction | None = None
    """If given, `state` is the corrected one and `original` what the facts alone say."""
    original: State | None = None
    original_minutes: int = 0
    again: Punch | None = None
    """A punch in the slot's window that is another slot's finger laid once more."""
    moved: tuple[Moved, ...] = ()
    """Changes of the past that moved this slot, oldest first."""

    @property
    def corrected(self) -> bool:
        """True if a correction or a change of the past speaks here."""
        return self.correction is not None or bool(self.moved)

    @property
    def was(self) -> str:
        """Verdict before the last correction or change, in words; empty: there was no other."""
        if self.moved:
            return self.moved[-1].was
        return "" if self.original is None else said(self.original, self.original_minutes)

    @property
    def slot(self) -> SlotRule:
        """The slot's rule."""
        return self.rule.slots[self.place]

    @property
    def line(self) -> str:
        """One sentence: the punch, the rule with its date and clause, the verdict."""
        words = self._facts()
        if self.correction is not None:
            words += self._corrected()
        return words + "".join(one.line for one in self.moved)

    def _corrected(self) -> str:
        assert self.correction is not None
        decided, name = self.correction.decided_by, self.correction.decided_name
        by = f"{name}（工号{decided}）" if name else f"工号{decided}"
        asked = STATE_WORDS[State(self.correction.verdict)]
        reason = self.correction.reason.rstrip("。. ")
        return f"经{by}批准补签，改记{asked}；理由：{reason}。"

    def _facts(self) -> str:
        slot, state = self.slot, self.original or self.state
        if state in EXCUSED and self.leave is not None:
            kind, span = _LEAVE_WORDS[self.leave.kind], _span(self.leave)
            return f"{slot.name}：免打卡，{kind}已批准（{span}）。"
        if state is State.PENDING:
            return self._pending()
        if self.punch is None:
            return f"{slot.name}：未打卡，记缺卡。{self._basis(_valid(slot), 1)}{self._unused()}"
        at = clock(self.punch.at.time())
        minutes = self.original_minutes if self.original is not None else self.minutes
        far = 0 < slot.absent_after <= minutes
        outcome = STATE_WORDS[state] + (f"{minutes}分钟" if state is not State.ON_TIME else "")
        outcome += "，按旷工半天处理（须经认定）" if far else ""
        basis = self._basis(punctual_clause(slot) if far else punctual(slot), 2)
        return f"{slot.name}：{at}打卡，{outcome}。{basis}"

    def _unused(self) -> str:
        """The punches of the slot's time that serve nothing, and why."""
        words = ""
        if self.again is not None:
            at, apart = f"{self.again.at:%H:%M:%S}", self.rule.apart_seconds
            words += f"{at}的打卡与前后一次相隔不到{apart}秒，算同一次。"
        if self.doubted is not None:
            words += f"{clock(self.doubted.at.time())}有一次打卡，打卡机时钟不准，未采信。"
        return words

    def _pending(self) -> str:
        words = f"{self.slot.name}：待定，打卡机记录尚未上传至{clock(self.slot.closes)}以后"
        if self.punch is not None:
            words += f"，目前已收到的最后一次为{clock(self.punch.at.time())}"
        return f"{words}。"

    def _basis(self, text: str, which: int) -> str:
        """The clause that decides; `which`: 1 or 2 of the slot's two."""
        return f"依据：{self.rule.title}第{2 * self.place + which}条“{text}”。"


def _valid(slot: SlotRule) -> str:
    return f"{clock(slot.opens)}至{clock(slot.closes)}打卡有效"


def _span(leave: LeaveSpan) -> str:
    """2026年7月6日08:00至12:00; the day again only where it is another one."""
    begins, ends = leave.begins, leave.ends
    last = "" if begins.date() == ends.date() else spoken_day(ends.date())
    return f"{spoken_day(begins.date())}{begins:%H:%M}至{last}{ends:%H:%M}"


@dataclass(frozen=True, slots=True)
class DayFacts:
    """Everything that is known of one person's day."""

    day: date
    punches: tuple[Punch, ...]
    """In the order of time."""
    leave: tuple[LeaveSpan, ...] = ()
    corrections: tuple[Correction, ...] = ()
    known_until: datetime | None = None
    """Up to here every reader has delivered, nothing earlier can still come; None: all is known."""
    moved: tuple[Moved, ...] = ()
    """Changes of the past that moved a value of this day, oldest first."""

    def knows(self, moment: datetime) -> bool:
        """Whether every punch up to `moment` must be here."""
        return self.known_until is None or self.known_until > moment


def verdicts(rule: ShiftRule, facts: DayFacts) -> tuple[SlotVerdict, ...]:
    """The verdict of every slot of `rule` on that day."""
    believed = [p for p in facts.punches if not p.doubt]
    freed = {place: _leave_over(rule.slots[place], facts) for place in range(len(rule.slots))}
    due = [place for place, leave in freed.items() if leave is None]
    slots = [rule.slots[p] for p in due]
    served = dict(zip(due, assign(slots, believed, rule.apart_seconds), strict=True))
    found = []
    for place in range(len(rule.slots)):
        leave = freed[place]
        if leave is not None:
            state = _LEAVE_STATES.get(leave.kind, State.LEAVE)
            verdict = SlotVerdict(rule, place, state, leave=leave)
        else:
            verdict = _judge(rule, place, served, facts)
        found.append(_moved(_corrected(verdict, facts), facts))
    return tuple(found)


def _leave_over(slot: SlotRule, facts: DayFacts) -> LeaveSpan | None:
    """The approved leave that frees a slot: it must hold the moment at which the slot is due."""
    moment = datetime.combine(facts.day, slot.due)
    return next((span for span in facts.leave if span.holds(moment)), None)


def _judge(
    rule: ShiftRule, place: int, served: Mapping[int, Punch | None], facts: DayFacts
) -> SlotVerdict:
    slot, punch = rule.slots[place], served[place]
    over = facts.knows(datetime.combine(facts.day, slot.closes).replace(second=59))
    if punch is None:
        doubted = next((p for p in facts.punches if p.doubt and slot.holds(p.at.time())), None)
        state = State.MISSING if over else State.PENDING
        again = _again(rule, slot, served, facts)
        return SlotVerdict(rule, place, state, doubted=doubted, again=again)
    minutes = slot.minutes_off(punch.at.time())
    if minutes == 0:
        return SlotVerdict(rule, place, State.ON_TIME, punch=punch)
    if slot.direction is Direction.IN:
        # Nothing earlier can still come once the readers have told of this very moment.
        state = State.LATE if over or facts.knows(punch.at) else State.PENDING
        return SlotVerdict(rule, place, state, minutes if state is State.LATE else 0, punch)
    state = State.EARLY if over else State.PENDING
    return SlotVerdict(rule, place, state, minutes if over else 0, punch)


def _again(
    rule: ShiftRule, slot: SlotRule, served: Mapping[int, Punch | None], facts: DayFacts
) -> Punch | None:
    """A punch that the slot could have had, were it not the same finger once more."""
    used = [punch for punch in served.values() if punch is not None]
    apart = timedelta(seconds=rule.apart_seconds)
    for punch in facts.punches:
        if punch.doubt or punch in used or not slot.holds(punch.at.time()):
            continue
        if any(abs(punch.at - other.at) < apart for other in used):
            return punch
    return None


def _corrected(verdict: SlotVerdict, facts: DayFacts) -> SlotVerdict:
    code = verdict.slot.code
    found = [c for c in facts.corrections if c.slot == code]
    if not found:
        return verdict
    return SlotVerdict(
        verdict.rule,
        verdict.place,
        State(found[-1].verdict),
        punch=verdict.punch,
        leave=verdict.leave,
        doubted=verdict.doubted,
        correction=found[-1],
        original=verdict.state,
        original_minutes=verdict.minutes,
        again=verdict.again,
    )


def _moved(verdict: SlotVerdict, facts: DayFacts) -> SlotVerdict:
    code = verdict.slot.code
    found = tuple(one for one in facts.moved if one.slot == code)
    return replace(verdict, moved=found) if found else verdict


def absent_halves(found: Sequence[SlotVerdict]) -> int:
    """Half-days without presence (旷工): every slot missing, or one too late or too early.

    A slot that leave or a correction excuses speaks for its half-day: leave never makes it worse.
    """
    count = 0
    for half in (1, 2):
        slots = [v for v in found if v.slot.half == half]
        gone = bool(slots) and all(v.state is State.MISSING for v in slots)
        far = any(v.slot.absent_after and v.minutes >= v.slot.absent_after for v in slots)
        count += int(gone or far)
    return count
