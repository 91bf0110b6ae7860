"""Call backs in a real browser: the week's list, the telephone on demand, what a call gave."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, PATIENCE, HallServer
from support.staff_pages import signed_in

CLERK = "1009"
PHONE = "13900001234"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall on Monday, with the list of three cases that ended on Friday."""
    people = (ADMINISTRATOR, MANAGER, CLERK)
    folder = tmp_path_factory.mktemp("hall")
    with HallServer(folder, at="2026-11-20T10:00", accounts=people) as running:
        clerk = running.clerk(CLERK)
        for name in ("王示例", "李示例", "张示例"):
            body = {"item": "scjg-01", "name": name, "phone": PHONE}
            case = clerk.post("/reception/cases", body)["id"]
            words = "不属于本单位职权"
            clerk.post(f"/cases/{case}/move", {"move": "not_accept", "words": words})
        running.stop()
        running.start(at="2026-11-23T10:00")
        end, pause = time.monotonic() + PATIENCE, threading.Event()
        while not running.clerk(MANAGER).get("/office/call-backs")["weeks"]:
            assert time.monotonic() < end
            pause.wait(0.1)
        yield running


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the list of the office."""
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as page:
        page.goto(hall.url("/office#/call-backs"))
        yield page


def test_the_office_works_the_list(office: Page, hall: HallServer) -> None:
    rows = office.get_by_test_id("call-list").locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(office.get_by_test_id("call-week")).to_have_value("2026-W47")
    assert axe.findings(office) == []
    office.get_by_test_id("call-1").click()
    card = office.get_by_test_id("call-back")
    expect(card.get_by_test_id("call-state")).to_have_text("待回访")
    expect(card).not_to_contain_text(PHONE)
    card.get_by_test_id("show-phone").click()
    expect(card.get_by_test_id("phone")).to_have_text(PHONE)
    card.get_by_test_id("answer-not_reached").check()
    card.get_by_test_id("record-call").click()
    expect(card).to_contain_text("还可拨 2 次")
    card.get_by_test_id("answer-rated").check()
    expect(card.get_by_test_id("record-call")).to_be_disabled()
    card.get_by_test_id("level-4").check()
    card.get_by_test_id("call-words").fill("没有说清去哪里办")
    assert axe.findings(office) == []
    card.get_by_test_id("record-call").click()
    expect(card.get_by_test_id("call-state")).to_have_text("已评价")
    expect(card).to_contain_text("不满意")
    (redress,) = hall.clerk(MANAGER).get("/office/redresses")["redresses"]
    assert (redress["words"], redress["contact_phone"]) == ("没有说清去哪里办", PHONE)
    office.goto(hall.url("/office#/ratings/2026-W47"))
    expect(office.get_by_text("名单回访率", exact=True)).to_be_visible()
    expect(office.get_by_text("1/3", exact=True)).to_be_visible()
