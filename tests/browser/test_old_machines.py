"""Kiosk and board on Chromium 90: newer functions are removed from the browser first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support.hall_server import HallServer

YOUNGER_THAN_90 = """() => {
  const gone = (owner, ...names) => names.forEach((name) => delete owner[name]);
  gone(AbortSignal, "timeout", "any");
  gone(AbortSignal.prototype, "throwIfAborted", "reason");
  gone(Array.prototype, "at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced");
  gone(String.prototype, "at", "isWellFormed");
  gone(Object, "hasOwn", "groupBy");
  gone(Promise, "try", "withResolvers");
  gone(Crypto.prototype, "randomUUID");
  gone(HTMLElement.prototype, "inert", "showPopover", "popover");
  gone(window, "structuredClone", "scheduler");
}"""


@pytest.fixture
def machine(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield a screen of the hall with an old browser; fail on any script error."""
    size = {"width": 1080, "height": 1920}
    context = browser.new_context(**{**browser_context_args, "viewport": size})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.add_init_script(f"({YOUNGER_THAN_90})()")
    yield page
    context.close()
    assert wrong == []


def test_a_number_is_taken(machine: Page, hall: HallServer) -> None:
    machine.goto(hall.url("/kiosk/1"))
    machine.get_by_role("button", name="搜索").click()
    machine.get_by_test_id("search").fill("csdj")
    machine.get_by_test_id("item").first.click()
    machine.get_by_test_id("take").click()
    expect(machine.get_by_test_id("number")).to_have_text(re.compile(r"^H\d{3}$"))


def test_a_call_is_shown(machine: Page, hall: HallServer) -> None:
    machine.goto(hall.url("/board/main"))
    expect(machine.get_by_test_id("nothing")).to_be_visible()
    number = hall.ticket("scjg-01")["number"]
    hall.clerk("1009").post("/counter/call-next")
    expect(machine.get_by_test_id("call").first).to_contain_text(number)
    hall.clear()
