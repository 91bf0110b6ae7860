"""Judge of money: finds each planted violation, and none in a correct run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.breaking.money_history import DayPage, Money, MoneyHistory, Step, money_violations

DAY, BEFORE = "2026-11-24", "2026-11-23"
MOVES = {"J1": ["make", "confirm"], "J2": ["make", "confirm", "ask_refund", "confirm_refund"]}
RECEIPTS = {"R1": Money("J1", DAY, 100), "R2": Money("J2", DAY, 70)}
REFUNDS = {"T1": Money("J2", DAY, -30)}
LINES = {"R1": Money("J1", BEFORE, 100), "T1": Money("J2", DAY, -30)}
PAGES = {
    DAY: DayPage(170, 30, 0, 30, {"R1": 100, "R2": 70}, 70),
    BEFORE: DayPage(0, 0, 100, 0, {"R1": -100}, 0),
}
STEPS = [Step("c1", "J1", "due"), Step("c1", "J1", "confirmed"), Step("c1")]
RIGHT = MoneyHistory(
    expected=MOVES,
    stored=MOVES,
    receipts=RECEIPTS,
    stored_receipts=[*RECEIPTS.items()],
    refunds=REFUNDS,
    stored_refunds=[*REFUNDS.items()],
    lines=LINES,
    stored_lines=[*LINES.items()],
    days=PAGES,
    cases={"J1": "c1", "J2": "c2"},
    issued=frozenset({"c1"}),
    steps=STEPS,
)


def kinds(history: MoneyHistory) -> set[str]:
    """Return the kinds of the violations of a run."""
    return {violation.kind for violation in money_violations(history)}


def paged(**changes: object) -> MoneyHistory:
    """Return the run with another page of the day."""
    return replace(RIGHT, days=PAGES | {DAY: replace(PAGES[DAY], **changes)})  # type: ignore[arg-type]


def test_a_correct_run_has_no_violation() -> None:
    assert kinds(RIGHT) == set()


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        (replace(RIGHT, stored=MOVES | {"J1": ["make"]}), "fee facts"),
        (replace(RIGHT, stored=MOVES | {"J3": ["make"]}), "fee facts"),
        (replace(RIGHT, stored_receipts=[*RECEIPTS.items()] * 2), "receipt twice"),
        (replace(RIGHT, stored_receipts=[("R1", RECEIPTS["R1"])]), "receipt"),
        (replace(RIGHT, stored_refunds=[("T1", Money("J2", DAY, -31))]), "refund"),
        (replace(RIGHT, stored_lines=[]), "bank line"),
        (paged(received=171), "day sum"),
        (paged(differences={"R1": 100, "R2": 71}), "day sum"),
        (paged(differences={"R1": 170}), "difference not named"),
        (paged(not_issued=170), "licence money"),
        (replace(RIGHT, steps=[STEPS[0], STEPS[2]]), "issued unpaid"),
        (replace(RIGHT, checks=["in the books twice"]), "hall check"),
    ],
)
def test_each_violation_is_found(history: MoneyHistory, kind: str) -> None:
    assert kind in kinds(history)
