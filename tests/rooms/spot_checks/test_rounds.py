"""Spot checks on both databases: committed draw, due, missed, inspection round, proof."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DatabaseError

from server.core import journal
from server.core.folder_key import KEY_FILE
from server.core.store import Tx
from server.leave import queries as leave_queries
from server.leave.tables import leave
from server.spot_checks import draw_proof, rounds
from server.spot_checks import integrity as spot_checks_integrity
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks import recorded_state as spot_checks_recorded_state
from server.spot_checks.errors import SpotCheckCode
from server.spot_checks.tables import check_day, spot_check, spot_mark
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, STAFF, SmallHall, at
from support.inspection_hall import BOSS, DAY, InspectionHall, raises_code


@pytest.fixture
def hall(small: SmallHall) -> InspectionHall:
    """Return the hall at six in the morning, without window sessions."""
    inspected = InspectionHall(small)
    inspected.keep(at(6))
    return inspected


def test_a_whole_day_is_sealed_walked_missed_revealed_and_proven(hall: InspectionHall) -> None:
    first, second = hall.due_times()
    assert hall.checks() == []
    assert hall.acts(DAY) == ["day.open", "check.seal"]
    hall.keep(first + 3000)
    assert hall.checks() == [(f"{DAY}-1", "due", "")]
    rounds.start(hall.ctx, BOSS, hall.small.key(), f"{DAY}-1", STAFF["G2"])
    rounds.finish(hall.ctx, BOSS, hall.small.key(), f"{DAY}-1")
    hall.keep(second + 3000)
    hall.keep(second + 15 * 60_000)
    assert hall.checks()[1] == (f"{DAY}-2", "due", "")
    hall.keep(second + 15 * 60_000 + 1)
    assert hall.checks() == [(f"{DAY}-1", "done", ""), (f"{DAY}-2", "missed", "not_started")]
    assert hall.row().revealed_at is None
    hall.keep(at(17, 30))
    row = hall.row()
    assert draw_proof.seal(bytes.fromhex(row.seed), row.rules, DAY) == row.seal
    assert hall.ctx.read(lambda c: spot_checks_integrity.faults_of(c, "small", row)) == []
    assert hall.violations() == []


def test_no_record_reveals_the_times_before_they_are_due(hall: InspectionHall) -> None:
    opened = hall.draw()
    lines = list(hall.ctx.read(lambda c: list(journal.lines(c, "small"))))
    stored = " ".join(str(line) for line in lines) + str(hall.row())
    secrets = [opened.seed, *(str(opened.at(minute)) for minute in opened.times)]
    assert not [secret for secret in secrets if secret in stored]


def test_a_restart_changes_neither_seal_nor_times(hall: InspectionHall) -> None:
    before, times = hall.row().seal, hall.due_times()
    hall.restart()
    hall.keep(at(7))
    assert (hall.row().seal, hall.due_times()) == (before, times)


def test_a_time_during_an_outage_is_missed_with_that_reason(hall: InspectionHall) -> None:
    first, second = hall.due_times()
    hall.restart()
    hall.keep(second - 60_000)
    assert hall.checks() == [(f"{DAY}-1", "missed", "server_down")]
    assert first < second
    hall.keep(at(6, day=MONDAY + timedelta(days=1)))
    assert hall.checks()[1] == (f"{DAY}-2", "missed", "server_down")
    assert hall.row().revealed_at is not None
    assert hall.violations() == []


def test_a_late_draw_is_marked_and_uses_the_rest_of_the_day(small: SmallHall) -> None:
    hall = InspectionHall(small)
    hall.keep(at(15))
    rules = draw_proof.rules_of(hall.row().rules)
    assert rules.late
    assert all(due > at(15) for due in hall.due_times())
    hall.keep(at(17, 30))
    assert hall.violations() == []


def test_a_rest_day_has_a_seal_and_no_checks(small: SmallHall) -> None:
    sunday = MONDAY - timedelta(days=1)
    hall = InspectionHall(small)
    hall.keep(at(9, day=sunday))
    hall.keep(at(23, day=sunday))
    assert hall.checks(sunday.isoformat()) == []
    assert draw_proof.rules_of(hall.row(sunday.isoformat()).rules).opens is None
    hall.keep(at(0, 1))
    assert hall.row(sunday.isoformat()).revealed_at is not None
    assert hall.violations() == []


def test_settings_changed_during_the_day_do_not_change_the_draw(hall: InspectionHall) -> None:
    times = hall.due_times()
    hall.small.configure(check_count=6, check_gap_minutes=1)
    hall.restart()
    hall.keep(at(17, 30))
    assert len(hall.checks()) == len(times)
    assert hall.violations() == []


def test_a_seed_lost_with_its_key_is_recorded(hall: InspectionHall) -> None:
    key = hall.small.hall.config.data / KEY_FILE
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    hall.restart()
    hall.keep(at(8))
    assert hall.row().seed == ""
    assert "check.lost" in hall.acts(DAY)
    assert hall.violations() == [f"{DAY} spot checks: the seed is lost, nothing can be proven"]


def violations_after(hall: InspectionHall, statement: Any) -> list[str]:
    """Return the violations that `hall check` reports after a write into the database."""
    hall.keep(at(17, 30))
    hall.ctx.write(partial(written, statement))
    return [violation.partition(": ")[2] for violation in hall.violations()]


def test_writes_into_the_database_are_violations(hall: InspectionHall) -> None:
    assert violations_after(hall, delete(spot_check).where(spot_check.c.n == 1)) == [
        "a drawn check is missing from the records"
    ]
    moved = update(spot_check).values(due_at=spot_check.c.due_at + 60_000)
    assert "a check's time is not the drawn one" in violations_after(hall, moved)
    assert "seal, seed and rules do not fit" in violations_after(
        hall, update(check_day).values(seed="0" * 64)
    )


def test_a_day_without_a_commitment_is_a_violation(hall: InspectionHall) -> None:
    hall.keep(at(6, day=MONDAY + timedelta(days=1)))
    hall.keep(at(6, day=MONDAY + timedelta(days=2)))
    deletion = delete(check_day).where(check_day.c.day == "2026-03-03")
    hall.ctx.write(partial(written, deletion))
    assert "2026-03-03 spot checks: no seed was sealed on that day" in hall.violations()


def test_a_check_needs_two_people_and_its_time(hall: InspectionHall) -> None:
    first = hall.due_times()[0]
    hall.keep(first)
    check = f"{DAY}-1"
    for other in (MANAGER, "nobody"):
        with raises_code(SpotCheckCode.CHECKERS_TWO):
            rounds.start(hall.ctx, BOSS, hall.small.key(), check, other)
    hall.small.clock.set(first + 15 * 60_000 + 1)
    with raises_code(SpotCheckCode.CHECK_NOT_DUE):
        rounds.start(hall.ctx, BOSS, hall.small.key(), check, ADMINISTRATOR)


def test_a_mark_sent_twice_is_stored_once_with_the_recorded_state(hall: InspectionHall) -> None:
    hall.small.clock.set(at(9))
    hall.small.sign_in("T1")
    hall.small.issue("tax-1")
    hall.small.call("T1")
    check = hall.walk()
    hall.small.clock.advance(minutes=20)
    for _ in range(2):
        hall.mark(check, "T1", "serving", id="phone-1", staff=STAFF["T1"], at=at(9, 1))
    (row,) = hall.ctx.read(lambda c: spot_checks_queries.marks(c, "small", check))
    recorded = json.loads(row.known)
    assert (row.at, row.received_at) == (at(9, 1), at(9, 20))
    assert (recorded["staff"], recorded["since"], recorded["number"]) == (
        STAFF["T1"],
        at(9),
        "A001",
    )
    assert hall.acts(check).count("check.mark") == 1


def test_the_time_of_a_mark_stays_within_the_inspection_round(hall: InspectionHall) -> None:
    hall.small.clock.set(at(9))
    check = hall.walk()
    hall.mark(check, "T1", "at_post", at=at(3))
    hall.mark(check, "T2", "at_post", at=at(23))
    rows = hall.ctx.read(lambda c: spot_checks_queries.marks(c, "small", check))
    assert [row.at for row in rows] == [at(9), at(9)]


def test_the_recorded_state_of_a_past_minute(hall: InspectionHall) -> None:
    hall.small.clock.set(at(9))
    hall.small.sign_in("T1")
    assert recorded_state(hall, at(9, 5)).staff == STAFF["T1"]
    assert recorded_state(hall, at(8, 59)).staff == ""


def recorded_state(hall: InspectionHall, moment: int) -> spot_checks_recorded_state.RecordedState:
    return hall.ctx.read(lambda c: spot_checks_recorded_state.state_at(hall.ctx, c, "T1", moment))


def test_expected_people_are_those_of_the_window_with_leave_and_cover(hall: InspectionHall) -> None:
    def away(tx: Tx) -> None:
        tx.conn.execute(
            insert(leave).values(
                hall_id="small", id="L1", staff=STAFF["S1"], kind="sick", state="approved",
                begins=f"{DAY}T08:00", ends=f"{DAY}T12:00", cover=STAFF["G1"], created_at=0,
            )
        )  # fmt: skip

    hall.ctx.write(away)
    approved = hall.ctx.read(lambda c: leave_queries.approved(c, "small", MONDAY, MONDAY))
    moment = datetime.combine(MONDAY, time(9))
    people = spot_checks_recorded_state.expected(hall.ctx.catalogue(), {}, approved, "S1", moment)
    assert [(p.staff.number, p.how, p.leave) for p in people] == [
        (STAFF["S1"], "leave", "sick"),
        (STAFF["G1"], "cover", ""),
    ]
    walk = [w.code for w in spot_checks_recorded_state.round_order(hall.ctx.catalogue(), MONDAY)]
    assert walk == ["T1", "T2", "G1", "G2", "S1"]  # F1 is open on Tuesdays


def test_marks_are_never_changed(hall: InspectionHall) -> None:
    hall.mark(hall.walk(), "T1", "empty")
    for statement in (update(spot_mark).values(mark="at_post"), delete(spot_mark)):
        with pytest.raises(DatabaseError, match="only added to"):
            hall.ctx.write(partial(written, statement))


def written(statement: Any, tx: Tx) -> int:
    return tx.conn.execute(statement).rowcount
