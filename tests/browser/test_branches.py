"""A building gets its own server: the office page, kiosk, desk, and a line that is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support import axe
from support.branch_servers import join
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.relay import Relay
from support.staff_pages import signed_in

CLERK, WINDOW, ITEM = "1018", "W17", "rsj-01"
"""Clerk, window and item of the branch."""
PEOPLE = (ADMINISTRATOR, MANAGER, CLERK)


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    folder = tmp_path_factory.mktemp("main")
    with HallServer(folder, accounts=PEOPLE, buildings=True, seated=[]) as running:
        yield running


def test_a_branch_works_on_while_its_line_is_cut(
    browser: Browser, browser_context_args: dict[str, Any], main: HallServer, tmp_path: Path
) -> None:
    branch = HallServer(tmp_path)
    branch.password = main.password
    wide = (browser, browser_context_args)
    with Relay(main.port) as line, signed_in(*wide, main, ADMINISTRATOR, 1440, 900) as office:
        office.goto(main.url("/office#branches"))
        expect(office.get_by_test_id("branch-site")).to_contain_text("城北分中心")
        office.get_by_test_id("branch-first").fill("500")
        office.get_by_test_id("add-branch").click()
        expect(office.get_by_test_id("branch")).to_have_count(0)
        join(main, line.url, tmp_path / "data")
        office.reload()
        row = office.get_by_test_id("branch")
        expect(row).to_contain_text("701–999")
        with branch, signed_in(*wide, branch, ADMINISTRATOR, 1440, 900) as there:
            expect(row).to_contain_text("正常", timeout=30_000)
            clerk = branch.clerk(CLERK)
            clerk.post("/counter/sign-in", {"window": WINDOW})
            there.goto(branch.url("/office#branches"))
            waiting = there.get_by_test_id("undelivered")
            expect(waiting).to_have_text("0", timeout=30_000)
            line.cut()
            kiosk = browser.new_context(**browser_context_args)
            page = kiosk.new_page()
            page.goto(branch.url("/kiosk/2"))
            expect(page.get_by_test_id("building")).to_have_text("城北分中心")
            expect(page.get_by_test_id("missed")).to_be_visible()
            expect(page.get_by_test_id("booked")).to_have_count(0)
            expect(page.get_by_test_id("voices")).to_have_count(0)
            page.get_by_role("button", name="搜索").click()
            page.get_by_test_id("search").fill("lwpq")
            page.get_by_test_id("item").first.click()
            page.get_by_test_id("take").click()
            expect(page.get_by_test_id("number")).to_have_text(re.compile(r"^[A-Z]701$"))
            kiosk.close()
            called = clerk.post("/counter/call-next", {})["current"]
            assert called["number"].endswith("701")
            expect(waiting).not_to_have_text("0", timeout=30_000)
            assert axe.findings(there) == []
            line.mend()
            expect(waiting).to_have_text("0", timeout=30_000)
            office.reload()
            expect(office.get_by_test_id("branch")).to_contain_text("正常")
            history = main.clerk(MANAGER).get(f"/tickets/{called['id']}")
            assert [line["act"] for line in history["lines"]] == ["ticket.issue", "ticket.call"]
        assert axe.findings(office) == []
