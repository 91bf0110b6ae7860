"""Ratings in the office and on the unit's own page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import signed_in

CLERK = "1009"
BAD = {"level": 4, "words": "等了很久", "contact_name": "测试人", "contact_phone": "000-0000"}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall in which one service was rated well and one badly."""
    with HallServer(tmp_path_factory.mktemp("hall")) as running:
        clerk = running.clerk(CLERK)
        for rating in ({"level": 1}, BAD):
            ticket = running.ticket("scjg-01")
            clerk.post("/counter/call-next")
            clerk.post("/counter/start")
            clerk.post("/counter/finish", {"outcome": "done"})
            clerk.post(f"/phone/{ticket['token']}/rating", rating)
        yield running


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the office of a manager."""
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as page:
        yield page


def step(page: Page, move: str, result: str = "", words: str = "") -> None:
    """Take a step of the redress that is open on the page."""
    page.get_by_test_id(f"move-{move}").click()
    if result:
        page.get_by_test_id(f"result-{result}").check()
    if words:
        page.get_by_test_id("step-words").fill(words)
    page.get_by_test_id("step-send").click()


def test_a_bad_rating_is_followed_from_the_list_to_its_end(
    office: Page, hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    office.goto(hall.url("/office#ratings"))
    expect(office.get_by_test_id("rated-windows")).to_contain_text("1/2")
    office.get_by_test_id("only-bad").check()
    listed = office.get_by_test_id("ratings")
    expect(listed.get_by_role("row")).to_have_count(2)
    expect(listed).not_to_contain_text("测试人")
    assert axe.findings(office) == []
    listed.get_by_role("link", name="待联系").click()
    card = office.get_by_test_id("redress")
    expect(card).to_contain_text("测试人 000-0000")
    step(office, "contact", "reached")
    state = office.get_by_test_id("redress-state")
    expect(state).to_have_text("已联系")
    step(office, "appeal", words="评价有误")
    expect(state).to_have_text("申诉中")
    expect(office.get_by_test_id("move-grant")).to_have_count(0)
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as second:
        second.goto(hall.url("/office#redresses"))
        second.locator("[data-testid^=see-]").click()
        step(second, "refuse", words="情况属实")
        expect(second.get_by_test_id("redress-state")).to_have_text("申诉不成立")
        assert axe.findings(second) == []
    office.reload()
    step(office, "start", words="增设导办人员")
    expect(state).to_have_text("整改中")
    step(office, "answer", words="已增设导办人员")
    step(office, "recheck", "satisfied")
    expect(state).to_have_text("已回访")
    step(office, "close", words="高峰时段增设导办人员")
    expect(state).to_have_text("已结束")
    expect(card).not_to_contain_text("000-0000")
    office.goto(hall.url("/office#redresses"))
    expect(office.get_by_text("没有未结束的差评整改。")).to_be_visible()


def test_a_clerk_sees_totals_of_days_that_are_over_only(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, CLERK, 390, 800) as page:
        page.goto(hall.url("/my#voices"))
        mine = page.get_by_test_id("my-voices")
        expect(mine).to_contain_text("办理 0 人次，主动评价 0 次")
        assert axe.findings(page) == []


def test_everybody_sees_the_ratings_of_days_that_are_over(page: Page, hall: HallServer) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(hall.url("/voices"))
    expect(page.get_by_role("heading", name="群众评价")).to_be_visible()
    expect(page.get_by_text("还没有评价")).to_be_visible()
    assert axe.findings(page) == []
