"""Steps in a span of days: what happened in it, and how each chain stood at its end.

What happened counts on the day of its step; what is open or overdue counts as it stood at the end
of the last day. So later steps never change the counts of days that are over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class DatedStep(Protocol):
    """Step with its ISO day."""

    @property
    def day(self) -> str: ...


S = TypeVar("S", bound=DatedStep)


def in_span(chains: Iterable[Sequence[S]], first: str, last: str) -> tuple[list[S], list[S]]:
    """Return the steps of ISO days `first`..`last`, and each chain's last step until `last`.

    A chain's steps are in their order; one that began later is in neither.
    """
    happened: list[S] = []
    standing: list[S] = []
    for steps in chains:
        until_then = [step for step in steps if step.day <= last]
        happened += [step for step in until_then if step.day >= first]
        standing += until_then[-1:]
    return happened, standing
