"""First asked in a real browser: recorded on one phone, taken and answered on another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in

ASKED, RECEIVER = "1009", "1027"
SUBJECT = "问公积金提取要带什么"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall without devices."""
    people = (MANAGER, ASKED, RECEIVER)
    with HallServer(tmp_path_factory.mktemp("hall"), accounts=people) as running:
        yield running


def answered(page: Page, words: str) -> None:
    """Take the question that waits, and end it with the answer."""
    page.get_by_test_id("ask-handed_over").click()
    card = page.get_by_test_id("first-ask")
    card.get_by_test_id("move-take").click()
    expect(card.get_by_test_id("ask-state")).to_have_text("待答复")
    card.get_by_test_id("move-answer").click()
    card.get_by_test_id("step-words").fill(words)
    card.get_by_test_id("step-send").click()
    expect(page.get_by_test_id("ask-handed_over")).to_have_count(0)


def test_a_question_is_recorded_handed_over_and_answered(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    people = hall.clerk(MANAGER).get("/assistance/choices")["people"]
    unit = next(person["unit"] for person in people if person["number"] == RECEIVER)
    with signed_in(browser, browser_context_args, hall, ASKED, 390, 844) as page:
        page.goto(hall.url("/my#/assistance"))
        asks = page.get_by_test_id("my-asks")
        asks.get_by_test_id("record-ask").click()
        page.get_by_test_id("ask-subject").fill(SUBJECT)
        page.get_by_test_id("to-unit").select_option(unit)
        page.get_by_test_id("to-staff").select_option(RECEIVER)
        assert axe.findings(page) == []
        page.get_by_test_id("send-ask").click()
        expect(asks.get_by_test_id("ask-state")).to_have_text("待接收")
        assert axe.findings(page) == []
    with signed_in(browser, browser_context_args, hall, RECEIVER, 390, 844) as page:
        page.goto(hall.url("/my#/assistance"))
        answered(page.get_by_test_id("my-asks").page, "已电话告知材料清单")
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as page:
        page.goto(hall.url("/office#/assistance"))
        page.get_by_test_id("assist-ended").click()
        page.get_by_test_id("ask-ended").click()
        expect(page.get_by_test_id("first-ask")).to_contain_text("已电话告知材料清单")
        assert axe.findings(page) == []
