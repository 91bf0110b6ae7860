"""Joint review: parts, opinions, the due day of each part, and the end of the whole.

A part is sent to a unit and has its own ledger. Its due days follow from its steps and the working
days; none is stored. The whole of a case ends when its last part ends, whatever the order. A part
that nobody answers is overdue and never consent: whoever may count silence later adds a move of its
own that ends a part (`ENDED`), as a fact of another kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class PartKind(StrEnum):
    """Kind of a part."""

    OPINION = "opinion"
    """A unit of this hall is asked for its opinion."""
    UPWARD = "upward"
    """The case itself is decided by a superior body (上报办理)."""
    ELSEWHERE = "elsewhere"
    """The case was accepted here and is decided by another hall (同城通办)."""


class PartState(StrEnum):
    """State of a part."""

    SENT = "sent"
    SIGNED = "signed"
    """Signed for by whom it was sent to."""
    OWED = "owed"
    """The unit agrees, and has to send it upward."""
    ABOVE = "above"
    """It lies with the superior body."""
    BACK = "back"
    """The superior body answered, and the answer has to be passed on."""
    ANSWERED = "answered"
    PASSED = "passed"
    """The answer from above was passed on."""
    RECALLED = "recalled"
    DROPPED = "dropped"
    """The case was withdrawn or made void while the part ran."""


class PartMove(StrEnum):
    """Step of a part."""

    SEND = "send"
    SIGN = "sign"
    ANSWER = "answer"
    TAKE_BACK = "take_back"
    """The unit takes its answer back, before the whole has ended."""
    RECALL = "recall"
    """The lead unit does not need the opinion any more."""
    SEND_UP = "send_up"
    HEAR = "hear"
    """The answer of the superior body came."""
    PASS_ON = "pass_on"
    RESULT = "result"
    """The result of the body that decides elsewhere came."""
    DROP = "drop"
    """The hall itself ends a part whose case has ended."""


class Opinion(StrEnum):
    """Opinion of a unit, or answer of a body."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UPWARD = "upward"
    """Agree, but it must go upward."""


class PartClock(StrEnum):
    """Clock of a part."""

    ANSWER = "answer"
    SEND_UP = "send_up"
    PASS_ON = "pass_on"


class MeetingKind(StrEnum):
    """Kind of a meeting."""

    MEETING = "meeting"
    """联审会."""
    SITE_VISIT = "site_visit"
    """联合踏勘."""


class MeetingState(StrEnum):
    """State of a meeting."""

    CALLED = "called"
    RECORDED = "recorded"
    CORRECTING = "correcting"
    """A correction of the attendance waits for a second person."""
    CANCELLED = "cancelled"


class MeetingMove(StrEnum):
    """Step of a meeting."""

    CALL = "call"
    RECORD = "record"
    CORRECT = "correct"
    """The attendance is corrected on the day of the meeting."""
    REQUEST = "request"
    """A correction after that day is requested."""
    CONFIRM = "confirm"
    REJECT = "reject"
    CANCEL = "cancel"


NEEDLESS = frozenset({PartState.RECALLED, PartState.DROPPED})
"""States of a part that ended without an answer, because none is needed."""
ENDED = frozenset({PartState.ANSWERED, PartState.PASSED}) | NEEDLESS
UNANSWERED = frozenset({PartState.SENT, PartState.SIGNED})
CLOCK_OF = {
    PartState.SENT: PartClock.ANSWER,
    PartState.SIGNED: PartClock.ANSWER,
    PartState.OWED: PartClock.SEND_UP,
    PartState.BACK: PartClock.PASS_ON,
}
_BEGINS = {
    PartClock.ANSWER: PartMove.SEND,
    PartClock.SEND_UP: PartMove.ANSWER,
    PartClock.PASS_ON: PartMove.HEAR,
}


class WorkCalendar(Protocol):
    """Port to the working days."""

    def after(self, day: date, days: int) -> date:
        """Return the `days`-th working day after `day`."""


@dataclass(frozen=True, slots=True)
class PartStep:
    """Step as the rules see it; `days`: within which the next one is due."""

    move: PartMove
    state: PartState
    day: date
    days: int = 0
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True)
class PartDue:
    """Due day of a part by the clock that runs now."""

    clock: PartClock
    day: date


def due_of(steps: Sequence[PartStep], calendar: WorkCalendar) -> PartDue | None:
    """Return what is due of a part after its last step; None if nothing is.

    The day on which a clock begins does not count. While a part lies above, or with a body that
    decides elsewhere, nothing is due of this hall by a clock of the part.
    """
    clock = CLOCK_OF.get(steps[-1].state)
    if clock is None:
        return None
    begin = next(step for step in reversed(steps) if step.move is _BEGINS[clock])
    return PartDue(clock, calendar.after(begin.day, begin.days)) if begin.days else None


def result_of(steps: Sequence[PartStep]) -> Opinion | None:
    """Return the opinion that stands; None before it, or after it was taken back."""
    opinion = None
    for step in steps:
        if step.move is PartMove.TAKE_BACK:
            opinion = None
        elif step.opinion is not None:
            opinion = step.opinion
    return opinion


def has_ended(states: Iterable[PartState]) -> bool:
    """Return True if the whole has ended: every part has, and not all were recalled.

    That of a case which was withdrawn or made void never ends: nobody is owed its notice.
    """
    every = set(states)
    return every <= ENDED and not every <= NEEDLESS and PartState.DROPPED not in every


def shows_opinions(own: Iterable[PartState], *, is_lead: bool, ended: bool) -> bool:
    """Return True if somebody sees the opinions of other units, whose own parts are these.

    A unit sees them once it has answered itself, or everybody has, so that no one copies. A part
    that was recalled is no answer.
    """
    states = {state for state in own if state not in NEEDLESS}
    return is_lead or ended or (bool(states) and not states & UNANSWERED)
