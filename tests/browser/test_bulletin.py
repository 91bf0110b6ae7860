"""A bulletin in a real browser: from the draft to the release and the receipt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.attendance.routes import RULE_EXAMPLE
from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in

SECOND, CHIEF = "1003", "1009"
WEEK = "2026-W47"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with a shift rule, no punches last week, and the draft about that week."""
    accounts = ("1001", MANAGER, SECOND, CHIEF)
    with HallServer(tmp_path_factory.mktemp("bulletin"), accounts=accounts) as running:
        office = running.clerk(MANAGER)
        rule = RULE_EXAMPLE | {"valid_from": "2026-11-01", "valid_to": None}
        running.put_in_force(rule)
        office.post("/office/bulletins", {"week": WEEK})
        yield running


@contextmanager
def opened(browser: Browser, args: dict[str, Any], hall: HallServer, staff: str) -> Iterator[Page]:
    """Yield the bulletin as one person sees it."""
    with signed_in(browser, args, hall, staff, 1440, 1000) as page:
        page.goto(hall.url(f"/office#bulletins/{WEEK}"))
        expect(page.get_by_test_id("bulletin")).to_be_visible()
        yield page


def test_a_bulletin_is_edited_and_released(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with opened(browser, browser_context_args, hall, MANAGER) as page:
        text = page.get_by_test_id("bulletin")
        expect(text).to_contain_text("应打卡155次，准时0次")
        link = text.get_by_role("link", name="155", exact=True).first
        expect(link).to_have_attribute("href", f"/office#month/all/{WEEK}")
        page.get_by_test_id("edit-closing").click()
        words = text.get_by_label(re.compile("有关要求$"))
        words.fill("请于5日内整改。")
        page.get_by_test_id("save-words").click()
        expect(text.get_by_role("alert")).to_contain_text("不能手写")
        expect(words).to_have_value("请于5日内整改。")
        words.fill("请于{rectify_days}个工作日内整改并签收。")
        page.get_by_test_id("save-words").click()
        expect(text).to_contain_text("请于5个工作日内整改并签收。")
        expect(page.get_by_test_id("release")).to_contain_text("请另一位管理人员审核发布")
        assert axe.findings(page) == []
    with opened(browser, browser_context_args, hall, SECOND) as page:
        page.get_by_label("我已通读全文").check()
        page.get_by_test_id("go-release").click()
        expect(page.get_by_test_id("bulletin")).to_contain_text("已发布")
        expect(page.get_by_test_id("bulletins")).to_contain_text("第1期")
        expect(page.get_by_test_id("amend")).to_contain_text("与今天的记录一致")
    with signed_in(browser, browser_context_args, hall, CHIEF, 390, 844) as phone:
        phone.goto(hall.url("/my#bulletin"))
        phone.get_by_test_id("sign").click()
        expect(phone.get_by_test_id("my-bulletin")).to_contain_text("签收")
        expect(phone.get_by_test_id("sign")).to_have_count(0)
        assert axe.findings(phone) == []
    with opened(browser, browser_context_args, hall, MANAGER) as page:
        expect(page.get_by_test_id("receipts")).to_contain_text("签收情况：1/")


def test_all_staff_read_the_bulletin_without_names(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    context = browser.new_context(
        **{**browser_context_args, "viewport": {"width": 390, "height": 844}}
    )
    page = context.new_page()
    page.goto(hall.url("/bulletin"))
    bulletin = page.get_by_test_id("public-bulletin")
    expect(bulletin).to_contain_text("2026年第1期")
    expect(bulletin).not_to_contain_text("丁四平")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe.findings(page) == []
    context.close()
