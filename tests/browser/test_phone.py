"""The phone's page in a real browser, with a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer

DIST = Path(__file__).resolve().parents[2] / "server" / "web" / "dist"
SMALL = {"width": 360, "height": 740}
MOST_BYTES = 61_000
"""Compressed; the rating and the notice are part of it, as old browsers load nothing late."""
BACK_MS = 8000
SHAKEN = """
window.shaken = 0;
navigator.vibrate = () => { window.shaken += 1; return true; };
"""


@pytest.fixture
def phone(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield a small phone that counts its vibrations."""
    context = browser.new_context(**{**browser_context_args, "viewport": SMALL})
    context.add_init_script(SHAKEN)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall where a call quickly counts as missed."""
    settings = {"no_show_min_calls": 1, "no_show_min_seconds": 0}
    with HallServer(tmp_path_factory.mktemp("hall"), settings=settings) as running:
        yield running


@pytest.fixture
def free(hall: HallServer) -> Iterator[HallServer]:
    """Yield the hall without tickets."""
    yield hall
    hall.clear()


def test_a_ticket_is_shown_waiting_called_and_served(phone: Page, free: HallServer) -> None:
    ticket = free.ticket("scjg-01")
    phone.goto(free.url(f"/t/{ticket['token']}"))
    expect(phone.get_by_test_id("number")).to_have_text(ticket["number"])
    says = phone.get_by_test_id("says")
    expect(says).to_have_text(re.compile("前面还有|下一位"))
    assert axe.findings(phone) == []
    expect(phone.get_by_test_id("soon")).to_be_visible()
    phone.get_by_test_id("remind").click()
    expect(phone.get_by_test_id("reminding")).to_be_visible()
    phone.evaluate("shaken = 0")
    clerk = free.clerk("1009")
    clerk.post("/counter/call-next")
    expect(says).to_have_text("请到 5 号窗口")
    expect(phone).to_have_title(re.compile("请到 5 号窗口"))
    assert phone.evaluate("shaken") == 1
    assert axe.findings(phone) == []
    clerk.post("/counter/recall")
    expect(phone.get_by_text("已叫 2 次")).to_be_visible()
    assert phone.evaluate("shaken") == 2
    clerk.post("/counter/start")
    expect(says).to_have_text("正在 5 号窗口办理")
    clerk.post("/counter/finish", {"outcome": "accepted"})
    expect(says).to_have_text("您的申请已受理")
    expect(phone.get_by_test_id("what-next")).to_contain_text("受理凭证")
    assert axe.findings(phone) == []


def test_a_phone_hurries_nobody_while_the_hall_is_paused(phone: Page, free: HallServer) -> None:
    ticket, office = free.ticket("scjg-01"), free.clerk(MANAGER)
    phone.goto(free.url(f"/t/{ticket['token']}"))
    expect(phone.get_by_test_id("soon")).to_be_visible()
    pause = {"area": "", "pauses": True, "reason": "drill", "text": "", "minutes": 20}
    office.post("/office/notices", pause)
    says = phone.get_by_test_id("says")
    expect(says).to_have_text(re.compile(r"^大厅暂停服务，约 \d\d:\d\d 恢复$"))
    expect(phone.get_by_test_id("paused-ahead")).to_contain_text("前面有 0 人")
    expect(phone.get_by_test_id("soon")).to_have_count(0)
    assert axe.findings(phone) == []
    notice = office.get("/office/today")["notices"][0]["id"]
    office.post(f"/office/notices/{notice}/end")
    expect(says).to_have_text("下一位就是您")
    expect(phone.get_by_test_id("soon")).to_be_visible()


def test_a_phone_says_why_more_people_are_ahead(phone: Page, free: HallServer) -> None:
    clerk = free.clerk("1009")
    free.ticket("scjg-01")
    clerk.post("/counter/call-next")
    ticket = free.ticket("scjg-01")
    phone.goto(free.url(f"/t/{ticket['token']}"))
    says = phone.get_by_test_id("says")
    expect(says).to_have_text("下一位就是您")
    expect(phone.get_by_test_id("priority-ahead")).to_have_count(0)
    free.ticket("scjg-01", applicant="elderly")
    expect(says).to_have_text("前面还有 1 人")
    expect(phone.get_by_test_id("priority-ahead")).to_have_text("其中优先办理 1 人")
    assert axe.findings(phone) == []


def test_a_phone_says_where_a_ticket_was_sent(phone: Page, free: HallServer) -> None:
    clerk, other = free.clerk("1009"), free.clerk("1004")
    ticket = free.ticket("scjg-01")
    clerk.post("/counter/call-next")
    clerk.post("/counter/transfer", {"window": other.get("/counter")["window"]["code"]})
    phone.goto(free.url(f"/t/{ticket['token']}"))
    number = other.get("/counter")["window"]["number"]
    expect(phone.get_by_test_id("sent")).to_have_text(f"已转到 {number} 号窗口")


def test_a_missed_person_can_return_by_phone(phone: Page, free: HallServer) -> None:
    ticket = free.ticket("scjg-01")
    phone.goto(free.url(f"/t/{ticket['token']}"))
    clerk = free.clerk("1009")
    clerk.post("/counter/call-next")
    expect(phone.get_by_test_id("says")).to_have_text("请到 5 号窗口")
    clerk.post("/counter/no-show")
    expect(phone.get_by_test_id("says")).to_have_text("已过号")
    assert axe.findings(phone) == []
    phone.get_by_test_id("return").click()
    expect(phone.get_by_test_id("says")).to_have_text(re.compile("前面还有|下一位"))


def test_a_number_is_cancelled_only_after_a_confirmation(phone: Page, free: HallServer) -> None:
    ticket = free.ticket("scjg-01")
    phone.goto(free.url(f"/t/{ticket['token']}"))
    phone.get_by_test_id("cancel").click()
    assert axe.findings(phone) == []
    phone.get_by_test_id("cancel-no").click()
    expect(phone.get_by_test_id("cancel")).to_be_visible()
    phone.get_by_test_id("cancel").click()
    phone.get_by_test_id("cancel-yes").click()
    expect(phone.get_by_test_id("says")).to_have_text("号码已取消")


def test_the_page_is_up_to_date_again_after_a_restart(phone: Page, free: HallServer) -> None:
    ticket = free.ticket("scjg-01")
    phone.goto(free.url(f"/t/{ticket['token']}"))
    expect(phone.get_by_test_id("says")).to_be_visible()
    expect(phone.get_by_test_id("hall")).to_have_text("禾安县政务服务中心")
    free.kill()
    banner = phone.get_by_test_id("offline")
    expect(banner).to_be_visible()
    parts = (phone.get_by_test_id("hall"), banner, phone.get_by_test_id("number"))
    hall_name, lost, number = (part.bounding_box() for part in parts)
    assert hall_name is not None and lost is not None and number is not None  # noqa: PT018
    assert hall_name["y"] + hall_name["height"] <= lost["y"]
    assert lost["y"] + lost["height"] <= number["y"]
    free.start()
    free.clerk("1009").post("/counter/call-next")
    expect(phone.get_by_test_id("says")).to_have_text("请到 5 号窗口", timeout=BACK_MS)
    expect(phone.get_by_test_id("offline")).to_be_hidden()


def test_an_unknown_number_is_explained(phone: Page, hall: HallServer) -> None:
    phone.goto(hall.url("/t/there-is-no-such-token"))
    expect(phone.get_by_test_id("unknown")).to_contain_text("没有查到这个号码")
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_test_id("unknown")).to_contain_text("No such ticket")
    assert axe.findings(phone) == []


def test_nothing_is_wider_than_a_small_phone(phone: Page, free: HallServer) -> None:
    ticket = free.ticket("rsj-03")
    phone.goto(free.url(f"/t/{ticket['token']}?lang=en"))
    expect(phone.get_by_test_id("says")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]


def test_the_page_is_light() -> None:
    """Limit everything that the page loads, compressed; it has no fonts."""
    html = (DIST / "phone.html").read_text()
    parts = re.findall(r'"/static/(assets/[^"]+)"', html)
    assert parts
    assert not any("woff" in part for part in parts)
    size = len(html) + sum((DIST / f"{part}.gz").stat().st_size for part in parts)
    assert size <= MOST_BYTES


@pytest.mark.parametrize(
    ("outcome", "note", "says", "what"),
    [
        ("refused", "经营范围不在本县受理", "不予受理", "书面凭证"),
        ("notice_given", "还缺章程", "材料需要补齐", "重新取号"),
        ("consulted", "", "您的咨询已答复", "重新取号"),
        ("done", "", "您的事项已当场办结", "带好证件"),
    ],
)
def test_the_page_shows_the_outcome_and_the_next_step(
    phone: Page, free: HallServer, outcome: str, note: str, says: str, what: str
) -> None:
    ticket = free.ticket("scjg-01")
    clerk = free.clerk("1009")
    clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    phone.goto(free.url(f"/t/{ticket['token']}"))
    clerk.post("/counter/finish", {"outcome": outcome, "note": note})
    expect(phone.get_by_test_id("says")).to_have_text(says)
    expect(phone.get_by_test_id("what-next")).to_contain_text(what)
    reason = phone.get_by_test_id("reason")
    if outcome == "refused":
        expect(reason).to_have_text(f"原因：{note}")
    else:
        expect(reason).to_have_count(0)  # other notes of the clerk are not for the phone
    for words in ("谢谢", "已办结"):
        expect(phone.locator("main")).not_to_contain_text(words, use_inner_text=True)
    expect(phone.locator("main")).not_to_contain_text("当日有效")
    assert axe.findings(phone) == []


YOUNGER_THAN_2017 = """() => {
  const gone = (owner, ...names) => names.forEach((name) => delete owner[name]);
  gone(AbortSignal, "timeout", "any");
  gone(Array.prototype, "at", "flat", "flatMap", "findLast", "findLastIndex");
  gone(Array.prototype, "toSorted", "toReversed", "toSpliced");
  gone(String.prototype, "at", "replaceAll", "matchAll", "trimStart", "trimEnd");
  gone(Object, "hasOwn", "fromEntries", "groupBy");
  gone(Promise, "allSettled", "any", "try", "withResolvers");
  gone(Promise.prototype, "finally");
  gone(Crypto.prototype, "randomUUID");
  gone(Element.prototype, "replaceChildren");
  gone(window, "structuredClone", "queueMicrotask", "ResizeObserver", "WeakRef", "AggregateError");
}"""


def test_the_page_works_in_a_browser_of_2017(phone: Page, free: HallServer) -> None:
    """Work from the scan to the end, with all newer functions removed from the browser."""
    wrong: list[str] = []
    phone.on("pageerror", lambda error: wrong.append(str(error)))
    phone.add_init_script(f"({YOUNGER_THAN_2017})()")
    ticket = free.ticket("scjg-01")
    phone.goto(free.url(f"/t/{ticket['token']}"))
    assert phone.evaluate("typeof structuredClone + typeof AbortSignal.timeout") == (
        "undefined" * 2
    )
    expect(phone.get_by_test_id("says")).to_have_text(re.compile("前面还有|下一位"))
    clerk = free.clerk("1009")
    clerk.post("/counter/call-next")
    expect(phone.get_by_test_id("says")).to_have_text("请到 5 号窗口")
    clerk.post("/counter/no-show")
    phone.get_by_test_id("return").click()
    expect(phone.get_by_test_id("says")).to_have_text(re.compile("前面还有|下一位"))
    phone.get_by_test_id("cancel").click()
    phone.get_by_test_id("cancel-yes").click()
    expect(phone.get_by_test_id("says")).to_have_text("号码已取消")
    assert wrong == []


@pytest.mark.parametrize("scripts", ["none", "broken"])
def test_without_scripts_the_page_refers_to_the_call_screen(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer, scripts: str
) -> None:
    """Refer to the call screen.

    Scripts may be switched off, or too new for the browser.
    """
    context = browser.new_context(
        **{**browser_context_args, "viewport": SMALL, "java_script_enabled": scripts == "broken"}
    )
    page = context.new_page()
    page.route("**/*.js", lambda route: route.fulfill(body="?.", content_type="text/javascript"))
    page.goto(hall.url("/t/any-token"))
    start = page.get_by_test_id("start")
    expect(start).to_contain_text("请留意大厅叫号大屏和语音叫号")
    expect(start).to_contain_text("watch the call screen")
    if scripts == "none":
        expect(page.locator("noscript p").first).to_be_visible()
    context.close()


def serve(hall: HallServer) -> dict[str, Any]:
    """Issue a number and serve it at window 5; return its ticket."""
    ticket: dict[str, Any] = hall.ticket("scjg-01")
    clerk = hall.clerk("1009")
    clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "done"})
    return ticket


def test_a_finished_service_is_rated_on_the_phone_once(phone: Page, free: HallServer) -> None:
    phone.goto(free.url(f"/t/{serve(free)['token']}"))
    expect(phone.get_by_test_id("give-rating")).to_have_count(0)
    phone.get_by_test_id("level-2").click()
    phone.get_by_test_id("aspect-attitude").click()
    phone.get_by_test_id("rating-words").fill("测试留言")
    expect(phone.get_by_test_id("rating-phone")).to_have_count(0)
    assert axe.findings(phone) == []
    phone.get_by_test_id("give-rating").click()
    expect(phone.get_by_test_id("rating-given")).to_have_text("您的评价：满意")
    expect(phone.get_by_test_id("level-2")).to_have_count(0)
    phone.reload()
    expect(phone.get_by_test_id("rating-given")).to_have_text("您的评价：满意")


def test_a_bad_rating_may_leave_a_contact_and_its_answer_is_shown(
    phone: Page, free: HallServer
) -> None:
    phone.goto(free.url(f"/t/{serve(free)['token']}"))
    phone.get_by_test_id("level-4").click()
    phone.get_by_test_id("rating-name").fill("测试人")
    phone.get_by_test_id("rating-phone").fill("000-0000")
    phone.get_by_test_id("give-rating").click()
    expect(phone.get_by_text("我们会跟进您反映的情况")).to_be_visible()
    office = free.clerk("1002")
    redress = office.get("/office/redresses")["redresses"][0]
    assert redress["contact_phone"] == "000-0000"
    steps = f"/redresses/{redress['rating']}/move"
    office.post(steps, {"move": "contact", "result": "reached"})
    office.post(steps, {"move": "start", "words": "属实"})
    office.post(steps, {"move": "answer", "words": "已增加导办人员"})
    phone.reload()
    expect(phone.get_by_test_id("rating-answer")).to_contain_text("已增加导办人员")
    phone.get_by_test_id("level-1").click()
    phone.get_by_test_id("give-rating").click()
    expect(phone.get_by_test_id("rating-given")).to_have_text("您的评价：非常满意")
