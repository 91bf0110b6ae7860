"""Joint review in a real browser: from asking two units to the one notice, with an absent unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in

LEAD, TAX, HOUSING = "1024", "1014", "1013"
ITEM = "zrzy-07"
REASON = "限制转让尚未解除"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with the chiefs of the lead unit and of the two units it asks."""
    people = (MANAGER, LEAD, TAX, HOUSING)
    with HallServer(tmp_path_factory.mktemp("hall"), seated=(), accounts=people) as running:
        yield running


def accepted(hall: HallServer) -> tuple[str, str]:
    """Open a joint case from the list of its unit and accept it; return its id and number."""
    row = {"item": ITEM, "name": "王示例", "phone": "13900001234"}
    manager = hall.clerk(MANAGER)
    number = manager.post("/office/cases/list", {"cases": [row]})["numbers"][0]
    case = manager.get(f"/office/cases?number={number}")["cases"][0]["id"]
    hall.clerk(LEAD).post(f"/cases/{case}/move", {"move": "accept"})
    return case, number


def ask(page: Page) -> None:
    """Ask tax and housing side by side."""
    page.get_by_test_id("joint-parts").click()
    page.get_by_test_id("ask-swj").check()
    page.get_by_test_id("ask-zjj").check()
    page.get_by_test_id("question").fill("请就税费和限制转让提出意见。")
    assert axe.findings(page) == []
    page.get_by_test_id("joint-send").click()
    expect(page.get_by_test_id("part-swj")).to_contain_text("还有 3 个工作日")
    expect(page.get_by_test_id("held-pass")).to_contain_text("还有 2 份")


def visit_together(page: Page) -> None:
    """Call a joint site visit today, and record that housing was absent."""
    page.get_by_test_id("joint-meeting").click()
    page.get_by_test_id("kind-site_visit").check()
    page.get_by_test_id("meeting-place").fill("示例路1号")
    expect(page.get_by_test_id("ask-zjj")).to_be_checked()
    page.get_by_test_id("joint-send").click()
    page.get_by_test_id("meeting-record").click()
    page.get_by_test_id("present-zjj").uncheck()
    page.get_by_test_id("reason-zjj").fill("另有会议")
    page.get_by_test_id("meeting-send").click()
    expect(page.get_by_test_id("absent")).to_have_text("缺席：住房和城乡建设局（另有会议）")


def test_two_units_answer_and_one_notice_ends_the_whole(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    case, number = accepted(hall)
    with signed_in(browser, browser_context_args, hall, LEAD, 1440, 900) as lead:
        lead.goto(hall.url("/my#cases"))
        lead.get_by_test_id(f"case-{number}").click()
        ask(lead)
        visit_together(lead)
        parts = hall.clerk(LEAD).get(f"/cases/{case}/joint")["parts"]
        tax = next(part["id"] for part in parts if part["unit"] == "swj")
        hall.clerk(TAX).post(f"/joint/parts/{tax}/move", {"move": "answer", "opinion": "agree"})
        with signed_in(browser, browser_context_args, hall, HOUSING, 390, 844) as unit:
            unit.goto(hall.url("/my#cases"))
            own = unit.get_by_test_id("part-zjj")
            unit.get_by_role("button", name="各单位意见和会议").click()
            expect(unit.get_by_test_id("part-swj")).to_contain_text("本单位答复后")
            own.get_by_test_id("part-answer").click()
            own.get_by_test_id("opinion-disagree").check()
            expect(own.get_by_test_id("part-send")).to_be_disabled()
            own.get_by_test_id("part-words").fill(REASON)
            assert axe.findings(unit) == []
            own.get_by_test_id("part-send").click()
            expect(own.get_by_test_id("part-state")).to_have_text("已答复 · 不同意")
        lead.reload()
        lead.get_by_test_id(f"case-{number}").click()
        expect(lead.get_by_test_id("part-zjj")).to_contain_text(REASON)
        expect(lead.get_by_test_id("held-pass")).to_have_count(0)
        address = lead.get_by_test_id("joint-notice").evaluate("a => a.href")
        answer = lead.request.get(address)
        assert answer.headers["content-type"] == "application/pdf"
        lead.get_by_test_id("serve-notice").click()
        lead.get_by_test_id("serve-notice-send").click()
        expect(lead.get_by_test_id("notice-served")).to_have_text("11月24日直接送达，申请人本人")
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as office:
        office.goto(hall.url("/office#joint-reviews"))
        row = office.get_by_test_id(f"row-{number}")
        expect(row).to_contain_text("缺席：住房和城乡建设局")
        expect(row).to_contain_text("不同意")
        expect(office.get_by_test_id("joint-absent")).to_have_text("1")
        assert axe.findings(office) == []
