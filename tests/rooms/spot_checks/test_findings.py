"""Findings on both databases: reported, disputed, settled; anomalies, steps and history."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from server.core.actors import Actor, ActorKind
from server.core.store import Tx
from server.spot_checks import finding_actions, rounds
from server.spot_checks.errors import SpotCheckCode
from server.time_clocks import punch_queries
from server.time_clocks.tables import finger, reader
from support.halls import MONDAY, STAFF, SmallHall, at
from support.inspection_hall import ADMIN, BOSS, CLERK, DAY, InspectionHall, raises_code


@pytest.fixture
def hall(small: SmallHall) -> InspectionHall:
    """Return the hall at six in the morning, without window sessions."""
    inspected = InspectionHall(small)
    inspected.keep(at(6))
    return inspected


def make_finding(hall: InspectionHall, window: str = "T1") -> str:
    """Make a finding of the clerk of a window and return its id."""
    before = {row.id for row in hall.findings()}
    check = hall.walk()
    hall.mark(check, window, "empty", staff=STAFF[window])
    assert {row.id for row in hall.findings()} == before
    rounds.finish(hall.ctx, BOSS, hall.small.key(), check)
    (new,) = {row.id for row in hall.findings()} - before
    return str(new)


def finding_row(hall: InspectionHall, finding_id: str) -> Any:
    return next(row for row in hall.findings() if row.id == finding_id)


def test_a_finding_is_reported_disputed_and_settled_by_a_third_person(hall: InspectionHall) -> None:
    number, key = make_finding(hall), hall.small.key
    row = finding_row(hall, number)
    assert (row.staff, row.unit, row.state, row.step) == (STAFF["T1"], "tax", "confirmed", "notice")
    finding_actions.dispute(hall.ctx, CLERK, key(), number, "当时在打印室")
    for actor in (BOSS, Actor(ActorKind.MANAGER, STAFF["G2"])):
        with raises_code(SpotCheckCode.FINDING_OWN):
            finding_actions.settle(hall.ctx, actor, key(), number, False, "我说了算")
    finding_actions.settle(hall.ctx, ADMIN, key(), number, False, "打印室有签字")
    row = finding_row(hall, number)
    steps = [line["state"] for line in json.loads(row.history)]
    assert steps == ["confirmed", "told", "step", "disputed", "withdrawn", "step"]
    assert (row.state, row.step) == ("withdrawn", "")


def test_the_third_finding_asks_for_an_interview_and_falls_back_with_the_first(
    hall: InspectionHall,
) -> None:
    numbers = []
    for _ in range(3):
        hall.small.clock.advance(minutes=1)
        numbers.append(make_finding(hall))
    assert [finding_row(hall, n).step for n in numbers] == ["notice", "replacement", "interview"]
    finding_actions.dispute(hall.ctx, CLERK, hall.small.key(), numbers[0], "请假")
    finding_actions.settle(hall.ctx, ADMIN, hall.small.key(), numbers[0], False, "有假条")
    assert [finding_row(hall, n).step for n in numbers] == ["", "notice", "replacement"]


def test_undoing_a_mark_withdraws_its_finding(hall: InspectionHall) -> None:
    check = hall.walk()
    hall.mark(check, "T1", "empty", staff=STAFF["T1"])
    hall.mark(check, "T2", "empty", staff=STAFF["T2"])
    hall.small.clock.advance(seconds=2)
    hall.mark(check, "T1", "undone")
    rounds.finish(hall.ctx, BOSS, hall.small.key(), check)
    assert [row.window for row in hall.findings()] == ["T2"]
    hall.mark(check, "T2", "undone")  # a phone that was in a dead spot comes late
    hall.mark(check, "S1", "empty", staff=STAFF["S1"])
    assert {(r.window, r.state) for r in hall.findings()} == {
        ("T2", "withdrawn"),
        ("S1", "confirmed"),
    }


def test_a_unit_rectifies_and_the_history_only_grows(hall: InspectionHall) -> None:
    number = make_finding(hall)
    before = json.loads(finding_row(hall, number).history)
    words = "已明确替岗安排"
    finding_actions.rectify(hall.ctx, CLERK, hall.small.key(), number, words, "2026-03-05")
    row = finding_row(hall, number)
    assert json.loads(row.history)[: len(before)] == before
    assert json.loads(row.rectified)["day"] == "2026-03-05"
    with raises_code(SpotCheckCode.FINDING_UNKNOWN):
        stranger = Actor(ActorKind.CLERK, STAFF["S1"])
        finding_actions.rectify(hall.ctx, stranger, hall.small.key(), number, words, "2026-03-05")


def test_an_unfinished_round_ends_the_next_day_and_confirms_its_findings(
    hall: InspectionHall,
) -> None:
    check = hall.walk()
    hall.mark(check, "T1", "empty", staff=STAFF["T1"])
    hall.keep(at(6, day=MONDAY + timedelta(days=1)))
    assert (check, "unfinished", "") in hall.checks()
    assert [row.state for row in hall.findings()] == ["confirmed"]


def test_an_idle_window_is_proposed_once(hall: InspectionHall) -> None:
    hall.small.clock.set(at(9))
    hall.small.sign_in("T1")
    hall.small.issue("tax-2")
    hall.keep(at(9, 14))
    assert hall.findings() == []
    for minute in (15, 16, 30):
        hall.keep(at(9, minute))
    (row,) = hall.findings()
    assert (row.kind, row.staff, row.state, row.told_at) == (
        "no_call",
        STAFF["T1"],
        "proposed",
        None,
    )
    finding_actions.judge(hall.ctx, BOSS, hall.small.key(), row.id, False, "当时在换打印纸")
    (row,) = hall.findings()
    assert (row.state, row.step, row.told_at) == ("dismissed", "", None)


def test_a_confirmed_anomaly_is_not_settled_by_the_person_who_confirmed_it(
    hall: InspectionHall,
) -> None:
    hall.small.clock.set(at(9))
    hall.small.sign_in("T1")
    hall.small.issue("tax-2")
    hall.keep(at(9, 15))
    (row,) = hall.findings()
    finding_actions.judge(hall.ctx, BOSS, hall.small.key(), row.id, True, "现场无人叫号")
    finding_actions.dispute(hall.ctx, CLERK, hall.small.key(), row.id, "在复核材料")
    with raises_code(SpotCheckCode.FINDING_OWN):
        finding_actions.settle(hall.ctx, BOSS, hall.small.key(), row.id, True, "属实")
    finding_actions.settle(hall.ctx, ADMIN, hall.small.key(), row.id, True, "属实")
    (row,) = hall.findings()
    assert (row.state, row.step) == ("upheld", "notice")


def clock_in(hall: InspectionHall, delivered: int, punched: tuple[str, ...]) -> None:
    """Add a time clock delivered until `delivered`, a finger for all, and punches at 8:20."""

    def act(tx: Tx) -> None:
        tx.conn.execute(
            insert(reader).values(
                hall_id="small", serial="R1", way="push", state="admitted",
                delivered_until=delivered, created_at=0,
            )
        )  # fmt: skip
        for staff in STAFF.values():
            tx.conn.execute(
                insert(finger).values(hall_id="small", enrolment=staff, since=0, staff=staff, at=0)
            )
        punch_time = f"{DAY} 08:20:00"
        rows = [
            {
                "reader": "R1",
                "enrolment": n,
                "said": punch_time,
                "day": DAY,
                "at": at(8, 20),
                "source": "push",
            }
            for n in punched
        ]
        punch_queries.add(tx, rows)

    hall.ctx.write(act)


def test_work_without_a_punch_is_proposed_once_every_time_clock_has_delivered(
    hall: InspectionHall,
) -> None:
    hall.small.clock.set(at(9))
    hall.small.sign_in("T1", "T2")
    clock_in(hall, at(13), (STAFF["T2"],))
    hall.keep(at(12, 59))
    assert hall.findings() == []
    hall.keep(at(13))
    hall.keep(at(13, 5))
    (row,) = hall.findings()
    assert (row.kind, row.staff, row.state) == ("no_punch", STAFF["T1"], "proposed")


def test_a_silent_time_clock_makes_no_anomalies(hall: InspectionHall) -> None:
    hall.small.clock.set(at(9))
    hall.small.sign_in("T1")
    clock_in(hall, at(11), ())
    hall.keep(at(14))
    assert hall.findings() == []
