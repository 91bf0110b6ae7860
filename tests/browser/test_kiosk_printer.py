"""What the kiosk says about its printer, with a real agent and a simulated printer behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from support.hall_server import HallServer

PRINT_MS = 20_000


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """A hall with its simulated devices and their agents."""
    with HallServer(tmp_path_factory.mktemp("devices"), devices=True) as running:
        yield running


def take(page: Page, hall: HallServer) -> None:
    page.goto(hall.url("/kiosk/1"))
    page.get_by_test_id("item").first.click()
    expect(page.get_by_test_id("offer")).to_be_visible()
    page.get_by_test_id("take").click()
    expect(page.get_by_test_id("number")).to_be_visible()


def test_the_slip_is_told_of_when_it_is_really_printed(page: Page, hall: HallServer) -> None:
    take(page, hall)
    slip = page.get_by_test_id("slip")
    expect(slip).to_have_attribute("data-state", "printed", timeout=PRINT_MS)
    expect(slip).to_contain_text("小票已打印，请取走")


def test_without_paper_the_number_stays_and_says_how_to_keep_it(
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
        expect(page.get_by_test_id("printer")).to_contain_text("打印机缺纸")
    finally:
        hall.fault("printer-1", "paper_out", on=False)


def test_the_one_time_notice_is_printed_on_request(page: Page, hall: HallServer) -> None:
    page.goto(hall.url("/kiosk/1"))
    page.get_by_test_id("item").first.click()
    page.get_by_test_id("print-notice").click()
    expect(page.get_by_test_id("print-notice")).to_contain_text("已打印", timeout=PRINT_MS)
