"""Reports in a real browser: the office's page with chart and files, a chief's phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in

ITEM, CHIEF = "scjg-01", "1009"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

CUT = """() => [...document.querySelectorAll(".tile .long")].filter((figure) => {
  figure.textContent = "96.0%（240/250）";
  return figure.scrollWidth > figure.clientWidth;
}).map((figure) => figure.previousElementSibling.textContent)"""
"""Tiles that a rate with both of its numbers does not fit."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall in which window 5, the chief's, has served one number of two."""
    accounts = (MANAGER, CHIEF)
    with HallServer(tmp_path_factory.mktemp("reports"), accounts=accounts) as running:
        clerk = running.clerk(CHIEF)
        for _ in range(2):
            running.ticket(ITEM)
        clerk.post("/counter/call-next")
        clerk.post("/counter/start")
        clerk.post("/counter/finish", {"outcome": "done"})
        yield running


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the office's reports."""
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as page:
        page.goto(hall.url("/office#reports"))
        expect(page.get_by_test_id("report-service")).to_be_visible()
        yield page


def test_the_month_by_window_is_chosen_read_and_downloaded(office: Page) -> None:
    expect(office.get_by_test_id("report-span")).to_have_text("2026-11-23 至 2026-11-29")
    office.get_by_role("link", name="月报").click()
    expect(office.get_by_test_id("report-span")).to_have_text("2026-11-01 至 2026-11-30")
    office.get_by_role("link", name="按窗口").click()
    expect(office.get_by_role("link", name="按窗口")).to_have_attribute("aria-current", "page")
    service = office.get_by_test_id("report-service")
    row = service.get_by_role("row", name="5号窗口")
    expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    expect(service.locator("tfoot")).to_contain_text("合计")
    expect(office.get_by_role("button", name="下一月")).to_be_disabled()
    office.get_by_test_id("report-figure").select_option("wait_mean")
    chart = office.get_by_test_id("report-chart")
    expect(chart).to_have_attribute(
        "aria-label", "柱状图：各窗口服务情况，平均等候（分钟）；数字见上表"
    )
    assert office.evaluate("document.documentElement.scrollWidth") <= 1366
    assert axe.findings(office) == []
    assert office.evaluate(CUT) == []
    for name, media in (("下载表格", XLSX), ("打印报表", "application/pdf")):
        link = office.get_by_role("link", name=name)
        answer = office.request.get(link.evaluate("a => a.href"))
        assert answer.headers["content-type"] == media
        assert "report-2026-11-window" in answer.headers["content-disposition"]


def test_each_table_of_a_report_is_one_press_away(office: Page) -> None:
    office.get_by_role("button", name="逐日").click()
    days = office.get_by_test_id("report-days")
    expect(days.get_by_role("row")).to_have_count(4)  # head, Monday, Tuesday, total
    office.get_by_role("button", name="群众评价").click()
    expect(office.get_by_test_id("report-ratings")).to_contain_text("好评率")
    expect(office.get_by_text("主动评价率＝")).to_be_visible()
    office.get_by_role("button", name="上一周").click()
    expect(office.get_by_test_id("report-span")).to_have_text("2026-11-16 至 2026-11-22")
    assert axe.findings(office) == []


def test_a_chief_reads_the_own_units_report_on_the_phone(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, CHIEF, 390, 844) as phone:
        phone.goto(hall.url("/my#bulletin"))
        report = phone.get_by_test_id("my-report")
        expect(report.get_by_test_id("report-service").locator("tfoot")).to_contain_text("合计")
        report.get_by_role("button", name="按窗口").click()
        expect(report.get_by_role("row", name="5号窗口")).to_be_visible()
        expect(report.get_by_role("button", name="按人员")).to_have_count(0)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        assert axe.findings(phone) == []
