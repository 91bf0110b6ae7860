"""The reception desk in a real browser: every act from the keyboard, and the ways to the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import signed_in

ONE_STEP_MS = 400
STAFF, CLERK, ITEM, OTHER_ITEM = "1004", "1009", "scjg-01", "gaj-01"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall where a no-show is possible right after the second call."""
    with HallServer(
        tmp_path_factory.mktemp("reception"), settings={"no_show_min_seconds": 0}
    ) as running:
        yield running


@pytest.fixture
def desk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the page in the smallest supported size, with the cursor in the number field."""
    with signed_in(browser, browser_context_args, hall, STAFF, 1366, 768) as page:
        page.clock.install()
        page.goto(hall.url("/reception"))
        expect(page.get_by_test_id("item-search")).to_be_visible()
        expect(page.get_by_test_id("number")).to_be_focused()
        yield page
    hall.clear()


def enter(page: Page) -> None:
    """Press Enter when an earlier Enter no longer counts as the same press."""
    page.clock.fast_forward(ONE_STEP_MS)
    page.keyboard.press("Enter")


def find(page: Page, text: str) -> None:
    page.keyboard.type(text)
    enter(page)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until this control has the focus, and Enter on it."""
    target = page.get_by_test_id(name)
    expect(target).to_be_enabled()
    for _ in range(12):
        page.keyboard.press("Tab")
        if target.evaluate("node => node === document.activeElement"):
            break
    expect(target).to_be_focused()
    enter(page)


def test_a_number_is_issued_redirected_and_cancelled_from_the_keyboard(
    desk: Page, hall: HallServer
) -> None:
    desk.keyboard.press("F4")
    desk.keyboard.type("chushengdengji")
    expect(desk.get_by_test_id("item").first).to_contain_text("出生登记")
    enter(desk)
    expect(desk.get_by_test_id("way-windows")).to_contain_text("西厅")
    expect(desk.get_by_test_id("way-windows")).to_contain_text("08:30–12:00")
    expect(desk.get_by_test_id("issue")).to_be_focused()
    assert axe.findings(desk) == []
    enter(desk)
    expect(desk.get_by_test_id("issued-done")).to_be_focused()
    number = desk.get_by_test_id("issued-number").inner_text()
    expect(desk.get_by_test_id("issued").get_by_role("img")).to_be_visible()
    assert axe.findings(desk) == []
    enter(desk)
    expect(desk.get_by_test_id("number")).to_be_focused()
    expect(desk.get_by_test_id("ticket-number")).to_have_text(number)
    tab_to(desk, "redirect")
    expect(desk.get_by_test_id("find")).to_be_focused()
    desk.keyboard.type("公司设立登记")
    expect(desk.get_by_role("radio", name="公司设立登记", exact=False)).to_be_visible()
    enter(desk)
    expect(desk.get_by_role("radio", name="公司设立登记", exact=False).first).to_be_checked()
    enter(desk)
    expect(desk.get_by_test_id("said")).to_contain_text("已改派")
    expect(desk.get_by_test_id("ticket")).to_contain_text("公司设立登记")
    expect(desk.get_by_test_id("number")).to_be_focused()
    tab_to(desk, "cancel")
    expect(desk.get_by_label("本人不办了")).to_be_focused()
    assert axe.findings(desk) == []
    expect(desk.get_by_test_id("go")).to_be_disabled()
    desk.keyboard.press("ArrowDown")
    enter(desk)
    expect(desk.get_by_test_id("state")).to_have_text("已取消")
    lines = hall.clerk(MANAGER).get(f"/tickets/20261124-{number}")["lines"]
    assert [(line["act"], line["actor"]) for line in lines] == [
        ("ticket.issue", STAFF),
        ("ticket.redirect", STAFF),
        ("ticket.cancel", STAFF),
    ]
    assert lines[-1]["data"]["reason"] == "wrong_item"


def test_common_items_ask_for_no_more_letters(desk: Page) -> None:
    def popular(route: Route) -> None:
        body = route.fetch().json()
        route.fulfill(json=body | {"popular": [item["code"] for item in body["items"][:12]]})

    desk.route("**/api/v1/catalogue", popular)
    desk.reload()
    expect(desk.get_by_test_id("item")).to_have_count(8)
    expect(desk.get_by_text("请再输入几个字")).to_have_count(0)
    desk.get_by_test_id("item-search").fill("登记")
    expect(desk.get_by_text("请再输入几个字")).to_be_visible()


