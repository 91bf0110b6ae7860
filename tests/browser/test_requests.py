"""The office: requests to decide, leave for another person, the working calendar, cover."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer, Json
from support.staff_pages import signed_in

CLERK, COVER = "1010", "1009"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall in which 1010 is W06's clerk, whose cover has no window session."""
    accounts = ("1001", MANAGER, "1003", CLERK, COVER)
    folder = tmp_path_factory.mktemp("requests")
    with HallServer(folder, accounts=accounts, seated=["W01"]) as running:
        yield running


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the office as a manager sees it."""
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as page:
        page.goto(hall.url("/office"))
        yield page


def go(page: Page, section: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=section, exact=True).click()


def leave(hall: HallServer, **change: Any) -> str:
    body: Json = {
        "staff": CLERK,
        "kind": "rest",
        "begins": "2026-12-07T08:30",
        "ends": "2026-12-08T17:30",
        "reason": "年休假",
    }
    return str(hall.clerk(CLERK).post("/requests/leaves", body | change)["id"])


def test_a_leave_request_passes_the_steps_live(office: Page, hall: HallServer) -> None:
    request_id = leave(hall)
    go(office, "待办审批")
    card = office.locator(f"[data-case='{request_id}']")
    expect(card).to_contain_text("首席代表 → 中心管理人员")
    expect(card).to_contain_text("壬九思")
    assert axe.findings(office) == []
    card.get_by_role("button", name="更换B角").click()
    expect(card.get_by_label("B角")).to_have_value(COVER)
    hall.clerk(COVER).post(
        f"/requests/leaves/{request_id}/decide", {"approve": True, "words": "可以"}
    )
    expect(card).to_contain_text("壬九思 同意")
    card.get_by_role("textbox").fill("同意休假")
    card.get_by_role("button", name="同意", exact=True).click()
    expect(card).to_have_count(0)
    assert hall.clerk(CLERK).get(f"/requests/leaves/{request_id}")["state"] == "approved"


def test_leave_is_requested_for_another_person_and_cancelled(office: Page) -> None:
    go(office, "请假与外出")
    office.get_by_test_id("add-leave").click()
    form = office.get_by_test_id("ask-leave")
    form.get_by_label("请假人").select_option("1012")
    form.get_by_label("类别").select_option("official")
    form.get_by_label("开始日期").fill("2026-11-26")
    form.get_by_role("button", name="上午").click()
    form.get_by_label("事由").fill("到局里开会")
    assert axe.findings(office) == []
    form.get_by_role("button", name="提交申请").click()
    row = office.get_by_test_id("leaves").get_by_role("row").filter(has_text="公出")
    expect(row).to_contain_text("11月26日 周四 08:30–12:00")
    expect(row).to_contain_text("待审批")
    row.get_by_role("button", name="详情").click()
    dialog = office.get_by_role("dialog")
    expect(dialog).to_contain_text("乙二华代为申请")
    dialog.get_by_role("button", name="撤销").click()
    dialog.get_by_role("button", name="确定撤销").click()
    expect(row).to_have_count(0)


def test_next_years_calendar_is_imported(office: Page) -> None:
    alarm = office.get_by_test_id("alarms").get_by_text("2027 年的放假和调休安排")
    expect(alarm).to_be_visible()
    go(office, "工作日历")
    section = office.get_by_test_id("calendar")
    expect(section).to_contain_text("全年 248 个工作日")
    expect(section.get_by_role("alert")).to_contain_text("还没有 2027 年")
    office.get_by_test_id("open-import").click()
    expect(section.get_by_label("年份")).to_have_value("2027")
    section.get_by_label("放假安排").fill("1月1日至3日 休 元旦\n2月6日 加班 春节\n")
    section.get_by_role("button", name="导入", exact=True).click()
    expect(office.get_by_test_id("calendar-problems")).to_contain_text("第 2 行")
    assert axe.findings(office) == []
    section.get_by_label("放假安排").fill("1月1日至3日 休 元旦\n2月6日 班 春节调休 周五\n")
    section.get_by_role("button", name="导入", exact=True).click()
    expect(section).to_contain_text("放假 3 天，调休上班 1 天")
    expect(section.get_by_role("alert")).to_have_count(0)
    office.get_by_role("navigation").get_by_role("link", name="今日概况").click()
    expect(office.get_by_test_id("tile-waiting")).to_be_visible()
    expect(office.get_by_text("2027 年的放假和调休安排")).to_have_count(0)


def test_the_cover_is_offered_the_window_and_the_alarm_ends(
    browser: Browser, browser_context_args: dict[str, Any], office: Page, hall: HallServer
) -> None:
    leave(hall, begins="2026-11-24T09:30", ends="2026-11-24T17:30", emergency=True, kind="sick")
    alarm = office.get_by_text("癸十林请假，B角壬九思还没有登录")
    expect(alarm).to_be_visible()
    with signed_in(browser, browser_context_args, hall, COVER, 1280, 800) as page:
        page.goto(hall.url("/counter"))
        window = page.get_by_role("button").filter(has_text="代岗：癸十林，至 11-24 17:30").first
        window.click()
        expect(page.get_by_test_id("covering")).to_have_text("代岗：癸十林")
        assert axe.findings(page) == []
    expect(alarm).to_have_count(0)
