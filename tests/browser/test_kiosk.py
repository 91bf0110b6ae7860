"""The kiosk's page in a real browser, with a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer

UPRIGHT, LYING = {"width": 1080, "height": 1920}, {"width": 1920, "height": 1080}
BROKEN = """() => [...document.querySelectorAll(".home .second-top")].filter(
  (name) => name.offsetHeight > 1.7 * parseFloat(getComputedStyle(name).fontSize),
).map((name) => name.textContent)"""
"""Names of ways on the first page that do not fit on one line."""
BACK_MS = 8000
"""Milliseconds until the page is back after a restart: 5 s required, more for slow machines."""


@pytest.fixture
def kiosk(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield an upright kiosk with a browser of its own."""
    context = browser.new_context(**{**browser_context_args, "viewport": UPRIGHT})
    yield context.new_page()
    context.close()


def start(page: Page, hall: HallServer) -> None:
    page.goto(hall.url("/kiosk/1"))
    expect(page.get_by_test_id("item").first).to_be_visible()


def open_item(page: Page, typed: str, name: str) -> None:
    page.get_by_role("button", name="搜索").click()
    page.get_by_test_id("search").fill(typed)
    page.get_by_test_id("item").filter(has_text=re.compile(f"^{name}")).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def issued(hall: HallServer) -> int:
    count: int = hall.clerk(MANAGER).get("/office/today")["issued"]
    return count


def test_each_way_of_the_first_page_is_named_on_one_line(kiosk: Page, hall: HallServer) -> None:
    for size in (UPRIGHT, LYING):
        kiosk.set_viewport_size(size)  # type: ignore[arg-type]
        start(kiosk, hall)
        assert kiosk.evaluate(BROKEN) == []


