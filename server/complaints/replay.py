"""Counts of complaints from the journal alone, to prove those that the tables give."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from server.complaints.rules import ComplaintMove
from server.complaints.week_counts import DatedStep, WeekCounts, week_counts
from server.core.journal_line import Line

PREFIX = "complaint."
ACTS = frozenset(f"{PREFIX}{move}" for move in ComplaintMove)
"""Acts of steps; others, such as an erasure, change no count."""


@dataclass(slots=True)
class ReplayedComplaints:
    """Complaints as the journal tells them, by their id."""

    steps: dict[str, list[DatedStep]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def counts(self, first: str, last: str, unit: str | None = None) -> WeekCounts:
        """Return the counts of ISO days `first`..`last`, of one unit or of all."""
        complaints = (
            steps
            for complaint, steps in self.steps.items()
            if unit is None or self.units[complaint] == unit
        )
        return week_counts(complaints, first, last)


def replayed(lines: Iterable[Line], day_of: Callable[[int], str]) -> ReplayedComplaints:
    """Return what the lines of a journal say of complaints, in their order.

    `day_of`: ISO day of a time in ms.
    """
    result = ReplayedComplaints()
    for line in lines:
        if line.act not in ACTS:
            continue
        data = line.data
        step = DatedStep(
            day=day_of(line.at),
            move=line.act.removeprefix(PREFIX),
            state=str(data["state"]),
            due=str(data["due"]),
            answer_due=str(data["answer_due"]),
            outcome=str(data["outcome"]),
        )
        result.steps.setdefault(line.subject, []).append(step)
        result.units[line.subject] = str(data["unit"])
    return result
