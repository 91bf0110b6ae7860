"""Licences after a run and their violations: pure functions, no I/O.

Every act that was answered is in the books exactly once, and none that was not asked for; each
licence is at the one place to which the answered acts brought it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.breaking.history import Violation


@dataclass(slots=True)
class LicenceHistory:
    """Evidence of a run: what people were answered, and what the books say."""

    expected: Mapping[str, Sequence[str]]
    """Moves of each licence in order, by the answers."""
    stored: Mapping[str, Sequence[str]]
    """The same by its facts."""
    places: Mapping[str, str]
    """Place of each licence, by the answers."""
    stored_places: Mapping[str, str]
    checks: Sequence[str] = field(default=())
    """Violations that `hall check` found."""


def licence_violations(history: LicenceHistory) -> list[Violation]:
    """Return every broken promise of a run."""
    broken = [*_moves(history), *_places(history)]
    return [*broken, *(Violation("hall check", text) for text in history.checks)]


def _moves(history: LicenceHistory) -> Iterator[Violation]:
    for licence in history.expected.keys() | history.stored.keys():
        moves, facts = history.expected.get(licence, ()), history.stored.get(licence, ())
        if list(moves) != list(facts):
            yield Violation("licence facts", f"{licence}: {list(facts)}, not {list(moves)}")


def _places(history: LicenceHistory) -> Iterator[Violation]:
    for licence in history.places.keys() | history.stored_places.keys():
        place, stored = history.places.get(licence), history.stored_places.get(licence)
        if place != stored:
            yield Violation("licence place", f"{licence} is {stored}, not {place}")
