"""Seats of appointments after a run and their violations: pure functions, no I/O.

No seat ever belonged to two appointments, by the journal's order, and no slot ever had more than
its seats. Every appointment that was answered and not cancelled is in the books with exactly its
seat, and there is no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.breaking.history import Violation

Place = tuple[str, str, str, int]
"""Day, plan, start and number of a seat."""


@dataclass(frozen=True, slots=True)
class SeatStep:
    """Step of an appointment in the journal's order; None: it has no seat any more."""

    code: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class SeatHistory:
    """Evidence of a run: what people were answered, and what the books say."""

    expected: Mapping[str, tuple[str, str]]
    """Day and start of each appointment that stands, by its code, by the answers."""
    stored: Mapping[str, tuple[str, str]]
    """The same by the books."""
    seats: Sequence[tuple[str, Place]]
    """Code and place of each booked seat."""
    steps: Sequence[SeatStep]
    most: int
    """Seats of a slot."""
    checks: Sequence[str] = ()
    """Violations that `hall check` found."""


def seat_violations(history: SeatHistory) -> list[Violation]:
    """Return every violation."""
    return [*_answers(history), *_seats(history), *_order(history), *_checks(history)]


def _answers(history: SeatHistory) -> Iterator[Violation]:
    for code in sorted({*history.expected, *history.stored}):
        expected, stored = history.expected.get(code), history.stored.get(code)
        if stored is None:
            yield Violation("lost", f"appointment {code} was answered and is not in the books")
        elif expected is None:
            yield Violation("unknown", f"appointment {code} is in the books, answered to nobody")
        elif expected != stored:
            yield Violation("moved", f"appointment {code}: answered {expected}, stored {stored}")


def _seats(history: SeatHistory) -> Iterator[Violation]:
    counts = Counter(code for code, _ in history.seats)
    for code in sorted({*counts, *history.stored}):
        if counts[code] != (code in history.stored):
            yield Violation("seat", f"appointment {code} has {counts[code]} seats")
    for place, count in Counter(place for _, place in history.seats).items():
        if count > 1:
            yield Violation("double", f"seat {place} is stored {count} times")
    for code, (day, _, start, _) in history.seats:
        if history.stored.get(code, (day, start)) != (day, start):
            yield Violation("seat", f"appointment {code} has a seat of {day} {start}")


def _order(history: SeatHistory) -> Iterator[Violation]:
    """Yield each moment at which a seat had two appointments, or a slot too many."""
    holder: dict[Place, str] = {}
    place_of: dict[str, Place] = {}
    occupied: Counter[tuple[str, str, str]] = Counter()
    for step in history.steps:
        before = place_of.pop(step.code, None)
        if before is not None:
            del holder[before]
            occupied[before[:3]] -= 1
        if step.place is None:
            continue
        other = holder.get(step.place)
        if other is not None:
            yield Violation("double", f"seat {step.place} went to {other} and {step.code}")
            continue
        holder[step.place], place_of[step.code] = step.code, step.place
        occupied[step.place[:3]] += 1
        if occupied[step.place[:3]] > history.most:
            yield Violation("beyond", f"slot {step.place[:3]} has more than {history.most}")


def _checks(history: SeatHistory) -> Iterator[Violation]:
    for text in history.checks:
        yield Violation("check", text)
