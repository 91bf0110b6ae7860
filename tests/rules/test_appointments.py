"""Rules of appointments: seats, slots, arrivals, cancellations, bars, names and codes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.appointments.rules import (
    ALPHABET,
    CODE_LENGTH,
    LEAST_SECONDS,
    AppointmentState,
    Arrival,
    Plan,
    arrival,
    barred_until,
    bookable_days,
    cancelled_state,
    clock_text,
    code_from,
    figures,
    free_place,
    in_force,
    masked_name,
    minute_of,
    overlap,
    plain_phone,
    read_code,
    to_cancel,
)
from server.core.working_days import SpecialDay, Workdays

PLAN = Plan(
    id="P1",
    n=1,
    name="登记",
    items=("a",),
    groups=("life",),
    valid_from="2026-03-02",
    valid_to="2026-06-30",
    weekdays=frozenset({1, 2, 3, 4, 5}),
    opens=540,
    closes=690,
    step=30,
    share=30,
)
MONDAY = date(2026, 3, 2)


def seats(**more: object) -> tuple[int, int, int]:
    values = {
        "windows": Fraction(2),
        "step": 30,
        "share": 50,
        "services": 30,
        "seconds_in_all": 30 * 600,
        "minutes_unmeasured": 20,
        "first_seats": 1,
    }
    result = figures(**values | more)  # type: ignore[arg-type]
    assert result.most == result.public + result.first
    return result.full, result.public, result.first


def test_seats_are_the_share_of_what_the_windows_can_serve() -> None:
    assert seats() == (6, 3, 1)  # two windows, half an hour, ten minutes a person
    assert seats(share=100) == (6, 6, 0)  # nothing is left to set aside
    assert seats(share=49) == (6, 2, 1)
    assert seats(windows=Fraction(1, 2), share=100) == (1, 1, 0)
    assert seats(windows=Fraction(0)) == (0, 0, 0)
    assert seats(first_seats=9, share=10) == (6, 0, 6)


def test_a_few_services_are_no_measure() -> None:
    assert seats(services=29, seconds_in_all=29 * 600) == (3, 1, 1)
    measured = figures(
        windows=Fraction(1),
        step=60,
        share=100,
        services=30,
        seconds_in_all=30,
        minutes_unmeasured=10,
        first_seats=0,
    )
    assert (measured.is_measured, measured.seconds) == (True, LEAST_SECONDS)
    # Half seconds are rounded up.
    assert (
        figures(
            windows=Fraction(1),
            step=60,
            share=100,
            services=31,
            seconds_in_all=31 * 600 + 16,
            minutes_unmeasured=10,
            first_seats=0,
        ).seconds
        == 601
    )


@given(
    windows=st.fractions(0, 30, max_denominator=4),
    step=st.integers(5, 240),
    share=st.integers(1, 100),
    services=st.integers(0, 2000),
    mean=st.integers(1, 7200),
    first=st.integers(0, 10),
)
def test_seats_never_exceed_what_can_be_served(
    windows: Fraction, step: int, share: int, services: int, mean: int, first: int
) -> None:
    result = figures(
        windows=windows,
        step=step,
        share=share,
        services=services,
        seconds_in_all=services * mean,
        minutes_unmeasured=10,
        first_seats=first,
    )
    assert 0 <= result.public <= result.most <= result.full
    assert result.full * result.seconds <= windows * step * 60
    assert result.public * 100 <= windows * step * 60 * share / result.seconds
    more = figures(
        windows=windows + 1,
        step=step,
        share=share,
        services=services,
        seconds_in_all=services * mean,
        minutes_unmeasured=10,
        first_seats=first,
    )
    assert more.public >= result.public


def test_a_plan_has_whole_slots_on_its_days() -> None:
    assert [clock_text(start) for start in PLAN.starts()] == [
        "09:00",
        "09:30",
        "10:00",
        "10:30",
        "11:00",
    ]
    assert replace(PLAN, closes=689).starts()[-1] == 630
    assert replace(PLAN, closes=569).starts() == ()
    assert PLAN.holds_on("2026-03-02", 1)
    assert PLAN.holds_on("2026-06-30", 5)
    assert not PLAN.holds_on("2026-03-01", 1)
    assert not PLAN.holds_on("2026-07-01", 1)
    assert not PLAN.holds_on("2026-03-07", 6)
    assert not PLAN.holds_on("2026-03-02", None)
    assert not replace(PLAN, active=False).holds_on("2026-03-02", 1)
    assert PLAN.covers("a", "")
    assert PLAN.covers("b", "life")
    assert not PLAN.covers("b", "work")


def test_the_newest_version_that_has_begun_decides() -> None:
    later = replace(PLAN, n=2, valid_from="2026-04-01", share=50)
    end = replace(PLAN, n=3, valid_from="2026-05-01", active=False)
    versions = [end, PLAN, later]
    assert in_force(versions, "2026-03-31") == [PLAN]
    assert in_force(versions, "2026-04-01") == [later]
    assert in_force(versions, "2026-05-01") == []
    assert in_force([PLAN], "2026-06-30") == [PLAN]
    assert in_force([PLAN], "2026-07-01") == []
    assert in_force([PLAN], "2026-03-01") == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"valid_from": "2026-06-30", "valid_to": "2026-07-30"}, True),
        ({"valid_from": "2026-07-01", "valid_to": "2026-07-30"}, False),
        ({"valid_from": "2026-01-01", "valid_to": "2026-03-01"}, False),
        ({"weekdays": frozenset({5, 6})}, True),
        ({"weekdays": frozenset({6, 7})}, False),
        ({"opens": 690, "closes": 800}, False),
        ({"opens": 689, "closes": 800}, True),
        ({"opens": 400, "closes": 540}, False),
        ({"opens": 400, "closes": 541}, True),
        ({"active": False}, False),
    ],
)
def test_plans_overlap_in_days_and_hours(change: dict[str, object], expected: bool) -> None:
    other = replace(PLAN, id="P2", **change)  # type: ignore[arg-type]
    assert overlap(PLAN, other) is expected
    assert overlap(other, PLAN) is expected


def test_days_ahead_are_working_days() -> None:
    makeup = SpecialDay(date(2026, 3, 7), opens=True, note="调休", like_weekday=1)
    calendar = Workdays(own=(makeup, SpecialDay(date(2026, 3, 4), opens=False, note="停电")))
    days = [day.isoformat()[-2:] for day in bookable_days(calendar, MONDAY, 1, 5)]
    assert days == ["03", "05", "06", "07", "09"]
    assert bookable_days(calendar, MONDAY, 0, 1) == [MONDAY, MONDAY + timedelta(days=1)]
    sunday = MONDAY - timedelta(days=1)
    assert bookable_days(calendar, sunday, 0, 1) == [MONDAY]
    assert bookable_days(calendar, MONDAY, 3, 2) == []


def test_a_place_is_free_below_the_number_of_seats() -> None:
    assert free_place(set(), 1) == 1
    assert free_place({1, 3}, 3) == 2
    assert free_place({1, 2, 3}, 3) is None
    assert free_place({5, 6}, 2) is None  # a plan that was made smaller takes nothing away
    assert free_place({5}, 2) == 1
    assert free_place(set(), 0) is None


@given(st.sets(st.integers(1, 30)), st.integers(0, 30))
def test_a_free_place_is_new_and_keeps_the_sum(places: set[int], most: int) -> None:
    place = free_place(places, most)
    assert (place is None) is (len(places) >= most)
    if place is not None:
        assert place not in places
        assert 1 <= place <= len(places) + 1


def test_cancelling_in_time_ends_some_hours_before() -> None:
    assert cancelled_state(120, 2) is AppointmentState.CANCELLED
    assert cancelled_state(119, 2) is AppointmentState.LATE_CANCELLED
    assert cancelled_state(1, 0) is AppointmentState.CANCELLED


def test_arrivals_are_early_in_time_or_late() -> None:
    start = minute_of("09:30")
    at = {minute_of(text): text for text in ("09:14", "09:15", "09:45", "09:46")}
    assert [arrival(minute, start, 15, 15) for minute in at] == [
        Arrival.EARLY,
        Arrival.ON_TIME,
        Arrival.ON_TIME,
        Arrival.LATE,
    ]


def days(*ahead: int) -> list[date]:
    return [MONDAY + timedelta(days=n) for n in ahead]


def test_four_misses_in_thirty_days_bar_for_thirty() -> None:
    assert barred_until(days(0, 1, 2), 4, 30, 30) is None
    assert barred_until(days(0, 10, 20, 29), 4, 30, 30) == MONDAY + timedelta(days=59)
    assert barred_until(days(0, 10, 20, 30), 4, 30, 30) is None
    assert barred_until(days(29, 0, 20, 10), 4, 30, 30) == MONDAY + timedelta(days=59)
    # A fifth one begins the time anew.
    assert barred_until(days(0, 1, 2, 3, 20), 4, 30, 30) == MONDAY + timedelta(days=50)
    assert barred_until(days(0, 0), 2, 1, 7) == MONDAY + timedelta(days=7)
    assert barred_until(days(0, 1), 2, 1, 7) is None
    assert barred_until(days(0, 1), 0, 30, 30) is None
    assert barred_until(days(5), 1, 30, 30) == MONDAY + timedelta(days=35)


@given(
    st.lists(st.integers(0, 90), max_size=12),
    st.integers(1, 5),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_a_bar_follows_from_some_span_of_days(
    ahead: list[int], most: int, within: int, length: int
) -> None:
    until = barred_until(days(*ahead), most, within, length)
    ends = [last for last in ahead if sum(last - within < day <= last for day in ahead) >= most]
    expected = MONDAY + timedelta(days=max(ends) + length) if ends else None
    assert until == expected


@given(st.lists(st.integers(0, 9), max_size=9), st.integers(0, 9))
def test_the_latest_booked_are_cancelled(times: list[int], full: int) -> None:
    booked = [(at, f"B{n}") for n, at in enumerate(times)]
    names = set(to_cancel(booked, full))
    assert len(names) == max(0, len(booked) - full)
    stay = [at for at, name in booked if name not in names]
    assert max(stay, default=0) <= min((at for at, name in booked if name in names), default=9)


def test_a_name_shows_its_surname_only() -> None:
    expected = {
        "张三": "张*",
        "张三丰": "张**",
        "欧阳锋": "欧阳*",
        "欧阳修文": "欧阳**",
        "欧阳": "欧*",
        "张": "张*",
        "古丽巴哈尔": "古**",
        "John Smith": "J**",
        " 张 三 ": "张*",
    }
    assert {name: masked_name(name) for name in expected} == expected


@given(st.text(min_size=1, max_size=40))
def test_a_masked_name_is_short(name: str) -> None:
    masked = masked_name(name)
    assert masked.endswith("*")
    assert len(masked) <= 4


def test_telephones_are_compared_by_their_digits() -> None:
    for text in ("13900001234", "139 0000 1234", "+86 139-0000-1234", "１３９００００１２３４"):
        assert plain_phone(text) == "13900001234"
    assert plain_phone("0374-1234567") == "03741234567"
    assert plain_phone("123456") == ""
    assert plain_phone("1390000123456") == ""


def test_clock_texts_are_read_back() -> None:
    assert all(minute_of(clock_text(minute)) == minute for minute in range(1440))
    for text in ("24:00", "09:60", "9:30", "0930", "", "０９:30", "-1:30", "09:3a", "09:300"):
        assert minute_of(text) == -1


@given(st.integers(0, 2**96 - 1))
def test_codes_are_read_as_people_type_them(value: int) -> None:
    code = code_from(value)
    assert len(code) == CODE_LENGTH
    assert not set(code) - set(ALPHABET)
    assert read_code(f" {code[:4].lower()}-{code[4:]} ") == code


def test_other_texts_are_no_codes() -> None:
    for text in ("", "7K2M", "7K2MHT4O", "7K2MHT4WX", "A012"):
        assert read_code(text) == ""
    letters = Counter("".join(code_from(n) for n in range(len(ALPHABET) ** 2)))
    assert set(letters) == set(ALPHABET)
