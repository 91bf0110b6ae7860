"""Counts of joint review in a span of days, from the steps of parts and the attendances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from server.core.dated_steps import in_span
from server.core.rates import Rate
from server.joint_review.rules import (
    UNANSWERED,
    MeetingMove,
    Opinion,
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
    `by`: staff number of who stated it; empty for the system.
    """

    day: str
    move: PartMove
    state: PartState
    due: str
    opinion: Opinion | None = None
    by: str = ""


Presence = tuple[str, bool]
"""Unit, and whether it was present."""


@dataclass(frozen=True, slots=True)
class MeetingFact:
    """Step of a meeting on an ISO day, with the attendance that it states."""

    day: str
    move: MeetingMove
    rows: tuple[Presence, ...] = ()


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
    disagreed: int = 0
    """Answers that disagree."""

    @property
    def late(self) -> int:
        """Answers after their working days."""
        return self.answered - self.on_time

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
        dated.append(DatedPart(step.day.isoformat(), step.move, step.state, day, step.opinion))
    return dated


def attended(steps: Sequence[MeetingFact], first: str, last: str) -> tuple[Presence, ...]:
    """Return who came to a meeting that was recorded on ISO days `first`..`last`.

    It counts on the day of the record and as it stood at the end of the last day, so later
    corrections never change the counts of days that are over.
    """
    recorded = next((step.day for step in steps if step.move is MeetingMove.RECORD), "")
    standing: tuple[Presence, ...] = ()
    if not first <= recorded <= last:
        return standing
    requested = standing
    for step in steps:
        if step.day > last:
            break
        match step.move:
            case MeetingMove.RECORD | MeetingMove.CORRECT:
                standing = step.rows
            case MeetingMove.REQUEST:
                requested = step.rows
            case MeetingMove.CONFIRM:
                standing = requested
            case _:
                pass
    return standing


def joint_counts(
    parts: Iterable[Sequence[DatedPart]],
    meetings: Iterable[Sequence[MeetingFact]],
    first: str,
    last: str,
    unit: str | None = None,
    over: str = "",
) -> JointCounts:
    """Return the counts of ISO days `first`..`last`, from each part's and meeting's steps in order.

    `unit`: of its attendances alone; its parts are chosen by the caller. `over`: last day that is
    over, where the span is not; what is due later is not overdue.
    """
    happened, latest = in_span(parts, first, last)
    presences = [
        is_present
        for steps in meetings
        for name, is_present in attended(steps, first, last)
        if unit in (None, name)
    ]
    until = over or last
    return replace(
        counts_of_steps(happened),
        overdue=sum(step.state in UNANSWERED and "" < step.due <= until for step in latest),
        meetings=len(presences),
        absent=presences.count(False),
    )


def counts_of_steps(happened: Sequence[DatedPart]) -> JointCounts:
    """Return the counts of these steps, without silence and meetings."""
    answers = [step for step in happened if step.move is PartMove.ANSWER]
    return JointCounts(
        sent=sum(step.move is PartMove.SEND for step in happened),
        answered=len(answers),
        on_time=sum(step.day <= step.due for step in answers),
        disagreed=sum(step.opinion is Opinion.DISAGREE for step in answers),
    )
