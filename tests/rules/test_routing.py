"""Routing: the windows that serve an item at a time of the day, or the case why there is none.

The small hall is open from 8:30 to 12:00 and from 14:30 to 17:30. Tax has the windows T1 and T2,
and G1 and G2 by a mandate; social is served by mandate only; fire (F1) is open on Tuesday mornings.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from server.catalogue.model import Catalogue, OpenLine, Scope, Window
from server.core.working_days import SpecialDay
from server.queue import routing
from server.queue.routing import WindowSession
from support.halls import MONDAY
from support.small_routes import (
    GENERAL,
    HALL,
    TAX,
    moment,
    refusal,
    route,
    sessions,
    with_hours,
)


def with_window(code: str, **changes: Any) -> Catalogue:
    """Return the hall with one window changed."""
    windows = [replace(w, **changes) if w.code == code else w for w in HALL.windows]
    return replace(HALL, windows=tuple(windows))


# Windows that are entitled to an item


def test_a_unit_is_served_at_its_own_windows_and_at_those_it_authorised() -> None:
    assert route("tax-1").today == TAX


def test_an_item_without_a_mandate_is_served_at_the_units_windows_only() -> None:
    assert route("tax-2").today == ("T1", "T2")


def test_an_item_may_be_served_by_mandate_only() -> None:
    assert route("social-1").today == GENERAL


def test_a_mandate_that_has_ended_entitles_no_window() -> None:
    assert refusal("lapsed-1") == ("no_window", {"item": "lapsed-1"})


def test_a_window_with_named_items_serves_no_other_item_of_its_unit() -> None:
    hall = with_window("T2", items=("tax-2",))
    assert route("tax-1", hall=hall).today == ("T1", *GENERAL)
    assert route("tax-2", hall=hall).today == ("T1", "T2")


def test_a_window_serves_no_item_of_another_unit_that_happens_to_be_named() -> None:
    hall = with_window("S1", items=("tax-2",))
    assert route("tax-2", hall=hall).today == ("T1", "T2")


def test_a_comprehensive_window_needs_a_mandate_even_for_a_unit_it_names() -> None:
    assert route("tax-2", hall=with_window("G1", units=("tax",))).today == ("T1", "T2")


def test_a_specialised_window_is_not_entitled_by_a_mandate() -> None:
    mandates = tuple(replace(m, windows=("G1", "S1")) for m in HALL.mandates)
    assert route("tax-1", hall=replace(HALL, mandates=mandates)).today == ("T1", "T2", "G1")


@pytest.mark.parametrize(
    ("window", "item", "expected"),
    [
        ("T1", "tax-1", True),
        ("G1", "tax-1", True),
        ("G1", "tax-2", False),
        ("S1", "tax-1", False),
        ("S1", "build-1", True),
        ("S1", "ask-1", True),  # for consultation only: its unit's window advises
        ("G1", "ask-1", False),
        ("G1", "lapsed-1", False),
    ],
)
def test_entitled(window: str, item: str, expected: bool) -> None:
    now = moment(10)
    place, errand = HALL.window_by[window], HALL.item_by[item]
    assert routing.entitled(HALL, place, errand, now) is expected
    assert routing.can_serve(HALL, place, errand, now) is expected


def test_a_window_is_entitled_at_night_but_cannot_serve() -> None:
    window, item = HALL.window_by["T1"], HALL.item_by["tax-1"]
    assert routing.entitled(HALL, window, item, moment(23))
    assert not routing.can_serve(HALL, window, item, moment(23))


def test_a_window_with_hours_of_its_own_cannot_serve_in_the_halls() -> None:
    window, item = HALL.window_by["F1"], HALL.item_by["fire-1"]
    assert not routing.can_serve(HALL, window, item, moment(10))
    assert routing.can_serve(HALL, window, item, moment(10, day=MONDAY + timedelta(days=1)))


def test_an_item_with_hours_of_its_own_is_served_within_them_only() -> None:
    line = OpenLine(Scope.ITEM, "tax-1", frozenset({1}), time(9), time(10))
    hall = with_hours(line)
    window, item = hall.window_by["T1"], hall.item_by["tax-1"]
    expected = {8: False, 9: True, 10: False}
    assert {h: routing.can_serve(hall, window, item, moment(h)) for h in expected} == expected


def test_an_item_of_another_catalogue_is_judged_by_the_catalogue_given() -> None:
    older = replace(HALL.item_by["tax-1"], unit="build")
    assert [w.code for w in routing.windows_for(HALL, older, moment(10))] == ["S1", *GENERAL]
    assert [w.code for w in routing.windows_for(HALL, HALL.item_by["tax-1"], moment(10))] == (
        list(TAX)
    )


def test_the_entitled_windows_follow_the_day() -> None:
    item = HALL.item_by["lapsed-1"]
    in_force = moment(10, day=date(2025, 6, 2))
    for _ in range(2):
        assert [w.code for w in routing.windows_for(HALL, item, in_force)] == list(GENERAL)
        assert routing.windows_for(HALL, item, moment(10)) == ()


def test_the_entitled_windows_of_a_day_are_computed_once() -> None:
    hall = replace(HALL)
    item, now = hall.item_by["tax-1"], moment(10)
    routing.windows_for(hall, item, now)
    cached = hall.entitled_windows[item.code, now.date()]
    routing.windows_for(hall, item, now)
    assert hall.entitled_windows[item.code, now.date()] is cached


def test_the_cache_of_entitled_windows_is_emptied_when_it_is_full() -> None:
    hall = replace(HALL)
    item = hall.item_by["tax-1"]
    first = date(2026, 1, 1).toordinal()
    for n in range(routing.MOST_CACHED):
        hall.entitled_windows[item.code, date.fromordinal(first + n)] = {}
    later = moment(10, day=date.fromordinal(first + routing.MOST_CACHED))
    assert [w.code for w in routing.windows_for(hall, item, later)] == list(TAX)
    assert list(hall.entitled_windows) == [(item.code, later.date())]


# Windows that serve it now


def test_windows_that_are_staffed_serve_now() -> None:
    assert route(staffed=sessions("T2", "G1", "S1")).now == ("T2", "G1")


def test_a_paused_window_does_not_serve_now() -> None:
    assert route(staffed=sessions("T1", "T2", paused=["T1"])).now == ("T2",)


def test_a_closed_window_does_not_serve_now_but_today() -> None:
    lines = [OpenLine(Scope.WINDOW, "T1", frozenset({1}), time(14), time(17))]
    assert route(hall=with_hours(*lines)).now == ("T2", *GENERAL)
    assert route(hall=with_hours(*lines)).today == TAX


def test_the_route_closes_with_the_last_of_its_windows() -> None:
    late = OpenLine(Scope.WINDOW, "T1", frozenset({1}), time(9), time(13))
    assert route(hall=with_hours(late)).closes == moment(13)
    assert route(hall=with_hours(late), staffed=sessions("T1", "T2", paused=["T1"])).closes == (
        moment(12)
    )


def test_nobody_signed_in_names_the_windows_that_are_open() -> None:
    assert refusal(staffed=sessions("S1")) == ("nobody_signed_in", {"windows": list(TAX)})


# The time of the day


@pytest.mark.parametrize(
    ("now", "case"),
    [
        (moment(8, 9, second=59), "not_yet_open"),
        (moment(12), "closed_break"),
        (moment(14, 19, second=59), "closed_break"),
        (moment(11, 45, second=1), "after_last_ticket"),
        (moment(17, 15, second=1), "after_last_ticket"),
        (moment(17, 30), "after_last_ticket"),
        (moment(23), "after_last_ticket"),
    ],
)
def test_outside_the_hours_for_tickets(now: datetime, case: str) -> None:
    assert refusal(now=now)[0] == case


@pytest.mark.parametrize(
    ("now", "closes"),
    [
        (moment(8, 10), moment(12)),  # 20 minutes before the hall opens
        (moment(11, 45), moment(12)),  # 15 minutes before it closes
        (moment(14, 20), moment(17, 30)),  # 10 minutes before the break ends
        (moment(17, 15), moment(17, 30)),
    ],
)
def test_first_and_last_minute_for_tickets(now: datetime, closes: datetime) -> None:
    assert route(now=now).closes == closes


def test_an_item_with_hours_of_its_own_has_tickets_for_them_only() -> None:
    hall = with_hours(OpenLine(Scope.ITEM, "tax-1", frozenset({1, 3}), time(9), time(10)))
    assert route(hall=hall, now=moment(9)).closes == moment(10)
    assert refusal(hall=hall, now=moment(8, 35))[0] == "not_yet_open"
    assert refusal(hall=hall, now=moment(11))[1]["next"] == "2026-03-04T09:00"


def test_a_window_that_stays_open_gives_tickets_for_longer() -> None:
    late = OpenLine(Scope.WINDOW, "T2", frozenset({1}), time(9), time(13))
    now = moment(11, 50)
    assert route(now=now, hall=with_hours(late)).closes == moment(13)


def test_a_closed_day_of_the_window_is_another_day() -> None:
    case, data = refusal("fire-1")
    assert case == "other_day"
    assert data == {"item": "fire-1", "next": "2026-03-03T08:30", "weekdays": [2]}


def test_a_closed_day_of_the_hall() -> None:
    case, data = refusal(now=moment(10, day=MONDAY + timedelta(days=5)))
    assert case == "closed_today"
    assert data == {"item": "tax-1", "next": "2026-03-09T08:30", "weekdays": [1, 2, 3, 4, 5]}


def test_a_refusal_during_the_break_names_the_end_of_the_break() -> None:
    assert refusal(now=moment(13))[1]["next"] == "2026-03-02T14:30"


def test_a_refusal_in_the_last_minutes_names_the_next_span() -> None:
    assert refusal(now=moment(11, 50))[1]["next"] == "2026-03-02T14:30"
    assert refusal(now=moment(17, 20))[1] == {
        "item": "tax-1",
        "next": "2026-03-03T08:30",
        "weekdays": [1, 2, 3, 4, 5],
    }


def test_a_hall_that_stays_closed_names_no_opening() -> None:
    closed = [SpecialDay(MONDAY + timedelta(days=n), opens=False, note="") for n in range(20)]
    data = refusal(hall=replace(HALL, special_days=tuple(closed)))[1]
    assert data["next"] is None


def test_between_the_hours_of_two_windows_it_is_a_break() -> None:
    lines = [
        OpenLine(Scope.WINDOW, code, frozenset({1}), opens, closes)
        for code, opens, closes in (
            ("T1", time(8), time(9)),
            ("T2", time(10), time(11)),
            ("G1", time(8), time(9)),
            ("G2", time(10), time(11)),
        )
    ]
    hall = with_hours(*lines)
    cases = [refusal(now=moment(hour, 30), hall=hall)[0] for hour in (7, 9, 11)]
    assert cases == ["not_yet_open", "closed_break", "after_last_ticket"]
    assert refusal(now=moment(11), hall=hall)[0] == "after_last_ticket"


# Items that are not offered in this hall


def test_an_unknown_item() -> None:
    assert refusal("tax-9") == ("item_unknown", {"item": "tax-9"})


def test_a_unit_that_has_withdrawn_says_where_it_is() -> None:
    assert refusal("tobacco-1") == (
        "unit_withdrawn",
        {
            "item": "tobacco-1",
            "unit": "单位tobacco",
            "unit_en": "Unit tobacco",
            "place": "北街一号",
            "place_en": "1 North Street",
            "phone": "",
        },
    )


def test_a_unit_elsewhere_says_where_it_is() -> None:
    case, data = refusal("cars-1")
    assert (case, data["unit"], data["place"]) == ("elsewhere", "单位cars", "北街一号")


def ask(unit: str, hall: Catalogue = HALL) -> Catalogue:
    """Return the hall with the consultation item at another unit."""
    items = (replace(i, unit=unit) if i.code == "ask-1" else i for i in hall.items)
    return replace(hall, items=tuple(items))


@pytest.mark.parametrize(
    ("hall", "windows"),
    [
        (HALL, ("S1",)),
        (with_window("S1", items=("build-1",)), ("S1",)),  # no window names the item
        (ask("tax", with_window("T2", items=("ask-1",))), ("T1", "T2")),
        (ask("tax", with_window("T2", items=("tax-2",))), ("T1",)),
        (ask("social"), GENERAL),  # its mandates name other items
    ],
)
def test_an_item_for_consultation_has_numbers_for_the_windows_that_advise(
    hall: Catalogue, windows: tuple[str, ...]
) -> None:
    assert route("ask-1", hall=hall).now == windows


def test_a_lapsed_mandate_lets_no_window_advise() -> None:
    mandates = tuple(m for m in HALL.mandates if m.code == "M3")
    assert refusal("ask-1", hall=replace(ask("social"), mandates=mandates))[0] == "consult_only"


def test_without_an_advising_window_an_item_for_consultation_says_who_accepts_it() -> None:
    assert refusal("ask-1", hall=with_window("S1", units=("fire",))) == (
        "consult_only",
        {
            "item": "ask-1",
            "unit": "单位build",
            "unit_en": "Unit build",
            "phone": "",
            "advice": "到二楼",
            "advice_en": "Second floor",
        },
    )


def test_the_units_phone_is_in_the_refusal() -> None:
    units = tuple(replace(u, phone="0470-12345") for u in HALL.units)
    assert refusal("cars-1", hall=replace(HALL, units=units))[1]["phone"] == "0470-12345"


# Look-ups beside the route


def test_a_person_may_sign_in_to_the_windows_on_the_list_only() -> None:
    clerk = next(staff for staff in HALL.staff if staff.windows == ("T1",))
    assert routing.allowed_at(clerk, HALL.window_by["T1"])
    assert not routing.allowed_at(clerk, HALL.window_by["T2"])


def test_windows_of_a_unit() -> None:
    assert [window.code for window in routing.unit_windows(HALL, "tax")] == ["T1", "T2"]


def test_windows_for_an_item_are_whole_windows_of_the_day() -> None:
    expected: list[Window] = [HALL.window_by[code] for code in TAX]
    assert list(routing.windows_for(HALL, HALL.item_by["tax-1"], moment(3))) == expected


@pytest.mark.parametrize(
    ("item", "staffed", "expected"),
    [
        ("tax-1", sessions("T1", "G1"), False),
        ("tax-1", sessions("G1"), True),
        ("tax-1", sessions("G1", "S1"), True),
        ("tax-1", sessions("T1", "G1", paused=["T1"]), False),  # a pause is short
        ("social-1", sessions("T1", "G1"), True),
    ],
)
def test_only_comprehensive_windows_serve_an_item(
    item: str, staffed: dict[str, WindowSession], expected: bool
) -> None:
    errand = HALL.item_by[item]
    assert routing.only_comprehensive(HALL, errand, moment(10), staffed) is expected


def test_servers_are_entitled_staffed_and_unpaused() -> None:
    staffed = sessions("T1", "T2", "G2", "S1", paused=["T2"])
    assert routing.servers(HALL, HALL.item_by["tax-1"], moment(10), staffed) == ("T1", "G2")


def test_a_session_is_not_paused_unless_it_says_so() -> None:
    assert not WindowSession("T1", "1001").paused
