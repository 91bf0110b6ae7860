"""Messages of the kiosk about its printer, with a real agent and a simulated printer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in

PRINT_MS = 20_000


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with its simulated devices and their agents."""
    often = {"alarm_repeat_seconds": 1}
    with HallServer(tmp_path_factory.mktemp("devices"), devices=True, settings=often) as running:
        yield running


def take(page: Page, hall: HallServer) -> None:
    page.goto(hall.url("/kiosk/1"))
    page.get_by_test_id("item").first.click()
    expect(page.get_by_test_id("offer")).to_be_visible()
    page.get_by_test_id("take").click()
    expect(page.get_by_test_id("number")).to_be_visible()


def test_the_slip_is_reported_once_it_is_really_printed(page: Page, hall: HallServer) -> None:
    take(page, hall)
    slip = page.get_by_test_id("slip")
    expect(slip).to_have_attribute("data-state", "printed", timeout=PRINT_MS)
    expect(slip).to_contain_text("小票已打印，请取走")


def test_without_paper_the_number_stays_with_advice_how_to_keep_it(
    page: Page, hall: HallServer
) -> None:
    hall.fault("printer-1", "paper_out")
    try:
        take(page, hall)
        slip = page.get_by_test_id("slip")
        expect(slip).to_have_attribute("data-state", "failed", timeout=PRINT_MS)
        expect(slip).to_contain_text("打印机缺纸")
        number = page.get_by_test_id("number").text_content() or ""
        expect(slip).to_contain_text(f"您的号码是 {number}，一样有效")
        expect(page.get_by_test_id("countdown")).to_have_text(re.compile(r"^(7[0-5]|6\d) 秒$"))
        page.get_by_test_id("done").click()
        expect(page.get_by_test_id("printer")).to_contain_text("小票纸已用完")
    finally:
        hall.fault("printer-1", "paper_out", on=False)


def test_the_one_time_notice_is_printed_on_request(page: Page, hall: HallServer) -> None:
    page.goto(hall.url("/kiosk/1"))
    page.get_by_test_id("item").first.click()
    page.get_by_test_id("print-notice").click()
    expect(page.get_by_test_id("print-notice")).to_contain_text("已打印", timeout=PRINT_MS)


RINGING = """
    const make = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
        console.log("a tone");
        return make.call(this);
    };
"""


def test_an_alarm_sounds_on_every_page_of_the_office_until_it_is_taken(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as office:
        office.add_init_script(RINGING)
        office.goto(hall.url("/office#settings"))
        hall.fault("printer-1", "paper_out")
        try:
            expect(office.get_by_test_id("loud")).to_contain_text("没有纸了", timeout=PRINT_MS)
            expect(office).to_have_title(re.compile(r"^（\d+）"))
            for _ in range(3):  # the alarm tone is repeated
                with office.expect_console_message(lambda message: message.text == "a tone"):
                    pass
            office.get_by_test_id("loud").get_by_role("link").click()
            line = office.get_by_test_id("alarm-device_paper_out")
            line.get_by_role("button", name="我来处理").click()
            expect(line).to_contain_text("起在处理", timeout=PRINT_MS)
            assert axe.findings(office) == []
        finally:
            hall.fault("printer-1", "paper_out", on=False)
        expect(office.get_by_test_id("alarm-device_paper_out")).to_have_count(0, timeout=PRINT_MS)
