"""The board's page in a real browser, with a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.bursts import Burst, callers
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer

FULL = {"width": 1920, "height": 1080}
FOUR_K = {"width": 3840, "height": 2160}
BACK_MS = 8000
DIGIT_OF_TYPE = 0.733
"""Height of a digit of Noto Sans SC divided by its font size."""


@pytest.fixture
def board(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield a screen of the hall."""
    context = browser.new_context(**{**browser_context_args, "viewport": FULL})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield one hall for all these tests."""
    with HallServer(tmp_path_factory.mktemp("hall")) as running:
        yield running


@pytest.fixture
def hall(whole: HallServer) -> Iterator[HallServer]:
    """Yield the hall without tickets."""
    yield whole
    whole.clear()


def test_a_call_is_listed_first_and_flashes_only_when_made(board: Page, hall: HallServer) -> None:
    board.clock.install()
    board.goto(hall.url("/board/main"))
    expect(board.get_by_test_id("nothing")).to_have_text(re.compile("现在没有叫号"))
    assert axe.findings(board) == []
    first, second = hall.ticket("scjg-01"), hall.ticket("scjg-02")
    expect(board.get_by_test_id("waiting")).to_have_text("2人")
    clerk = hall.clerk("1009")
    clerk.post("/counter/call-next")
    calls = board.get_by_test_id("call")
    expect(calls).to_have_count(1)
    expect(calls.first).to_contain_text(first["number"])
    expect(calls.first).to_contain_text("5号")
    expect(calls.first).to_have_class(re.compile("flash"))
    assert axe.findings(board) == []
    board.clock.fast_forward(15_000)
    expect(calls.first).not_to_have_class(re.compile("flash"))
    clerk.post("/counter/start")
    expect(calls.first).to_contain_text("办理中")
    clerk.post("/counter/finish", {"outcome": "accepted"})
    expect(calls).to_have_count(0)
    clerk.post("/counter/call-next")
    expect(calls.first).to_contain_text(second["number"])
    board.reload()
    expect(calls.first).to_contain_text(second["number"])
    expect(calls.first).not_to_have_class(re.compile("flash"))


@pytest.mark.parametrize("screen", [FULL, FOUR_K], ids=["1080p", "4K"])
def test_digits_are_a_twelfth_of_the_screen(
    board: Page, hall: HallServer, screen: dict[str, int]
) -> None:
    board.set_viewport_size({"width": screen["width"], "height": screen["height"]})
    for clerk, item in (("1004", "sthj-01"), ("1009", "scjg-01")):
        hall.ticket(item)
        hall.clerk(clerk).post("/counter/call-next")
    board.goto(hall.url("/board/main"))
    expect(board.get_by_test_id("call")).to_have_count(2)
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    for part in board.locator(".ticket, .row .window").all():
        assert part.evaluate(size) * DIGIT_OF_TYPE >= screen["height"] / 12
    expect(board.get_by_test_id("window")).to_have_count(27)
    inside = "e => e.scrollWidth <= innerWidth && e.scrollHeight <= innerHeight"
    assert board.locator("html").evaluate(inside)


def test_the_state_of_a_window_is_readable_in_full(board: Page, hall: HallServer) -> None:
    paused, gone = hall.clerk("1009"), hall.clerk("1004")
    paused.post("/counter/pause", {"reason": "rest"})
    gone.post("/counter/sign-out")
    board.goto(hall.url("/board/main"))
    windows = board.get_by_test_id("window")
    expect(windows.filter(has_text="暂停服务")).to_have_count(1)
    expect(windows.filter(has_text="未开放")).to_have_count(1)
    cut = "all => all.filter(n => n.scrollWidth > n.clientWidth).map(n => n.textContent)"
    assert board.locator(".cell-state").evaluate_all(cut) == []
    paused.post("/counter/unpause")
    gone.post("/counter/sign-in", {"window": "W01"})


def test_the_board_is_correct_again_after_a_restart(board: Page, hall: HallServer) -> None:
    board.goto(hall.url("/board/main"))
    hall.ticket("scjg-01")
    second = hall.ticket("scjg-01")
    clerk = hall.clerk("1009")
    clerk.post("/counter/call-next")
    expect(board.get_by_test_id("call")).to_have_count(1)
    hall.kill()
    expect(board.get_by_test_id("offline")).to_contain_text(re.compile(r"信息停在 \d\d:\d\d"))
    assert axe.findings(board) == []
    hall.start()
    clerk.post("/counter/call-next", {"complete": "accepted"})
    calls = board.get_by_test_id("call")
    expect(calls.first).to_contain_text(second["number"], timeout=BACK_MS)
    expect(calls).to_have_count(1)
    expect(board.get_by_test_id("offline")).to_be_hidden()


def test_the_board_of_a_room_shows_that_room_only(board: Page, hall: HallServer) -> None:
    board.goto(hall.url("/board/west"))
    expect(board.get_by_text("西厅", exact=True)).to_be_visible()
    hall.ticket("scjg-01")
    hall.clerk("1009").post("/counter/call-next")
    board.goto(hall.url("/board/east"))
    expect(board.get_by_test_id("call")).to_have_count(1)
    board.goto(hall.url("/board/west"))
    expect(board.get_by_test_id("nothing")).to_be_visible()


def test_a_board_of_an_unknown_room_is_rejected(board: Page, hall: HallServer) -> None:
    board.goto(hall.url("/board/cellar"))
    expect(board.get_by_role("heading", name="没有登记这块大屏")).to_be_visible()
    assert axe.findings(board) == []


def test_motion_is_reduced_on_request(board: Page, hall: HallServer) -> None:
    board.emulate_media(reduced_motion="reduce")
    board.goto(hall.url("/board/main"))
    expect(board.get_by_test_id("nothing")).to_be_visible()
    hall.ticket("scjg-01")
    hall.clerk("1009").post("/counter/call-next")
    call = board.get_by_test_id("call").first
    expect(call).to_have_class(re.compile("flash"))
    count = call.evaluate("e => getComputedStyle(e).animationIterationCount")
    assert count == "1"


UPRIGHT = {"width": 1080, "height": 1920}
BURST = 20


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall in which every window can call a ticket."""
    accounts = [ADMINISTRATOR, MANAGER, *callers()]
    with HallServer(tmp_path_factory.mktemp("crowd"), accounts=accounts) as running:
        Burst(running).fill()
        yield running


