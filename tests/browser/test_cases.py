"""Cases in a real browser: window, reception desk, one's own desk, office, applicant's phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer, RefusedError
from support.staff_pages import evidence, listen, shows_papers, signed_in, take_step

ITEM, DIRECT, FOOD = "scjg-01", "scjg-16", "scjg-07"
CHIEF, CLERK, THIRD = "1009", "1010", "1011"
FOOD_CLERK = "1012"
"""Clerk of window 8, where food is."""
PHONE, TAIL = "13900001234", "1234"
ID_NUMBER = "110101199003070038"
SMALL = {"width": 390, "height": 844}
ONE_STEP_MS = 400
"""Time in which a second press of a key is taken for the first one bouncing."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with three people of one unit; 1009 is its chief and the cover of 1010."""
    people = (ADMINISTRATOR, MANAGER, CHIEF, CLERK, THIRD, FOOD_CLERK)
    with HallServer(tmp_path_factory.mktemp("hall"), accounts=people) as running:
        yield running


@pytest.fixture
def desk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the counter of window 5."""
    with signed_in(browser, browser_context_args, hall, CHIEF, 1366, 768) as page:
        page.clock.install()
        yield page
    hall.clear()


def press_enter(page: Page) -> None:
    """Press Enter once the last press is no bounce of it."""
    page.clock.fast_forward(ONE_STEP_MS)
    page.keyboard.press("Enter")


def serve(hall: HallServer, desk: Page, item: str = ITEM, staff: str = CHIEF) -> None:
    """Serve a new number at a person's window."""
    clerk = hall.clerk(staff)
    hall.ticket(item)
    clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    desk.goto(hall.url("/counter"))
    expect(desk.get_by_test_id("phase")).to_contain_text("办理中")


def enter(page: Page, name: str = "李示例") -> None:
    """Open a case of the called number by keys alone."""
    page.keyboard.press("j")
    expect(page.get_by_test_id("case-name")).to_be_focused()
    page.keyboard.type(name)
    page.get_by_test_id("case-phone").fill(PHONE)
    page.get_by_test_id("case-phone").press("Enter")
    expect(page.get_by_test_id("case-state")).to_have_text("收件待审")


def listed(hall: HallServer, item: str = FOOD, day: str = "2026-11-24") -> tuple[str, str]:
    """Open a case that a unit hands in; return its id and number."""
    row = {"item": item, "day": day, "name": "王示例", "phone": PHONE}
    manager = hall.clerk(MANAGER)
    number = manager.post("/office/cases/list", {"cases": [row]})["numbers"][0]
    return manager.get(f"/office/cases?number={number}")["cases"][0]["id"], number


def move(hall: HallServer, staff: str, case: str, name: str, **more: Any) -> None:
    """Take a step of a case."""
    hall.clerk(staff).post(f"/cases/{case}/move", {"move": name, "words": "意见"} | more)


def test_enter_leads_from_the_called_number_to_the_back_office(
    desk: Page, hall: HallServer
) -> None:
    serve(hall, desk)
    enter(desk)
    assert axe.findings(desk) == []
    expect(desk.get_by_test_id("case-next")).to_contain_text("先登记材料")
    expect(desk.get_by_test_id("case-materials")).to_be_focused()
    press_enter(desk)
    expect(desk.get_by_test_id("material")).to_have_count(5)
    desk.get_by_test_id("go").click()
    expect(desk.get_by_test_id("move-accept")).to_be_focused()
    press_enter(desk)
    expect(desk.get_by_test_id("case-state")).to_have_text("承办中")
    expect(desk.get_by_test_id("strip-due")).to_contain_text("11月25日")
    expect(desk.get_by_test_id("move-pass")).to_be_focused()
    press_enter(desk)
    expect(desk.get_by_test_id("step-words")).to_be_focused()
    desk.keyboard.type("材料齐全，建议准予。")
    assert axe.findings(desk) == []
    desk.get_by_test_id("step-send").click()
    expect(desk.get_by_test_id("case-state")).to_have_text("审核中")
    expect(desk.get_by_test_id("case-done")).to_be_focused()
    press_enter(desk)
    expect(desk.get_by_test_id("case-dialog")).to_be_hidden()
    expect(desk.get_by_test_id("outcome-accepted")).to_be_checked()
    desk.clock.fast_forward(ONE_STEP_MS)
    desk.keyboard.press("j")
    expect(desk.get_by_test_id("case-state")).to_have_text("审核中")


