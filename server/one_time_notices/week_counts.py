"""Counts of hand-ins and one-time notices in a span of days.

A hand-in that a later one at the same service corrects counts nowhere. A later notice of a matter
that names what the first should have named counts on its own day, by the state that the finding
about it has now: confirmed, still open, or dropped and then not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.core.rates import Rate

TOLD_ONCE_RATE = (
    (
        "一次告知率＝（再次交材料的次数－其中首次漏告知的次数）÷再次交材料的次数。"
        "漏告知含已认定和待认定的，经核实不成立的不计入。"
    ),
    (
        "Told-once rate = (materials handed in again - those of them where the first notice had "
        "left something out) / materials handed in again. Findings that were dropped do not count."
    ),
)
FINDING_MARK = "told_once:"
"""Beginning of the source of a finding about a later notice; the notice's number follows."""
CONFIRMED = frozenset({"confirmed", "upheld"})
OPEN = frozenset({"proposed", "disputed"})
"""States of a finding that nobody has decided for good."""


@dataclass(frozen=True, slots=True)
class CountedHandIn:
    """Hand-in as the counts see it; `notice` is empty if the materials were complete."""

    id: str
    matter: str
    day: str
    unit: str
    corrects: str
    notice: str


@dataclass(frozen=True, slots=True)
class NoticeCounts:
    """Counts of a span of days."""

    hand_ins: int = 0
    notices: int = 0
    again: int = 0
    """Hand-ins that follow another one of their matter."""
    twice_confirmed: int = 0
    twice_open: int = 0

    @property
    def told_twice(self) -> int:
        """Later notices that name what the first left out, confirmed or not yet decided."""
        return self.twice_confirmed + self.twice_open

    @property
    def told_once_rate(self) -> Rate:
        """一次告知率, by `TOLD_ONCE_RATE`."""
        return Rate(self.again - self.told_twice, self.again)


def standing(hand_ins: Iterable[CountedHandIn]) -> list[tuple[CountedHandIn, bool]]:
    """Return the hand-ins that none corrects, each with True if it follows one of its matter.

    `hand_ins`: those of whole matters, each matter's in their order.
    """
    rows = list(hand_ins)
    corrected = {row.corrects for row in rows if row.corrects}
    seen: set[str] = set()
    result = []
    for row in rows:
        if row.id not in corrected:
            result.append((row, row.matter in seen))
            seen.add(row.matter)
    return result


def notice_counts(
    hand_ins: Iterable[CountedHandIn],
    findings: Mapping[str, str],
    first: str,
    last: str,
    unit: str | None = None,
) -> NoticeCounts:
    """Return the counts of ISO days `first`..`last`, of one unit's items or of all.

    `findings`: state of the finding about a notice, by the notice's number.
    """
    rows = [
        (row, again)
        for row, again in standing(hand_ins)
        if first <= row.day <= last and (unit is None or row.unit == unit)
    ]
    states = [findings[row.notice] for row, _ in rows if row.notice in findings]
    return NoticeCounts(
        hand_ins=len(rows),
        notices=sum(bool(row.notice) for row, _ in rows),
        again=sum(again for _, again in rows),
        twice_confirmed=sum(state in CONFIRMED for state in states),
        twice_open=sum(state in OPEN for state in states),
    )
