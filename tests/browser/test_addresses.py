"""Addresses that a person may type or follow: all lead to a page in words, never to raw answers."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import HallServer
from support.staff_pages import signed_in

NOWHERE = (
    "/nowhere",
    "/kiosk",
    "/kiosk/",
    "/kiosk/a%20b",
    "/t/",
    "/counter/5/6",
    "/api/v1/nowhere",
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def anyone(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield a browser without a session."""
    context = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", NOWHERE)
def test_an_unknown_address_shows_a_page_in_words(
    anyone: Page, hall: HallServer, path: str
) -> None:
    answer = anyone.goto(hall.url(path))
    assert answer is not None
    assert answer.status == 404
    expect(anyone.get_by_test_id("problem")).to_contain_text("没有这个页面")
    assert axe.findings(anyone) == []


def test_a_program_gets_the_error_code(hall: HallServer) -> None:
    for path in ("/nowhere", "/api/v1/nowhere"):
        for accept in ("application/json", "*/*"):
            request = urllib.request.Request(hall.url(path), headers={"Accept": accept})
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request, timeout=10)
            with caught.value as answer:
                assert answer.headers["Content-Type"] == "application/json"
                assert b'"not_found"' in answer.read()


def test_a_kiosk_address_without_a_number_explains_its_form(anyone: Page, hall: HallServer) -> None:
    anyone.goto(hall.url("/kiosk"))
    expect(anyone.get_by_test_id("problem")).to_contain_text("/kiosk/1")


def test_boards_without_a_name_are_offered(anyone: Page, hall: HallServer) -> None:
    anyone.goto(hall.url("/board"))
    boards = anyone.get_by_test_id("board")
    expect(boards).to_have_text(["全厅大屏", "东厅", "西厅"])
    assert axe.findings(anyone) == []
    boards.filter(has_text="西厅").click()
    expect(anyone.get_by_text("西厅", exact=True)).to_be_visible()


@pytest.fixture
def clerk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the clerk of window 5."""
    with signed_in(browser, browser_context_args, hall, "1009", 1366, 768) as page:
        yield page


def test_a_windows_address_leads_to_its_desk(clerk: Page, hall: HallServer) -> None:
    clerk.goto(hall.url("/counter/5"))
    expect(clerk.get_by_role("heading", level=1)).to_contain_text("5 号窗口")
    expect(clerk.get_by_test_id("astray")).to_have_count(0)
    clerk.goto(hall.url("/counter/6"))
    expect(clerk.get_by_test_id("astray")).to_contain_text("您已登录 5 号窗口")
    clerk.keyboard.press("q")
    clerk.get_by_test_id("go").click()
    expect(clerk.get_by_test_id("against")).to_contain_text("已登录")
    clerk.goto(hall.url("/counter/1"))
    expect(clerk.get_by_test_id("against")).to_contain_text("1 号窗口不在您可以使用的窗口里")
    clerk.goto(hall.url("/counter/99"))
    expect(clerk.get_by_test_id("against")).to_contain_text("没有 99 号窗口")
    clerk.goto(hall.url("/counter/5"))
    clerk.get_by_test_id("enter").click()
    expect(clerk.get_by_test_id("desk")).to_be_visible()


def test_a_windows_address_leads_through_the_sign_in(anyone: Page, hall: HallServer) -> None:
    anyone.goto(hall.url("/counter/5"))
    expect(anyone).to_have_url(re.compile(r"/login\?next=%2Fcounter%2F5$"))


def test_the_history_of_a_ticket_is_in_words(clerk: Page, hall: HallServer) -> None:
    """Show no code of stored data: actions, people, windows, outcomes, reasons."""
    hall.clear()
    ticket = hall.ticket("scjg-01", "elderly")
    desk = hall.clerk("1009")
    desk.post("/counter/call-next")
    desk.post("/counter/recall")
    desk.post("/counter/hold", {"note": "去复印"})
    desk.post("/counter/resume", {"ticket": ticket["id"]})
    desk.post("/counter/start")
    clerk.goto(hall.url("/counter/5"))
    expect(clerk.get_by_test_id("phase")).to_contain_text("办理中")
    clerk.keyboard.press("i")
    lines = clerk.get_by_test_id("history-lines")
    expect(lines.get_by_role("listitem")).to_have_count(6)
    expect(lines).to_contain_text("5 号窗口")
    expect(lines).not_to_contain_text("其他记录")
    history = re.sub(r"工号 \d+|\d\d:\d\d:\d\d", "", lines.inner_text())
    assert re.findall(r"[A-Za-z_]{2,}", history) == []
    assert CHINESE.search(history)
    clerk.keyboard.press("Escape")
    hall.clear()
