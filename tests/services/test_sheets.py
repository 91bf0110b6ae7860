"""Day sheets from the books: punches in any order, fingers that change hands, readers that owe."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.attendance.shifts import RuleScope
from server.domain.attendance.verdicts import State
from server.domain.errors import Code, HallError
from server.services.attendance import rules
from server.services.attendance.sheets import day_sheets
from server.services.bus import AttendanceChanged
from server.services.readers_hand import Sheet, Signature, answer_sheet, take_sheet
from server.storage import readers, shift_rules
from support.halls import MONDAY, STAFF, SmallHall, at
from support.sheets import BOSS, CLERK, GOOD, READER, RULE, ready, start, take


def sheet(small: SmallHall, day: date = MONDAY, staff: str = CLERK) -> str:
    """A person's day in short."""
    found = small.ctx.read(lambda c: day_sheets(small.ctx, c, day, day, {staff}))
    assert [one.staff for one in found] == [staff]
    return " ".join(v.state.value + (str(v.minutes) if v.minutes else "") for v in found[0].slots)


def test_a_day_is_read_from_the_books(small: SmallHall) -> None:
    ready(small).clock.set(at(22))
    take(small, *GOOD)
    assert sheet(small) == "on_time on_time on_time on_time"
    assert sheet(small, staff=STAFF["T2"]) == "missing missing missing missing"


def test_punches_that_come_late_and_in_any_order_give_the_same_sheet(small: SmallHall) -> None:
    ready(small).clock.set(at(22))
    take(small, "17:31", "12:02")
    take(small, "13:55")
    assert sheet(small).startswith("missing")
    take(small, "08:20", "17:31")
    assert sheet(small) == "on_time on_time on_time on_time"


def test_nothing_is_missing_while_a_reader_owes_its_punches(small: SmallHall) -> None:
    ready(small, delivered=at(10)).clock.set(at(22))
    take(small, "08:20")
    assert sheet(small) == "on_time pending pending pending"
    small.ctx.write(lambda tx: readers.change(tx, READER, delivered_until=at(14, 31)))
    assert sheet(small) == "on_time missing missing pending"
    small.ctx.write(lambda tx: readers.change(tx, READER, state="out"))
    assert sheet(small) == "on_time missing missing missing"


def test_a_finger_that_changes_hands_leaves_the_past_where_it_was(small: SmallHall) -> None:
    ready(small).clock.set(at(22))
    take(small, *GOOD[:2])
    small.ctx.write(lambda tx: readers.link(tx, "7", at(13), STAFF["T2"], "test"))
    take(small, *GOOD[2:])
    assert sheet(small) == "on_time on_time missing missing"
    assert sheet(small, staff=STAFF["T2"]) == "missing missing on_time on_time"


def test_a_signature_on_the_sheet_counts_like_a_finger(small: SmallHall) -> None:
    ready(small).clock.set(at(22))
    take(small, *GOOD[1:])
    assert sheet(small).startswith("missing")
    signed = Sheet(MONDAY, "停电", STAFF["T2"], [Signature(CLERK, time(8, 25))])
    made = take_sheet(small.ctx, BOSS, small.key(), signed)
    assert sheet(small).startswith("missing")
    answer_sheet(small.ctx, small.clerk("T2"), small.key(), made, True, "")
    assert sheet(small) == "on_time on_time on_time on_time"


def test_a_rest_day_is_no_absence_and_days_to_come_have_no_sheet(small: SmallHall) -> None:
    ready(small).clock.set(at(22))
    sunday = MONDAY - timedelta(days=1)
    assert sheet(small, sunday) == ""
    tomorrow = MONDAY + timedelta(days=1)
    assert small.ctx.read(lambda c: day_sheets(small.ctx, c, tomorrow, tomorrow)) == []


def test_a_rule_in_force_is_only_followed_never_changed(small: SmallHall) -> None:
    ready(small).clock.set(at(22))
    take(small, *GOOD)
    later = replace(RULE, name="夏季", valid_from=MONDAY + timedelta(days=1))
    made = start(small, later)
    assert sheet(small) == "on_time on_time on_time on_time"
    early = replace(RULE, name="早", valid_from=MONDAY - timedelta(days=7))
    with pytest.raises(HallError) as refused:
        start(small, early)
    assert (refused.value.code, refused.value.data["state"]) == (Code.RULE_STATE, "past")
    rules.withdraw(small.ctx, BOSS, small.key(), made, MONDAY + timedelta(days=30))
    with pytest.raises(HallError) as refused:
        rules.withdraw(small.ctx, BOSS, small.key(), made, MONDAY + timedelta(days=40))
    assert refused.value.code is Code.RULE_STATE


def test_a_rule_names_only_people_that_there_are(small: SmallHall) -> None:
    stranger = replace(RULE, scope=RuleScope.PERSON, subjects=("nobody",))
    with pytest.raises(HallError) as refused:
        rules.draft(small.ctx, BOSS, small.key(), stranger)
    assert refused.value.code is Code.RULE_INVALID


def test_a_trial_says_what_would_change_and_keeps_nothing(small: SmallHall) -> None:
    ready(small).clock.set(at(22))
    take(small, *GOOD)
    eight = replace(RULE.slots[0], due=time(8, 15))
    tried = replace(RULE, name="八点一刻", slots=(eight, *RULE.slots[1:]))
    found = small.ctx.read(lambda c: rules.trial(small.ctx, c, tried, MONDAY, MONDAY))
    assert [person.staff for person in found] == [CLERK]
    change = found[0].changes[0]
    assert change.before is not None
    assert change.after is not None
    assert (change.before.state, change.after.state, change.after.minutes) == (
        State.ON_TIME,
        State.LATE,
        5,
    )
    assert sheet(small) == "on_time on_time on_time on_time"
    assert len(small.ctx.read(lambda c: shift_rules.every(c, small.ctx.hall_id))) == 1


def test_a_rule_put_in_force_is_told(small: SmallHall) -> None:
    heard: list[object] = []
    small.ctx.bus.subscribe(heard.append)
    start(small, RULE)
    assert AttendanceChanged((), (), "2026-02-01") in heard


@settings(max_examples=12, deadline=None)
@given(batches=st.permutations(range(8)), cut=st.integers(1, 7))
def test_the_sheet_does_not_depend_on_the_order_of_arrival(
    batches: list[int], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = (*GOOD, "08:41", "12:40", "14:20", "17:03")
    folder = tmp_path_factory.mktemp("order")
    small = SmallHall(f"sqlite:///{folder / 'hall.db'}", folder, at(9))
    try:
        ready(small).clock.set(at(22))
        take(small, *(told[n] for n in batches[:cut]))
        take(small, *(told[n] for n in batches[cut - 1 :]))
        assert sheet(small) == "on_time on_time on_time on_time"
    finally:
        small.close()
