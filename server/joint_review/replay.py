"""Counts of joint review from the journal alone, to prove those that the tables give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from server.core.journal_line import Line
from server.joint_review.rules import (
    MeetingMove,
    Opinion,
    PartKind,
    PartMove,
    PartState,
    PartStep,
    WorkCalendar,
)
from server.joint_review.week_counts import JointCounts, MeetingFact, dated_part, joint_counts

PARTS = {f"joint.{move}": move for move in PartMove}
MEETINGS = {f"meeting.{move}": move for move in MeetingMove}
ACTS = frozenset(PARTS) | frozenset(MEETINGS)


@dataclass(slots=True)
class ReplayedJoint:
    """Parts and meetings as the journal tells them, by part and meeting."""

    steps: dict[str, list[PartStep]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    meetings: dict[str, list[MeetingFact]] = field(default_factory=dict)

    def counts(
        self, calendar: WorkCalendar, first: str, last: str, unit: str | None = None
    ) -> JointCounts:
        """Return the counts of ISO days `first`..`last`, of one unit or of all."""
        parts = [
            dated_part(steps, calendar)
            for part, steps in self.steps.items()
            if unit in (None, self.units[part])
        ]
        return joint_counts(parts, self.meetings.values(), first, last, unit)


def replayed(lines: Iterable[Line]) -> ReplayedJoint:
    """Return what the lines of a journal say of joint review, in their order."""
    result = ReplayedJoint()
    for line in lines:
        data = line.data
        if line.act in PARTS:
            if data["kind"] != PartKind.OPINION:
                continue
            opinion = Opinion(str(data["opinion"])) if data["opinion"] else None
            step = PartStep(
                PARTS[line.act],
                PartState(str(data["state"])),
                date.fromisoformat(str(data["day"])),
                int(data["days"]),
                opinion,
            )
            result.steps.setdefault(line.subject, []).append(step)
            result.units[line.subject] = str(data["unit"])
        elif line.act in MEETINGS:
            rows = [
                (str(unit), is_present)
                for is_present, units in ((True, data["present"]), (False, data["absent"]))
                for unit in units
            ]
            fact = MeetingFact(str(data["on"]), MEETINGS[line.act], tuple(rows))
            result.meetings.setdefault(line.subject, []).append(fact)
    return result
