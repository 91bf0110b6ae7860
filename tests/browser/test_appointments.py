"""Appointments in a real browser: a plan with its figures, a day, a check-in at the kiosk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, TUESDAY, Client, HallServer
from support.staff_pages import signed_in

ITEM, PHONE = "zrzy-07", "13900001234"
PLAN = {
    "name": "不动产登记",
    "items": [ITEM],
    "valid_from": TUESDAY,
    "valid_to": "2026-12-31",
    "weekdays": [1, 2, 3, 4, 5],
    "opens": "09:00",
    "closes": "12:00",
    "step": 30,
    "share": 60,
}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with a plan, in which people book for today."""
    folder = tmp_path_factory.mktemp("appointments")
    people, settings = (ADMINISTRATOR, MANAGER), {"appointment_least_days": 0}
    with HallServer(folder, accounts=people, settings=settings) as running:
        running.clerk(MANAGER).post("/office/appointment-plans", PLAN)
        yield running


def booked(hall: HallServer, start: str, phone: str = PHONE) -> str:
    """Book by phone and return the code."""
    person = Client(hall.base)
    choice = {"item": ITEM, "day": TUESDAY, "start": start, "phone": phone}
    hold = person.post("/appointments/hold", choice)["hold"]
    body = {"hold": hold, "name": "欧阳示例", "phone": phone}
    return str(person.post("/appointments/confirm", body)["code"])


def test_a_plan_shows_its_seats_and_the_day_who_comes(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    code = booked(hall, "11:30")
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as page:
        page.goto(hall.url("/office#/appointments/plans"))
        page.get_by_test_id("new-plan").click()
        page.get_by_test_id("plan-name").fill("高龄津贴")
        page.get_by_test_id("plan-find").fill("高龄津贴")
        page.get_by_test_id("add-mzj-08").click()
        preview = page.get_by_test_id("preview")
        expect(preview).to_contain_text("名额")
        expect(preview.locator("tbody tr")).to_have_count(5)
        assert axe.findings(page) == []
        page.get_by_test_id("save-plan").click()
        expect(page.get_by_test_id("plans").locator("tbody tr")).to_have_count(2)
        page.get_by_test_id("appointments-day").click()
        row = page.get_by_test_id("appointments").locator("tbody tr")
        expect(row).to_contain_text("欧阳**")
        assert axe.findings(page) == []
        page.get_by_test_id(f"cancel-{code}").click()
        page.get_by_test_id("reason").select_option("outage")
        page.get_by_test_id("send-reason").click()
        expect(row).to_contain_text("大厅取消（停电、断网或系统故障）")


def test_a_booked_person_checks_in_at_the_kiosk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    early, code = booked(hall, "11:00", "13900001235"), booked(hall, "10:30", "13900001236")
    hall.stop()
    hall.start(at="10:20")
    viewport = {"width": 1080, "height": 1920}
    context = browser.new_context(**{**browser_context_args, "viewport": viewport})
    page = context.new_page()
    page.goto(hall.url("/kiosk/1"))
    page.get_by_test_id("booked").click()
    expect(page.get_by_role("heading", name="预约、远程号签到")).to_be_visible()
    page.keyboard.type(early)  # all at once, as a scanner does
    expect(page.get_by_test_id("trouble")).to_contain_text("10:45 起可以签到")
    assert axe.findings(page) == []
    for letter in code:
        page.get_by_role("button", name=letter, exact=True).click()
    expect(page.get_by_test_id("typed")).to_contain_text(code)
    page.get_by_test_id("arrive").click()
    expect(page.locator(".kiosk")).to_have_attribute("data-view", "result")
    context.close()
