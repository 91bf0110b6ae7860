"""Day sheets from stored data: punches in any order, reassigned fingers, late time clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.attendance import shift_rule_actions, shift_rule_queries
from server.attendance.errors import ShiftRuleCode
from server.attendance.measures import measured
from server.attendance.sheets import day_sheets
from server.attendance.shift_rules import RuleScope
from server.attendance.verdicts import State
from server.core.errors import HallError
from server.core.events import AttendanceChanged
from server.core.measured import MeasuredFact
from server.hall.measure_request import MeasureRequest
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.manual_entry import Sheet, Signature, answer_sheet, take_sheet
from support.halls import MONDAY, STAFF, SmallHall, at
from support.sheets import (
    BOSS,
    CLERK,
    GOOD,
    READER,
    RULE,
    deliver_punches,
    start,
    with_clock_and_rule,
)


def sheet(small: SmallHall, day: date = MONDAY, staff: str = CLERK) -> str:
    """Return a short form of a person's day."""
    sheets = small.ctx.read(lambda c: day_sheets(small.ctx, c, day, day, {staff}))
    assert [person_sheet.staff for person_sheet in sheets] == [staff]
    return " ".join(v.state.value + (str(v.minutes) if v.minutes else "") for v in sheets[0].slots)


def test_a_day_sheet_is_computed_from_stored_punches(small: SmallHall) -> None:
    with_clock_and_rule(small).clock.set(at(22))
    deliver_punches(small, *GOOD)
    assert sheet(small) == "on_time on_time on_time on_time"
    assert sheet(small, staff=STAFF["T2"]) == "missing missing missing missing"


def test_punches_that_come_late_and_in_any_order_give_the_same_sheet(small: SmallHall) -> None:
    with_clock_and_rule(small).clock.set(at(22))
    deliver_punches(small, "17:31", "12:02")
    deliver_punches(small, "13:55")
    assert sheet(small).startswith("missing")
    deliver_punches(small, "08:20", "17:31")
    assert sheet(small) == "on_time on_time on_time on_time"


def test_nothing_is_missing_while_a_time_clock_has_not_delivered(small: SmallHall) -> None:
    with_clock_and_rule(small, delivered=at(10)).clock.set(at(22))
    deliver_punches(small, "08:20")
    assert sheet(small) == "on_time pending pending pending"
    small.ctx.write(lambda tx: time_clocks_queries.change(tx, READER, delivered_until=at(14, 31)))
    assert sheet(small) == "on_time missing missing pending"
    small.ctx.write(lambda tx: time_clocks_queries.change(tx, READER, state="out"))
    assert sheet(small) == "on_time missing missing missing"


def test_a_reassigned_finger_does_not_change_past_days(small: SmallHall) -> None:
    with_clock_and_rule(small).clock.set(at(22))
    deliver_punches(small, *GOOD[:2])
    small.ctx.write(lambda tx: time_clocks_queries.link(tx, "7", at(13), STAFF["T2"], "test"))
    deliver_punches(small, *GOOD[2:])
    assert sheet(small) == "on_time on_time missing missing"
    assert sheet(small, staff=STAFF["T2"]) == "missing missing on_time on_time"


def test_a_signature_on_the_sheet_counts_like_a_finger(small: SmallHall) -> None:
    with_clock_and_rule(small).clock.set(at(22))
    deliver_punches(small, *GOOD[1:])
    assert sheet(small).startswith("missing")
    signed = Sheet(MONDAY, "停电", STAFF["T2"], [Signature(CLERK, time(8, 25))])
    sheet_id = take_sheet(small.ctx, BOSS, small.key(), signed)
    assert sheet(small).startswith("missing")
    answer_sheet(small.ctx, small.clerk("T2"), small.key(), sheet_id, True, "")
    assert sheet(small) == "on_time on_time on_time on_time"


def test_a_rest_day_is_no_absence_and_days_to_come_have_no_sheet(small: SmallHall) -> None:
    with_clock_and_rule(small).clock.set(at(22))
    sunday = MONDAY - timedelta(days=1)
    assert sheet(small, sunday) == ""
    tomorrow = MONDAY + timedelta(days=1)
    assert small.ctx.read(lambda c: day_sheets(small.ctx, c, tomorrow, tomorrow)) == []