def test_faulty_papers_are_told_at_once_and_printed(desk: Page, hall: HallServer) -> None:
    serve(hall, desk)
    desk.keyboard.press("j")
    desk.get_by_test_id("case-name").fill("赵示例")
    desk.get_by_test_id("case-id-number").fill("110101199003070030")
    desk.get_by_test_id("open-case").click()
    expect(desk.get_by_role("alert")).to_contain_text("证件号码有误")
    desk.get_by_test_id("case-id-number").fill(ID_NUMBER)
    desk.get_by_test_id("open-case").click()
    expect(desk.get_by_test_id("id-masked")).to_have_text("1***************38")
    desk.get_by_test_id("case-materials").click()
    desk.get_by_test_id("material").first.get_by_label("缺", exact=True).check()
    desk.get_by_label("A4 纸（签字、盖章）").check()
    desk.get_by_test_id("go").click()
    expect(desk.get_by_test_id("move-tell")).to_be_focused()
    press_enter(desk)
    expect(desk.get_by_test_id("case-state")).to_have_text("待补正")
    paper = desk.get_by_test_id("paper-supplement")
    for name, size in (("A4", "595"), ("A5", "419")):
        address = paper.get_by_role("link", name=name).evaluate("a => a.href")
        answer = desk.request.get(address)
        assert answer.headers["content-type"] == "application/pdf"
        assert size.encode() in answer.body()
    desk.get_by_test_id("serve-supplement").click()
    desk.get_by_test_id("served-how").select_option("handed")
    desk.get_by_test_id("serve").click()
    expect(paper.get_by_test_id("served")).to_have_text("11月24日直接送达，申请人本人")
    desk.get_by_test_id("case-done").click()
    expect(desk.get_by_test_id("outcome-notice_given")).to_be_checked()


def test_a_simple_item_is_decided_at_the_window(desk: Page, hall: HallServer) -> None:
    serve(hall, desk, DIRECT)
    enter(desk)
    desk.get_by_test_id("case-materials").click()
    desk.get_by_test_id("go").click()
    expect(desk.get_by_test_id("move-accept")).to_be_focused()
    press_enter(desk)
    # It is ten in the hall, or a minute or two later.
    expect(desk.get_by_test_id("due-direct")).to_contain_text(
        re.compile("应于 11:0[0-9] 前办结，还有 (60|59) 分钟")
    )
    expect(desk.get_by_test_id("minutes-sentence")).to_contain_text("第 60 分钟到 11:0")
    assert axe.findings(desk) == []
    for focused in ("move-decide", "step-send"):
        expect(desk.get_by_test_id(focused)).to_be_focused()
        press_enter(desk)
    expect(desk.get_by_test_id("case-state")).to_have_text("已办结 · 准予")
    expect(desk.get_by_test_id("paper-decision")).to_be_visible()
    desk.get_by_test_id("case-done").click()
    expect(desk.get_by_test_id("outcome-done")).to_be_checked()


def test_a_missing_paper_that_may_follow_is_pledged(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, FOOD_CLERK, 1366, 768) as desk:
        desk.clock.install()
        serve(hall, desk, FOOD, FOOD_CLERK)
        pledge(desk)


def pledge(desk: Page) -> None:
    """Open a case that lacks a paper which may follow, and accept it against a pledge."""
    enter(desk)
    desk.get_by_test_id("case-materials").click()
    rules = desk.get_by_test_id("material").filter(has_text="规章制度")
    rules.get_by_label("缺", exact=True).check()
    desk.get_by_label("A4 纸（签字、盖章）").check()
    desk.get_by_test_id("go").click()
    desk.get_by_test_id("move-pledge").click()
    desk.get_by_test_id("step-days").fill("3")
    desk.get_by_test_id("step-send").click()
    expect(desk.get_by_test_id("paper-pledge")).to_contain_text("容缺受理承诺和告知书")
    expect(desk.get_by_test_id("move-accept")).to_be_focused()
    press_enter(desk)
    expect(desk.get_by_test_id("due-pledge")).to_contain_text("容缺材料补交 11月27日")
    expect(desk.get_by_test_id("move-supply")).to_be_hidden()  # the paper has not come


