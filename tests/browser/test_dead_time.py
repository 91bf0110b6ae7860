"""Second taps and presses: they do not trigger what has appeared in the meantime."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support.hall_server import MANAGER, HallServer, RefusedError
from support.staff_pages import signed_in

STAFF, ITEM = "1009", "scjg-01"
UPRIGHT = {"width": 1080, "height": 1920}
SECOND_TAPS_MS = (400, 700)
UNPRINTED_MS, ONE_STEP_MS = 3000, 400


@pytest.fixture
def kiosk(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield an upright kiosk whose clock the test sets."""
    context = browser.new_context(**{**browser_context_args, "viewport": UPRIGHT})
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


def spot(place: Locator) -> tuple[float, float]:
    """Return the centre of an element on the screen."""
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def open_item(page: Page, hall: HallServer) -> None:
    """Open the page of one item."""
    page.goto(hall.url("/kiosk/1"))
    page.get_by_test_id("item").filter(has_text="出生登记").first.click()
    expect(page.get_by_test_id("take")).to_be_enabled()


def test_a_second_tap_on_take_leaves_the_number_on_the_screen(
    kiosk: Page, hall: HallServer
) -> None:
    """Keep the number on the screen.

    The kiosk has no printer: the number is shown nowhere else.
    """
    open_item(kiosk, hall)
    expect(kiosk.locator(".kiosk")).to_have_attribute("data-settled", "true")
    where = spot(kiosk.get_by_test_id("take"))
    kiosk.mouse.click(*where)
    number = kiosk.get_by_test_id("number")
    expect(number).to_be_visible()
    before = 0
    for later in SECOND_TAPS_MS:
        kiosk.clock.fast_forward(later - before)
        before = later
        kiosk.mouse.click(*where)
        expect(number).to_be_visible()
    expect(kiosk.get_by_test_id("done")).to_be_disabled()
    expect(kiosk.get_by_test_id("done")).to_have_text("请先记下号码")
    expect(kiosk.get_by_test_id("home")).to_be_disabled()
    kiosk.clock.fast_forward(UNPRINTED_MS)
    expect(kiosk.get_by_test_id("done")).to_have_text("完成")
    kiosk.mouse.click(*where)
    expect(kiosk.get_by_role("heading", name="请选择要办的事情")).to_be_visible()


def test_a_second_tap_in_a_list_opens_nothing_else(kiosk: Page, hall: HallServer) -> None:
    kiosk.goto(hall.url("/kiosk/1"))
    way = kiosk.get_by_role("button", name=re.compile("按部门找"))
    expect(way).to_be_visible()
    where = spot(way)
    kiosk.mouse.click(*where)
    title = kiosk.get_by_role("heading", name="请选择部门")
    expect(title).to_be_visible()
    frame = kiosk.locator(".kiosk")
    if (
        frame.get_attribute("data-settled") == "false"
    ):  # on a slow machine the dead time may be over
        kiosk.mouse.click(*where)
        expect(title).to_be_visible()
    kiosk.clock.fast_forward(1000)
    expect(frame).to_have_attribute("data-settled", "true")


def test_closing_the_chooser_does_not_take_a_number(kiosk: Page, hall: HallServer) -> None:
    open_item(kiosk, hall)
    kiosk.get_by_test_id("applicant").click()
    frame = kiosk.locator(".kiosk")
    expect(frame).to_have_attribute("data-settled", "false")
    kiosk.clock.fast_forward(1000)
    expect(frame).to_have_attribute("data-settled", "true")
    kiosk.get_by_test_id("class").filter(has_text="残疾人证").click()
    expect(frame).to_have_attribute("data-settled", "false")
    kiosk.clock.fast_forward(1000)
    expect(kiosk.get_by_test_id("take")).to_have_text("优先取号")


@pytest.fixture
def desk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the desk of window 5 with waiting tickets."""
    hall.clear()
    for _ in range(3):
        hall.ticket(ITEM)
    with signed_in(browser, browser_context_args, hall, STAFF, 1366, 768) as page:
        page.clock.install()
        page.goto(hall.url("/counter"))
        settled(page, "呼叫下一位")
        yield page
    hall.clear()


def settled(page: Page, words: str) -> None:
    """Wait until the main action has this meaning and may be pressed."""
    main = page.get_by_test_id("main")
    expect(main).to_contain_text(words)
    expect(main).to_have_attribute("data-settled", "true")
    expect(main).to_be_focused()


def lines(hall: HallServer) -> list[str]:
    """Return the actions in the history of the ticket at the window."""
    current = hall.clerk(STAFF).get("/counter")["current"]
    if current is None:
        return []
    history = hall.clerk(MANAGER).get(f"/tickets/{current['id']}")["lines"]
    return [line["act"] for line in history]


def stop_time(page: Page) -> None:
    """Stop the page's clock, however slow the machine is."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 0.1)


