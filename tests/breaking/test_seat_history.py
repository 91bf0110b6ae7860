"""Judge of seats: finds each planted violation, and none in a correct run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.breaking.seat_history import Place, SeatHistory, SeatStep, seat_violations

DAY, AT = "2026-11-25", "09:00"
FIRST: Place = (DAY, "P", AT, 1)
SECOND: Place = (DAY, "P", AT, 2)
RIGHT = SeatHistory(
    expected={"A": (DAY, AT), "B": (DAY, AT)},
    stored={"A": (DAY, AT), "B": (DAY, AT)},
    seats=[("A", FIRST), ("B", SECOND)],
    steps=[
        SeatStep("C", FIRST),
        SeatStep("B", SECOND),
        SeatStep("C", None),
        SeatStep("A", FIRST),
    ],
    most=2,
)


def kinds(history: SeatHistory) -> set[str]:
    """Return the kinds of the violations of a run."""
    return {violation.kind for violation in seat_violations(history)}


def test_a_correct_run_has_no_violation() -> None:
    assert kinds(RIGHT) == set()


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        (replace(RIGHT, expected={**RIGHT.expected, "D": (DAY, AT)}), "lost"),
        (replace(RIGHT, expected={"A": (DAY, AT)}), "unknown"),
        (replace(RIGHT, expected={**RIGHT.expected, "A": (DAY, "09:30")}), "moved"),
        (replace(RIGHT, seats=[("A", FIRST)]), "seat"),
        (replace(RIGHT, seats=[*RIGHT.seats, ("A", (DAY, "P", AT, 3))]), "seat"),
        (replace(RIGHT, seats=[("A", FIRST), ("B", FIRST)]), "double"),
        (replace(RIGHT, seats=[("A", FIRST), ("B", (DAY, "P", "10:00", 2))]), "seat"),
        (replace(RIGHT, steps=[SeatStep("A", FIRST), SeatStep("B", FIRST)]), "double"),
        (replace(RIGHT, most=1), "beyond"),
        (replace(RIGHT, checks=["broken"]), "check"),
    ],
)
def test_each_violation_is_seen(history: SeatHistory, kind: str) -> None:
    assert kinds(history) == {kind}
