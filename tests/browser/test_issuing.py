"""Issuing window in a real browser: a list counted by two, the shelf, a called number, the post."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import signed_in

UNIT, ISSUER = "1009", "1004"
ITEM, COLLECT = "scjg-16", "zrzy-01"
ID_NUMBER, PHONE = "110101199003070038", "13900001234"
WAYBILL = "EX123456789CN"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall whose issuer, at window 1, calls the numbers of an item for collecting."""
    people = (ADMINISTRATOR, MANAGER, UNIT, ISSUER)
    with HallServer(tmp_path_factory.mktemp("hall"), accounts=people) as running:
        manager = running.clerk(MANAGER)
        manager.post("/office/cases/posts", {"post": "issuer", "holders": [ISSUER]})
        administrator = running.clerk(ADMINISTRATOR)
        administrator.post("/office/settings", {"values": {"issuing_item": COLLECT}})
        yield running


def granted(hall: HallServer, *numbers: str) -> str:
    """Grant a case on the spot and register its licences; return its number."""
    clerk = hall.clerk(UNIT)
    body = {"item": ITEM, "name": "王示例", "phone": PHONE, "id_number": ID_NUMBER}
    case = clerk.post("/reception/cases", body)
    move = f"/cases/{case['id']}/move"
    clerk.post(move, {"move": "accept"})
    clerk.post(move, {"move": "decide", "words": "准予", "outcome": "granted"})
    for number in numbers:
        licence = {"kind": "营业执照", "number": number}
        clerk.post(f"/cases/{case['id']}/licences", licence)
    return str(case["number"])


def on_shelf(hall: HallServer, licence: str) -> str:
    """Bring a new case's licence onto the shelf; return the case's number."""
    number = granted(hall, licence)
    clerk = hall.clerk(UNIT)
    ids = [row["id"] for row in clerk.get("/my/licences")["at_unit"]]
    given = clerk.post("/my/licence-lists", {"licences": ids, "counted": len(ids)})["id"]
    body = {"present": ids, "counted": len(ids), "shelf": "A-01"}
    hall.clerk(ISSUER).post(f"/issuing/lists/{given}/receive", body)
    return number


@pytest.fixture
def pages(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[tuple[Page, Page]]:
    """Yield the page of the unit and that of the issuer."""
    args = browser_context_args
    with (
        signed_in(browser, args, hall, UNIT, 390, 844) as unit,
        signed_in(browser, args, hall, ISSUER, 1366, 768) as issuer,
    ):
        for page in (unit, issuer):
            page.goto(hall.url("/my#/cases"))
        yield unit, issuer
    hall.clear()


def test_a_list_is_counted_by_two_and_a_called_number_gets_its_licence(
    pages: tuple[Page, Page], hall: HallServer
) -> None:
    number = granted(hall, "YZ-1", "YZ-2")
    unit, issuer = pages
    unit.reload()
    for licence in ("YZ-1", "YZ-2"):
        unit.get_by_test_id(f"give-{licence}").check()
    unit.get_by_test_id("give-counted").fill("2")
    assert axe.findings(unit) == []
    unit.get_by_test_id("give").click()
    expect(unit.get_by_test_id("my-lists")).to_contain_text("待清点")
    issuer.reload()
    lists = issuer.get_by_test_id("lists-to-count")
    lists.get_by_role("checkbox").first.check()
    lists.get_by_test_id("counted").fill("1")
    lists.get_by_test_id("shelf").fill("A-03")
    lists.get_by_test_id("difference").fill("YZ-2 未到")
    lists.get_by_test_id("receive").click()
    expect(issuer.get_by_test_id("shelf-list")).to_contain_text("A-03")
    expect(issuer.get_by_test_id("count-unit")).to_have_text("1")
    clerk = hall.clerk(ISSUER)
    ticket = hall.ticket(COLLECT)
    clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    issuer.reload()
    expect(issuer.get_by_test_id("now-serving")).to_contain_text(ticket["number"])
    issuer.get_by_test_id("find-number").fill(number)
    issuer.get_by_test_id("find").click()
    card = issuer.get_by_test_id("ready-case")
    expect(card).to_contain_text("王示例")
    card.get_by_test_id("id-number").fill("0011")
    card.get_by_test_id("hand-out").click()
    expect(card.get_by_role("alert")).to_contain_text("与申请人的不符")
    card.get_by_test_id("id-number").fill(ID_NUMBER)
    assert axe.findings(issuer) == []
    card.get_by_test_id("hand-out").click()
    expect(card).to_contain_text("已领取")
    expect(card).to_contain_text("送达")
    phone = {"number": number, "tail": PHONE[-4:]}
    results = clerk.post("/cases/follow", phone)["results"]
    assert sorted(row["place"] for row in results) == ["handed", "unit"]


def test_a_parcel_comes_back_to_the_shelf(pages: tuple[Page, Page], hall: HallServer) -> None:
    number = on_shelf(hall, "YZ-7")
    _unit, issuer = pages
    issuer.reload()
    issuer.get_by_test_id("find-number").fill(number)
    issuer.get_by_test_id("find").click()
    card = issuer.get_by_test_id("ready-case")
    card.get_by_test_id("by-post").click()
    card.get_by_test_id("waybill").fill(WAYBILL)
    card.get_by_test_id("send").click()
    parcel = issuer.get_by_test_id(f"parcel-{WAYBILL}")
    parcel.get_by_test_id("parcel-try").click()
    parcel.get_by_test_id("parcel-words").fill("家中无人")
    parcel.get_by_test_id("parcel-confirm").click()
    expect(parcel).to_contain_text("投递 1 次未成")
    parcel.get_by_test_id("parcel-return").click()
    parcel.get_by_test_id("parcel-words").fill("两次未投")
    parcel.get_by_test_id("parcel-shelf").fill("T-01")
    assert axe.findings(issuer) == []
    parcel.get_by_test_id("parcel-confirm").click()
    expect(issuer.get_by_test_id("shelf-list")).to_contain_text("T-01")
    expect(parcel).to_be_hidden()