def test_the_halls_own_common_items_come_first(desk: Page, hall: HallServer) -> None:
    office = hall.clerk(ADMINISTRATOR)
    office.post("/office/settings", {"values": {"pinned_items": "gaj-04, scjg-02"}})
    hall.ticket(ITEM)
    desk.reload()
    items = desk.get_by_test_id("item")
    expect(items.nth(0)).to_contain_text("居民身份证申领、换领、补领")
    expect(items.nth(1)).to_contain_text("公司变更登记")
    expect(items.nth(2)).to_be_visible()
    office.post("/office/settings", {"values": {"pinned_items": ""}})


def test_a_missed_number_is_found_by_its_slip_and_waits_again(desk: Page, hall: HallServer) -> None:
    ticket, clerk = hall.ticket(ITEM), hall.clerk(CLERK)
    clerk.post("/counter/call-next")
    clerk.post("/counter/recall")
    find(desk, ticket["url"])
    expect(desk.get_by_test_id("state")).to_have_text("正在叫号")
    expect(desk.get_by_test_id("calls")).to_have_text(re.compile(r"\d\d:\d\d 到 5 号窗口"))
    expect(desk.get_by_test_id("cancel")).to_be_disabled()
    clerk.post("/counter/no-show")
    expect(desk.get_by_test_id("state")).to_have_text("已过号")
    tab_to(desk, "give-back")
    expect(desk.get_by_test_id("said")).to_contain_text("已重新排队")
    expect(desk.get_by_test_id("state")).to_have_text("等候中")
    assert clerk.get(f"/tickets/{ticket['id']}")["ticket"]["state"] == "waiting"
    assert axe.findings(desk) == []


def test_a_second_errand_and_a_consultation_number_are_issued(desk: Page, hall: HallServer) -> None:
    first = hall.ticket(ITEM)["number"]
    find(desk, first)
    expect(desk.get_by_test_id("state")).to_have_text("等候中")
    tab_to(desk, "another")
    expect(desk.get_by_test_id("companion")).to_contain_text(f"{first} 再办一件：请选事项。")
    expect(desk.get_by_test_id("item-search")).to_be_focused()
    desk.keyboard.type("juzhuzhengshenling")
    expect(desk.get_by_test_id("item").first).to_contain_text("居住证申领")
    enter(desk)
    expect(desk.get_by_test_id("issue")).to_have_text("取咨询号")
    expect(desk.get_by_test_id("issue")).to_be_focused()
    assert axe.findings(desk) == []
    enter(desk)
    expect(desk.get_by_test_id("issued-others")).to_contain_text(first)
    expect(desk.get_by_test_id("companion")).to_have_count(0)
    assert axe.findings(desk) == []
    enter(desk)
    expect(desk.get_by_test_id("consult-mark")).to_have_text("咨询号")
    desk.get_by_test_id("others").get_by_role("button").click()
    expect(desk.get_by_test_id("ticket-number")).to_have_text(first)


def test_what_cannot_be_done_is_said_in_words(desk: Page, hall: HallServer) -> None:
    find(desk, "z9")
    expect(desk.get_by_test_id("refused")).to_contain_text("今天没有 Z009 号")
    expect(desk.get_by_test_id("number")).to_be_focused()
    find(desk, hall.ticket(OTHER_ITEM)["number"].lower())
    expect(desk.get_by_test_id("state")).to_have_text("等候中")
    desk.keyboard.press("F4")
    desk.keyboard.type("烟草")
    expect(desk.get_by_test_id("away")).to_contain_text("新安路88号")
    enter(desk)
    expect(desk.get_by_test_id("place")).to_contain_text("新安路88号")
    expect(desk.get_by_test_id("issue")).to_have_count(0)
    assert axe.findings(desk) == []
    desk.keyboard.press("F2")
    expect(desk.get_by_test_id("number")).to_be_focused()


def test_counter_and_office_lead_to_the_desk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, CLERK, 1366, 768) as page:
        page.goto(hall.url("/counter"))
        expect(page.get_by_test_id("to-reception")).to_have_attribute("href", "/reception")
    with signed_in(browser, browser_context_args, hall, MANAGER, 1280, 800) as page:
        page.goto(hall.url("/office"))
        link = page.get_by_role("navigation").get_by_role("link", name="咨询导办台")
        expect(link).to_have_attribute("href", "/reception")
