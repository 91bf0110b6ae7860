"""Counts of complaints in a span of days, from their steps (see `server.core.dated_steps`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.complaints.rules import FINAL, ComplaintMove, ComplaintState, Outcome
from server.core.dated_steps import in_span
from server.core.rates import Rate

IN_TIME_RATE = (
    "按期答复率＝本期按期答复的件数÷（本期答复的件数＋期末逾期未答复的件数）。不予受理和转办的不计入。",
    (
        "On-time rate = complaints answered in time / complaints answered, or past their answer's "
        "day at the end. Refused and handed-on ones do not count."
    ),
)
PROVEN = frozenset({Outcome.PROVEN.value, Outcome.PARTLY.value})
_WAITING = frozenset({ComplaintState.ACCEPTED.value, ComplaintState.EXTENDING.value})
"""States in which the answer is outstanding."""


@dataclass(frozen=True, slots=True)
class DatedStep:
    """Step as the counts see it, with ISO days; `state`, `due` and `answer_due` after the step."""

    day: str
    move: str
    state: str
    due: str
    answer_due: str
    outcome: str


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """Counts of a span of days: what happened in it, and what was open at its end."""

    received: int = 0
    refused: int = 0
    handed_on: int = 0
    answered: int = 0
    in_time: int = 0
    proven: int = 0
    """Answered ones that were proven, in full or partly."""
    open: int = 0
    overdue: int = 0
    """Open ones whose next step was due by the last day."""
    unanswered: int = 0
    """Open ones whose answer was due by the last day."""

    @property
    def in_time_rate(self) -> Rate:
        """按期答复率, by `IN_TIME_RATE`."""
        return Rate(self.in_time, self.answered + self.unanswered)


def week_counts(
    complaints: Iterable[Sequence[DatedStep]], first: str, last: str, over: str = ""
) -> WeekCounts:
    """Return the counts of ISO days `first`..`last`, from each complaint's steps in order.

    `over`: last day that is over, where the span is not; what is due later is not overdue.
    """
    over = over or last
    happened, latest = in_span(complaints, first, last)
    standing = [step for step in latest if step.state not in FINAL]
    answers = [step for step in happened if step.move == ComplaintMove.ANSWER]

    def taken(move: ComplaintMove) -> int:
        return sum(step.move == move for step in happened)

    return WeekCounts(
        received=taken(ComplaintMove.RECEIVE),
        refused=taken(ComplaintMove.REFUSE),
        handed_on=taken(ComplaintMove.HAND_ON),
        answered=len(answers),
        in_time=sum(step.day <= step.answer_due for step in answers),
        proven=sum(step.outcome in PROVEN for step in answers),
        open=len(standing),
        overdue=sum(step.due <= over for step in standing),
        unanswered=sum(step.state in _WAITING and step.answer_due <= over for step in standing),
    )
