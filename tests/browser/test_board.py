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


UPRIGHT = {"width": 1080, "height": 1920}
BURST = 20


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall in which every window can call a ticket."""
    accounts = [ADMINISTRATOR, MANAGER, *callers()]
    with HallServer(tmp_path_factory.mktemp("crowd"), accounts=accounts) as running:
        Burst(running).fill()
        yield running


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


MM = 0.634
"""Width of a pixel of a 55 inch screen with 1920 of them."""
CHARACTER_OF_TYPE = 0.92
"""Height of a Chinese character of Noto Sans SC divided by its font size."""
HEIGHTS = """() => {
  const tall = (all) => Math.min(...all.map((e) => parseFloat(getComputedStyle(e).fontSize)));
  const low = (part) => [...document.querySelectorAll(part)];
  const inside = (part, row) => low(part).every((e) => {
    const size = parseFloat(getComputedStyle(e).fontSize), box = e.getBoundingClientRect();
    const edge = e.closest(row).getBoundingClientRect();
    const middle = box.top + box.height / 2 + 0.07 * size;
    return middle - 0.367 * size >= edge.top && middle + 0.367 * size <= edge.bottom;
  });
  const names = low(".queue-name").map((e) => e.getBoundingClientRect());
  return {
    room: tall(low(".about-zone")), name: tall(low(".about-name")), state: tall(low(".cell-state")),
    prepare: tall(low(".prepare b")), digits: tall(low(".row .ticket")),
    inside: inside(".row .ticket", ".row") && inside(".row .window", ".row") && inside(
      ".count", ".queue"),
    apart: names.every((one, n) => names.every((two, m) => m <= n || one.right <= two.left
      || two.right <= one.left || one.bottom <= two.top + 1 || two.bottom <= one.top + 1)),
    cut: low(".about-name, .cell-state").filter((e) => e.scrollWidth > e.clientWidth + 1).length,
  };
}"""
"""Least type sizes of a board, and where its lines stand."""


@pytest.fixture
def lines(crowd: HallServer) -> Iterator[HallServer]:
    """Yield a hall with five calls, a line of numbers to prepare and a notice."""
    office = crowd.clerk(ADMINISTRATOR)
    office.post("/office/settings", {"values": {"prepare_numbers": 4}})
    notice = {"area": "", "pauses": False, "text": "下午三点停水半小时", "minutes": None}
    office.post("/office/notices", notice)
    Burst(crowd).call(5)
    yield crowd
    office.post("/office/settings", {"values": {"prepare_numbers": 0}})
    for published in office.get("/office/today")["notices"]:
        office.post(f"/office/notices/{published['id']}/end")
    crowd.clear()
    Burst(crowd).fill()


def test_words_are_read_at_the_distances_of_the_handbook(board: Page, lines: HallServer) -> None:
    for zone, state in (("main", 24), ("east", 32)):
        board.goto(lines.url(f"/board/{zone}"))
        expect(board.get_by_test_id("prepare")).to_be_visible()
        expect(board.get_by_test_id("hall-notice")).to_be_visible()
        expect(board.get_by_test_id("call").first.locator(".about-zone")).to_be_visible()
        sizes = board.evaluate(HEIGHTS)
        assert sizes["inside"], "no line crosses a digit"
        assert sizes["apart"], "no name of a queue covers another"
        assert sizes["cut"] == 0
        for part in ("room", "name"):
            assert sizes[part] * CHARACTER_OF_TYPE * MM >= 34.9, part
        for part in ("prepare", "digits"):
            assert sizes[part] * DIGIT_OF_TYPE * MM >= 34.9, part
        assert sizes["state"] * CHARACTER_OF_TYPE * MM >= state


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
    expect(board.get_by_test_id("call")).to_contain_text("东厅")
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
