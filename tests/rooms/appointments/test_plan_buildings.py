"""Appointments of a hall in two buildings: a plan names one, and people come to that door."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.appointments import capacity, plan_queries
from server.appointments.expected_arrivals import expected_arrivals
from server.appointments.people import here_code
from server.appointments.rules import overlap
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.queue.tickets import site_of
from server.remote_numbers.rules import code_of
from support.appointments import PLAN
from support.halls import MONDAY, SmallHall, at, branches
from support.web import Web

ARRIVE = "/kiosk/appointments/arrive"
PLANS = "/office/appointment-plans"
TUESDAY = MONDAY.replace(day=3)
DRAFT = {
    "name": "税务预约",
    "items": ["tax-1"],
    "valid_from": MONDAY.isoformat(),
    "valid_to": "2026-12-31",
    "weekdays": [1, 2, 3, 4, 5],
    "opens": "09:00",
    "closes": "12:00",
    "step": 30,
    "share": 100,
}
PHONE = "13900001234"


@pytest.fixture
def web(tmp_path: Path) -> Web:
    small = SmallHall(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path, at(9))
    hall = branches()
    way = "公交：1路到北街\n入口：东门"
    known_way = (hall.sites[0], replace(hall.sites[1], directions=way))
    import_catalogue(small.ctx, SYSTEM, replace(hall, sites=known_way), "two buildings")
    small.configure(kiosk_sites="1 centre; 2 north", appointment_least_days=0)
    web = Web(small)
    office = web.manager()
    for site in ("centre", "north"):
        answer = office.post(PLANS, DRAFT | {"site": site})
        assert answer.status_code == 200, answer.get_json()
    return web


def slots(web: Web) -> dict[str, dict[str, Any]]:
    """Return the slots of tomorrow at 9:30 by building."""
    days = web.browser().get("/appointments/items/tax-1/days").get_json()["days"]
    (day,) = (day for day in days if day["day"] == TUESDAY.isoformat())
    return {slot["site"]: slot for slot in day["slots"] if slot["start"] == "09:30"}


def booked(web: Web, site: str) -> dict[str, Any]:
    """Book an appointment of tomorrow in a building."""
    phone = web.browser()
    wanted = {"item": "tax-1", "day": TUESDAY.isoformat(), "start": "09:30"}
    wanted |= {"plan": slots(web)[site]["plan"], "phone": PHONE}
    hold = phone.post("/appointments/hold", wanted).get_json()["hold"]
    body = {"hold": hold, "name": "欧阳明日", "phone": PHONE}
    page: dict[str, Any] = phone.post("/appointments/confirm", body).get_json()
    return page


def test_a_plan_counts_the_windows_of_its_building_alone(web: Web) -> None:
    assert {site: slot["seats"] for site, slot in slots(web).items()} == {"centre": 9, "north": 3}
    days = web.browser().get("/appointments/items/tax-1/days").get_json()
    assert [b["address"] for b in days["buildings"]] == ["中心路1号", "北街2号"]
    listed = web.manager().get(PLANS).get_json()
    assert {plan["site"] for plan in listed["plans"]} == {"centre", "north"}
    assert [site["code"] for site in listed["sites"]] == ["centre", "north"]


def test_a_building_that_is_listed_no_more_has_no_seats(web: Web) -> None:
    hall = branches()
    centre, north = hall.sites
    gone = replace(hall, sites=(centre, replace(north, code="south")))
    moved = tuple(replace(z, site="south") if z.site == "north" else z for z in gone.zones)
    import_catalogue(web.small.ctx, SYSTEM, replace(gone, zones=moved), "renamed")
    ctx = web.small.ctx
    all_slots = ctx.read(lambda c: capacity.slots_of_day(ctx, c, TUESDAY))
    assert {slot.plan.site: slot.figures.full for slot in all_slots} == {"centre": 9, "north": 0}


def test_the_other_building_s_kiosk_sends_a_booked_person_to_the_right_door(web: Web) -> None:
    page = booked(web, "north")
    assert (page["building"]["code"], page["building"]["address"]) == ("north", "北街2号")
    web.small.clock.advance(seconds=24 * 3600 + 1800)
    web.small.sign_in("T1", "T2")
    ctx = web.small.ctx
    (expected,) = ctx.read(
        lambda c: expected_arrivals(ctx, c, TUESDAY.isoformat(), ctx.clock.now())
    )
    assert expected.site == "north"
    body = {"code": page["code"], "paper": False}
    refused = web.device("kiosk", "1").post(ARRIVE, body)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "other_site")
    words = "您的号定在城北楼办理，不在这里，请到：北街2号（公交：1路到北街；入口：东门）。"
    assert refused.get_json()["message_zh"] == words
    assert web.browser().get(f"/appointments/{page['token']}").get_json()["state"] == "booked"
    arrived = web.device("kiosk", "2").post(ARRIVE, body).get_json()
    assert arrived["arrival"] == "on_time"
    assert site_of(web.small.ticket(arrived["ticket"]["id"]).lane) == "north"


def test_a_person_who_checks_in_by_phone_waits_where_the_appointment_is(web: Web) -> None:
    page = booked(web, "north")
    web.small.clock.advance(seconds=24 * 3600 + 1800)
    web.small.sign_in("T1", "T2")
    ctx = web.small.ctx
    here = here_code(web.small.hall.config.data, ctx.tokens, ctx.day())
    answer = web.browser().post(f"/appointments/{page['token']}/arrive", {"here": here})
    assert answer.status_code == 200, answer.get_json()
    (ticket,) = (
        web.browser().get(f"/appointments/{page['token']}").get_json()["ticket_url"].split("/")[-1:]
    )
    view = web.browser().get(f"/phone/{ticket}").get_json()
    assert view["building"]["code"] == "north"


def test_the_building_of_a_plan_stays(web: Web) -> None:
    office = web.manager()
    listed = office.get(PLANS).get_json()["plans"]
    plan = next(entry["id"] for entry in listed if entry["site"] == "centre")
    for draft, code in (
        (DRAFT | {"plan": plan, "site": "north"}, "plan_site"),
        (DRAFT | {"plan": plan}, "plan_site"),
        (DRAFT | {"site": "south"}, "plan_site"),
        (DRAFT | {"site": "centre", "items": ["build-1"]}, "plan_empty"),
        (DRAFT, "plan_overlap"),
    ):
        assert office.post(PLANS, draft).get_json()["code"] == code
    changed = DRAFT | {"plan": plan, "site": "centre", "share": 50}
    assert office.post(PLANS, changed).status_code == 200
    stored = web.small.ctx.read(lambda c: plan_queries.plans(c, "small"))
    assert sorted(row.site for row in stored) == ["centre", "centre", "north"]


def test_plans_of_two_buildings_do_not_overlap() -> None:
    centre, north = replace(PLAN, site="centre"), replace(PLAN, site="north")
    assert not overlap(centre, north)
    assert overlap(centre, centre)
    assert overlap(centre, PLAN)
    assert overlap(PLAN, north)


def test_the_building_of_an_appointment_is_named_before_kiosks_have_a_place(web: Web) -> None:
    page = booked(web, "centre")
    web.small.configure(kiosk_sites="")
    row = web.browser().get(f"/appointments/{page['token']}").get_json()
    assert row["building"]["code"] == "centre", "the plan names it, apart or not"


def test_a_number_from_afar_is_checked_in_in_its_building(web: Web) -> None:
    web.small.configure(remote_numbers="on", remote_from_minutes=0)
    web.small.sign_in("T1", "T2")
    web.device("kiosk", "2").post("/tickets", {"item": "tax-1"})
    body = {"item": "tax-1", "phone": PHONE, "site": "north"}
    number = web.browser().post("/remote/numbers", body).get_json()
    code = {"code": code_of(number["token"])}
    refused = web.device("kiosk", "1").post(ARRIVE, code).get_json()
    assert refused["code"] == "other_site"
    assert "北街2号" in refused["message_zh"]
    assert web.device("kiosk", "2").post(ARRIVE, code).status_code == 200
