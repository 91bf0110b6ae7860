"""Rules of a hall in several buildings: routing, lanes, candidates, forecast, where a number is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.clock import instant
from server.core.errors import HallError
from server.core.settings import Settings
from server.queue import routing, sites, tickets
from server.queue.call_candidates import Moment, check_target, choose, takes
from server.queue.errors import QueueCode
from server.queue.memory_floor import MemoryFloor
from server.queue.site_notation import is_kiosk_sites, parse, sites_named
from server.queue.tickets import State, Ticket
from server.queue.wait_forecast import PresentFloor, forecast
from support.halls import ALL_WINDOWS, ZONE, at, branches, catalogue
from support.small_routes import TEN, sessions

HALL, ONE = branches(), catalogue()
APART = Settings(kiosk_sites="1 centre; 2 north")
SHARED = Settings()
CENTRE, NORTH = {"T1", "G1", "G2"}, {"T2", "S1", "F1"}
NOW = instant(TEN, ZONE)
CODES = st.text("abc-19", min_size=1, max_size=6)
LANES = st.one_of(
    st.builds(tickets.lane, CODES, CODES, CODES),
    st.builds(tickets.booked_lane, CODES, CODES, st.integers(0, 10**13), CODES),
    st.builds(tickets.absent_lane, CODES, CODES, CODES, passed=st.booleans()),
    st.builds(tickets.unit_lane, CODES, CODES, CODES),
)


def route(item: str, site: str, *windows: str) -> routing.Route:
    return routing.route(HALL, item, TEN, sessions(*(windows or ALL_WINDOWS)), APART, site)


def ticket(number: int, item: str, lane: str, queue: str = "tax", level: int = 0) -> Ticket:
    return Ticket(
        id=f"{number}",
        day="2026-03-02",
        number=f"A{number:03}",
        token="",
        queue=queue,
        item=item,
        klass="elderly" if level else "ordinary",
        level=level,
        lane=lane,
        ord=tickets.order_of(number),
        version=1,
        kiosk="1",
        issued_at=NOW,
        waiting_since=NOW,
    )


def moment(*windows: str, settings: Settings = APART, now: datetime = TEN) -> Moment:
    return Moment(HALL, settings, sessions(*windows), now, instant(now, ZONE))


def test_the_business_data_of_a_building_hold_its_windows_alone() -> None:
    assert set(HALL.at("centre").window_by) == CENTRE
    assert set(HALL.at("north").window_by) == NORTH
    assert HALL.at("north") is HALL.at("north")
    assert HALL.at("") is HALL
    assert HALL.at("nowhere") is HALL
    assert ONE.at("centre") is ONE
    assert ONE.site_of_window("T1") == ""
    assert HALL.site_of_window("T2") == "north"
    single = replace(HALL, sites=HALL.sites[:1])
    assert single.at("centre") is single
    assert single.site_of_window("T1") == ""


@given(LANES)
def test_a_lane_keeps_its_building_and_everything_else(lane: str) -> None:
    plain, _, own = lane.partition("^")
    assert tickets.site_of(lane) == own != ""
    assert tickets.site_of(plain) == ""
    assert tickets.slot_of(lane) == tickets.slot_of(plain)
    assert tickets.is_absent(lane) == tickets.is_absent(plain)


def test_a_lane_without_a_building_is_as_it_was() -> None:
    assert tickets.lane("tax-1", "ordinary") == "tax-1/ordinary"
    assert tickets.booked_lane("tax-1", "ordinary", 5) == "tax-1/ordinary/5"
    assert tickets.absent_lane("tax-1", "ordinary", passed=True) == "!tax-1/ordinary"
    assert tickets.unit_lane("tax", "ordinary") == "=tax/ordinary"
    assert tickets.booked_lane("tax-1", "ordinary", 5, "north") == "tax-1/ordinary/5^north"
    assert tickets.absent_lane("tax-1", "ordinary", "north") == "~tax-1/ordinary^north"


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", ()),
        ("1 centre; 2 north", (("1", "centre"), ("2", "north"))),
        ("1 centre\n 门口 north；", (("1", "centre"), ("门口", "north"))),
    ],
)
def test_the_buildings_of_kiosks_are_read(text: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert parse(text) == pairs
    assert is_kiosk_sites(text)
    assert sites_named(text) == [site for _, site in pairs]


@pytest.mark.parametrize("text", ["1", "1 centre 2 north", "1 centre; 1 north"])
def test_a_kiosk_in_no_building_or_in_two_is_refused(text: str) -> None:
    assert not is_kiosk_sites(text)


def test_buildings_are_apart_once_the_hall_says_where_its_kiosks_stand() -> None:
    assert sites.are_apart(HALL, APART)
    assert not sites.are_apart(HALL, SHARED)
    assert not sites.are_apart(ONE, APART)
    assert sites.of_kiosk(HALL, SHARED, "2") == ""
    assert sites.of_kiosk(ONE, APART, "2") == ""


def test_a_kiosk_that_is_not_named_is_in_the_main_building() -> None:
    assert sites.of_kiosk(HALL, APART, "2") == "north"
    assert sites.of_kiosk(HALL, APART, "3") == "centre"
    assert sites.of_kiosk(HALL, Settings(kiosk_sites="2 gone"), "2") == "centre"


@pytest.mark.parametrize(
    ("staff", "windows", "site"),
    [("1002", ["T1"], "centre"), ("1002", [], "north"), ("2001", [], "centre"), ("", [], "centre")],
)
def test_a_desk_is_where_its_window_is(staff: str, windows: list[str], site: str) -> None:
    assert sites.of_desk(HALL, APART, staff, windows, TEN.date()) == site
    assert sites.of_desk(HALL, SHARED, staff, windows, TEN.date()) == ""


@pytest.mark.parametrize(
    ("item", "staffed", "site"),
    [
        ("tax-1", ALL_WINDOWS, "centre"),
        ("tax-2", ("T2",), "north"),
        ("tax-2", (), "centre"),
        ("build-1", (), "north"),
        ("lapsed-1", ALL_WINDOWS, "centre"),
    ],
)
def test_people_come_to_the_building_that_calls(
    item: str, staffed: tuple[str, ...], site: str
) -> None:
    entry = HALL.item_by[item]
    assert sites.of_item(HALL, APART, entry, TEN, sessions(*staffed)) == site
    assert sites.of_item(HALL, SHARED, entry, TEN, sessions(*staffed)) == ""


def test_a_route_leads_to_windows_of_the_building_alone() -> None:
    assert route("tax-1", "centre").today == ("T1", "G1", "G2")
    assert route("tax-1", "north").now == ("T2",)
    assert route("tax-1", "").today == ("T1", "T2", "G1", "G2")


def test_an_item_of_the_other_building_is_refused_with_the_way_there() -> None:
    with pytest.raises(HallError) as caught:
        route("build-1", "centre")
    assert caught.value.code is QueueCode.OTHER_SITE
    assert caught.value.data["site"] == "城北楼"
    assert caught.value.data["address"] == caught.value.data["address_en"] == "北街2号"
    with pytest.raises(HallError) as caught:
        route("social-1", "north")
    assert caught.value.data["address_en"] == "1 Centre Road"
    assert route("build-1", "north").now == ("S1",)


def test_nobody_signed_in_here_is_not_made_good_by_the_other_building() -> None:
    with pytest.raises(HallError) as caught:
        route("tax-1", "north", "T1")
    assert caught.value.code is QueueCode.NOBODY_SIGNED_IN
    with pytest.raises(HallError) as caught:
        route("lapsed-1", "north")
    assert caught.value.code is QueueCode.NO_WINDOW


@pytest.mark.parametrize(
    ("lane", "callers"),
    [
        ("tax-1/ordinary^north", {"T2"}),
        ("tax-1/ordinary^centre", {"T1", "G1", "G2"}),
        ("tax-1/ordinary", {"T1", "T2", "G1", "G2"}),
        ("tax-1/ordinary^gone", {"T1", "T2", "G1", "G2"}),
        ("=tax/ordinary^north", {"T2"}),
        ("@T2/ordinary", {"T2"}),
        ("tax-1/ordinary/5^centre", {"T1", "G1", "G2"}),
    ],
)
def test_windows_of_another_building_never_call(lane: str, callers: set[str]) -> None:
    row = ticket(1, "tax-1", lane)
    assert {w.code for w in HALL.windows if takes(HALL, w, row, TEN)} == callers


def test_windows_call_the_first_of_their_own_building() -> None:
    floor = MemoryFloor()
    floor.put(ticket(1, "tax-1", "tax-1/ordinary^north"))
    floor.put(ticket(2, "tax-1", "tax-1/ordinary^centre"))
    now = moment("T1", "T2", "G1")
    calls = [choose(floor, now, window) for window in ("T1", "T2", "G1", "S1")]
    assert [call and call[0] for call in calls] == ["2", "1", "2", None]


def test_the_run_of_priority_calls_is_counted_in_each_building() -> None:
    floor = MemoryFloor()
    for number, site, level in (
        (1, "north", 0),
        (2, "north", 1),
        (3, "centre", 0),
        (4, "centre", 1),
    ):
        klass = "elderly" if level else "ordinary"
        floor.put(ticket(number, "tax-2", f"tax-2/{klass}^{site}", level=level))
    now = moment("T1", "T2", settings=Settings(kiosk_sites="2 north", priority_run=1))
    for window, expected in (("T1", "4"), ("T2", "2"), ("T1", "3"), ("T2", "1")):
        chosen = choose(floor, now, window)
        assert chosen is not None
        assert chosen[0] == expected
        called = floor.ticket(chosen[0])
        floor.count(chosen[1])
        floor.put(replace(called, state=State.CALLED))


def test_only_comprehensive_windows_of_the_building_count() -> None:
    """T2 in the other building does not serve those who wait for the general windows here."""
    floor = MemoryFloor()
    floor.put(ticket(1, "social-1", "social-1/ordinary^centre", queue="social"))
    floor.put(ticket(2, "tax-1", "tax-1/ordinary^centre"))
    chosen = choose(floor, moment("G1", "T2"), "G1")
    assert chosen is not None
    assert chosen[0] == "1"
    assert [why.value for why in chosen[1].why] == ["only_comprehensive", "first"]
    assert chosen[1].pool == "*^centre"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ((None, "build-1", None), QueueCode.OTHER_SITE),
        ((None, None, "build"), QueueCode.TRANSFER_TARGET),
        (("S1", None, None), None),
        ((None, "tax-2", None), None),
    ],
)
def test_only_a_named_window_leads_to_the_other_building(
    target: tuple[str | None, str | None, str | None], code: QueueCode | None
) -> None:
    now = moment(*ALL_WINDOWS)
    if code is None:
        check_target(now, "G1", *target, site="centre")
        return
    with pytest.raises(HallError) as caught:
        check_target(now, "G1", *target, site="centre")
    assert caught.value.code is code
    check_target(now, "G1", *target)


def test_waits_and_people_ahead_are_those_of_the_building() -> None:
    waiting = [
        *(ticket(n, "tax-1", "tax-1/ordinary^centre") for n in range(1, 9)),
        ticket(9, "tax-1", "tax-1/ordinary^north"),
    ]
    floor = PresentFloor(
        waiting=waiting,
        busy={code: at(10) for code in ("T1", "T2")},
        serving={"T1": 8.0, "T2": 8.0},
        priority_calls=[],
        runs={},
        lately=[],
        minutes_of=lambda _item, _queue: 8.0,
    )
    played, item = forecast(moment("T1", "T2"), floor), HALL.item_by["tax-1"]
    ahead = {site: played.newcomer(item, 0, site=site) for site in ("centre", "north")}
    assert [turn.ahead for turn in ahead.values() if turn] == [8, 1]
    assert [turn.windows for turn in ahead.values() if turn] == [1, 1]
    assert played.turns["9"].minutes < played.turns["3"].minutes
    assert played.turns["8"].minutes > 40


def test_a_number_of_a_released_window_waits_where_it_is_served() -> None:
    assert sites.of_return(HALL, APART, "tax-1", "T2", TEN) == "north"
    assert sites.of_return(HALL, APART, "social-1", "T2", TEN) == "centre"
    assert sites.of_return(HALL, APART, "gone-1", "T2", TEN) == "north"
    assert sites.of_return(HALL, APART, "lapsed-1", "T2", TEN) == "north"
    assert sites.of_return(HALL, SHARED, "tax-1", "T2", TEN) == ""


def test_the_building_of_a_lane_and_of_a_zone() -> None:
    assert sites.of_lane(HALL, APART, "@T2/ordinary") == "north"
    assert sites.of_lane(HALL, SHARED, "@T2/ordinary") == ""
    assert sites.of_lane(HALL, APART, "tax-1/ordinary^centre") == "centre"
    assert sites.of_zone(HALL, APART, "west") == "north"
    assert sites.of_zone(HALL, APART, "main") == ""
    assert sites.of_zone(HALL, SHARED, "west") == ""
