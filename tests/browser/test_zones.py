"""Pages of a hall in another zone show its wall clock, whatever the zone of the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support.hall_server import ADMINISTRATOR, HallServer
from support.staff_pages import signed_in

ITEM, CLERK = "scjg-01", "1009"
TEN = re.compile(r"\b10:[0-5]\d")


@pytest.fixture(scope="module", params=[("Asia/Urumqi", "12:00"), ("Europe/Berlin", "17:00")])
def hall(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HallServer]:
    """Yield a hall in another zone, at ten o'clock there: two or seven hours behind Beijing."""
    zone, in_beijing = request.param
    with HallServer(tmp_path_factory.mktemp("hall"), at=in_beijing) as running:
        running.clerk(ADMINISTRATOR).post("/office/settings", {"values": {"timezone": zone}})
        yield running


def test_a_phone_shows_when_the_number_was_issued_and_called(page: Page, hall: HallServer) -> None:
    ticket = hall.ticket(ITEM)
    page.goto(hall.url(f"/t/{ticket['token']}"))
    expect(page.get_by_text(re.compile(f"{TEN.pattern} 取号"))).to_be_visible()
    clerk = hall.clerk(CLERK)
    clerk.post("/counter/call-next")
    expect(page.get_by_text(re.compile(f"{TEN.pattern} 叫号"))).to_be_visible()
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "done"})


def test_boards_and_kiosks_show_the_hall_s_time(page: Page, hall: HallServer) -> None:
    for address in ("/board/main", "/kiosk/1"):
        page.goto(hall.url(address))
        expect(page.get_by_test_id("clock")).to_have_text(TEN)


def test_the_office_shows_the_hall_s_time_and_day(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    hall.clerk(ADMINISTRATOR).post("/office/complaints", COMPLAINT)
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as office:
        office.goto(hall.url("/office#complaints"))
        expect(office.get_by_text(re.compile(rf"11月24日 星期二 {TEN.pattern}"))).to_be_visible()
        office.locator("[data-testid^=see-]").first.click()
        card = office.get_by_test_id("complaint")
        expect(card).to_contain_text(re.compile(rf"2026年11月24日 {TEN.pattern}"))


COMPLAINT = {"about": "window", "subject": "5", "topics": ["attitude"]}
