"""Day and month sheets of a hall in several buildings: by building, with sums that add up."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.queue import window_sessions
from support.halls import MONDAY, STAFF, SmallHall, at, branches, catalogue, travelling
from support.sheets import GOOD, deliver_punches, with_clock_and_rule
from support.web import Web

NORTH = {STAFF[code] for code in ("T2", "S1", "F1")}
DAY, MONTH = f"/office/attendance/days/{MONDAY}", "/office/attendance/months/{}/2026-03"


@pytest.fixture
def web(small: SmallHall) -> Web:
    """Return a hall in two buildings on the evening of a day on which one person was late."""
    with_clock_and_rule(small, delivered=at(23))
    import_catalogue(small.ctx, SYSTEM, branches(), "two buildings")
    deliver_punches(small, "08:37", *GOOD[1:])
    small.clock.set(at(22))
    return Web(small)


def sums(totals: dict[str, Any]) -> Counter[str]:
    """Return every additive sum."""
    return Counter({name: n for name, n in totals.items() if name not in ("rate", "days")})


def test_the_day_has_a_part_of_each_unit_for_each_building(web: Web) -> None:
    day = web.manager().get(DAY).get_json()
    assert [site["name"] for site in day["sites"]] == ["中心楼", "城北楼", "不在窗口"]
    assert sum((sums(s["totals"]) for s in day["sites"]), Counter[str]()) == +sums(day["totals"])
    late = {site["code"]: site["totals"]["late"] for site in day["sites"]}
    assert late == {"centre": 1, "north": 0, "": 0}
    people = {
        site: {p["number"] for u in day["units"] if u["site"] == site for p in u["people"]}
        for site in ("centre", "north", "")
    }
    assert people["north"] == NORTH
    assert STAFF["T1"] in people["centre"]
    parts = [(unit["code"], unit["site"]) for unit in day["units"]]
    assert parts[:2] == [("tax", "centre"), ("tax", "north")]


def test_the_months_of_the_buildings_add_up_to_the_hall(web: Web) -> None:
    manager = web.manager()
    hall = manager.get(MONTH.format("all")).get_json()
    assert [site["code"] for site in hall["sites"]] == ["centre", "north", ""]
    parts = [manager.get(MONTH.format(f"@{s['code']}")).get_json() for s in hall["sites"]]
    assert sum((sums(p["totals"]) for p in parts), Counter[str]()) == +sums(hall["totals"])
    assert {row["number"] for row in parts[1]["rows"]} == NORTH
    assert [p["unit_name"] for p in parts] == [
        "测试大厅中心楼", "测试大厅城北楼", "测试大厅不在窗口",
    ]  # fmt: skip
    paper = manager.get(MONTH.format("@north") + "/sheet.xlsx")
    assert "attendance-@north-2026-03.xlsx" in paper.headers["Content-Disposition"]


def test_a_person_is_in_the_building_of_the_window_at_the_end_of_the_month(web: Web) -> None:
    small = web.small
    small.clock.set(at(8, day=MONDAY + timedelta(days=40)))
    import_catalogue(small.ctx, SYSTEM, catalogue(), "one building again")
    manager = web.manager()
    march = manager.get(MONTH.format("@north")).get_json()
    assert {row["number"] for row in march["rows"]} == NORTH
    assert manager.get("/office/attendance/months/@north/2026-04").status_code == 404


@pytest.mark.parametrize("site", ["@north", "@", "@nowhere"])
def test_a_hall_in_a_single_building_has_no_sheets_by_building(small: SmallHall, site: str) -> None:
    manager = Web(with_clock_and_rule(small, delivered=at(23))).manager()
    assert manager.get(DAY).get_json()["sites"] == []
    assert manager.get(MONTH.format("all")).get_json()["sites"] == []
    assert manager.get(MONTH.format(site)).status_code == 404


def test_the_offices_own_sheet_names_the_office(web: Web) -> None:
    assert web.manager().get(MONTH.format("office")).get_json()["unit_name"] == "中心办公室"


def test_a_person_of_two_buildings_counts_each_day_where_they_signed_in(small: SmallHall) -> None:
    with_clock_and_rule(small, delivered=at(23))
    import_catalogue(small.ctx, SYSTEM, travelling(), "two buildings")
    person, thursday = STAFF["F1"], MONDAY + timedelta(days=3)
    for day, window in ((MONDAY + timedelta(days=1), "F1"), (thursday, "F2")):
        small.clock.set(at(9, day=day))
        window_sessions.sign_in(small.ctx, small.clerk("F1"), small.key(), window)
        small.clock.set(at(11, day=day))
        window_sessions.sign_out(small.ctx, small.clerk("F1"), small.key(), window, force=True)
    small.clock.set(at(22, day=thursday))
    manager = Web(small).manager()
    places = {}
    for ahead in range(4):
        of_day = (MONDAY + timedelta(days=ahead)).isoformat()
        sheet = manager.get(f"/office/attendance/days/{of_day}").get_json()
        numbers = {u["site"]: [p["number"] for p in u["people"]] for u in sheet["units"]}
        (places[ahead],) = (site for site, people in numbers.items() if person in people)
    assert places == {0: "north", 1: "north", 2: "north", 3: "centre"}
    hall = manager.get(MONTH.format("all")).get_json()
    parts = {
        s["code"]: manager.get(MONTH.format(f"@{s['code']}")).get_json() for s in hall["sites"]
    }
    every = (sums(part["totals"]) for part in parts.values())
    assert sum(every, Counter[str]()) == +sums(hall["totals"])
    rows = {
        site: [r for r in part["rows"] if r["number"] == person] for site, part in parts.items()
    }
    days = {
        site: [n for n, mark in enumerate(r[0]["days"]) if mark] for site, r in rows.items() if r
    }
    assert set(days) == {"north", "centre"}
    assert not set(days["north"]) & set(days["centre"])
