"""Spot checks in the office and on a clerk's own page, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import signed_in

OTHER = "1003"
CHECK = "2026-11-24-x1"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with one running extra check: window 1 was empty."""
    people = (ADMINISTRATOR, MANAGER, OTHER, "1004")
    with HallServer(
        tmp_path_factory.mktemp("hall"), accounts=people, seated=("W01", "W02")
    ) as running:
        manager = running.clerk(MANAGER)
        check = manager.post("/office/checks/extra", {"other": OTHER})["check"]
        assert check == CHECK
        mark = {"id": "m-1", "window": "W01", "mark": "empty", "staff": "1004", "at": running.now()}
        manager.post(f"/office/checks/{check}/marks", mark)
        yield running


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the office of an administrator who is no checker."""
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as page:
        yield page


def found_empty(hall: HallServer, inspector: str, second: str) -> str:
    """Let two people find a window of 1004 empty in a round of their own; return the finding."""
    manager, clerk = hall.clerk(inspector), hall.clerk("1004")
    before = {finding["id"] for finding in clerk.get("/my/findings")["findings"]}
    check = manager.post("/office/checks/extra", {"other": second})["check"]
    mark = {"id": f"e-{check}", "window": "W02", "mark": "empty", "staff": "1004"}
    manager.post(f"/office/checks/{check}/marks", mark | {"at": hall.now()})
    manager.post(f"/office/checks/{check}/finish")
    hall.clerk(second).post(f"/my/checks/{check}/second", {"agree": True})
    findings = clerk.get("/my/findings")["findings"]
    return next(str(finding["id"]) for finding in findings if finding["id"] not in before)


def test_an_inspection_round_is_shown_live_until_its_findings(
    office: Page, hall: HallServer
) -> None:
    office.goto(hall.url("/office#checks"))
    expect(office.get_by_test_id("seal").first).to_have_text(re.compile(r"^[0-9a-f]{64}$"))
    today = office.get_by_test_id("check-days").get_by_role("row").nth(1)
    expect(today).to_contain_text("下班后公布 开门后封存")
    expect(office.get_by_test_id("seen-W01")).to_contain_text("空岗")
    expect(office.get_by_test_id("seen-W02")).to_contain_text("未查")
    assert axe.findings(office) == []
    manager = hall.clerk(MANAGER)
    mark = {"id": "m-2", "window": "W02", "mark": "at_post", "at": hall.now()}
    manager.post(f"/office/checks/{CHECK}/marks", mark)
    expect(office.get_by_test_id("seen-W02")).to_contain_text("在岗")
    manager.post(f"/office/checks/{CHECK}/finish")
    hall.clerk(OTHER).post(f"/my/checks/{CHECK}/second", {"agree": True})
    row = office.get_by_test_id("checks-today").get_by_role("row").filter(has_text="临时 1")
    expect(row).to_contain_text("已完成")
    expect(office.get_by_test_id("running")).to_be_hidden()
    row.get_by_role("button").click()
    expect(office.get_by_test_id("marks")).to_contain_text("空岗")
    assert axe.findings(office) == []


def test_a_finding_is_disputed_by_the_clerk_and_settled_by_a_third_person(
    office: Page, hall: HallServer
) -> None:
    number = found_empty(hall, MANAGER, OTHER)
    statement = {"statement": "当时在打印室取材料"}
    hall.clerk("1004").post(f"/my/findings/{number}/dispute", statement)
    office.goto(hall.url("/office#findings"))
    office.get_by_test_id("state-disputed").click()
    row = office.get_by_test_id("findings").get_by_role("row").filter(has_text="丁四平").first
    expect(row).to_contain_text(re.compile("通知单位|建议调换人员|约谈"))
    assert axe.findings(office) == []
    row.get_by_role("button").click()
    expect(office.get_by_test_id("finding")).to_contain_text("丁四平")
    office.goto(hall.url(f"/office#findings/{number}"))
    expect(office.get_by_test_id("history")).to_contain_text("当时在打印室取材料")
    withdraw = office.get_by_test_id("withdraw")
    expect(withdraw).to_be_disabled()
    office.get_by_test_id("why").fill("打印室有签字")
    assert axe.findings(office) == []
    withdraw.click()
    expect(office.get_by_test_id("history")).to_contain_text("打印室有签字")
    expect(office.get_by_test_id("finding")).to_contain_text("已撤销")


def test_a_checker_cannot_settle_the_own_finding(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    number = found_empty(hall, OTHER, MANAGER)
    hall.clerk("1004").post(f"/my/findings/{number}/dispute", {"statement": "在帮办"})
    with signed_in(browser, browser_context_args, hall, OTHER, 1440, 900) as page:
        page.goto(hall.url(f"/office#findings/{number}"))
        expect(page.get_by_test_id("history")).to_contain_text("在帮办")
        expect(page.get_by_text("这条申诉要由没有参与的人裁定")).to_be_visible()
        expect(page.get_by_test_id("why")).to_have_count(0)


def test_a_clerk_reads_and_disputes_a_finding_on_the_phone(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    manager = hall.clerk(MANAGER)
    check = manager.post("/office/checks/extra", {"other": OTHER})["check"]
    mark = {"id": "m-4", "window": "W01", "mark": "serving", "staff": "1004", "at": hall.now()}
    manager.post(f"/office/checks/{check}/marks", mark | {"faults": ["玩手机"], "note": "看视频"})
    manager.post(f"/office/checks/{check}/finish")
    hall.clerk(OTHER).post(f"/my/checks/{check}/second", {"agree": True})
    with signed_in(browser, browser_context_args, hall, "1004", 375, 740) as page:
        page.goto(hall.url("/my#findings"))
        finding = page.get_by_test_id("finding").filter(has_text="玩手机")
        expect(finding).to_contain_text("看视频")
        finding.get_by_test_id("dispute").click()
        finding.get_by_test_id("words").fill("在给办事人查资料")
        assert axe.findings(page) == []
        finding.get_by_test_id("send").click()
        expect(finding).to_contain_text("申诉中")
        finding.get_by_test_id("rectify").click()
        finding.get_by_test_id("words").fill("手机已放进抽屉")
        finding.get_by_test_id("send").click()
        expect(finding).to_contain_text("手机已放进抽屉")
        expect(finding.get_by_test_id("rectify")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
