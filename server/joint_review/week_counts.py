"""Counts of joint review in a span of days, from the steps of parts and the attendances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from server.core.dated_steps import in_span
from server.core.rates import Rate
from server.joint_review.rules import (
    UNANSWERED,
    PartClock,
    PartMove,
    PartState,
    PartStep,
    WorkCalendar,
    due_of,
)

JOINT_RATE = (
    (
        "按期答复率＝本期按期答复的份数÷（本期答复的份数＋期末超期未答复的份数）；"
        "期限为发出时写明的工作日数，发出当日不计入。缺席为已登记签到的会议和踏勘。"
    ),
    (
        "On-time rate = answers within their working days / answers, or past them at the end. "
        "Absences are those of meetings and site visits whose attendance is recorded."
    ),
)


@dataclass(frozen=True, slots=True)
class DatedPart:
    """Step of a unit's part as the counts see it, with ISO days.

    `due`: of an answer the day by which it was due, else the day by which an answer is due.
    """

    day: str
    move: PartMove
    state: PartState
    due: str


@dataclass(frozen=True, slots=True)
class Attended:
    """Attendance that stands, of one unit on the ISO day of a meeting."""

    unit: str
    day: str
    present: bool


@dataclass(frozen=True, slots=True)
class JointCounts:
    """Counts of a span of days."""

    sent: int = 0
    answered: int = 0
    on_time: int = 0
    overdue: int = 0
    """Not answered at the end, and due on the last day or before."""
    meetings: int = 0
    """Attendances of meetings to which the unit was invited."""
    absent: int = 0

    @property
    def on_time_rate(self) -> Rate:
        """按期答复率, by `JOINT_RATE`."""
        return Rate(self.on_time, self.answered + self.overdue)


def dated_part(steps: Sequence[PartStep], calendar: WorkCalendar) -> list[DatedPart]:
    """Return the steps of a part, each with the day by which its answer was or is due."""
    dated = []
    for n, step in enumerate(steps, 1):
        before = steps[: n - 1] if step.move is PartMove.ANSWER else steps[:n]
        due = due_of(before, calendar)
        is_answer = due is not None and due.clock is PartClock.ANSWER
        day = due.day.isoformat() if due is not None and is_answer else ""
        dated.append(DatedPart(step.day.isoformat(), step.move, step.state, day))
    return dated


def joint_counts(
    parts: Iterable[Sequence[DatedPart]], attended: Iterable[Attended], first: str, last: str
) -> JointCounts:
    """Return the counts of ISO days `first`..`last`, from each part's steps in order."""
    happened, latest = in_span(parts, first, last)
    answers = [step for step in happened if step.move is PartMove.ANSWER]
    counts = JointCounts(
        sent=sum(step.move is PartMove.SEND for step in happened),
        answered=len(answers),
        on_time=sum(step.day <= step.due for step in answers),
        overdue=sum(step.state in UNANSWERED and "" < step.due <= last for step in latest),
    )
    days = [each for each in attended if first <= each.day <= last]
    return replace(counts, meetings=len(days), absent=sum(not each.present for each in days))
