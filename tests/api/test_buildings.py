"""Buildings for people on their way: the phone hall's list, the guide, the choice from afar."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from display.board import board
from kiosk.standby import lease_content
from kiosk.views import kiosk_state, printer_view
from server.catalogue.actions import import_catalogue
from server.catalogue.building_plans import building_plans
from server.catalogue.model import OpenLine, Scope
from server.core.actors import SYSTEM
from server.core.settings import Settings
from server.queue import snapshot
from server.queue.tickets import site_of
from support.halls import MONDAY, SmallHall, at, branches, catalogue
from support.web import Web

WAY = "公交：1路到北街\n入口：东门"
APART = "1 centre; 2 north"
BODY = {"item": "tax-1", "phone": "13900000001"}


def with_way() -> Any:
    """Return the small hall in two buildings; the north one has directions and its own hours."""
    hall = branches()
    centre, north = hall.sites
    north = replace(north, directions=WAY, directions_en="Bus: 1")
    lines = (OpenLine(Scope.SITE, "north", frozenset({1, 2}), time(10), time(16)),)
    items = tuple(replace(item, advice="", advice_en="") for item in hall.items)
    return replace(hall, sites=(centre, north), items=items, hours=(*hall.hours, *lines))


@pytest.fixture
def web(tmp_path: Path) -> Web:
    small = SmallHall(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path, at(11))
    import_catalogue(small.ctx, SYSTEM, with_way(), "two buildings")
    small.configure(kiosk_sites=APART)
    small.sign_in("T1", "T2", "S1")
    return Web(small)


def sites(web: Web) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = web.browser().get("/phone-hall").get_json()["sites"]
    return listed


def test_the_phone_hall_lists_the_buildings_as_they_are_now(web: Web) -> None:
    web.device("kiosk", "2").post("/tickets", {"item": "build-1"})
    centre, north = sites(web)
    assert (north["address"], north["directions"]) == ("北街2号", WAY)
    assert [(site["calling"], site["waiting"]) for site in (centre, north)] == [(1, 0), (2, 1)]
    assert [len(site["hours"]) for site in (centre, north)] == [2, 1]
    assert north["hours"] == [{"weekdays": [1, 2], "opens": "10:00", "closes": "16:00"}]
    (room,) = north["rooms"]
    assert (room["name"], [w["number"] for w in room["windows"]]) == ("西厅", [2, 3, 4])
    assert (centre["units"], north["units"]) == (["tax", "social"], ["tax", "build", "fire"])


def test_people_who_wait_are_not_counted_by_building_before_it_is_known(web: Web) -> None:
    web.small.configure(kiosk_sites="")
    assert [site["waiting"] for site in sites(web)] == [None, None]


def test_a_single_building_has_a_plan_too() -> None:
    (plan,) = building_plans(catalogue())
    assert (plan.code, plan.name, plan.address) == ("", "测试大厅", "")
    assert [[w.code for w in room.windows] for room in plan.rooms] == [
        ["T1", "T2", "G1", "G2"],
        ["S1", "F1"],
    ]
    (listed,) = building_plans(replace(branches(), sites=branches().sites[:1]))
    assert (listed.address, len(listed.rooms)) == ("中心路1号", 2)


def test_an_item_names_every_window_that_may_serve_it(web: Web) -> None:
    page = web.browser().get("/items/tax-1").get_json()
    assert page["entitled"] == ["T1", "T2", "G1", "G2"]
    assert [w["code"] for w in page["offer"]["windows"]] == ["T1"]


def test_the_guide_names_the_buildings_with_the_way_there(web: Web) -> None:
    phone = web.browser()
    guide = phone.get("/items/tax-1/guide").get_json()
    assert [place["code"] for place in guide["buildings"]] == ["centre", "north"]
    assert guide["hours"] == [], "each building has hours of its own"
    only = phone.get("/items/build-1/guide").get_json()
    assert [place["directions"] for place in only["buildings"]] == [WAY]
    assert only["hours"] == only["buildings"][0]["hours"]
    assert phone.get("/items/cars-1/guide").get_json()["buildings"] == []


def test_windows_of_a_building_keep_its_hours(web: Web) -> None:
    web.small.clock.advance(seconds=-2 * 3600)
    kiosks = [web.device("kiosk", name) for name in ("1", "2")]
    assert kiosks[0].get("/items/tax-1").get_json()["refusal"] is None
    assert kiosks[1].get("/items/tax-1").get_json()["refusal"]["code"] == "not_yet_open"
    web.small.clock.advance(seconds=6 * 3600 + 50 * 60)
    assert kiosks[1].get("/items/tax-1").get_json()["refusal"]["code"] == "after_last_ticket"
    assert kiosks[0].get("/items/tax-1").get_json()["refusal"] is None


def test_a_kiosk_says_when_its_own_building_opens(web: Web) -> None:
    web.small.clock.advance(seconds=-2 * 3600)
    seen = snapshot.take(web.small.ctx)
    states = [kiosk_state(seen, name, printer_view(None, {}), {}, None) for name in ("1", "2")]
    assert [state.hours.open for state in states] == [True, False]
    assert states[1].hours.next == at(10)
    assert board(seen, "west").hours.next == at(10)


def test_the_paper_guide_names_each_building_with_its_windows(web: Web) -> None:
    answer = web.browser().get("/items/tax-1/guide.pdf")
    pages = PdfReader(io.BytesIO(answer.data)).pages
    words = "".join("".join(page.extract_text() for page in pages).split())
    assert "中心楼（中心路1号）：东厅1号窗口（税务一）、东厅11号窗口（综合一）" in words
    assert "城北楼（北街2号）：西厅2号窗口（税务二）" in words
    assert "周一、周二10:00至16:00" in words
    assert "公交：1路到北街入口：东门" in words


def test_a_kiosk_that_is_alone_knows_the_way_to_the_other_building() -> None:
    settings = Settings(kiosk_sites=APART)
    items = lease_content(with_way(), settings, MONDAY, "http://hall", "centre")["items"]
    assert [b["directions"] for b in items["build-1"]["page"]["buildings"]] == [WAY]
    assert items["tax-1"]["page"]["buildings"] == []
    assert (
        lease_content(with_way(), settings, MONDAY, "http://hall")["items"]["build-1"]["page"][
            "buildings"
        ]
        == []
    )


def remote(web: Web) -> Web:
    """Return the hall with remote numbers, and people who wait in the main building."""
    web.small.configure(remote_numbers="on")
    kiosk = web.device("kiosk", "1")
    for _ in range(6):
        assert kiosk.post("/tickets", {"item": "tax-1"}).status_code == 200
    return web


def test_people_choose_the_building_of_a_remote_number(web: Web) -> None:
    phone = remote(web).browser()
    offer = phone.get("/remote/items/tax-1").get_json()
    assert [(p["code"], p["offered"]) for p in offer["places"]] == [
        ("centre", True),
        ("north", False),
    ]
    assert (offer["places"][0]["ahead"], offer["places"][1]["refusal"]) == (6, "remote_short")
    web.small.configure(remote_from_minutes=0)
    kiosk = web.device("kiosk", "2")
    kiosk.post("/tickets", {"item": "tax-1"})
    answer = phone.post("/remote/numbers", BODY | {"site": "north"})
    assert answer.status_code == 200, answer.get_json()
    number = phone.get(f"/phone/{answer.get_json()['token']}").get_json()
    assert (number["building"]["code"], number["ahead"]) == ("north", 1)
    assert number["building"]["directions"] == WAY
    assert site_of(web.small.ticket(number["id"]).lane) == "north"


def test_a_building_that_cannot_be_chosen_is_refused(web: Web) -> None:
    phone = remote(web).browser()
    refused = phone.post("/remote/numbers", BODY | {"site": "south"})
    assert (refused.status_code, refused.get_json()["code"]) == (400, "invalid")
    assert "办公地点" in refused.get_json()["message_zh"]
    wrong = phone.post("/remote/numbers", BODY | {"item": "build-1", "site": "centre"})
    assert wrong.get_json()["code"] == "other_site"
    assert phone.get("/remote/items/build-1").get_json()["places"] == []
    web.clerk("T2").post("/counter/sign-out", {"force": True})
    offer = phone.get("/remote/items/tax-1").get_json()
    assert [p["refusal"] for p in offer["places"]] == ["", "nobody_signed_in"]
