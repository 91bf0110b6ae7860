"""Hall of two buildings: answers, slips and loudspeakers name and keep to the site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from devices.printers.document import Text
from display.board import board
from kiosk.slip import ticket_slip, windows_words
from kiosk.views import kiosk_state, printer_view
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.core.settings import Settings
from server.queue import snapshot
from support.halls import branches, catalogue, two_sites
from support.loudspeakers import Loudspeakers
from support.web import Web

NEW = {"reports": "spoken"}
SITE_FIELDS = ("site", "site_name", "site_name_en")
NORTH = ("north", "城北楼", "North building")


@pytest.fixture
def moved(web: Web) -> Web:
    """Return the small hall after it has moved its west room to a second building."""
    import_catalogue(web.small.ctx, SYSTEM, two_sites(), "two sites")
    return web


def site_of(view: dict[str, Any]) -> tuple[str, ...]:
    """Return the site's fields of a message."""
    return tuple(view[field] for field in SITE_FIELDS)


def windows_of_a_ticket(web: Web) -> list[dict[str, Any]]:
    """Issue a ticket for the window in the west room and return its windows."""
    web.clerk("S1")
    issued = web.device("kiosk", "1").post("/tickets", {"item": "build-1"})
    windows: list[dict[str, Any]] = issued.get_json()["ticket"]["windows"]
    return windows


def test_windows_and_zones_name_their_site(moved: Web) -> None:
    assert [site_of(window) for window in windows_of_a_ticket(moved)] == [NORTH]
    zones = moved.device("kiosk", "2").get("/catalogue").get_json()["zones"]
    assert [site_of(zone) for zone in zones] == [("centre", "中心楼", "Main building"), NORTH]


def test_a_hall_in_a_single_building_names_no_site(web: Web) -> None:
    assert [site_of(window) for window in windows_of_a_ticket(web)] == [("", "", "")]
    zones = web.device("kiosk", "2").get("/catalogue").get_json()["zones"]
    assert {site_of(zone) for zone in zones} == {("", "", "")}


def test_a_slip_names_the_site_beside_the_zone(moved: Web) -> None:
    hall = moved.small.ctx.catalogue()
    assert windows_words(hall, ["S1"]) == "3号 城北楼西厅"
    assert windows_words(hall, ["T1", "S1", "T2"]) == "1、2、3号 中心楼东厅、城北楼西厅"


def test_a_slip_of_a_single_building_names_the_zone_only(web: Web) -> None:
    assert windows_words(web.small.ctx.catalogue(), ["S1"]) == "3号 西厅"


@pytest.mark.parametrize(
    ("window", "item", "announced"), [("T1", "tax-1", "pending"), ("S1", "build-1", "")]
)
def test_the_halls_loudspeaker_stands_in_within_the_main_building_only(
    moved: Web, window: str, item: str, announced: str
) -> None:
    speakers = Loudspeakers(moved, "main", **NEW)
    clerk = moved.clerk(window)
    moved.small.issue(item)
    state = clerk.post("/counter/call-next").get_json()
    assert state["announced"] == announced
    assert len(speakers.tasks()) == (1 if announced else 0)


def test_an_absent_loudspeaker_of_the_hall_is_not_missed_in_another_building(
    moved: Web,
) -> None:
    Loudspeakers(moved, "main", **NEW).leave()
    clerk = moved.clerk("S1")
    moved.small.issue("build-1")
    assert clerk.post("/counter/call-next").get_json()["announced"] == ""


def test_a_report_from_another_building_does_not_count(moved: Web) -> None:
    main = Loudspeakers(moved, "main", **NEW)
    west = Loudspeakers(moved, "west", name="north", **NEW)
    clerk = moved.clerk("S1")
    moved.small.issue("build-1")
    assert clerk.post("/counter/call-next").get_json()["announced"] == "pending"
    (task,) = west.tasks()
    main.ended({**task, "device": "display-0"}, "spoken")
    assert clerk.get("/counter").get_json()["announced"] == "pending"
    west.ended(task, "spoken")
    assert clerk.get("/counter").get_json()["announced"] == "spoken"


def test_each_page_counts_and_names_its_own_building(web: Web) -> None:
    import_catalogue(web.small.ctx, SYSTEM, branches(), "two sites")
    web.small.configure(kiosk_sites="1 centre; 2 north")
    web.small.sign_in("T1", "S1")
    desk, kiosks = web.clerk("T2"), [web.device("kiosk", name) for name in ("1", "2")]
    ticket = kiosks[1].post("/tickets", {"item": "tax-1"}).get_json()["ticket"]
    assert ticket["building"]["address"] == "北街2号"
    pages = [kiosk.get("/items/tax-1").get_json() for kiosk in kiosks]
    assert [page["offer"]["waiting"] for page in pages] == [0, 1]
    assert [[w["code"] for w in page["offer"]["windows"]] for page in pages] == [["T1"], ["T2"]]
    assert [b["code"] for b in pages[0]["buildings"]] == ["centre", "north"]
    assert kiosks[0].get("/items/build-1").get_json()["refusal"]["code"] == "other_site"
    assert desk.get("/reception/items/social-1").get_json()["refusal"]["code"] == "other_site"
    assert desk.get("/reception/items/build-1").get_json()["refusal"] is None
    seen = snapshot.take(web.small.ctx)
    assert [board(seen, zone).waiting for zone in ("east", "west", "main")] == [0, 1, 1]
    states = [kiosk_state(seen, name, printer_view(None, {}), {}, None) for name in ("1", "2")]
    assert [state.building and state.building.code for state in states] == ["centre", "north"]
    assert [state.waiting["tax"] for state in states] == [0, 1]


def test_a_slip_names_the_address_of_its_building() -> None:
    facts = {"item": "tax-1", "number": "A001", "token": "t", "applicant": "ordinary", "ahead": 0}
    facts |= {"low": 0, "high": 0, "issued_at": 0, "windows": ["T2"]}
    lines = ticket_slip(facts, branches(), Settings(), "http://hall", copy=False).lines
    words = [line.text for line in lines if isinstance(line, Text)]
    assert "城北楼 北街2号" in words
    assert "North building" in words
    north = next(site for site in branches().sites if site.code == "north")
    unnamed = replace(north, name_en="城北楼", address="城北新区北街128号政务服务大楼二楼")
    hall = replace(branches(), sites=(branches().sites[0], unnamed))
    longer = ticket_slip(facts, hall, Settings(), "http://hall", copy=False).lines
    words = [line.text for line in longer if isinstance(line, Text)]
    assert words.count("城北楼") == 1
    assert "城北新区北街128号政务服务大楼二楼" in words
    plain = ticket_slip(facts, catalogue(), Settings(), "http://hall", copy=False).lines
    assert len(plain) == len(lines) - 2
