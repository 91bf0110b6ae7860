"""Quarantined desk actions on the office's page: both versions, a decision."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in


def test_the_office_sees_both_versions_and_decides(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    ticket = hall.ticket("gaj-01")
    clerk = hall.clerk("1004")
    window = clerk.get("/counter")["window"]["code"]
    now = hall.now()
    acts = [
        {"kind": "call", "ticket": ticket["id"], "at": now},
        {"kind": "start", "ticket": ticket["id"], "at": now},
        {"kind": "finish", "ticket": ticket["id"], "at": now, "outcome": "done"},
    ]
    answer = clerk.post("/counter/handed-in", {"window": window, "acts": acts})
    assert {result["code"] for result in answer["results"]} == {"act_put_aside"}
    with signed_in(browser, browser_context_args, hall, MANAGER, 1280, 800) as page:
        page.goto(hall.url("/office"))
        row = page.get_by_test_id("desk-act").filter(has_text=ticket["number"])
        expect(row).to_contain_text("断网前没有把这个号分给这个窗口。")
        expect(row).to_contain_text("结束办理")
        expect(row).to_contain_text("等候中")
        expect(page.get_by_test_id("alarms")).to_contain_text("与系统记录不符")
        expect(row.get_by_role("button", name="不采用")).to_be_disabled()
        row.get_by_label("理由").fill("当时窗口没有断网")
        assert axe.findings(page) == []
        row.get_by_role("button", name="不采用").click()
        expect(row).to_have_count(0)
    assert clerk.get(f"/tickets/{ticket['id']}")["ticket"]["state"] == "waiting"