def test_an_item_that_is_only_advised_on_has_no_promise(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    open_item(kiosk, "sydxyzxdk", "生源地信用助学贷款申请")
    promised = kiosk.locator(".facts > div").filter(has_text="承诺时限")
    expect(promised).to_contain_text("以受理部门公布的为准")
    expect(kiosk.get_by_text("当场办结")).to_have_count(0)


def test_the_legal_limit_is_shown_in_the_unit_of_the_law(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    open_item(kiosk, "pthzqf", "普通护照签发")
    limits = kiosk.locator(".facts > div")
    expect(limits.filter(has_text="承诺时限")).to_contain_text("7 个工作日")
    expect(limits.filter(has_text="法定时限")).to_contain_text("15 个自然日")
    kiosk.get_by_role("button", name="English").click()
    expect(limits.filter(has_text="Legal limit")).to_contain_text("15 calendar day(s)")


def test_a_number_is_issued_by_department(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    assert axe.findings(kiosk) == []
    kiosk.get_by_role("button", name=re.compile("按部门找")).click()
    kiosk.get_by_test_id("unit").filter(has_text="公安局").first.click()
    kiosk.get_by_test_id("item").filter(has_text="出生登记").click()
    expect(kiosk.get_by_test_id("offer")).to_contain_text("23 号")
    expect(kiosk.get_by_text("出生医学证明")).to_be_visible()
    expect(kiosk.get_by_text("《中华人民共和国户口登记条例》第七条")).to_be_visible()
    assert axe.findings(kiosk) == []
    button = kiosk.get_by_test_id("take").bounding_box()
    assert button is not None
    assert button["height"] >= 96
    kiosk.get_by_test_id("take").click()
    expect(kiosk.get_by_test_id("number")).to_have_text(re.compile(r"^H\d{3}$"))
    expect(kiosk.get_by_role("img", name="查看排队进度的二维码")).to_be_visible()
    expect(kiosk.get_by_test_id("countdown")).to_be_visible()
    assert axe.findings(kiosk) == []
    kiosk.get_by_test_id("done").click()
    expect(kiosk.get_by_role("heading", name="请选择要办的事情")).to_be_visible()


def test_a_number_is_issued_by_errand_group(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    kiosk.get_by_role("button", name=re.compile("按事情找")).click()
    kiosk.get_by_test_id("group").filter(has_text="户口身份证出入境").click()
    kiosk.get_by_test_id("item").filter(has_text="普通护照签发").click()
    kiosk.get_by_test_id("take").click()
    expect(kiosk.get_by_test_id("number")).to_be_visible()


def test_search_by_initials_on_the_screens_own_keys(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    kiosk.get_by_role("button", name="搜索").click()
    for key in "CSDJ":
        kiosk.get_by_role("button", name=key, exact=True).click()
    expect(kiosk.get_by_test_id("search")).to_have_value("csdj")
    expect(kiosk.get_by_test_id("item").first).to_contain_text("出生登记")
    assert axe.findings(kiosk) == []
    kiosk.get_by_role("button", name="清空").click()
    kiosk.get_by_test_id("search").fill("没有这种事")
    expect(kiosk.get_by_text("没有找到")).to_be_visible()
    kiosk.get_by_test_id("search").fill("护照")
    expect(kiosk.get_by_test_id("item").first).to_contain_text("护照")


def test_an_applicant_class_is_chosen_with_its_proof(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    open_item(kiosk, "出生登记", "出生登记")
    kiosk.get_by_test_id("applicant").click()
    expect(kiosk.get_by_text("办理时请出示：残疾人证")).to_be_visible()
    assert axe.findings(kiosk) == []
    kiosk.get_by_test_id("class").filter(has_text="残疾人证").click()
    expect(kiosk.get_by_test_id("applicant")).to_contain_text("残疾人")
    kiosk.get_by_test_id("take").click()
    number = kiosk.get_by_test_id("number").text_content() or ""
    kiosk.get_by_test_id("done").click()
    ticket = hall.clerk(MANAGER).get(f"/tickets/20261124-{number}")["ticket"]
    assert ticket["mark"] == "优"


def test_an_item_of_another_place_says_where_to_go(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    kiosk.get_by_role("button", name=re.compile("按部门找")).click()
    kiosk.get_by_test_id("unit").filter(has_text="已撤出本大厅").click()
    kiosk.get_by_test_id("item").first.click()
    expect(kiosk.get_by_test_id("refusal")).to_contain_text("请到")
    expect(kiosk.get_by_test_id("refusal")).to_contain_text("电话")
    expect(kiosk.get_by_test_id("take")).to_be_disabled()
    assert axe.findings(kiosk) == []


def test_a_double_tap_issues_one_number(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    open_item(kiosk, "出生登记", "出生登记")
    expect(kiosk.get_by_test_id("take")).to_be_enabled()
    before = issued(hall)
    kiosk.get_by_test_id("take").dblclick()
    expect(kiosk.get_by_test_id("number")).to_be_visible()
    assert issued(hall) == before + 1


def test_the_number_is_shown_again_after_the_tab_was_lost(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    open_item(kiosk, "出生登记", "出生登记")
    kiosk.get_by_test_id("take").click()
    number = kiosk.get_by_test_id("number").text_content() or ""
    again = kiosk.context.new_page()
    kiosk.close()
    again.goto(hall.url("/kiosk/1"))
    expect(again.get_by_test_id("number")).to_have_text(number)


def test_a_press_whose_answer_is_lost_is_repeated_and_gives_one_number(
    kiosk: Page, hall: HallServer
) -> None:
    """Issue one number.

    The server issues it and the answer is lost with the tab.
    """
    start(kiosk, hall)
    open_item(kiosk, "出生登记", "出生登记")
    before = issued(hall)

    def lose(route: Route) -> None:
        """Forward the request and lose the answer; the tab may be closed by then."""
        with suppress(Error):
            route.fetch()
            route.abort()

    kiosk.route("**/api/v1/tickets", lose)
    kiosk.get_by_test_id("take").click()
    expect(kiosk.get_by_test_id("take")).to_have_text("正在取号，请稍候……")
    again = kiosk.context.new_page()
    kiosk.close()  # with its route: a press repeated in between would be answered
    again.goto(hall.url("/kiosk/1"))
    expect(again.get_by_test_id("number")).to_be_visible()
    assert issued(hall) == before + 1


def test_the_page_survives_a_restart_of_the_server(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    open_item(kiosk, "出生登记", "出生登记")
    hall.kill()
    expect(kiosk.get_by_test_id("offline")).to_be_visible()
    expect(kiosk.get_by_text("已经取到的号码不受影响")).to_be_visible()
    assert axe.findings(kiosk) == []
    hall.start()
    expect(kiosk.get_by_test_id("offline")).to_be_hidden(timeout=BACK_MS)
    kiosk.get_by_test_id("take").click()
    expect(kiosk.get_by_test_id("number")).to_be_visible()


def test_a_number_requested_during_an_outage_is_issued_afterwards(
    kiosk: Page, hall: HallServer
) -> None:
    start(kiosk, hall)
    open_item(kiosk, "出生登记", "出生登记")
    before = issued(hall)
    hall.kill()
    kiosk.get_by_test_id("take").click()
    expect(kiosk.get_by_text("不会重复取号")).to_be_visible()
    hall.start()
    expect(kiosk.get_by_test_id("number")).to_be_visible(timeout=BACK_MS)
    assert issued(hall) == before + 1


def test_large_type_and_english_last_for_one_person(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    plain = kiosk.get_by_test_id("item").first.locator(".item-name").evaluate(size)
    kiosk.get_by_role("button", name="大字版").click()
    large = kiosk.get_by_test_id("item").first.locator(".item-name").evaluate(size)
    assert large == pytest.approx(1.5 * plain, rel=1e-3)
    assert axe.findings(kiosk) == []
    kiosk.get_by_test_id("item").first.click()
    offered = kiosk.get_by_test_id("take-elder")
    expect(offered).to_contain_text("优先取号")
    expect(offered).to_contain_text("七十周岁以上老年人")
    expect(kiosk.get_by_test_id("take")).to_have_text("取号")
    assert axe.findings(kiosk) == []
    offered.click()
    expect(kiosk.get_by_test_id("priority-mark")).to_have_text("优先")
    expect(kiosk.get_by_test_id("if-missed")).to_contain_text("我过号了")
    assert axe.findings(kiosk) == []
    kiosk.get_by_test_id("done").click()
    kiosk.get_by_role("button", name="大字版").click()
    kiosk.get_by_role("button", name="English").click()
    expect(kiosk.get_by_role("heading", name="What would you like to do?")).to_be_visible()
    assert axe.findings(kiosk) == []
    kiosk.get_by_test_id("home").click()
    expect(kiosk.get_by_role("heading", name="请选择要办的事情")).to_be_visible()
    expect(kiosk.get_by_role("button", name="大字版")).to_be_visible()


def test_every_target_is_large_enough_for_a_finger(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    small = """() => [...document.querySelectorAll("button, input")]
      .map((one) => [one.textContent, one.getBoundingClientRect()])
      .filter(([, box]) => box.width < 64 || box.height < 64).map(([text]) => text)"""
    for shape in (UPRIGHT, LYING):
        kiosk.set_viewport_size({"width": shape["width"], "height": shape["height"]})
        assert kiosk.evaluate(small) == []
        open_item(kiosk, "出生登记", "出生登记")
        assert kiosk.evaluate(small) == []
        kiosk.get_by_role("button", name="返回").click()
        expect(kiosk.get_by_test_id("search")).to_be_visible()
        assert kiosk.evaluate(small) == []
        kiosk.get_by_test_id("home").click()


def test_a_person_cannot_leave_the_kiosks_page(kiosk: Page, hall: HallServer) -> None:
    start(kiosk, hall)
    assert kiosk.locator("a").count() == 0
    stopped = """() => ["contextmenu", "dragstart"].map((kind) => {
      const event = new Event(kind, { bubbles: true, cancelable: true });
      document.querySelector("main").dispatchEvent(event);
      return event.defaultPrevented;
    })"""
    assert kiosk.evaluate(stopped) == [True, True]
    assert kiosk.locator("main").evaluate("e => getComputedStyle(e).userSelect") == "none"


def test_a_kiosk_that_is_not_enrolled_asks_for_its_code(
    kiosk: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with HallServer(tmp_path_factory.mktemp("strict"), demo=False, seated=["W23"]) as hall:
        kiosk.goto(hall.url("/kiosk/7"))
        expect(kiosk.get_by_role("heading", name="登记这台取号机")).to_be_visible()
        assert axe.findings(kiosk) == []
        kiosk.get_by_test_id("enrol-code").fill("00000000")
        kiosk.get_by_role("button", name="登记", exact=True).click()
        expect(kiosk.get_by_role("alert")).to_have_text("登记码错误、已使用或已过期，请重新生成。")
        enrolment = {"kind": "kiosk", "name": "7"}
        code = hall.clerk("1001").post("/office/codes", enrolment)["code"]
        kiosk.get_by_test_id("enrol-code").fill(code)
        kiosk.get_by_role("button", name="登记", exact=True).click()
        expect(kiosk.get_by_role("heading", name="请选择要办的事情")).to_be_visible()


@pytest.fixture
def impatient(hall: HallServer) -> Iterator[None]:
    """Let kiosks of this hall wait 12 s for a touch and show a number for 5 s."""
    administrator = hall.clerk(ADMINISTRATOR)
    usual = administrator.get("/office/settings")["values"]
    quick = {"kiosk_idle_seconds": 12, "result_seconds": 5}
    administrator.post("/office/settings", {"values": quick})
    yield
    administrator.post("/office/settings", {"values": {name: usual[name] for name in quick}})


@pytest.mark.usefixtures("impatient")
def test_the_kiosk_returns_to_its_start_page_and_drops_the_choices(
    kiosk: Page, hall: HallServer
) -> None:
    home = kiosk.get_by_role("heading", name="请选择要办的事情")
    kiosk.clock.install()
    start(kiosk, hall)
    open_item(kiosk, "出生登记", "出生登记")
    expect(kiosk.get_by_test_id("countdown")).to_have_text(re.compile(r"^(\d|1[0-2]) 秒$"))
    kiosk.clock.fast_forward(12_000)
    expect(home).to_be_visible()
    open_item(kiosk, "出生登记", "出生登记")
    kiosk.get_by_test_id("take").click()
    expect(kiosk.get_by_test_id("number")).to_be_visible()
    # This hall has no printer: the number stays three times as long, and then disappears too.
    expect(kiosk.get_by_test_id("countdown")).to_have_text(re.compile(r"^1[0-5] 秒$"))
    kiosk.clock.fast_forward(6_000)
    expect(kiosk.get_by_test_id("countdown")).to_have_text(re.compile(r"^[1-9] 秒$"))
    expect(kiosk.get_by_test_id("number")).to_be_visible()
    kiosk.clock.fast_forward(10_000)
    expect(home).to_be_visible()
    kiosk.reload()
    expect(home).to_be_visible()


def test_outside_the_hours_the_kiosk_says_when_numbers_are_issued(
    kiosk: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with HallServer(tmp_path_factory.mktemp("early"), at="06:00", seated=[]) as hall:
        start(kiosk, hall)
        expect(kiosk.get_by_test_id("closed")).to_contain_text("今天 08:30 开放")
        assert axe.findings(kiosk) == []


def test_a_person_with_two_errands_has_both_numbers_on_one_page(
    kiosk: Page, hall: HallServer
) -> None:
    values = {"again_minutes": 3, "pinned_items": "gaj-04, scjg-02"}
    hall.clerk(ADMINISTRATOR).post("/office/settings", {"values": values})
    start(kiosk, hall)
    common = kiosk.get_by_test_id("item")
    expect(common.nth(0)).to_contain_text("居民身份证申领、换领、补领")
    expect(common.nth(1)).to_contain_text("公司变更登记")
    expect(common).to_have_count(8)
    open_item(kiosk, "csdj", "出生登记")
    kiosk.get_by_test_id("take").click()
    if kiosk.get_by_test_id("again").is_visible():  # of a test before
        kiosk.get_by_test_id("again-take").click()
    first = kiosk.get_by_test_id("number").inner_text()
    kiosk.get_by_test_id("another").click()
    expect(kiosk.get_by_test_id("companion")).to_contain_text(first)
    open_item(kiosk, "csdj", "出生登记")
    kiosk.get_by_test_id("take").click()
    question = kiosk.get_by_test_id("again")
    expect(question).to_contain_text(f"您刚取过本事项的号 {first}，是要再取一个吗？")
    assert axe.findings(kiosk) == []
    kiosk.get_by_test_id("again-print").click()
    expect(kiosk.get_by_test_id("again-paper")).to_contain_text("没有可用的打印机")
    kiosk.get_by_test_id("again-close").click()
    kiosk.get_by_role("button", name="返回").click()
    kiosk.get_by_test_id("search").fill("gssldj")
    kiosk.get_by_test_id("item").first.click()
    kiosk.get_by_test_id("take").click()
    expect(kiosk.get_by_test_id("others")).to_contain_text(first)
    assert axe.findings(kiosk) == []
    second = kiosk.get_by_test_id("number").inner_text()
    stored = kiosk.evaluate("localStorage.getItem('hallkeeper.kiosk.1.shown')")
    kiosk.goto(hall.url(f"/t/{json.loads(stored)['ticket']['token']}"))
    numbers = kiosk.get_by_test_id("visit-number")
    expect(numbers).to_have_count(2)
    expect(kiosk.get_by_test_id("number")).to_have_text(second)
    numbers.filter(has_text=first).click()
    expect(kiosk.get_by_test_id("number")).to_have_text(first)
    assert axe.findings(kiosk) == []
    values = {"again_minutes": 0, "pinned_items": ""}
    hall.clerk(ADMINISTRATOR).post("/office/settings", {"values": values})
