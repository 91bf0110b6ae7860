"""Shift rules: the minutes of a slot, the days and people of a rule, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from server.attendance.shift_rules import (
    Direction,
    RuleScope,
    RuleState,
    ShiftRule,
    SlotRule,
    check,
    clock,
    four_punches,
    minute_of,
    rule_for,
)
from server.core.errors import HallError
from support.summer_rule import DUE, SUMMER, WINDOWS

IN = SlotRule(
    "am_in", "上午签到", Direction.IN, time(8, 30), time(7, 30), time(9, 30), half=1, grace=5
)
OUT = SlotRule(
    "am_out", "上午签退", Direction.OUT, time(12), time(11, 30), time(13, 30), half=1, grace=5
)


def test_seconds_of_a_time_are_dropped() -> None:
    assert minute_of(time(8, 30, 59)) == 510
    assert clock(time(8, 5, 59)) == "08:05"


def test_the_limit_is_the_last_minute_that_is_on_time() -> None:
    assert (IN.limit, OUT.limit) == (515, 715)


@pytest.mark.parametrize(
    ("moment", "minutes"),
    [(time(8, 0), 0), (time(8, 35, 59), 0), (time(8, 36), 6), (time(9, 30), 60)],
)
def test_minutes_late_count_from_the_due_time(moment: time, minutes: int) -> None:
    assert IN.minutes_off(moment) == minutes


@pytest.mark.parametrize(
    ("moment", "minutes"), [(time(12, 30), 0), (time(11, 55), 0), (time(11, 54, 59), 6)]
)
def test_minutes_early_count_to_the_due_time(moment: time, minutes: int) -> None:
    assert OUT.minutes_off(moment) == minutes


def test_the_window_of_a_slot_includes_both_minutes() -> None:
    moments = {time(7, 29, 59): False, time(7, 30): True, time(9, 30, 59): True}
    moments[time(9, 31)] = False
    assert {moment: IN.holds(moment) for moment in moments} == moments


def test_scopes_from_the_narrowest() -> None:
    assert [scope.width for scope in (RuleScope.PERSON, RuleScope.UNIT, RuleScope.HALL)] == [
        0,
        1,
        2,
    ]


FIRST, LAST = SUMMER.valid_from, date(2026, 9, 30)


@pytest.mark.parametrize(
    ("day", "weekday", "changes", "expected"),
    [
        (FIRST, 5, {}, True),
        (date(2026, 4, 30), 4, {}, False),
        (LAST, 3, {}, True),
        (date(2026, 10, 1), 4, {}, False),
        (date(2026, 10, 1), 4, {"valid_to": None}, True),
        (FIRST, 6, {}, False),
        (FIRST, 5, {"state": RuleState.DRAFT}, False),
        (FIRST, 5, {"state": RuleState.WITHDRAWN}, True),
        (date(2026, 6, 1), 1, {"ended_on": date(2026, 6, 2)}, True),
        (date(2026, 6, 2), 2, {"ended_on": date(2026, 6, 2)}, False),
    ],
)
def test_the_days_of_a_rule(
    day: date, weekday: int, changes: dict[str, Any], expected: bool
) -> None:
    assert replace(SUMMER, **changes).holds(day, weekday) is expected


@pytest.mark.parametrize(
    ("scope", "subjects", "expected"),
    [
        (RuleScope.HALL, (), True),
        (RuleScope.UNIT, ("tax",), True),
        (RuleScope.UNIT, ("1001",), False),
        (RuleScope.PERSON, ("1001",), True),
        (RuleScope.PERSON, ("tax",), False),
    ],
)
def test_the_people_of_a_rule(scope: RuleScope, subjects: tuple[str, ...], expected: bool) -> None:
    assert replace(SUMMER, scope=scope, subjects=subjects).is_for("1001", "tax") is expected


def test_of_two_rules_of_one_day_the_one_made_later_applies() -> None:
    older, newer = replace(SUMMER, created_at=1), replace(SUMMER, id="n", created_at=2)
    for rules in ([older, newer], [newer, older]):
        assert rule_for(rules, "1001", "tax", FIRST, 5) is newer


def test_a_rule_that_begins_later_goes_before_one_made_later() -> None:
    begins_later = replace(SUMMER, id="b", valid_from=date(2026, 5, 2), created_at=1)
    made_later = replace(SUMMER, created_at=9)
    assert rule_for([made_later, begins_later], "1001", "tax", date(2026, 5, 4), 1) is begins_later


def test_nobody_has_a_rule_that_is_for_others() -> None:
    other = replace(SUMMER, scope=RuleScope.UNIT, subjects=("build",))
    assert rule_for([other], "1001", "tax", FIRST, 5) is None


# Rules that cannot be applied


def refusal(rule: ShiftRule) -> dict[str, Any]:
    """Return the data of the refusal of a rule."""
    with pytest.raises(HallError) as caught:
        check(rule)
    assert str(caught.value.code) == "rule_invalid"
    return caught.value.data


def slots(*changes: dict[str, Any]) -> ShiftRule:
    """Return the summer rule with its first slots changed."""
    rest = SUMMER.slots[len(changes) :]
    changed = [replace(slot, **each) for slot, each in zip(SUMMER.slots, changes, strict=False)]
    return replace(SUMMER, slots=(*changed, *rest))


def spread(count: int) -> tuple[SlotRule, ...]:
    """Return slots one hour apart."""
    return tuple(
        SlotRule(f"s{n}", f"第{n}次", Direction.IN, time(8 + n), time(8 + n), time(8 + n, 30), 1)
        for n in range(count)
    )


def test_the_most_slots_of_a_day() -> None:
    check(replace(SUMMER, slots=spread(8)))
    assert refusal(replace(SUMMER, slots=spread(9))) == {"reason": "incomplete"}


@pytest.mark.parametrize("changes", [{"name": ""}, {"weekdays": frozenset()}])
def test_a_rule_without_name_or_weekdays(changes: dict[str, Any]) -> None:
    assert refusal(replace(SUMMER, **changes)) == {"reason": "incomplete"}


def test_a_rule_without_slots_frees_its_days() -> None:
    check(replace(SUMMER, slots=()))


def test_a_rule_of_a_single_day() -> None:
    check(replace(SUMMER, valid_to=SUMMER.valid_from))
    check(replace(SUMMER, valid_to=None))
    assert refusal(replace(SUMMER, valid_to=date(2026, 4, 30))) == {"reason": "dates"}


@pytest.mark.parametrize("seconds", [0, 600])
def test_the_bounds_of_the_interval(seconds: int) -> None:
    check(replace(SUMMER, min_interval_seconds=seconds))


@pytest.mark.parametrize("seconds", [-1, 601])
def test_an_interval_out_of_bounds(seconds: int) -> None:
    assert refusal(replace(SUMMER, min_interval_seconds=seconds)) == {"reason": "minutes"}


def test_a_rule_has_subjects_unless_it_is_the_halls() -> None:
    check(replace(SUMMER, scope=RuleScope.UNIT, subjects=("tax",)))
    for changes in ({"subjects": ("tax",)}, {"scope": RuleScope.UNIT}):
        assert refusal(replace(SUMMER, **changes)) == {"reason": "subjects"}


def test_two_slots_with_one_code() -> None:
    assert refusal(slots({"code": "am_out"})) == {"reason": "codes"}


FIRST_SLOT = {"slot": "am_in", "slot_name": "上午签到"}


@pytest.mark.parametrize(
    ("changes", "data"),
    [
        ({"name": ""}, {"slot": "am_in", "slot_name": "", "reason": "incomplete"}),
        ({"code": ""}, {"slot": "", "slot_name": "上午签到", "reason": "incomplete"}),
        ({"half": 0}, {**FIRST_SLOT, "reason": "incomplete"}),
        ({"half": 3}, {**FIRST_SLOT, "reason": "incomplete"}),
        ({"due": time(7, 29)}, {**FIRST_SLOT, "reason": "due"}),
        ({"due": time(9, 31)}, {**FIRST_SLOT, "reason": "due"}),
        ({"grace": 61, "absent_after": 0}, {**FIRST_SLOT, "reason": "due"}),
        ({"grace": -1}, {**FIRST_SLOT, "reason": "minutes"}),
        ({"absent_after": -1}, {**FIRST_SLOT, "reason": "minutes"}),
        ({"grace": 5, "absent_after": 5}, {**FIRST_SLOT, "reason": "minutes"}),
        ({"grace": 5, "absent_after": 1}, {**FIRST_SLOT, "reason": "minutes"}),
    ],
)
def test_a_slot_that_cannot_be_applied(changes: dict[str, Any], data: dict[str, Any]) -> None:
    assert refusal(slots(changes)) == data


@pytest.mark.parametrize(
    "changes",
    [
        {"due": time(7, 30)},
        {"due": time(9, 30)},
        {"grace": 60, "absent_after": 0},
        {"grace": 5, "absent_after": 6},
        {"grace": 0, "absent_after": 1},
    ],
)
def test_the_last_values_of_a_slot_that_can_be_applied(changes: dict[str, Any]) -> None:
    check(slots(changes))


def test_a_slot_to_leave_is_on_time_from_its_limit() -> None:
    check(slots({}, {"grace": 30, "absent_after": 0}))
    wrong = slots({}, {"grace": 31, "absent_after": 0})
    assert refusal(wrong)["reason"] == "due"


SECOND_SLOT = {"slot": "am_out", "slot_name": "上午签退", "reason": "order"}
LONG = {"opens": time(7), "closes": time(14), "absent_after": 0}


@pytest.mark.parametrize(
    "changes",
    [
        ({"opens": time(7, 31)}, {"opens": time(7, 30)}),  # opens later than the next
        ({"closes": time(13, 31)}, {}),  # closes later than the next
        ({"due": time(8, 30)}, {"opens": time(7, 30), "due": time(8, 30)}),  # due at once
        ({"half": 2}, {"half": 1}),
        # Both are on time from 8:30 on, the first for longer than the second.
        (
            LONG | {"direction": Direction.OUT, "due": time(8, 31)},
            LONG | {"direction": Direction.OUT, "due": time(8, 32), "grace": 2},
        ),
        (
            LONG | {"due": time(8, 30), "grace": 3},
            LONG | {"direction": Direction.IN, "due": time(8, 32)},
        ),
    ],
)
def test_slots_that_are_not_in_order(changes: tuple[dict[str, Any], ...]) -> None:
    assert refusal(slots(*changes)) == SECOND_SLOT


@pytest.mark.parametrize(
    "changes",
    [
        ({"opens": time(7, 30)}, {"opens": time(7, 30)}),
        ({"closes": time(13, 30)}, {"closes": time(13, 30)}),
        (
            LONG | {"direction": Direction.OUT, "due": time(8, 31)},
            LONG | {"direction": Direction.OUT, "due": time(8, 32), "grace": 1},
        ),
        (
            LONG | {"due": time(8, 30), "grace": 2},
            LONG | {"direction": Direction.IN, "due": time(8, 32)},
        ),
    ],
)
def test_slots_that_are_just_in_order(changes: tuple[dict[str, Any], ...]) -> None:
    check(replace(SUMMER, slots=slots(*changes).slots[:2]))


def test_the_usual_four_slots() -> None:
    expected = [
        ("am_in", "上午签到", Direction.IN, 1),
        ("am_out", "上午签退", Direction.OUT, 1),
        ("pm_in", "下午签到", Direction.IN, 2),
        ("pm_out", "下午签退", Direction.OUT, 2),
    ]
    made = four_punches(DUE, WINDOWS)
    assert [(slot.code, slot.name, slot.direction, slot.half) for slot in made] == expected
    assert [(slot.due, slot.opens, slot.closes) for slot in made] == [
        (due, *window) for due, window in zip(DUE, WINDOWS, strict=True)
    ]
    assert {(slot.grace, slot.absent_after) for slot in made} == {(0, 30)}
    assert {(s.grace, s.absent_after) for s in four_punches(DUE, WINDOWS, 5, 40)} == {(5, 40)}
