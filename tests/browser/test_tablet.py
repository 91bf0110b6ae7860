"""Tablet at a window in a real browser: names who serves, asks after a service, thanks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import HallServer
from support.staff_pages import tablet_of

CLERK, WINDOW, ITEM = "1009", "W05", "scjg-01"


@pytest.fixture
def tablet(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the tablet of window 5."""
    with tablet_of(browser, browser_context_args, hall, WINDOW) as page:
        yield page


def test_a_service_is_rated_on_the_tablet(tablet: Page, hall: HallServer) -> None:
    clerk = hall.clerk(CLERK)
    ticket = hall.ticket(ITEM)
    expect(tablet.get_by_test_id("tablet-name")).to_contain_text("为您服务：")
    assert axe.findings(tablet) == []
    clerk.post("/counter/call-next")
    guide = tablet.get_by_test_id("tablet-guide")
    expect(guide.get_by_role("heading")).to_have_text(ticket["item_name"])
    expect(guide).to_contain_text("承诺时限：")
    assert axe.findings(tablet) == []
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "done"})
    expect(tablet.get_by_test_id("tablet-asks")).to_contain_text(ticket["number"])
    tablet.get_by_test_id("level-1").click()
    tablet.get_by_test_id("aspect-attitude").click()
    assert axe.findings(tablet) == []
    tablet.get_by_test_id("give-rating").click()
    expect(tablet.get_by_test_id("tablet-thanks")).to_be_visible()
    given = clerk.get(f"/phone/{ticket['token']}/rating")
    assert given["given"] == 1
    expect(tablet.get_by_text("欢迎，请按叫号办理")).to_be_visible(timeout=10_000)
