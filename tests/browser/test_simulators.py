"""The page of simulated hardware: real simulators, real agents, a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import listen, signed_in
from support.waiting import until

WIRE_MS = 15_000
"""Milliseconds from a press to a strip: two agents, two buses of 9600 baud, a busy machine."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with its simulated devices and their agents."""
    with HallServer(tmp_path_factory.mktemp("simulators"), devices=True) as running:
        yield running


@pytest.fixture
def bench(page: Page, hall: HallServer) -> Iterator[Page]:
    page.set_viewport_size({"width": 1440, "height": 900})
    spoken = listen(page)
    page.goto(hall.url("/simulators"))
    # The window's name was sent over the bus: server and agents are connected.
    strip = page.get_by_test_id("desk-W06").get_by_test_id("strip")
    expect(strip).to_contain_text("企业登记", timeout=WIRE_MS * 2)
    yield page
    assert spoken == []


def test_a_key_press_calls_a_ticket_that_is_shown_and_spoken(bench: Page, hall: HallServer) -> None:
    number: str = hall.ticket("scjg-01")["number"]
    desk = bench.get_by_test_id("desk-W05")
    expect(desk.get_by_test_id("pad-waiting")).to_have_text(re.compile(r"^ *1$"), timeout=WIRE_MS)
    desk.get_by_role("button", name="呼叫", exact=True).click()
    expect(desk.get_by_test_id("strip")).to_contain_text(number, timeout=WIRE_MS)
    expect(desk.get_by_test_id("pad-ticket")).to_contain_text(number[-3:], timeout=WIRE_MS)
    speaker = bench.get_by_test_id("speaker-east")
    expect(speaker).to_contain_text("到五号窗口", timeout=WIRE_MS)
    sound = speaker.get_by_role("button", name=re.compile("^播放")).first
    with bench.expect_response(re.compile(r"/sound/\d+\.wav")) as answer:
        sound.click()
    assert answer.value.headers["content-type"] == "audio/wav"
    assert axe.findings(bench) == []


def test_a_key_of_the_rating_pad_becomes_the_rating_of_its_service(
    bench: Page, hall: HallServer
) -> None:
    clerk = hall.clerk("1009")
    if clerk.get("/counter")["current"] is None:
        hall.ticket("scjg-01")
        clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "done"})
    desk = bench.get_by_test_id("desk-W05")
    face = desk.get_by_test_id("rating-face")
    expect(face).to_have_text("请您评价", timeout=WIRE_MS)
    desk.get_by_test_id("rate-0").click()
    expect(face).to_have_text("谢谢评价", timeout=WIRE_MS)
    # The pad thanks once its agent has the press; the server hears of it after that.
    office = hall.clerk(MANAGER)
    until(lambda: office.get("/office/redresses")["redresses"])
    redresses = office.get("/office/redresses")["redresses"]
    assert [(entry["level"], entry["window"]) for entry in redresses] == [(4, "W05")]


def test_a_slip_is_printed_and_a_fault_is_shown_in_the_office(
    bench: Page, hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    manager = hall.clerk(MANAGER)
    manager.post("/notices", {"item": "gaj-01", "missing": [0]})
    printer = bench.get_by_test_id("printer-1")
    slip = printer.get_by_role("img", name=re.compile("一次性告知单")).first
    expect(slip).to_be_visible(timeout=WIRE_MS)
    assert slip.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    printer.get_by_test_id("faults-printer-1").locator("summary").click()
    printer.get_by_role("switch", name="没有纸").check()
    expect(printer).to_contain_text("停机，等待处理")
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as office:
        office.goto(hall.url("/office#devices"))
        printers = office.get_by_test_id("devices-printers")
        expect(printers).to_contain_text("没有纸了，请换纸", timeout=WIRE_MS)
        expect(office.get_by_test_id("devices-led")).to_contain_text("不回报状态（设备本来如此）")
        assert axe.findings(office) == []
        office.goto(hall.url("/office#today"))
        alarms = office.get_by_test_id("alarms")
        expect(alarms).to_contain_text("打印机 printer-1 没有纸了，请换纸。")
        printer.get_by_role("switch", name="没有纸").uncheck()
        expect(alarms).not_to_contain_text("printer-1", timeout=WIRE_MS)


def test_the_page_in_english_and_without_simulators(bench: Page, hall: HallServer) -> None:
    bench.get_by_role("button", name="English").click()
    expect(bench.get_by_role("heading", name="East Room", exact=True)).to_be_visible()
    bench.get_by_role("button", name="中文").click()
    hall.kill_agent("simulators")
    expect(bench.get_by_test_id("unreachable")).to_be_visible(timeout=WIRE_MS)
    pad = bench.get_by_test_id("desk-W05").get_by_role("button", name="呼叫", exact=True)
    expect(pad).to_be_disabled()
