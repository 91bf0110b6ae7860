"""Counts of one-time notices from the journal alone, to prove those that the tables give."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from server.core.journal_line import Line
from server.one_time_notices.week_counts import (
    FINDING_MARK,
    CountedHandIn,
    NoticeCounts,
    notice_counts,
)

HAND_IN = "hand_in.record"
PREFIX = "finding."
STATES = frozenset({"proposed", "dismissed", "confirmed", "disputed", "upheld", "withdrawn"})
ACTS = frozenset({HAND_IN, *(f"{PREFIX}{state}" for state in STATES)})


@dataclass(slots=True)
class ReplayedNotices:
    """Hand-ins and the findings about later notices, as the journal tells them."""

    hand_ins: list[CountedHandIn] = field(default_factory=list)
    notices: dict[str, str] = field(default_factory=dict)
    """Number of a later notice by the finding about it."""
    findings: dict[str, str] = field(default_factory=dict)
    """State of that finding by the number."""

    def counts(self, first: str, last: str, unit: str | None = None) -> NoticeCounts:
        """Return the counts of ISO days `first`..`last`, of one unit's items or of all."""
        return notice_counts(self.hand_ins, self.findings, first, last, unit)


def replayed(lines: Iterable[Line], day_of: Callable[[int], str]) -> ReplayedNotices:
    """Return what the lines of a journal say of hand-ins and notices, in their order.

    `day_of`: ISO day of a time in ms. A line of before the unit was written has none.
    """
    result = ReplayedNotices()
    for line in lines:
        if line.act == HAND_IN:
            data = line.data
            row = CountedHandIn(
                id=line.subject,
                matter=str(data["matter"]),
                day=day_of(line.at),
                unit=str(data.get("unit", "")),
                corrects=str(data["corrects"]),
                notice=str(data["notice"]),
            )
            result.hand_ins.append(row)
        elif line.act in ACTS:
            _follow(result, line)
    return result


def _follow(result: ReplayedNotices, line: Line) -> None:
    """Keep the new state of a finding about a later notice; other findings do not count."""
    source = line.data.get("source")
    if isinstance(source, str) and source.startswith(FINDING_MARK):
        result.notices[line.subject] = source.removeprefix(FINDING_MARK)
    if line.subject in result.notices:
        number = result.notices[line.subject]
        result.findings[number] = line.act.removeprefix(PREFIX)
