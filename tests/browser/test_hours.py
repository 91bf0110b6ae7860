"""Pages outside the hours: every one says so, and when the hall opens next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import HallServer
from support.staff_pages import signed_in

STAFF = "1009"
EVENING, MIDDAY = "11月25日 星期三 08:30 开放", "现在是午休时间，今天 14:30 继续办理"


@pytest.fixture
def screen(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield a screen of the hall."""
    size = {"width": 1920, "height": 1080}
    context = browser.new_context(**{**browser_context_args, "viewport": size})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HallServer, str]]:
    """Yield a hall after closing and the token of a ticket that was not served."""
    with HallServer(tmp_path_factory.mktemp("evening"), at="16:00") as hall:
        token = str(hall.ticket("scjg-01")["token"])
        hall.stop()
        hall.start(at="17:45")
        yield hall, token


@pytest.fixture(scope="module")
def midday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall at noon; three windows stay open."""
    with HallServer(tmp_path_factory.mktemp("midday"), at="12:20") as hall:
        yield hall


def test_every_page_of_the_kiosk_says_that_the_hall_is_closed(
    screen: Page, evening: tuple[HallServer, str]
) -> None:
    hall, _ = evening
    screen.goto(hall.url("/kiosk/1"))
    expect(screen.get_by_test_id("closed")).to_contain_text(EVENING)
    expect(screen.get_by_test_id("closed")).to_contain_text("事项和材料仍可查看")
    assert axe.findings(screen) == []
    screen.get_by_role("button", name="搜索").click()
    expect(screen.get_by_test_id("search")).to_be_visible()
    expect(screen.get_by_test_id("closed")).to_contain_text(EVENING)
    screen.get_by_test_id("item").first.click()
    expect(screen.get_by_test_id("refusal")).to_contain_text(re.compile("下次开放|开放时间"))
    expect(screen.get_by_test_id("closed")).to_contain_text(EVENING)
    expect(screen.get_by_test_id("take")).to_be_disabled()
    screen.get_by_role("button", name="English").click()
    expect(screen.get_by_test_id("closed")).to_have_text(re.compile("Closed now. Opens again at"))


def test_board_phone_and_desk_say_that_the_hall_is_closed(
    screen: Page,
    browser: Browser,
    browser_context_args: dict[str, Any],
    evening: tuple[HallServer, str],
) -> None:
    hall, token = evening
    screen.goto(hall.url("/board/main"))
    expect(screen.get_by_test_id("closed")).to_contain_text(EVENING)
    assert axe.findings(screen) == []
    screen.goto(hall.url(f"/t/{token}"))
    expect(screen.get_by_test_id("closed")).to_contain_text(EVENING)
    with signed_in(browser, browser_context_args, hall, STAFF, 1366, 768) as desk:
        desk.goto(hall.url("/counter"))
        expect(desk.get_by_test_id("closed")).to_contain_text(EVENING)
        desk.keyboard.press("q")
        desk.get_by_test_id("go").click()
        expect(desk.get_by_role("heading", name="请选择窗口")).to_be_visible()
        expect(desk.get_by_test_id("closed")).to_contain_text(EVENING)


@pytest.mark.parametrize(("path", "where"), [("/kiosk/1", "closed"), ("/board/main", "closed")])
def test_at_midday_the_open_windows_are_named(
    screen: Page, midday: HallServer, path: str, where: str
) -> None:
    screen.goto(midday.url(path))
    expect(screen.get_by_test_id(where)).to_contain_text(MIDDAY)
    expect(screen.get_by_test_id(where)).to_contain_text("1、5、14号窗口照常办理")
