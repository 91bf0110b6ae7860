"""A missed number at the kiosk, in a real browser: typed, scanned, asked once, refused in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.kiosk_shapes import UPRIGHT, kiosk_shapes
from support.staff_pages import signed_in

ITEM, CLERK, COLLEAGUE = "scjg-01", "1009", "1010"
PEOPLE = (ADMINISTRATOR, MANAGER, CLERK, COLLEAGUE)
ABSENCE = {"no_show_min_calls": 1, "no_show_min_seconds": 0}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall where a call is missed at once."""
    folder = tmp_path_factory.mktemp("missed")
    with HallServer(folder, accounts=PEOPLE, settings=ABSENCE) as running:
        yield running


@pytest.fixture
def kiosk(
    browser: Browser,
    browser_context_args: dict[str, Any],
    hall: HallServer,
) -> Iterator[Page]:
    """Yield a kiosk on the page for missed numbers; a view is checked in both shapes."""
    context = browser.new_context(**{**browser_context_args, "viewport": UPRIGHT})
    page = context.new_page()
    page.goto(hall.url("/kiosk/1"))
    button = page.get_by_test_id("missed")
    expect(button).to_contain_text("我过号了")
    assert axe.findings(page) == []
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 96
    button.click()
    expect(page.get_by_role("heading", name="过号后重新排队")).to_be_visible()
    yield page
    context.close()
    hall.clear()


def missed(hall: HallServer, waiting: int = 3) -> dict[str, Any]:
    """Return a ticket whose call was missed while others wait."""
    ticket = hall.ticket(ITEM)
    for _ in range(waiting):
        hall.ticket(ITEM)
    clerk = hall.clerk(CLERK)
    clerk.post("/counter/call-next")
    clerk.post("/counter/no-show")
    return dict(ticket)


def findings(page: Page) -> list[str]:
    """Return what axe finds on an upright and on a lying screen."""
    return [finding for _ in kiosk_shapes(page) for finding in axe.findings(page)]


def type_number(page: Page, number: str) -> None:
    for key in number:
        page.get_by_role("button", name=key, exact=True).click()


def test_a_number_is_typed_and_returned_after_one_question(kiosk: Page, hall: HallServer) -> None:
    number = missed(hall)["number"]
    look = kiosk.get_by_test_id("look")
    expect(look).to_be_disabled()
    type_number(kiosk, number)
    expect(kiosk.get_by_test_id("typed")).to_have_text(number)
    assert findings(kiosk) == []
    look.click()
    standing = kiosk.get_by_test_id("standing")
    expect(standing).to_have_attribute("data-standing", "may_return")
    expect(standing).to_contain_text("已过号，可以重新排队")
    expect(kiosk.get_by_test_id("ahead")).to_have_text("您前面大约还有 3 人")
    assert findings(kiosk) == []
    kiosk.get_by_test_id("return").click()
    expect(standing).to_have_attribute("data-standing", "returned")
    expect(standing).to_contain_text("已重新排队，请等候叫号")
    expect(kiosk.get_by_test_id("ahead")).to_have_text("您前面大约还有 3 人")
    kiosk.get_by_test_id("done").click()
    expect(kiosk.get_by_test_id("missed")).to_be_visible()


def test_a_scanned_slip_is_found_without_a_tap(kiosk: Page, hall: HallServer) -> None:
    ticket = missed(hall, waiting=0)
    kiosk.keyboard.type(f"{hall.base}/t/{ticket['token']}")
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_test_id("number")).to_have_text(ticket["number"])
    expect(kiosk.get_by_test_id("ahead")).to_have_text("下一位就可能叫到您")
    kiosk.get_by_test_id("other").click()
    kiosk.keyboard.type("https://example.test/another-code")
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_test_id("trouble")).to_contain_text("没有认出这张小票")


def test_a_number_that_was_not_missed_is_explained(kiosk: Page, hall: HallServer) -> None:
    ticket = hall.ticket(ITEM)
    type_number(kiosk, ticket["number"])
    kiosk.keyboard.press("Enter")
    standing = kiosk.get_by_test_id("standing")
    expect(standing).to_contain_text("还没有叫到，请继续等候")
    expect(kiosk.get_by_test_id("return")).to_have_count(0)
    hall.clerk(CLERK).post("/counter/call-next")
    kiosk.get_by_test_id("other").click()
    type_number(kiosk, ticket["number"])
    kiosk.get_by_test_id("look").click()
    expect(standing).to_contain_text("正在叫号，请到 5 号窗口")
    kiosk.get_by_test_id("other").click()
    type_number(kiosk, f"{ticket['number'][0]}999")
    kiosk.get_by_test_id("look").click()
    expect(standing).to_contain_text("今天没有这个号码")
    kiosk.get_by_role("button", name="English").click()
    expect(standing).to_contain_text(re.compile("no such number today"))
    assert findings(kiosk) == []


def test_a_number_missed_at_another_window_is_listed_and_returned(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    """The person comes back to any window that may serve the ticket, not to the one that called."""
    number = hall.ticket(ITEM)["number"]
    with signed_in(browser, browser_context_args, hall, CLERK, 1366, 768) as desk:
        desk.goto(hall.url("/counter"))
        expect(desk.get_by_test_id("phase")).to_be_visible()
        hall.clerk(COLLEAGUE).post("/counter/call-next")
        hall.clerk(COLLEAGUE).post("/counter/no-show")
        row = desk.get_by_test_id("missed-elsewhere").filter(has_text=number)
        expect(row).to_contain_text("6 号窗口")
        expect(row.get_by_role("button", name=re.compile("叫回"))).to_have_count(0)
        assert axe.findings(desk) == []
        row.get_by_role("button", name=re.compile(f"重新排队 ?{number}")).click()
        expect(desk.get_by_text(f"{number} 已重新排队。")).to_be_visible()
        expect(row).to_have_count(0)
    hall.clear()
