"""Judge of lamps: finds each planted violation, and none in a correct run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.breaking.lamp_history import Crossing, LampHistory, WrittenLamp, lamp_violations

YELLOW, RED, SPOT = ("K1", "promised", "yellow"), ("K1", "promised", "red"), ("K2", "direct", "red")
DUE, MINUTE = "2026-11-24", "2026-11-24T11:05"


def right() -> LampHistory:
    """Return a correct run: a promise crossed twice, a case on the spot once."""
    return LampHistory(
        expected={
            YELLOW: Crossing(DUE, "2026-11-23"),
            RED: Crossing(DUE, "2026-11-25"),
            SPOT: Crossing(MINUTE, "2026-11-24T11:06"),
        },
        lamps=[
            WrittenLamp(YELLOW, DUE, "2026-11-23", "2026-11-23T00:00"),
            WrittenLamp(RED, DUE, "2026-11-25", "2026-11-26T09:00"),
            WrittenLamp(SPOT, MINUTE, "2026-11-24", "2026-11-24T11:06"),
        ],
        lines=[YELLOW, RED, SPOT],
        findings=["lamp:K1:promised", "lamp:K2:direct"],
    )


def kinds(history: LampHistory) -> set[str]:
    """Return the kinds of the violations of a run."""
    return {violation.kind for violation in lamp_violations(history)}


def test_a_correct_run_has_no_violation() -> None:
    assert kinds(right()) == set()


def lamp(place: int, **changes: Any) -> LampHistory:
    """Return the run with one lamp changed."""
    run = right()
    lamps = list(run.lamps)
    lamps[place] = replace(lamps[place], **changes)
    return replace(run, lamps=lamps)


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        (replace(right(), lamps=[*right().lamps, right().lamps[0]]), "lamp twice"),
        (replace(right(), lamps=right().lamps[1:]), "lamp missing"),
        (replace(right(), expected={YELLOW: right().expected[YELLOW]}), "lamp without a crossing"),
        (lamp(0, minute="2026-11-22T23:59"), "lamp too early"),
        (lamp(2, minute="2026-11-24T11:05"), "lamp too early"),
        (lamp(1, day="2026-11-26"), "lamp of another day"),
        (lamp(1, due="2026-11-23"), "lamp of another day"),
        (replace(right(), lines=[YELLOW, RED]), "journal"),
        (replace(right(), lines=[YELLOW, RED, SPOT, RED]), "journal"),
        (replace(right(), findings=["lamp:K1:promised"]), "finding"),
        (replace(right(), findings=[*right().findings, "lamp:K1:promised"]), "finding"),
        (replace(right(), findings=[*right().findings, "lamp:K3:legal"]), "finding"),
        (replace(right(), checks=["the due days differ"]), "hall check"),
    ],
)
def test_each_violation_is_found(history: LampHistory, kind: str) -> None:
    assert kind in kinds(history)


def test_a_clock_that_ended_while_the_server_was_dead_may_lack_its_yellow_lamp() -> None:
    key = ("K3", "tell", "yellow")
    run = right()
    assert kinds(replace(run, expected={**run.expected, key: Crossing(DUE, "2026-11-23")})) == set()
