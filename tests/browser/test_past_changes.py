"""A retroactive change, from the reason to the second person; a witness on the phone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.attendance.routes import RULE_EXAMPLE
from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import signed_in

WITNESS, CLERK = "1009", "1004"
YESTERDAY = "2026-11-23"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with a shift rule; yesterday there were no punches."""
    accounts = (ADMINISTRATOR, MANAGER, CLERK, WITNESS)
    with HallServer(tmp_path_factory.mktemp("past"), accounts=accounts) as running:
        running.put_in_force(RULE_EXAMPLE | {"valid_from": "2026-11-16", "valid_to": None})
        yield running


def picture(page: Page, name: str) -> None:
    """Save a screenshot if HALL_PICTURES names a folder."""
    folder = os.environ.get("HALL_PICTURES", "")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_day_off_of_yesterday_needs_a_reason_and_a_second_person(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as page:
        page.goto(hall.url("/office#calendar"))
        page.get_by_test_id("open-import").click()
        page.locator("input[name=year]").fill("2026")
        page.locator("textarea[name=list]").fill(f"{YESTERDAY} 休 补休")
        page.locator("form button[type=submit]").click()
        page.get_by_test_id("past-why").fill("当天停电，全厅补休")
        picture(page, "past-reason")
        page.get_by_test_id("past-ask").click()
        alert = page.get_by_role("alert").filter(has_text="由另一人在“更正确认”中确认")
        expect(alert).to_be_visible()
        page.goto(hall.url("/office#past"))
        change = page.get_by_test_id("past-change").first
        expect(change).to_contain_text("当天停电，全厅补休")
        expect(change.get_by_test_id("confirm")).to_have_count(0)
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as page:
        page.goto(hall.url("/office#past"))
        waiting = page.get_by_test_id("past-change").first
        expect(waiting).to_contain_text("等另一人确认")
        expect(waiting).to_contain_text("缺卡")
        rule = page.get_by_test_id("past-change").filter(has_text="启用班次规则")
        expect(rule).to_contain_text(f"班次规则 {RULE_EXAMPLE['name']}")
        picture(page, "past-changes")
        assert axe.findings(page) == []
        more = waiting.get_by_test_id("list-more")
        expect(waiting.locator("tbody tr")).to_have_count(24)
        whole = 24 + int(re.findall(r"\d+", more.inner_text())[0])
        more.click()
        expect(more).to_have_count(0)
        expect(waiting.locator("tbody tr")).to_have_count(whole)
        waiting.get_by_test_id("confirm").click()
        expect(page.get_by_test_id("past-change").first).to_contain_text("已确认")
    day = hall.clerk(MANAGER).get(f"/attendance/evidence/{CLERK}/{YESTERDAY}")["day"]
    assert day["marks"] == []
    assert any("更正：原为缺卡，改为无" in line for line in day["changed"])


def test_a_witness_confirms_a_sheet_on_the_phone(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    day = "2026-11-20"
    sheet = {"day": day, "reason": "停电", "witness": WITNESS}
    hall.clerk(MANAGER).post(
        "/office/sign-in-sheets", sheet | {"lines": [{"staff": CLERK, "at": "08:20"}]}
    )
    path = f"/attendance/evidence/{CLERK}/{day}"
    assert hall.clerk(MANAGER).get(path)["day"]["marks"][0]["state"] == "missing"
    with signed_in(browser, browser_context_args, hall, WITNESS, 375, 740) as page:
        page.goto(hall.url("/my"))
        expect(page.get_by_test_id("to-confirm")).to_contain_text("停电")
        picture(page, "past-witness")
        assert axe.findings(page) == []
        page.get_by_test_id("witness-yes").click()
        expect(page.get_by_test_id("to-confirm")).to_have_count(0)
    assert hall.clerk(MANAGER).get(path)["day"]["marks"][0]["state"] == "on_time"