def test_a_rule_in_force_is_replaced_and_never_changed(small: SmallHall) -> None:
    with_clock_and_rule(small).clock.set(at(22))
    deliver_punches(small, *GOOD)
    later = replace(RULE, name="夏季", valid_from=MONDAY + timedelta(days=1))
    rule_id = start(small, later)
    assert sheet(small) == "on_time on_time on_time on_time"
    early = replace(RULE, name="早", valid_from=MONDAY - timedelta(days=7))
    with pytest.raises(HallError) as refused:
        start(small, early)
    assert (refused.value.code, refused.value.data["state"]) == (ShiftRuleCode.RULE_STATE, "past")
    shift_rule_actions.withdraw(small.ctx, BOSS, small.key(), rule_id, MONDAY + timedelta(days=30))
    with pytest.raises(HallError) as refused:
        shift_rule_actions.withdraw(
            small.ctx, BOSS, small.key(), rule_id, MONDAY + timedelta(days=40)
        )
    assert refused.value.code is ShiftRuleCode.RULE_STATE


def test_a_rule_names_only_existing_people(small: SmallHall) -> None:
    stranger = replace(RULE, scope=RuleScope.PERSON, subjects=("nobody",))
    with pytest.raises(HallError) as refused:
        shift_rule_actions.draft(small.ctx, BOSS, small.key(), stranger)
    assert refused.value.code is ShiftRuleCode.RULE_INVALID


def test_a_trial_reports_changes_and_stores_nothing(small: SmallHall) -> None:
    with_clock_and_rule(small).clock.set(at(22))
    deliver_punches(small, *GOOD)
    eight = replace(RULE.slots[0], due=time(8, 15))
    trial_rule = replace(RULE, name="八点一刻", slots=(eight, *RULE.slots[1:]))
    trial = small.ctx.read(
        lambda c: shift_rule_actions.trial(small.ctx, c, trial_rule, MONDAY, MONDAY)
    )
    assert [person.staff for person in trial] == [CLERK]
    change = trial[0].changes[0]
    assert change.before is not None
    assert change.after is not None
    assert (change.before.state, change.after.state, change.after.minutes) == (
        State.ON_TIME,
        State.LATE,
        5,
    )
    assert sheet(small) == "on_time on_time on_time on_time"
    assert len(small.ctx.read(lambda c: shift_rule_queries.every(c, small.ctx.hall_id))) == 1


def test_a_rule_put_in_force_is_published(small: SmallHall) -> None:
    events: list[object] = []
    small.ctx.bus.subscribe(events.append)
    start(small, RULE)
    assert AttendanceChanged((), (), "2026-02-01") in events


@settings(max_examples=12, deadline=None)
@given(batches=st.permutations(range(8)), cut=st.integers(1, 7))
def test_the_sheet_does_not_depend_on_the_order_of_arrival(
    batches: list[int], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clocks = (*GOOD, "08:41", "12:40", "14:20", "17:03")
    folder = tmp_path_factory.mktemp("order")
    small = SmallHall(f"sqlite:///{folder / 'hall.db'}", folder, at(9))
    try:
        with_clock_and_rule(small).clock.set(at(22))
        deliver_punches(small, *(clocks[n] for n in batches[:cut]))
        deliver_punches(small, *(clocks[n] for n in batches[cut - 1 :]))
        assert sheet(small) == "on_time on_time on_time on_time"
    finally:
        small.close()


def test_measured_days_are_computed_again_only_when_something_they_follow_from_changes(
    small: SmallHall,
) -> None:
    tuesday = MONDAY + timedelta(days=1)
    with_clock_and_rule(small).clock.set(at(9, day=tuesday))

    def measure() -> tuple[MeasuredFact, ...]:
        ctx = small.ctx
        return ctx.read(
            lambda c: measured(MeasureRequest(ctx, c, ctx.catalogue(), MONDAY, MONDAY)).facts
        )

    deliver_punches(small, *GOOD[1:])
    missing = measure()
    assert [(f.measure, f.ref) for f in missing if f.staff == CLERK] == [
        ("missing_punch", f"{MONDAY}/{CLERK}/am_in")
    ]
    small.clock.set(at(10, day=tuesday))
    assert measure() is missing
    deliver_punches(small, GOOD[0])
    assert [f.measure for f in measure() if f.staff == CLERK] == ["present_day"]
    small.ctx.write(lambda tx: time_clocks_queries.link(tx, "7", at(13), STAFF["T2"], "test"))
    assert {f.measure for f in measure() if f.staff == CLERK} == {"absent_half"}
