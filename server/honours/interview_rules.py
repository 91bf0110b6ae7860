"""Interviews (约谈): last place in the ranking for several months running."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class InterviewState(StrEnum):
    """State of an interview."""

    PROPOSED = "proposed"
    HELD = "held"
    DROPPED = "dropped"


class InterviewMove(StrEnum):
    """Move of an interview."""

    PROPOSE = "propose"
    HOLD = "hold"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Place:
    """Place of one subject in a month's ranking."""

    code: str
    rank: int
    rank_best: int
    """Best rank if nothing unmeasured costs anything."""


def last_places(ranking: Collection[Place]) -> frozenset[str]:
    """Return who is last for certain; nobody where all share one rank.

    Whoever could be better once everything is measured is not last.
    """
    ranks = {place.rank for place in ranking}
    if len(ranks) < 2:
        return frozenset()
    return frozenset(place.code for place in ranking if place.rank_best >= max(ranks))


def due(months: Sequence[Iterable[str] | None], running: int) -> Mapping[int, frozenset[str]]:
    """Return who is due for an interview, by the place of the month that completes the run.

    `months`: the last places of consecutive months; None: not released, which breaks a run. A run
    twice as long makes a second interview due.
    """
    runs: dict[str, int] = {}
    result: dict[int, frozenset[str]] = {}
    for place, last in enumerate(months):
        runs = {code: runs.get(code, 0) + 1 for code in last or ()}
        complete = frozenset(code for code, length in runs.items() if length % running == 0)
        if complete:
            result[place] = complete
    return result
