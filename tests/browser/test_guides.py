"""Guides of items in a real browser: the page for everybody, and the office's list of gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import signed_in

ITEM = "scjg-07"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield the reference hall."""
    with HallServer(tmp_path_factory.mktemp("hall")) as running:
        yield running


@pytest.fixture
def phone(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the guide on a small phone."""
    sized = browser_context_args | {"viewport": {"width": 320, "height": 640}}
    context = browser.new_context(**sized)
    page = context.new_page()
    page.goto(hall.url(f"/items/{ITEM}"))
    yield page
    context.close()


def test_a_phone_shows_the_whole_guide_in_the_version_of_the_paper(
    phone: Page, hall: HallServer
) -> None:
    papers = phone.get_by_test_id("materials").get_by_role("listitem")
    expect(papers).to_have_count(6)
    expect(papers.nth(1)).to_contain_text("由窗口从系统取得，不用带")
    expect(papers.nth(3)).to_contain_text("可以后补（容缺）")
    expect(phone.get_by_test_id("promised")).to_have_text("6 个工作日")
    expect(phone.get_by_role("main")).to_contain_text("不计入承诺时限")
    expect(phone.get_by_role("main")).to_contain_text("行政复议")
    expect(phone.get_by_test_id("version")).to_have_text("第 1 版")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    assert axe.findings(phone) == []
    paper = phone.request.get(hall.url(phone.get_by_test_id("paper").get_attribute("href") or ""))
    assert paper.body().startswith(b"%PDF")
    phone.get_by_test_id("lang").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Food business licence")
    assert axe.findings(phone) == []


def test_the_guide_shows_the_unit_of_the_legal_limit_and_the_mode(
    phone: Page, hall: HallServer
) -> None:
    expect(phone.get_by_test_id("legal")).to_have_text("10 个工作日")
    expect(phone.get_by_role("main")).to_contain_text("承诺办理")
    expect(phone.get_by_role("main")).to_contain_text("经负责人批准，可以延长 5 个工作日")
    phone.goto(hall.url("/items/gaj-07"))
    expect(phone.get_by_test_id("legal")).to_have_text("15 个自然日")
    phone.get_by_test_id("lang").click()
    expect(phone.get_by_test_id("legal")).to_have_text("15 calendar days")
    expect(phone.get_by_role("main")).to_contain_text("within the promised time")


def test_an_unknown_item_says_so(phone: Page, hall: HallServer) -> None:
    phone.goto(hall.url("/items/nothing"))
    expect(phone.get_by_role("alert")).to_contain_text("没有这个事项")


def test_the_office_goes_from_the_count_to_the_item_and_its_guide(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as page:
        page.goto(hall.url("/office#disclosure"))
        expect(page.get_by_test_id("disclosure-totals")).to_contain_text("169 个齐全，共 0 处")
        page.get_by_role("link", name="市场监督管理局").click()
        line = page.get_by_test_id("disclosure-items").get_by_role("row").filter(has_text=ITEM)
        expect(line).to_contain_text("齐全")
        assert axe.findings(page) == []
        with page.expect_popup() as opened:
            line.get_by_role("link", name="查看").click()
        expect(opened.value.get_by_role("heading", level=1)).to_contain_text("食品经营许可")


def test_a_board_shows_items_while_nothing_is_called_if_the_office_wants_it(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    office = hall.clerk(ADMINISTRATOR)
    size = {"viewport": {"width": 1920, "height": 1080}}
    context = browser.new_context(**(browser_context_args | size))
    page = context.new_page()
    page.clock.install()
    page.goto(hall.url("/board/west"))
    expect(page.get_by_test_id("nothing")).to_be_visible()
    office.post("/office/settings", {"values": {"board_guide_seconds": 10}})
    guide = page.get_by_test_id("guide")
    expect(guide).to_contain_text("第 1 版")
    expect(guide).to_contain_text("要带的材料")
    name = guide.get_by_role("heading").inner_text()
    page.clock.run_for(10_000)
    expect(guide.get_by_role("heading")).not_to_have_text(name)
    assert axe.findings(page) == []
    hall.ticket("scjg-01")
    clerk = hall.clerk("1009")
    clerk.post("/counter/call-next")
    page.goto(hall.url("/board/main"))
    expect(page.get_by_test_id("call")).to_have_count(1)
    expect(page.get_by_test_id("guide")).to_have_count(0)
    context.close()


MOST_ROUNDS = 40
"""More than the items to be seen: any message of the server sets the board's clock back to its."""


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)], ids=["lying", "upright"])
def test_every_item_fits_a_board_in_type_for_a_distance(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer, size: tuple[int, int]
) -> None:
    hall.clerk(ADMINISTRATOR).post("/office/settings", {"values": {"board_guide_seconds": 10}})
    view = {"viewport": {"width": size[0], "height": size[1]}}
    context = browser.new_context(**(browser_context_args | view))
    page = context.new_page()
    page.clock.install()
    page.goto(hall.url("/board/west"))
    guide = page.get_by_test_id("guide")
    shown: set[str] = set()
    rounds = 0
    while len(shown) < 4 and rounds < MOST_ROUNDS:
        rounds += 1
        shown.add(guide.get_by_role("heading").inner_text())
        assert guide.evaluate("e => e.scrollHeight <= e.clientHeight")
        # 38 px of a board of 1080 lines are read at eight metres on 55 inch.
        assert guide.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 38
        page.clock.run_for(10_000)
    assert len(shown) >= 4
    assert axe.findings(page) == []
    context.close()


def test_the_kiosk_leads_to_the_guide_on_one_s_own_phone(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    size = {"viewport": {"width": 1080, "height": 1920}}
    context = browser.new_context(**(browser_context_args | size))
    page = context.new_page()
    page.goto(hall.url("/kiosk/1"))
    page.get_by_role("button", name="搜索").click()
    page.get_by_test_id("search").fill("spjyxk")
    page.get_by_test_id("item").first.click()
    expect(page.get_by_test_id("guide-code")).to_contain_text("第 1 版")
    licence = page.get_by_role("listitem").filter(has_text="营业执照")
    expect(licence).to_contain_text("由窗口取得，不用带")
    assert axe.findings(page) == []
    token = hall.ticket(ITEM)["token"]
    page.goto(hall.url(f"/t/{token}"))
    page.get_by_test_id("guide").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("食品经营许可")
    context.close()
