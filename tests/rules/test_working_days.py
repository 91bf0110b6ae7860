"""Working days from the calendar, the hall's own days and the week; and their count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import OpenLine, Scope
from server.catalogue.workdays import workdays_of
from server.core.working_days import SpecialDay, Workdays, is_overdue
from support.halls import MONDAY, catalogue

SATURDAY, SUNDAY = MONDAY + timedelta(days=5), MONDAY + timedelta(days=6)
HOLIDAY = SpecialDay(MONDAY, False, "节日")
MADE_UP = SpecialDay(SUNDAY, True, "调休上班", 3)


@pytest.mark.parametrize(
    ("day", "weekday"),
    [
        (MONDAY, None),
        (MONDAY + timedelta(days=1), 2),
        (SATURDAY, None),
        (SUNDAY, 3),
    ],
)
def test_the_weekday_whose_rule_applies(day: date, weekday: int | None) -> None:
    assert Workdays((HOLIDAY, MADE_UP)).weekday(day) == weekday


def test_the_halls_own_day_wins_over_the_states() -> None:
    own = (SpecialDay(SUNDAY, False, "本厅盘点"), SpecialDay(MONDAY, True, "本厅值班", 1))
    workdays = Workdays((HOLIDAY, MADE_UP), own)
    assert (workdays.weekday(MONDAY), workdays.weekday(SUNDAY)) == (1, None)
    assert workdays.statutory().weekday(SUNDAY) == 3


def test_ticket_hours_and_attendance_see_the_same_days() -> None:
    book = replace(catalogue(), state_days=(HOLIDAY, MADE_UP))
    workdays = workdays_of(book, [2026])
    for ahead in range(14):
        day = MONDAY + timedelta(days=ahead)
        assert bool(catalogue_hours.hall_spans(book, day)) is workdays.works(day), day


def test_a_hall_open_on_saturdays_works_on_saturdays() -> None:
    line = OpenLine(Scope.HALL, "", frozenset({6}), time(9), time(12))
    book = replace(catalogue(), hours=(*catalogue().hours, line))
    assert workdays_of(book, []).weekday(SATURDAY) == 6
    assert workdays_of(replace(book, hours=()), []).weekday(SATURDAY) is None


def test_the_week_that_was_in_force_on_a_day() -> None:
    first, second = frozenset({1, 6}), frozenset({2})
    weeks = ((MONDAY, first), (SUNDAY, second))
    workdays = Workdays(week=frozenset({3}), weeks=weeks)
    before, sunday_before = MONDAY - timedelta(days=7), MONDAY - timedelta(days=1)
    expected = {before: first, sunday_before: first, MONDAY: first, SATURDAY: first, SUNDAY: second}
    assert {day: workdays.week_of(day) for day in expected} == expected
    assert workdays.weekday(SATURDAY) == 6
    assert workdays.weekday(MONDAY + timedelta(days=7)) is None
    assert Workdays(week=frozenset({3})).week_of(MONDAY) == frozenset({3})


def test_the_special_day_of_a_date() -> None:
    workdays = Workdays((HOLIDAY,), (MADE_UP,))
    assert workdays.special(MONDAY) is HOLIDAY
    assert workdays.special(SUNDAY) is MADE_UP
    assert workdays.special(SATURDAY) is None


def test_the_days_by_law_know_no_days_of_the_hall() -> None:
    workdays = Workdays((HOLIDAY,), (MADE_UP,), frozenset({3}), frozenset({2026}))
    assert workdays.statutory() == Workdays(
        (HOLIDAY,), (), frozenset({1, 2, 3, 4, 5}), frozenset({2026})
    )


def test_working_days_are_counted() -> None:
    workdays = Workdays((HOLIDAY, MADE_UP), years=frozenset({2026}))
    assert workdays.count(MONDAY, SUNDAY) == 5
    assert workdays.after(MONDAY, 0) == MONDAY
    assert workdays.after(MONDAY, 5) == SUNDAY
    assert workdays.known(2026)
    assert not workdays.known(2027)
    with pytest.raises(ValueError, match="working days"):
        Workdays(week=frozenset()).after(MONDAY, 1)


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
specials = st.lists(st.builds(SpecialDay, days, st.booleans(), st.just("x")), max_size=20)


@given(specials, days, st.integers(0, 40))
def test_after_and_count_agree(special: list[SpecialDay], day: date, ahead: int) -> None:
    workdays = Workdays(tuple(special))
    end = workdays.after(day, ahead)
    assert workdays.count(day + timedelta(days=1), end) == ahead
    assert ahead == 0 or workdays.works(end)


def test_a_day_is_overdue_from_the_next_one_on() -> None:
    assert not is_overdue("2026-03-09", date(2026, 3, 9))
    assert is_overdue("2026-03-09", date(2026, 3, 10))
    assert not is_overdue("", date(2030, 1, 1))