def pass_time(page: Page) -> None:
    """Let time pass and continue, so that the next press is another step."""
    page.clock.fast_forward(ONE_STEP_MS)
    page.clock.resume()


@pytest.mark.parametrize("key", ["Enter", "Shift+Enter"])
def test_two_presses_call_one_ticket_and_start_no_service(
    desk: Page, hall: HallServer, key: str
) -> None:
    stop_time(desk)
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("phase")).to_contain_text("已呼叫 1 次")
    desk.keyboard.press(key)
    pass_time(desk)
    settled(desk, "开始办理")
    assert lines(hall) == ["ticket.issue", "ticket.call"]


def enter(desk: Page) -> None:
    """Press Enter on the focused element."""
    desk.keyboard.press("Enter")


def letter(desk: Page) -> None:
    """Press the key of the action."""
    desk.keyboard.press("r")


def click(desk: Page) -> None:
    """Click the button of the action."""
    desk.mouse.click(*spot(desk.get_by_test_id("recall")))


@pytest.mark.parametrize("press", [enter, letter, click])
def test_a_second_press_after_the_answer_does_nothing_else(
    desk: Page, hall: HallServer, press: Callable[[Page], None]
) -> None:
    """Ignore a second press.

    The first recalls; the second would recall again, or start the service where Enter moves on.
    """
    desk.keyboard.press("Enter")
    settled(desk, "开始办理")
    stop_time(desk)
    desk.get_by_test_id("recall").focus()
    press(desk)
    expect(desk.get_by_test_id("phase")).to_contain_text("已呼叫 2 次")
    press(desk)
    pass_time(desk)
    settled(desk, "开始办理")
    desk.keyboard.press("r")
    expect(desk.get_by_test_id("phase")).to_contain_text("已呼叫 3 次")
    assert lines(hall) == ["ticket.issue", "ticket.call", "ticket.recall", "ticket.recall"]


def test_two_enters_in_the_note_end_one_service(desk: Page, hall: HallServer) -> None:
    desk.keyboard.press("Enter")
    settled(desk, "开始办理")
    desk.keyboard.press("Enter")
    settled(desk, "结束办理")
    stop_time(desk)
    desk.get_by_test_id("outcome-note").focus()
    desk.keyboard.type("材料齐全")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("phase")).to_have_text("空闲")
    desk.keyboard.press("Enter")
    pass_time(desk)
    settled(desk, "呼叫下一位")
    assert lines(hall) == []


def test_a_double_click_returns_one_missed_ticket(desk: Page, hall: HallServer) -> None:
    """Return one missed ticket.

    The list moves up, and the second click hits the next person's button.
    """
    clerk = hall.clerk(STAFF)
    for _ in range(2):
        clerk.post("/counter/call-next")
        clerk.post("/counter/recall")
        miss(hall)
    missed = desk.get_by_test_id("missed")
    expect(missed.get_by_role("listitem")).to_have_count(2)
    stop_time(desk)
    where = spot(missed.get_by_role("button", name=re.compile("重新排队")).first)
    desk.mouse.click(*where)
    expect(missed.get_by_role("listitem")).to_have_count(1)
    desk.mouse.click(*where)
    pass_time(desk)
    settled(desk, "呼叫下一位")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("number")).to_be_visible()
    assert len(clerk.get("/counter")["missed"]) == 1


def miss(hall: HallServer) -> None:
    """Mark the person as missed as soon as the rules allow it."""
    for _ in range(200):
        try:
            hall.clerk(STAFF).post("/counter/no-show")
        except RefusedError:
            continue
        return
    raise AssertionError("never missed")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall where a no-show is possible right after the second call."""
    quick = {"no_show_min_seconds": 0}
    with HallServer(tmp_path_factory.mktemp("hall"), settings=quick) as running:
        yield running
