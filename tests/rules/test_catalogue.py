"""Catalogue: look-ups, mandates in force, special days, and the hours that follow from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from server.catalogue import hours
from server.catalogue.hours import Span
from server.catalogue.model import Catalogue, Mandate, OpenLine, Scope
from server.catalogue.workdays import workdays_of
from server.core.working_days import SpecialDay
from support.halls import MONDAY, catalogue, two_sites

HALL = catalogue()
TUESDAY, SATURDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=5)
SPANS = (Span(time(8, 30), time(12)), Span(time(14, 30), time(17, 30)))


def open_line(
    opens: time, closes: time, scope: Scope = Scope.HALL, subject: str = "", day: int = 1
) -> OpenLine:
    return OpenLine(scope, subject, frozenset({day}), opens, closes)


def with_hours(*lines: OpenLine, hall: Catalogue = HALL) -> Catalogue:
    return replace(hall, hours=(*hall.hours, *lines))


def only_hours(*lines: OpenLine) -> Catalogue:
    return replace(HALL, hours=lines)


# Look-ups


def test_everything_is_found_by_its_code() -> None:
    assert HALL.unit_by["tax"] is HALL.units[0]
    assert HALL.item_by["tax-2"] is HALL.items[1]
    assert HALL.window_by["S1"] is HALL.windows[2]
    assert HALL.staff_by["2001"].role == "manager"
    assert HALL.zone_by["west"] is HALL.zones[1]
    assert HALL.class_by["elderly"] is HALL.classes[1]


def test_a_site_is_named_only_in_a_hall_of_several() -> None:
    hall = two_sites()
    assert hall.site_by["north"] is hall.sites[1]
    assert hall.site_beside("east") is hall.sites[0]
    assert hall.site_beside("west") is hall.sites[1]
    assert hall.site_beside("nowhere") is None
    assert replace(hall, sites=hall.sites[:1]).site_beside("east") is None
    assert replace(hall, zones=HALL.zones).site_beside("east") is None
    assert HALL.site_beside("east") is None


def test_items_of_a_unit_in_the_order_of_the_catalogue() -> None:
    assert [item.code for item in HALL.items_of("social")] == ["social-1", "lapsed-1"]


def test_mandates_of_an_item_in_force_on_a_day() -> None:
    second = replace(HALL.mandates[0], code="M9", items=("tax-2", "tax-1"))
    hall = replace(HALL, mandates=(*HALL.mandates, second))
    assert [m.code for m in hall.mandates_of("tax-1", MONDAY)] == ["M1", "M9"]
    assert [m.code for m in hall.mandates_of("tax-2", MONDAY)] == ["M9"]
    assert list(hall.mandates_of("lapsed-1", MONDAY)) == []
    assert list(hall.mandates_of("nothing", MONDAY)) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_mandate_counts_on_its_first_and_last_day(day: date, expected: bool) -> None:
    first, last = date(2026, 1, 1), date(2026, 6, 30)
    mandate = Mandate("M", "tax", first, first, last, ("tax-1",), ("G1",))
    assert mandate.in_force(day) is expected


def test_a_mandate_without_an_end() -> None:
    assert HALL.mandates[0].in_force(date(2099, 1, 1))


def test_the_halls_own_special_day_wins_over_the_states() -> None:
    state, own = SpecialDay(MONDAY, False, "节日"), SpecialDay(MONDAY, True, "值班", 2)
    other = SpecialDay(TUESDAY, False, "节日")
    hall = replace(HALL, state_days=(state, other), special_days=(own,))
    assert hall.special_day(MONDAY) is own
    assert hall.special_day(TUESDAY) is other
    assert hall.special_day(SATURDAY) is None


# Hours


def test_a_span_includes_its_beginning_only() -> None:
    span = SPANS[0]
    moments = {time(8, 29): False, time(8, 30): True, time(11, 59): True, time(12): False}
    assert {moment: span.holds(moment) for moment in moments} == moments


def test_the_weekday_of_a_special_day() -> None:
    days = (SpecialDay(MONDAY, False, ""), SpecialDay(SATURDAY, True, "", 3))
    hall = replace(HALL, special_days=days)
    expected = {MONDAY: None, TUESDAY: 2, SATURDAY: 3}
    assert {day: hours.weekday_of(hall, day) for day in expected} == expected


def test_spans_that_touch_or_overlap_are_merged() -> None:
    hall = only_hours(
        open_line(time(13), time(14)),
        open_line(time(8), time(10)),
        open_line(time(10), time(12)),
        open_line(time(9), time(9, 30)),
        open_line(time(15), time(16), day=2),
    )
    assert hours.hall_spans(hall, MONDAY) == (
        Span(time(8), time(12)),
        Span(time(13), time(14)),
    )


def test_lines_of_a_window_replace_the_halls() -> None:
    hall = with_hours(open_line(time(9), time(10), Scope.WINDOW, "T1"))
    assert hours.window_spans(hall, "T1", MONDAY) == (Span(time(9), time(10)),)
    assert hours.window_spans(hall, "T1", TUESDAY) == ()
    assert hours.window_spans(hall, "T2", MONDAY) == SPANS


def test_lines_of_another_scope_with_the_same_subject_do_not_count() -> None:
    hall = with_hours(open_line(time(9), time(10), Scope.ITEM, "T1"))
    assert hours.window_spans(hall, "T1", MONDAY) == SPANS


def test_an_item_is_served_where_its_hours_and_the_windows_meet() -> None:
    hall = with_hours(
        open_line(time(11), time(15), Scope.ITEM, "tax-1"),
        open_line(time(17), time(20), Scope.ITEM, "tax-1"),
        open_line(time(11), time(18), Scope.WINDOW, "T2"),
    )
    assert hours.item_spans(hall, "tax-1", "T1", MONDAY) == (
        Span(time(11), time(12)),
        Span(time(14, 30), time(15)),
        Span(time(17), time(17, 30)),
    )
    assert hours.item_spans(hall, "tax-1", "T2", MONDAY) == (
        Span(time(11), time(15)),
        Span(time(17), time(18)),
    )
    assert hours.item_spans(hall, "tax-2", "T1", MONDAY) == SPANS


def test_spans_that_only_touch_do_not_meet() -> None:
    hall = with_hours(open_line(time(12), time(14, 30), Scope.ITEM, "tax-1"))
    assert hours.item_spans(hall, "tax-1", "T1", MONDAY) == ()


def test_open_at() -> None:
    assert hours.open_at(SPANS, time(15))
    assert not hours.open_at(SPANS, time(13))
    assert not hours.open_at((), time(13))


def test_the_last_close_is_that_of_the_last_window() -> None:
    assert hours.last_close(HALL, MONDAY) == time(17, 30)
    late = with_hours(open_line(time(9), time(19), Scope.WINDOW, "T2"))
    assert hours.last_close(late, MONDAY) == time(19)
    assert hours.last_close(late, SATURDAY) is None


def test_the_last_close_of_a_hall_whose_windows_all_close_earlier() -> None:
    lines = [open_line(time(9), time(10), Scope.WINDOW, w.code) for w in HALL.windows]
    assert hours.last_close(with_hours(*lines), MONDAY) == time(17, 30)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime.combine(MONDAY, time(8)), datetime.combine(MONDAY, time(8, 30))),
        (datetime.combine(MONDAY, time(8, 30)), datetime.combine(MONDAY, time(14, 30))),
        (datetime.combine(MONDAY, time(18)), datetime.combine(TUESDAY, time(8, 30))),
        (
            datetime.combine(SATURDAY, time(9)),
            datetime.combine(MONDAY + timedelta(days=7), time(8, 30)),
        ),
    ],
)
def test_the_next_time_the_hall_opens(now: datetime, expected: datetime) -> None:
    assert hours.hall_opens(HALL, now) == expected
    assert hours.next_opening(HALL, "tax-1", ["T1"], now) == expected


@pytest.mark.parametrize(("closed_days", "opens"), [(14, True), (15, False)])
def test_the_next_opening_is_looked_for_in_two_weeks(closed_days: int, opens: bool) -> None:
    closed = [SpecialDay(MONDAY + timedelta(days=n), False, "") for n in range(closed_days)]
    daily = OpenLine(Scope.HALL, "", frozenset(range(1, 8)), time(9), time(10))
    hall = replace(HALL, special_days=tuple(closed), hours=(daily,))
    now = datetime.combine(MONDAY, time(12))
    expected = datetime.combine(MONDAY + timedelta(days=14), time(9)) if opens else None
    assert hours.hall_opens(hall, now) == expected
    assert hours.next_opening(hall, "tax-1", ["T1"], now) == expected


def test_the_next_opening_is_the_first_of_all_windows() -> None:
    hall = with_hours(
        open_line(time(11), time(12), Scope.WINDOW, "T1"),
        open_line(time(10), time(12), Scope.WINDOW, "T2"),
    )
    now = datetime.combine(MONDAY, time(9))
    for codes in (["T1", "T2"], ["T2", "T1"]):
        opening = hours.next_opening(hall, "tax-1", iter(codes), now)
        assert opening == datetime.combine(MONDAY, time(10))


def test_the_next_opening_keeps_to_the_hours_of_the_item() -> None:
    hall = with_hours(open_line(time(15), time(16), Scope.ITEM, "tax-1"))
    now = datetime.combine(MONDAY, time(9))
    expected = datetime.combine(MONDAY, time(15))
    assert hours.next_opening(hall, "tax-1", ["T1"], now) == expected


def test_an_item_without_a_window_never_opens() -> None:
    assert hours.next_opening(HALL, "tax-1", [], datetime.combine(MONDAY, time(9))) is None


def test_the_weekdays_of_windows() -> None:
    assert hours.weekdays_of(HALL, ["T1"]) == (1, 2, 3, 4, 5)
    assert hours.weekdays_of(HALL, ["F1"]) == (2,)
    saturday = with_hours(open_line(time(9), time(10), Scope.WINDOW, "T2", day=6))
    assert hours.weekdays_of(saturday, ["F1", "T2"]) == (2, 6)


def test_the_working_week_is_that_of_the_halls_lines() -> None:
    hall = only_hours(
        open_line(time(9), time(10), day=3),
        open_line(time(9), time(10), Scope.WINDOW, "T1", day=6),
    )
    state, own = SpecialDay(MONDAY, True, "", 3), SpecialDay(TUESDAY, True, "", 3)
    hall = replace(hall, state_days=(state,), special_days=(own,))
    weeks = ((date(2026, 1, 1), frozenset({4})),)
    workdays = workdays_of(hall, [2026, 2027], weeks)
    assert workdays.week == frozenset({3})
    assert (workdays.state, workdays.own, workdays.weeks) == ((state,), (own,), weeks)
    assert workdays.years == frozenset({2026, 2027})
    assert workdays_of(hall, []).weeks == ()
