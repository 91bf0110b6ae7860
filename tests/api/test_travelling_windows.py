"""A window that travels, over the API: kiosks, desk, calls, phone, appointments."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from kiosk.standby import lease_content
from server.appointments import capacity
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.hall.context import Context
from server.queue.tickets import site_of
from support.halls import MONDAY, SmallHall, at, travelling
from support.web import Web

TUESDAY, THURSDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)
PLAN = {
    "name": "消防预约",
    "items": ["fire-1"],
    "valid_from": MONDAY.isoformat(),
    "valid_to": "2026-12-31",
    "weekdays": [1, 2, 3, 4, 5],
    "opens": "09:00",
    "closes": "11:00",
    "step": 30,
    "share": 100,
}


@pytest.fixture
def web(tmp_path: Path) -> Web:
    small = SmallHall(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path, at(9))
    import_catalogue(small.ctx, SYSTEM, travelling(), "a window that travels")
    small.configure(kiosk_sites="1 centre; 2 north", appointment_least_days=0)
    return Web(small)


def _slots(ctx: Context, day: date, conn: Connection) -> list[capacity.Slot]:
    return capacity.slots_of_day(ctx, conn, day)


def refusal(web: Web, kiosk: str) -> dict[str, Any]:
    page = web.device("kiosk", kiosk).get("/items/fire-1").get_json()
    refused: dict[str, Any] = page["refusal"]
    return refused


@pytest.mark.parametrize(
    ("day", "window", "kiosk", "site", "other", "name"),
    [
        (TUESDAY, "F1", "2", "north", "1", "城北楼"),
        (THURSDAY, "F2", "1", "centre", "2", "中心楼"),
    ],
)
def test_numbers_are_taken_and_called_in_the_building_of_the_day(
    web: Web, day: Any, window: str, kiosk: str, site: str, other: str, name: str
) -> None:
    web.small.clock.set(at(10, day=day))
    desk = web.clerk("F1", seated=False)
    closed = {"F1": "F2", "F2": "F1"}[window]
    assert desk.post("/counter/sign-in", {"window": closed}).get_json()["code"] == "window_closed"
    before = web.device("kiosk", kiosk).get("/items/fire-1").get_json()
    assert before["refusal"]["code"] == "nobody_signed_in"
    assert desk.post("/counter/sign-in", {"window": window}).status_code == 200
    refused = refusal(web, other)
    assert (refused["code"], refused["data"]["why"]) == ("other_day", "elsewhere")
    assert f"今天在{name}办理" in refused["message_zh"]
    page = web.browser().get("/items/fire-1").get_json()
    assert page["offer"] is not None
    assert [entry["today"] for entry in page["days"]] == [True, False]
    assert (page["days"][0]["code"], page["buildings"][0]["code"]) == (site, site)
    answer = web.device("kiosk", other).post("/tickets", {"item": "fire-1"}).get_json()
    assert answer["code"] == "other_day"
    ticket = web.device("kiosk", kiosk).post("/tickets", {"item": "fire-1"}).get_json()["ticket"]
    assert site_of(web.small.ticket(ticket["id"]).lane) == site
    called = desk.post("/counter/call-next").get_json()["current"]
    assert called["number"] == ticket["number"]


def test_on_other_days_both_kiosks_name_the_next_place(web: Web) -> None:
    web.small.clock.set(at(10, day=MONDAY + timedelta(days=2)))
    here, there = refusal(web, "1"), refusal(web, "2")
    assert (here["data"]["why"], there["data"]["why"]) == ("here", "sooner")
    assert here["data"]["site"] == there["data"]["site"] == "中心楼"
    afar = web.browser().get("/items/fire-1").get_json()["refusal"]
    assert "中心楼" in afar["message_zh"]


def test_appointments_of_a_building_are_on_its_days_alone(web: Web) -> None:
    office = web.manager()
    for site in ("north", "centre"):
        answer = office.post("/office/appointment-plans", PLAN | {"site": site})
        assert answer.status_code == 200, answer.get_json()
    ctx = web.small.ctx
    for ahead in range(7):
        day = MONDAY + timedelta(days=ahead)
        slots = ctx.read(partial(_slots, ctx, day))
        places = {slot.plan.site for slot in slots if slot.figures.full}
        assert places == {TUESDAY: {"north"}, THURSDAY: {"centre"}}.get(day, set())
    days = web.browser().get("/appointments/items/fire-1/days").get_json()["days"]
    shown = {(d["day"], s["site"]) for d in days for s in d["slots"]}
    assert {(TUESDAY.isoformat(), "north"), (THURSDAY.isoformat(), "centre")} <= shown


def test_a_plan_without_a_building_leads_to_the_one_of_the_day(web: Web) -> None:
    assert web.manager().post("/office/appointment-plans", PLAN).status_code == 200
    for day, site in ((TUESDAY, "north"), (THURSDAY, "centre")):
        phone, number = web.browser(), f"1390000{day.day:04d}"
        days = phone.get("/appointments/items/fire-1/days").get_json()["days"]
        (plan,) = {slot["plan"] for entry in days for slot in entry["slots"]}
        wanted = {"item": "fire-1", "day": day.isoformat(), "start": "09:30"}
        wanted |= {"plan": plan, "phone": number}
        hold = phone.post("/appointments/hold", wanted).get_json()["hold"]
        body = {"hold": hold, "name": "欧阳明日", "phone": number}
        page = phone.post("/appointments/confirm", body).get_json()
        assert page["building"]["code"] == site


def test_a_kiosk_without_the_server_knows_the_way_too(web: Web) -> None:
    ctx = web.small.ctx
    for day, elsewhere in ((TUESDAY, "north"), (THURSDAY, "")):
        offer = lease_content(ctx.catalogue(), ctx.settings(), day, "http://hall", "centre")
        page = offer["items"]["fire-1"]["page"]
        assert [place["code"] for place in page["buildings"]][:1] == ([elsewhere] * bool(elsewhere))
    assert "今天在城北楼办理" in str(
        lease_content(ctx.catalogue(), ctx.settings(), TUESDAY, "http://hall", "centre")["steps"]
    )