def test_a_scheme_of_approval_by_silence_takes_two_people(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as page:
        page.goto(hall.url("/office#tacit-approval"))
        page.get_by_test_id("propose-scheme").click()
        page.get_by_test_id("scheme-find").fill("烟草专卖零售许可证延续")
        page.get_by_test_id("scheme-item-ycj-02").check()
        page.get_by_test_id("scheme-basis").fill("《行政许可法》第五十条第二款")
        assert axe.findings(page) == []
        page.get_by_test_id("send-scheme").click()
        expect(page.get_by_test_id("scheme-proposed")).to_contain_text("烟草专卖零售许可证延续")
        expect(page.get_by_test_id("sign-scheme")).to_be_hidden()
        assert axe.findings(page) == []
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1366, 768) as page:
        page.goto(hall.url("/office#tacit-approval"))
        page.get_by_test_id("sign-scheme").click()
        expect(page.get_by_test_id("scheme-in_force")).to_be_visible()


def test_the_key_is_in_the_list_of_keys(desk: Page, hall: HallServer) -> None:
    serve(hall, desk)
    desk.keyboard.press("?")
    expect(desk.get_by_text("登记、受理办件，打印文书")).to_be_visible()


def test_a_case_is_opened_without_a_ticket(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    with signed_in(browser, browser_context_args, hall, CLERK, 1366, 768) as page:
        held: list[Route] = []
        held_back = True

        def hold(route: Route) -> None:
            if held_back:
                held.append(route)
            else:
                route.continue_()

        page.route("**/api/v1/catalogue", hold)
        page.goto(hall.url("/reception"))
        page.get_by_test_id("open-case-here").click()
        page.get_by_test_id("case-name").fill("赵示例")
        expect(page.get_by_test_id("items-read")).to_be_visible()  # nothing to search in yet
        expect(page.get_by_test_id("find")).to_have_count(0)
        held_back = False
        for route in held:
            route.continue_()
        expect(page.get_by_test_id("open-case")).to_be_disabled()
        page.get_by_test_id("find").fill("食品经营")
        page.get_by_test_id("find").press("Enter")
        page.get_by_test_id("case-day").fill("2026-11-23")
        assert axe.findings(page) == []
        page.get_by_test_id("open-case").click()
        expect(page.get_by_test_id("case-number")).to_contain_text("20261123-scjg-07")
        page.get_by_test_id("move-accept").click()
        expect(page.get_by_test_id("case-state")).to_have_text("承办中")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_case_is_handled_on_ones_own_desk(
    hall: HallServer,
    browser: Browser,
    browser_context_args: dict[str, Any],
    tmp_path: Path,
    width: int,
    height: int,
) -> None:
    listed(hall)  # a second case, in another state
    case, number = listed(hall)
    move(hall, CLERK, case, "accept")
    move(hall, CLERK, case, "pass")
    papers = evidence(tmp_path)
    with signed_in(browser, browser_context_args, hall, CHIEF, width, height) as page:
        page.goto(hall.url("/my#cases"))
        entry = page.get_by_test_id(f"case-{number}")
        expect(entry).to_contain_text("还有 6 个工作日")
        page.get_by_test_id("filter-reviewing").click()
        assert axe.findings(page) == []
        entry.click()
        strip = page.get_by_test_id("strip")
        expect(page.get_by_test_id("strip-due")).to_contain_text(
            "12月2日 周三，第 6 个工作日，到期日"
        )
        expect(page.get_by_test_id("strip-sentence")).to_contain_text("第 6 个工作日是12月2日")
        expect(strip.get_by_role("listitem").first).to_contain_text(
            "受理当天，不计入，今天，收件、受理、通过"
        )
        card = page.get_by_test_id("case")
        page.get_by_test_id("move-suspend").click()
        expect(page.get_by_test_id("step-send")).to_be_disabled()
        page.get_by_test_id("basis-expert").check()
        page.get_by_test_id("step-days").fill("10")
        page.get_by_test_id("step-words").fill("须专家评审")
        page.get_by_test_id("step-send").click()
        expect(page.get_by_test_id("case-state")).to_have_text("特别程序")
        expect(page.get_by_test_id("strip-sentence")).to_contain_text("现在暂停计时")
        take_step(card, "resume", "评审通过", papers)
        expect(page.get_by_test_id("case-state")).to_have_text("审核中")
        shows_papers(card, papers)
        assert axe.findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_cover_takes_over_chosen_cases(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    case, number = listed(hall)
    move(hall, CLERK, case, "accept")
    move(hall, CLERK, case, "ask_time", days=5)
    with signed_in(browser, browser_context_args, hall, CHIEF, 1366, 768) as page:
        page.goto(hall.url("/my#cases"))
        covered = page.get_by_test_id("covered")
        expect(page.get_by_test_id("take-over")).to_be_disabled()
        covered.get_by_role("listitem").filter(has_text=number).get_by_role("checkbox").check()
        page.get_by_test_id("take-over").click()
        lists = page.get_by_test_id("take-over-lists")
        expect(lists).to_contain_text("1 件")
        address = lists.get_by_role("link").evaluate("a => a.href")
        assert page.request.get(address).body().startswith(b"%PDF")
        assert axe.findings(page) == []
        page.get_by_test_id(f"case-{number}").click()
        expect(page.get_by_test_id("case")).to_contain_text("原经办人工号 1010")


def test_the_office_finds_overdue_cases_and_names_posts(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    case, number = listed(hall, day="2026-10-20")
    with pytest.raises(RefusedError, match="case_state"):  # it counts as accepted by now
        move(hall, CLERK, case, "not_accept")
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as page:
        page.goto(hall.url("/office#cases"))
        expect(page.get_by_test_id("cases")).to_contain_text("逾期")
        page.get_by_test_id("due-of-scjg").click()
        assert axe.findings(page) == []
        page.get_by_test_id("cases-number").click()
        page.get_by_test_id("cases-number-field").fill(f"{number[:-1]}x")
        page.get_by_test_id("cases-look").click()
        expect(page.get_by_role("alert")).to_contain_text("办件编号有误")
        page.get_by_test_id("cases-number-field").fill(number)
        page.get_by_test_id("cases-look").click()
        page.get_by_test_id(f"see-{number}").click()
        expect(page.get_by_test_id("case")).to_contain_text("逾期未告知，视为受理")
        assert axe.findings(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("case")).to_be_hidden()
        page.get_by_test_id("cases-posts").click()
        page.get_by_test_id("post-swj-approver").click()
        page.get_by_test_id("find-holder").fill(THIRD)
        page.get_by_role("checkbox").first.check()
        assert axe.findings(page) == []
        page.get_by_test_id("save-post").click()
        row = page.get_by_role("row").filter(has=page.get_by_test_id("post-swj-approver"))
        expect(row).not_to_contain_text("首席代表")
        page.goto(hall.url("/office#cases/2026-W43/scjg"))  # as the bulletin writes it
        expect(page.get_by_test_id("cases-from")).to_have_value("2026-10-19")
        expect(page.get_by_test_id(f"see-{number}")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)


def test_a_list_of_a_unit_is_looked_through_and_entered(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    good = "2026-0101\tscjg-07\t2026/11/23\t钱示例\t13900001234"
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as page:
        page.goto(hall.url("/office#cases"))
        page.get_by_test_id("cases-list").click()
        text = page.get_by_test_id("list-text")
        text.fill(f"{good}\n2026-0102\tnothing\t2026-13-01\t\t1390")
        expect(page.get_by_test_id("list-faulty")).to_contain_text("1 行有错误")
        expect(page.get_by_test_id("list-row").nth(1)).to_contain_text("日期有误、缺申请人")
        expect(page.get_by_test_id("open-list")).to_be_disabled()
        assert axe.findings(page) == []
        text.fill(good)
        page.get_by_test_id("open-list").click()
        expect(page.get_by_test_id("list-opened")).to_contain_text("已登记 1 件")
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("cases")).to_contain_text("钱示例")


def test_the_applicant_follows_the_case_by_phone(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    case, number = listed(hall)
    move(hall, CLERK, case, "accept")
    move(hall, CLERK, case, "ask_time", days=5)
    context = browser.new_context(**{**browser_context_args, "viewport": SMALL})
    phone = context.new_page()
    errors = listen(phone)
    phone.goto(hall.url(f"/k/{number}"))
    expect(phone.get_by_test_id("progress-number")).to_have_value(number)
    phone.get_by_test_id("progress-tail").fill("0000")
    phone.get_by_test_id("progress-look").click()
    expect(phone.get_by_role("alert")).to_contain_text("后四位不对")
    assert axe.findings(phone) == []
    phone.get_by_test_id("progress-tail").fill(TAIL)
    phone.get_by_test_id("progress-look").click()
    expect(phone.get_by_test_id("progress-state")).to_have_text("承办中")
    expect(phone.get_by_test_id("progress-due")).to_contain_text("12月2日")
    expect(phone.get_by_test_id("strip-due")).to_contain_text("到期日")
    expect(phone.locator("main")).not_to_contain_text("申请延期")
    assert axe.findings(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_test_id("progress-state")).to_have_text("Being handled")
    expect(phone.get_by_test_id("progress-due")).to_have_text("Promised by 2 Dec")
    expect(phone.get_by_test_id("followed")).to_contain_text("Market Regulation Bureau")
    assert axe.findings(phone) == []
    context.close()
    assert errors == []
