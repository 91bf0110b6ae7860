"""Findings and anomalies, whole: their facts, their marks, the data of refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.core.errors import HallError
from server.spot_checks import finding_rules
from server.spot_checks.anomalies import (
    MINUTE_MS,
    Anomaly,
    Desk,
    MorningPresence,
    idle,
    unpunched,
)
from server.spot_checks.finding_rules import (
    DAY_MS,
    STANDING,
    Finding,
    Person,
    State,
    Step,
    Steps,
)
from server.spot_checks.marks import Kind

NOW = 100 * MINUTE_MS
DESK = Desk(
    "T1",
    "1001",
    busy=False,
    paused=False,
    away=False,
    active_at=80 * MINUTE_MS,
    waiting=2,
    waiting_since=70 * MINUTE_MS,
)


def test_an_idle_window_is_an_anomaly_with_its_facts() -> None:
    facts: dict[str, int | str] = {
        "waiting": 2,
        "waiting_since": 70 * MINUTE_MS,
        "active_at": 80 * MINUTE_MS,
        "minutes": 20,
    }
    mark = f"no_call:T1:1001:{80 * MINUTE_MS}"
    assert idle([DESK], NOW + MINUTE_MS - 1, 20) == [
        Anomaly(Kind.NO_CALL, "1001", "T1", mark, facts)
    ]


def test_windows_after_a_busy_one_are_looked_at_too() -> None:
    desks = [replace(DESK, busy=True), replace(DESK, window="T2"), replace(DESK, window="T3")]
    assert [anomaly.window for anomaly in idle(desks, NOW, 20)] == ["T2", "T3"]


def test_the_minutes_count_from_the_later_of_work_and_waiting() -> None:
    waits_later = replace(DESK, waiting_since=85 * MINUTE_MS)
    assert idle([waits_later], NOW, 16) == []
    assert [anomaly.facts["minutes"] for anomaly in idle([waits_later], NOW, 15)] == [15]


def test_a_person_without_a_punch_is_an_anomaly_with_its_evidence() -> None:
    person = MorningPresence("1001", "T1", 5, "mark", punched=False, away=False)
    people = [replace(person, away=True), replace(person, punched=True), person]
    expected = Anomaly(
        Kind.NO_PUNCH, "1001", "T1", "no_punch:2026-03-02:1001", {"seen_at": 5, "how": "mark"}
    )
    assert unpunched(people, "2026-03-02") == [expected]


CLERK, CHIEF = Person("1001", "tax"), Person("1002", "tax", chief=True)
STRANGER, OFFICE = Person("1003", "build", chief=True), Person("2003", office=True)
FINDING = Finding("F1", "1001", "tax", State.CONFIRMED, 0, 100, frozenset({"2001"}))


def test_a_proposed_finding_is_confirmed_or_dismissed() -> None:
    proposed = replace(FINDING, state=State.PROPOSED)
    assert finding_rules.judge(proposed, OFFICE, True) is State.CONFIRMED
    assert finding_rules.judge(proposed, OFFICE, False) is State.DISMISSED


@pytest.mark.parametrize("state", State)
def test_what_was_put_right_is_recorded_while_the_finding_stands(state: State) -> None:
    finding = replace(FINDING, state=state)
    if state in STANDING:
        finding_rules.rectify(finding, CLERK)
        finding_rules.rectify(finding, CHIEF)
        return
    with pytest.raises(HallError) as caught:
        finding_rules.rectify(finding, CLERK)
    assert str(caught.value.code) == "finding_state"
    assert caught.value.data == {"state": state.value}


def test_a_stranger_records_nothing() -> None:
    with pytest.raises(HallError) as caught:
        finding_rules.rectify(FINDING, STRANGER)
    assert str(caught.value.code) == "finding_unknown"


def test_a_finding_at_an_empty_window_concerns_the_chief_only() -> None:
    nobody = replace(FINDING, staff="")
    assert finding_rules.concerns(nobody, CHIEF)
    assert not finding_rules.concerns(nobody, Person("", "tax"))
    assert not finding_rules.concerns(replace(nobody, unit=""), Person("9", "", chief=True))


def test_a_finding_whose_dispute_period_never_began_cannot_be_disputed() -> None:
    with pytest.raises(HallError) as caught:
        finding_rules.dispute(replace(FINDING, dispute_until=None), CLERK, 0)
    assert str(caught.value.code) == "dispute_over"


@pytest.mark.parametrize(("days", "step"), [(29, Step.REPLACEMENT), (30, Step.NOTICE)])
def test_the_period_of_the_steps_ends_after_its_days(days: int, step: Step) -> None:
    findings = [FINDING, replace(FINDING, id="F2", at=days * DAY_MS)]
    assert finding_rules.steps(findings, Steps(2, 3, 30))["F2"] is step
