"""Complaints in a real browser: kiosk, phone, desk, office, and the complainant's own page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.kiosk_shapes import UPRIGHT, kiosk_shapes
from support.staff_pages import listen, signed_in

ITEM, CLERK, OTHER_CLERK = "scjg-01", "1009", "1010"
SMALL = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall without devices."""
    people = (MANAGER, CLERK, OTHER_CLERK)
    with HallServer(tmp_path_factory.mktemp("hall"), accounts=people) as running:
        yield running


def served(hall: HallServer) -> dict[str, Any]:
    """Return a ticket that was served at window 5."""
    ticket = hall.ticket(ITEM)
    clerk = hall.clerk(CLERK)
    clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "done"})
    return dict(ticket)


@pytest.fixture
def kiosk(
    browser: Browser,
    browser_context_args: dict[str, Any],
    hall: HallServer,
) -> Iterator[Page]:
    """Yield a kiosk on the page for ratings and complaints; a view is checked in both shapes."""
    context = browser.new_context(**{**browser_context_args, "viewport": UPRIGHT})
    page = context.new_page()
    errors = listen(page)
    page.goto(hall.url("/kiosk/1"))
    page.get_by_test_id("voices").click()
    expect(page.get_by_role("heading", name="评价、投诉、建议")).to_be_visible()
    yield page
    context.close()
    assert errors == []


def type_number(page: Page, number: str) -> None:
    for key in number:
        page.get_by_role("button", name=key, exact=True).click()


def fits(page: Page) -> bool:
    """Return True if nothing of the view lies outside of it, on an upright and a lying screen."""
    inside = "(v => v.scrollHeight <= v.clientHeight)(document.querySelector('#view'))"
    return all(page.evaluate(inside) for _ in kiosk_shapes(page))


def test_a_service_is_rated_at_the_kiosk(kiosk: Page, hall: HallServer) -> None:
    number = served(hall)["number"]
    kiosk.get_by_test_id("voice-rating").click()
    type_number(kiosk, number)
    expect(kiosk.get_by_test_id("typed")).to_have_text(number)
    kiosk.get_by_test_id("voice-next").click()
    kiosk.get_by_test_id("level-2").click()
    kiosk.get_by_test_id("aspect-skill").click()
    assert axe.findings(kiosk) == []
    assert fits(kiosk)
    kiosk.get_by_test_id("give-rating").click()
    expect(kiosk.get_by_test_id("rated")).to_have_text("您的评价：满意")
    kiosk.get_by_test_id("done").click()
    expect(kiosk.get_by_test_id("voices")).to_be_visible()


