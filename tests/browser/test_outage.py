"""Outage of the server: board, kiosk and desk say the same about what still works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from support import axe
from support.hall_server import HallServer
from support.staff_pages import signed_in

WORDS = Path(__file__).parents[2] / "server" / "web" / "outage.ts"
SOON_MS = 15_000


def calling() -> str:
    """Return the one sentence about calls."""
    match = re.search(r'calling: \{\s*zh: "([^"]+)"', WORDS.read_text())
    assert match
    return match[1]


def test_board_kiosk_and_desk_say_the_same(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    big = {**browser_context_args, "viewport": {"width": 1920, "height": 1080}}
    context = browser.new_context(**big)
    board, kiosk = context.new_page(), context.new_page()
    board.goto(hall.url("/board/main"))
    kiosk.goto(hall.url("/kiosk/1"))
    expect(board.get_by_test_id("nothing")).to_be_visible()
    expect(kiosk.get_by_test_id("item").first).to_be_visible()
    with signed_in(browser, browser_context_args, hall, "1009", 1366, 768) as desk:
        desk.goto(hall.url("/counter"))
        expect(desk.get_by_test_id("phase")).to_be_visible()
        # The desk is shown before its feed is connected; only the feed brings what comes later.
        hall.ticket("scjg-01")
        expect(desk.get_by_test_id("main")).to_be_enabled(timeout=SOON_MS)
        hall.kill()
        for page, where in ((board, "offline"), (kiosk, "offline"), (desk, "alone")):
            expect(page.get_by_test_id(where)).to_contain_text(calling(), timeout=SOON_MS)
            assert "服务器" not in page.locator("body").inner_text()
        assert axe.findings(board) == []
    context.close()
