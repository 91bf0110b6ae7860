"""Counts of call backs from the journal alone, to prove those that the tables give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from server.call_backs.rules import CallCounts, CallState, call_counts
from server.core.journal_line import Line
from server.ratings.levels import Level

DRAW, CALL, SELF_RATED = "call_back.draw", "call_back.call", "call_back.self_rated"
ACTS = frozenset({DRAW, CALL, SELF_RATED})
"""Acts that change a count; the showing of a telephone changes none."""


@dataclass(slots=True)
class ReplayedCallBacks:
    """People on lists as the journal tells them, by their case."""

    weeks: dict[str, str] = field(default_factory=dict)
    states: dict[str, CallState] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)

    def counts(self, first: str, last: str) -> CallCounts:
        """Return the counts of the lists of the ISO weeks `first`..`last`."""
        return call_counts(
            (self.states[case], self.levels.get(case))
            for case, week in self.weeks.items()
            if first <= week <= last
        )


def replayed(lines: Iterable[Line]) -> ReplayedCallBacks:
    """Return what the lines of a journal say of call backs, in their order."""
    result = ReplayedCallBacks()
    for line in lines:
        if line.act == DRAW:
            for case in line.data["cases"]:
                result.weeks[case] = line.subject
                result.states[case] = CallState.OPEN
        elif line.act == SELF_RATED:
            result.states[line.subject] = CallState.SELF_RATED
        elif line.act == CALL:
            result.states[line.subject] = CallState(str(line.data["state"]))
            if line.data["level"]:
                result.levels[line.subject] = Level(int(line.data["level"]))
    return result