def test_a_burst_of_calls_is_shown_completely_on_every_screen(
    board: Page, crowd: HallServer
) -> None:
    """Show twenty simultaneous calls.

    All of them are shown, newest first, and nothing is cut or covered.
    """
    board.goto(crowd.url("/board/main"))
    expect(board.get_by_test_id("nothing")).to_be_visible()
    numbers = Burst(crowd).call(BURST)
    calls = board.get_by_test_id("call")
    expect(calls).to_have_count(BURST)
    shown_numbers = [call.locator(".ticket").inner_text() for call in calls.all()]
    assert sorted(shown_numbers) == sorted(numbers)
    assert axe.findings(board) == []
    for screen in (FULL, FOUR_K, UPRIGHT):
        board.set_viewport_size({"width": screen["width"], "height": screen["height"]})
        assert board.evaluate(CUT_OFF) == []
        least = min(
            float(part.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))
            for part in board.locator(".row .ticket").all()
        )
        assert least * DIGIT_OF_TYPE >= min(screen.values()) / 25
    served = crowd.clerk(callers()[0]).post("/counter/start")["current"]["number"]
    expect(calls).to_have_count(BURST - 1)
    assert served not in [call.locator(".ticket").inner_text() for call in calls.all()]


CUT_OFF = """() => [...document.querySelectorAll(".row")].flatMap((row) => {
  const box = row.getBoundingClientRect();
  const parts = [...row.querySelectorAll(".ticket, .window")].map((part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    return range.getBoundingClientRect();
  });
  const [ticket, window] = parts;
  const inside = parts.every((part) => part.left >= box.left && part.right <= box.right + 1)
    && box.bottom <= innerHeight && box.right <= innerWidth && ticket.right < window.left;
  return inside ? [] : [row.textContent];
})"""


def test_served_tickets_hide_no_called_one(board: Page, hall: HallServer) -> None:
    board.goto(hall.url("/board/main"))
    served, called = hall.clerk("1004"), hall.clerk("1009")
    hall.ticket("sthj-01")
    hall.ticket("scjg-01")
    called.post("/counter/call-next")
    served.post("/counter/call-next")
    served.post("/counter/start")
    calls = board.get_by_test_id("call")
    expect(calls).to_have_count(2)
    expect(calls.first).to_contain_text("5号")
    expect(calls.last).to_contain_text("办理中")
