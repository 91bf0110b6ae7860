"""Hall of two buildings: answers, slips and loudspeakers name and keep to the site."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.slip import windows_words
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from support.halls import two_sites
from support.loudspeakers import Loudspeakers
from support.web import Web

NEW = {"reports": "spoken"}
SITE_FIELDS = ("site", "site_name", "site_name_en")
NORTH = ("north", "城北楼", "North building")


@pytest.fixture
def branches(web: Web) -> Web:
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


def test_windows_and_zones_name_their_site(branches: Web) -> None:
    assert [site_of(window) for window in windows_of_a_ticket(branches)] == [NORTH]
    zones = branches.device("kiosk", "2").get("/catalogue").get_json()["zones"]
    assert [site_of(zone) for zone in zones] == [("centre", "中心楼", "Main building"), NORTH]


def test_a_hall_in_a_single_building_names_no_site(web: Web) -> None:
    assert [site_of(window) for window in windows_of_a_ticket(web)] == [("", "", "")]
    zones = web.device("kiosk", "2").get("/catalogue").get_json()["zones"]
    assert {site_of(zone) for zone in zones} == {("", "", "")}


def test_a_slip_names_the_site_beside_the_zone(branches: Web) -> None:
    hall = branches.small.ctx.catalogue()
    assert windows_words(hall, ["S1"]) == "3号 城北楼西厅"
    assert windows_words(hall, ["T1", "S1", "T2"]) == "1、2、3号 中心楼东厅、城北楼西厅"


def test_a_slip_of_a_single_building_names_the_zone_only(web: Web) -> None:
    assert windows_words(web.small.ctx.catalogue(), ["S1"]) == "3号 西厅"


@pytest.mark.parametrize(
    ("window", "item", "announced"), [("T1", "tax-1", "pending"), ("S1", "build-1", "")]
)
def test_the_halls_loudspeaker_stands_in_within_the_main_building_only(
    branches: Web, window: str, item: str, announced: str
) -> None:
    speakers = Loudspeakers(branches, "main", **NEW)
    clerk = branches.clerk(window)
    branches.small.issue(item)
    state = clerk.post("/counter/call-next").get_json()
    assert state["announced"] == announced
    assert len(speakers.tasks()) == (1 if announced else 0)


def test_an_absent_loudspeaker_of_the_hall_is_not_missed_in_another_building(
    branches: Web,
) -> None:
    Loudspeakers(branches, "main", **NEW).leave()
    clerk = branches.clerk("S1")
    branches.small.issue("build-1")
    assert clerk.post("/counter/call-next").get_json()["announced"] == ""


def test_a_report_from_another_building_does_not_count(branches: Web) -> None:
    main = Loudspeakers(branches, "main", **NEW)
    west = Loudspeakers(branches, "west", name="north", **NEW)
    clerk = branches.clerk("S1")
    branches.small.issue("build-1")
    assert clerk.post("/counter/call-next").get_json()["announced"] == "pending"
    (task,) = west.tasks()
    main.ended({**task, "device": "display-0"}, "spoken")
    assert clerk.get("/counter").get_json()["announced"] == "pending"
    west.ended(task, "spoken")
    assert clerk.get("/counter").get_json()["announced"] == "spoken"
