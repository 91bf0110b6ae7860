"""A clerk's own page on the phone: the day, leave, a correction, confirming, deciding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from server.attendance.routes import RULE_EXAMPLE
from support import axe
from support.hall_server import MANAGER, HallServer, Json
from support.staff_pages import signed_in

CLERK, CHIEF = "1010", "1009"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with one shift rule; 1009 is chief representative and cover of 1010."""
    accounts = ("1001", MANAGER, "1003", "1004", CHIEF, CLERK)
    with HallServer(tmp_path_factory.mktemp("my"), accounts=accounts) as running:
        running.put_in_force(RULE_EXAMPLE | {"valid_from": "2026-11-01", "valid_to": None})
        yield running


@pytest.fixture
def phone(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the clerk's phone."""
    with signed_in(browser, browser_context_args, hall, CLERK, 390, 844) as page:
        page.goto(hall.url("/my"))
        expect(page.get_by_test_id("my-today")).to_contain_text("11月24日 周二")
        yield page


def leave(hall: HallServer, staff: str = CLERK, **change: Any) -> str:
    body: Json = {
        "staff": staff,
        "kind": "personal",
        "begins": "2026-12-01T08:30",
        "ends": "2026-12-01T12:00",
        "reason": "办理户口",
    }
    return str(hall.clerk(staff).post("/requests/leaves", body | change)["id"])


def test_the_day_is_shown_with_its_reasons(phone: Page) -> None:
    today = phone.get_by_test_id("my-today")
    expect(today).to_contain_text("上午签到")
    expect(today).to_contain_text("缺卡")
    expect(today).to_contain_text("夏令时2026")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe.findings(phone) == []


def test_leave_is_requested_in_a_few_taps(phone: Page, hall: HallServer) -> None:
    phone.get_by_test_id("new-leave").click()
    form = phone.get_by_test_id("ask-leave")
    form.get_by_label("类别").select_option("sick")
    form.get_by_label("开始日期").fill("2026-11-27")
    form.get_by_role("button", name="下午").click()
    form.get_by_label("事由").fill("发烧，去医院")
    expect(form).to_contain_text("1 天以内 首席代表")
    assert axe.findings(phone) == []
    form.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_role("status")).to_contain_text(["", "已提交，等待审批。"])
    card = phone.get_by_role("article").filter(has_text="病假")
    expect(card).to_contain_text("11月27日 周五 14:30–17:30")
    expect(card).to_contain_text("0.5 天")
    expect(card).to_contain_text("壬九思")
    (made,) = [x for x in hall.clerk(CLERK).get("/my/requests")["leaves"] if x["kind"] == "sick"]
    assert (made["begins"], made["cover"]) == ("2026-11-27T14:30", CHIEF)
    card.get_by_role("button", name="撤销").click()
    card.get_by_role("button", name="确定撤销").click()
    expect(card).to_contain_text("已撤销")


def test_a_refusal_is_shown_in_words(phone: Page, hall: HallServer) -> None:
    leave(hall, begins="2026-12-10T08:30", ends="2026-12-10T12:00")
    phone.get_by_test_id("new-leave").click()
    form = phone.get_by_test_id("ask-leave")
    form.get_by_label("开始日期").fill("2026-12-10")
    form.get_by_role("button", name="上午").click()
    form.get_by_label("事由").fill("再请一次")
    form.get_by_role("button", name="提交申请").click()
    expect(form.get_by_role("alert")).to_contain_text(
        "与已有请假时间重叠：12月10日08:30至12月10日12:00。"
    )


def test_a_correction_is_requested_from_a_slot_of_the_month(
    phone: Page, hall: HallServer, tmp_path: Path
) -> None:
    phone.get_by_role("link", name="本月").click()
    day = phone.get_by_role("button", name="11月23日")
    day.click()
    assert axe.findings(phone) == []
    phone.get_by_role("button", name="申请补签").click()
    form = phone.get_by_test_id("ask-correction")
    expect(form).to_contain_text("上午签到：未打卡，记缺卡。")
    form.get_by_label("实际时间").fill("08:21")
    form.get_by_label("理由").fill("打卡机没有反应")
    paper = tmp_path / "证明.pdf"
    paper.write_bytes(b"%PDF-1.7\n")
    form.get_by_label("附件").set_input_files(paper)
    form.get_by_role("button", name="提交申请").click()
    card = phone.get_by_role("article").filter(has_text="补签")
    expect(card).to_contain_text("11月23日 周一 上午签到")
    expect(card).to_contain_text("本人称 08:21 已在岗")
    expect(card.get_by_role("link", name="证明.pdf")).to_be_visible()
    (made,) = hall.clerk(CLERK).get("/my/requests")["corrections"]
    assert (made["was"]["state"], made["used"]) == ("missing", 1)
    office = hall.clerk(MANAGER)
    office.post(f"/requests/corrections/{made['id']}/decide", {"approve": True, "words": "属实"})
    expect(card).to_contain_text("已批准：属实")
    expect(card).to_contain_text("缺卡")


def test_the_chief_representative_decides_and_confirms_as_b(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    request_id = leave(hall, begins="2026-12-03T08:30", ends="2026-12-03T17:30")
    with signed_in(browser, browser_context_args, hall, CHIEF, 390, 844) as page:
        page.goto(hall.url("/my#decide"))
        card = page.locator(f"[data-case='{request_id}']")
        expect(card).to_contain_text("同一时间没有别人请假")
        assert axe.findings(page) == []
        card.get_by_role("button", name="不同意").click()
        expect(page.get_by_role("alert")).to_contain_text("请写明不同意的理由")
        card.get_by_role("button", name="同意", exact=True).click()
        expect(card).to_have_count(0)
        page.get_by_role("link", name="今天").click()
        covering = page.locator(f"[data-case='{request_id}']")
        covering.get_by_role("button", name="确认交接并代岗").click()
        expect(covering).to_contain_text("已确认交接")
    made = hall.clerk(CLERK).get(f"/requests/leaves/{request_id}")
    assert (made["state"], made["handed_over"]) == ("approved", True)


def test_no_data_is_shown_before_signing_in(page: Page, hall: HallServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(hall.url("/my"))
    page.wait_for_url("**/login?next=%2Fmy")
    page.get_by_label("工号").fill(CLERK)
    page.get_by_label("密码").fill(hall.password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_test_id("my-today")).to_be_visible()


def test_the_office_requests_a_correction_for_a_clerk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as page:
        page.goto(hall.url("/office#exceptions"))
        row = page.get_by_test_id("exceptions").get_by_role("row").filter(has_text="乙三书").first
        row.get_by_role("button", name="依据").click()
        dialog = page.get_by_test_id("evidence")
        dialog.get_by_role("button", name="代为申请补签").first.click()
        form = page.get_by_test_id("ask-correction")
        form.get_by_label("申请改为").select_option("elsewhere")
        form.get_by_label("理由").fill("在局里值班")
        assert axe.findings(page) == []
        form.get_by_role("button", name="提交申请").click()
        expect(dialog).to_contain_text("在局里值班")
        page.keyboard.press("Escape")
        page.goto(hall.url("/office#requests"))
        others = page.get_by_test_id("to-decide").get_by_role("article").filter(has_text="乙三书")
        expect(others).to_contain_text("乙二华代为申请")
        expect(others.get_by_role("button", name="同意", exact=True)).to_have_count(0)