def test_a_complaint_is_filed_at_the_kiosk_and_followed_by_phone(
    kiosk: Page, hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    served(hall)
    kiosk.get_by_test_id("voice-complaint").click()
    assert axe.findings(kiosk) == []
    kiosk.get_by_test_id("about-window").click()
    type_number(kiosk, "5")
    assert fits(kiosk)
    kiosk.get_by_test_id("voice-next").click()
    send = kiosk.get_by_test_id("voice-send")
    expect(send).to_be_disabled()
    kiosk.get_by_test_id("topic-attitude").click()
    type_number(kiosk, "0000")
    expect(kiosk.get_by_test_id("voice-phone")).to_have_text("0000")
    assert axe.findings(kiosk) == []
    assert fits(kiosk)
    send.click()
    number = kiosk.get_by_test_id("receipt-number").inner_text()
    code = kiosk.get_by_test_id("receipt-code").inner_text()
    assert axe.findings(kiosk) == []
    assert fits(kiosk)
    context = browser.new_context(**{**browser_context_args, "viewport": SMALL})
    phone = context.new_page()
    phone.goto(hall.url(f"/c/{number}"))
    phone.get_by_test_id("follow-code").fill("22222222")
    phone.get_by_test_id("follow-look").click()
    expect(phone.get_by_role("alert")).to_contain_text("查询码不对")
    assert axe.findings(phone) == []
    phone.get_by_test_id("follow-code").fill(code)
    phone.get_by_test_id("follow-look").click()
    expect(phone.get_by_test_id("follow-state")).to_have_text("待受理")
    assert axe.findings(phone) == []
    context.close()


def large(page: Page, part: str) -> bool:
    """Return True if the type of a part is that of large text."""
    size = page.get_by_test_id(part).evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    return float(size) >= 38


def test_large_type_is_large_on_ratings_and_complaints_too(kiosk: Page, hall: HallServer) -> None:
    number = served(hall)["number"]
    kiosk.get_by_role("button", name="大字版").click()
    kiosk.get_by_test_id("voice-rating").click()
    type_number(kiosk, number)
    kiosk.get_by_test_id("voice-next").click()
    kiosk.get_by_test_id("level-4").click()
    assert large(kiosk, "level-4")
    assert large(kiosk, "aspect-skill")
    assert fits(kiosk)
    assert axe.findings(kiosk) == []
    for _ in range(2):
        kiosk.get_by_role("button", name="返回").click()
    kiosk.get_by_test_id("voice-complaint").click()
    kiosk.get_by_test_id("about-window").click()
    type_number(kiosk, "5")
    kiosk.get_by_test_id("voice-next").click()
    kiosk.get_by_test_id("topic-attitude").click()
    assert large(kiosk, "topic-attitude")
    assert fits(kiosk)
    kiosk.get_by_test_id("voice-send").click()
    assert large(kiosk, "receipt-number")
    assert fits(kiosk)
    assert axe.findings(kiosk) == []


def test_a_suggestion_needs_two_touches(kiosk: Page) -> None:
    kiosk.get_by_test_id("voice-opinion").click()
    kiosk.get_by_test_id("topic-facilities").click()
    kiosk.get_by_test_id("voice-send").click()
    expect(kiosk.get_by_test_id("receipt-number")).to_be_visible()


def step(page: Page, move: str, words: str = "", outcome: str = "") -> None:
    """Take a step of the complaint that is open on the page."""
    page.get_by_test_id(f"move-{move}").click()
    if outcome:
        page.get_by_test_id(f"outcome-{outcome}").check()
    if words:
        page.get_by_test_id("step-words").fill(words)
    page.get_by_test_id("step-send").click()


def test_a_complaint_by_phone_is_answered_in_the_office(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    token = served(hall)["token"]
    context = browser.new_context(**{**browser_context_args, "viewport": SMALL})
    phone = context.new_page()
    errors = listen(phone)
    phone.goto(hall.url(f"/t/{token}"))
    phone.get_by_test_id("complain").click()
    phone.get_by_test_id("topic-attitude").click()
    phone.get_by_test_id("complaint-words").fill("说话不耐烦")
    phone.get_by_test_id("complaint-name").fill("测试人")
    assert axe.findings(phone) == []
    phone.get_by_test_id("file-complaint").click()
    number = phone.get_by_test_id("receipt-number").inner_text()
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as office:
        office.goto(hall.url("/office#complaints"))
        office.get_by_test_id(f"see-{number}").click()
        card = office.get_by_test_id("complaint")
        expect(card).to_contain_text("测试人")
        expect(card).to_contain_text("说话不耐烦")
        state = office.get_by_test_id("complaint-state")
        step(office, "accept")
        expect(state).to_have_text("已受理，办理中")
        step(office, "answer", "已向您致歉，并对窗口人员批评教育。", "proven")
        expect(state).to_have_text("已答复")
        assert axe.findings(office) == []
        address = office.get_by_test_id("complaint-reply").get_attribute("href")
        paper = office.request.get(hall.url(str(address)))
        assert paper.headers["content-type"] == "application/pdf"
        step(office, "close")
        expect(state).to_have_text("已结束")
        office.get_by_test_id("erase").click()
        expect(office.get_by_test_id("erase-send")).to_be_disabled()
        office.get_by_test_id("erase-reason").fill("本人要求删除")
        assert axe.findings(office) == []
        office.get_by_test_id("erase-send").click()
        expect(office.get_by_test_id("erase")).to_be_hidden()
        expect(card).not_to_contain_text("说话不耐烦")
        expect(card).to_contain_text("批评教育")
        office.goto(hall.url("/office#findings"))
        expect(office.get_by_role("cell", name="投诉查实")).to_be_visible()
    phone.get_by_test_id("receipt-follow").click()
    expect(phone.get_by_test_id("follow-words")).to_contain_text("批评教育")
    context.close()
    assert errors == []


def test_a_hotline_is_entered_by_the_office(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as office:
        office.goto(hall.url("/office#complaints"))
        office.get_by_test_id("enter-complaint").click()
        office.get_by_test_id("about-unit").click()
        office.get_by_test_id("complaint-subject").select_option(index=1)
        office.get_by_test_id("topic-waiting").click()
        office.get_by_test_id("complaint-source").fill("12345 热线")
        office.get_by_test_id("complaint-source-number").fill("2026-0001")
        assert axe.findings(office) == []
        office.get_by_test_id("file-complaint").click()
        expect(office.get_by_test_id("receipt-number")).to_be_visible()
        office.keyboard.press("Escape")
        expect(office.get_by_test_id("complaints")).to_contain_text("12345 热线 2026-0001")


def test_a_week_of_the_bulletin_leads_to_its_complaints(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    body = {"about": "unit", "topics": ["waiting"], "source": "12345"}
    for unit, number in (("scjg", "77"), ("gaj", "78")):
        filing = body | {"subject": unit, "kind": "handed_on", "source_number": number}
        hall.clerk(MANAGER).post("/office/complaints", filing)
    today = hall.clerk(MANAGER).get("/office/complaints")["today"]
    year, week, _ = date.fromisoformat(today).isocalendar()
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as office:
        office.goto(hall.url(f"/office#complaints/{year}-W{week:02}/scjg"))
        expect(office.get_by_test_id("complaints-week")).to_contain_text(f"第{week}周通报")
        rows = office.get_by_test_id("complaints")
        expect(rows).to_contain_text("12345 77")
        expect(rows).not_to_contain_text("12345 78")
        office.goto(hall.url(f"/office#complaints/{year}-W{week:02}"))
        expect(rows).to_contain_text("12345 78")
        assert axe.findings(office) == []


def test_the_desk_enters_a_complaint(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    number = served(hall)["number"]
    with signed_in(browser, browser_context_args, hall, OTHER_CLERK, 1440, 900) as desk:
        desk.goto(hall.url("/reception"))
        desk.get_by_test_id("complaint").click()
        desk.get_by_test_id("complaint-number").fill(number)
        desk.get_by_test_id("topic-fees").click()
        assert axe.findings(desk) == []
        desk.get_by_test_id("file-complaint").click()
        expect(desk.get_by_test_id("receipt-code")).to_be_visible()
