"""Windows that travel: a service is in each building on its own weekdays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.catalogue.building_plans import building_days
from server.catalogue.model import Site
from server.core.errors import HallError
from server.core.problems import problem
from server.core.settings import Settings
from server.disclosure.views import guide
from server.queue import routing, sites
from server.queue.errors import QueueCode
from support.halls import MONDAY, travelling
from support.small_routes import sessions

HALL = travelling()
FIRE = HALL.item_by["fire-1"]
APART = Settings(kiosk_sites="1 centre; 2 north", last_ticket_minutes=10)
DAY_OF = {"north": 2, "centre": 4}
WINDOW_OF = {"north": "F1", "centre": "F2"}
CLOSES = {"north": time(12), "centre": time(16)}
DAYS = st.integers(0, 27).map(lambda days: MONDAY + timedelta(days=days))
TIMES = st.times(time(6), time(20)).map(lambda at: at.replace(microsecond=0))
BUILDINGS = st.sampled_from(sorted(DAY_OF))


def refused(now: datetime, site: str, *staffed: str) -> HallError | None:
    try:
        routing.route(HALL, "fire-1", now, sessions(*staffed), APART, site)
    except HallError as error:
        return error
    return None


def next_day(now: datetime, weekday: int, closes: time) -> date:
    """Return the nearest day on which a weekday's service has not ended yet."""
    days = (now.date() + timedelta(days=ahead) for ahead in range(8))
    return next(
        day
        for day in days
        if day.isoweekday() == weekday and (day > now.date() or now.time() < closes)
    )


@given(DAYS, TIMES)
def test_from_afar_people_are_sent_to_the_building_of_the_nearest_day(day: date, at: time) -> None:
    now = datetime.combine(day, at)
    days = {code: next_day(now, DAY_OF[code], CLOSES[code]) for code in DAY_OF}
    nearest = min(days, key=lambda code: days[code])
    assert sites.of_item(HALL, APART, FIRE, now, {}) == nearest
    assert next(site.code for site in sites.serving(HALL, FIRE, now)) == nearest


@given(DAYS, TIMES, BUILDINGS)
def test_a_building_gives_numbers_on_its_own_days_alone(day: date, at: time, site: str) -> None:
    now = datetime.combine(day, at)
    error = refused(now, site, "F1", "F2")
    if error is None:
        assert day.isoweekday() == DAY_OF[site]
        way = routing.route(HALL, "fire-1", now, sessions("F1", "F2"), APART, site)
        assert way.today == (WINDOW_OF[site],)
        return
    if day.isoweekday() == DAY_OF[site]:
        assert error.code in (QueueCode.NOT_YET_OPEN, QueueCode.AFTER_LAST_TICKET)
        return
    assert error.code is QueueCode.OTHER_DAY
    other = next(code for code in DAY_OF if code != site)
    there = HALL.site_by[other]
    own_day = date.fromisoformat(str(error.data["next"])[:10])
    assert own_day.isoweekday() == DAY_OF[site]
    assert error.data["weekdays"] == [DAY_OF[site]]
    gives = now <= datetime.combine(day, CLOSES[other]) - timedelta(minutes=10)
    if day.isoweekday() == DAY_OF[other] and gives:
        assert error.data["why"] == "elsewhere"
        assert (error.data["site"], error.data["address"]) == (there.name, there.address)
        return
    first = date.fromisoformat(str(error.data["sooner"])[:10])
    where = site if error.data["why"] == "here" else other
    assert error.data["site"] == HALL.site_by[where].name
    assert first.isoweekday() == DAY_OF[where]
    assert now.date() < first <= own_day


def test_what_is_said_at_the_kiosk_of_each_building() -> None:
    ten = time(10)
    words = {
        (day, site): problem(error).message_zh
        for day in range(7)
        for site in DAY_OF
        if (error := refused(datetime.combine(MONDAY + timedelta(days=day), ten), site, "F1", "F2"))
    }
    assert (1, "north") not in words
    assert (3, "centre") not in words
    assert words[1, "centre"].startswith("该事项今天在城北楼办理，请到：北街2号。这里只在周四办理")
    assert words[3, "north"].startswith("该事项今天在中心楼办理，请到：中心路1号。这里只在周二办理")
    assert "城北楼，北街2号。这里下次" in words[0, "centre"]
    assert words[2, "centre"].startswith("该事项今天不办理。下次：")
    assert "在中心楼" in words[2, "centre"]


def test_a_building_that_never_serves_it_says_the_right_one_and_the_day() -> None:
    south = Site("south", "城南楼", "South building", "南街3号")
    with_south = replace(HALL, sites=(*HALL.sites, south))
    third = datetime.combine(MONDAY + timedelta(days=2), time(10))  # a Wednesday
    for day, name, why in ((1, "城北楼", None), (3, "中心楼", None), (2, "中心楼", "other_day")):
        now = third + timedelta(days=day - 2)
        try:
            routing.route(with_south, "fire-1", now, sessions("F1", "F2"), APART, "south")
        except HallError as error:
            assert error.code is QueueCode.OTHER_SITE
            assert (error.data["site"], error.data.get("why")) == (name, why)
        else:
            raise AssertionError("the south building serves nothing")


@given(DAYS, BUILDINGS)
def test_a_desk_is_in_the_building_of_the_day(day: date, other: str) -> None:
    staff = next(person.number for person in HALL.staff if "F2" in person.windows)
    site = sites.of_desk(HALL, APART, staff, [], day)
    weekdays = {weekday: code for code, weekday in DAY_OF.items()}
    assert site == weekdays.get(day.isoweekday(), "north")
    assert sites.of_desk(HALL, APART, staff, [WINDOW_OF[other]], day) == other


def test_phone_and_guide_show_the_days_of_each_building() -> None:
    wednesday = datetime.combine(MONDAY + timedelta(days=2), time(10))
    windows = routing.windows_for(HALL, FIRE, wednesday)
    days = building_days(HALL, "fire-1", windows, wednesday)
    assert [(d.code, d.today, [h.weekdays for h in d.hours]) for d in days] == [
        ("centre", False, [[4]]),
        ("north", False, [[2]]),
    ]
    tuesday = wednesday - timedelta(days=1)
    assert [(d.code, d.today) for d in building_days(HALL, "fire-1", windows, tuesday)] == [
        ("north", True),
        ("centre", False),
    ]
    page = guide(HALL, "fire-1", tuesday)
    assert page.hours == []
    assert [(p.code, p.hours[0].weekdays, p.hours[0].opens) for p in page.buildings] == [
        ("north", [2], "08:30"),
        ("centre", [4], "09:00"),
    ]
    tax = routing.windows_for(HALL, HALL.item_by["tax-1"], tuesday)
    assert building_days(HALL, "tax-1", tax, tuesday) == []
    assert [line.opens for line in guide(HALL, "tax-1", tuesday).hours] == ["08:30", "14:30"]
