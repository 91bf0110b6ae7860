"""The one-time notice from the window to the phone, the second visit and the finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import MANAGER, HallServer
from support.staff_pages import signed_in

CLERK, ITEM = "1009", "scjg-01"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall without a printer, in which a new notice never corrects the last one."""
    folder = tmp_path_factory.mktemp("hall")
    with HallServer(folder, settings={"notice_correct_minutes": 0}) as running:
        yield running


@pytest.fixture
def desk(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    """Yield the desk of window 5 in the smallest supported size."""
    with signed_in(browser, browser_context_args, hall, CLERK, 1366, 768) as page:
        yield page


def serve(hall: HallServer, desk: Page) -> str:
    """Serve a new number at window 5; return its token."""
    token = str(hall.ticket(ITEM)["token"])
    clerk = hall.clerk(CLERK)
    clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    desk.goto(hall.url("/counter"))
    expect(desk.get_by_test_id("phase")).to_contain_text("办理中")
    return token


def mark(desk: Page, place: int, *labels: str) -> None:
    """Tick faults of a material."""
    row = desk.get_by_test_id("material").nth(place)
    for label in labels:
        row.get_by_label(label, exact=True).check()


def give(desk: Page) -> str:
    """Give the notice on A4; return its number, from the address of the paper that opens."""
    desk.get_by_label("A4 纸（签字、盖章）").check()
    with desk.expect_response(re.compile(r"/api/v1/notices$")) as answered:
        desk.get_by_test_id("go").click()
    expect(desk.get_by_role("dialog")).to_be_hidden()
    return str(answered.value.json()["notice"])


def test_what_the_first_notice_left_out_becomes_a_finding(
    desk: Page, hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    token = serve(hall, desk)
    desk.keyboard.press("m")
    mark(desk, 0, "缺")
    mark(desk, 1, "过期", "不清晰")
    expect(desk.get_by_test_id("go")).to_be_disabled()
    desk.get_by_label("有效期至").fill("2020-01-31")
    assert axe.findings(desk) == []
    expect(desk.get_by_test_id("go")).to_have_text("告知（2 项需补正）")
    first = give(desk)
    expect(desk.get_by_text("办理结果已选“已一次性告知”")).to_be_visible()
    hall.clerk(CLERK).post("/counter/finish", {"outcome": "notice_given"})

    phone = browser.new_page(viewport={"width": 390, "height": 844})
    phone.goto(hall.url(f"/t/{token}"))
    expect(phone.get_by_test_id("notice-line")).to_have_count(2)
    phone.get_by_role("link", name="查看告知单全文").click()
    grouped = " ".join(first[at : at + 4] for at in range(0, 16, 4))
    expect(phone.get_by_test_id("notice-number")).to_have_text(grouped)
    expect(phone.get_by_test_id("changes")).to_contain_text("没有变化")
    assert axe.findings(phone) == []
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_test_id("notice")).to_contain_text("To put right")

    serve(hall, desk)
    desk.keyboard.press("m")
    desk.get_by_test_id("earlier").fill(f"https://hall.example/notices/{first}")
    desk.get_by_test_id("earlier").press("Enter")
    expect(desk.get_by_test_id("again")).to_contain_text("本次是第 2 次交材料")
    expect(desk.get_by_test_id("material").nth(1)).to_contain_text("上次：过期、不清晰")
    mark(desk, 2, "形式不符")
    later = give(desk)
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 900) as office:
        office.goto(hall.url("/office#findings"))
        row = office.get_by_role("row").filter(has_text="未一次性告知")
        expect(row).to_contain_text("待核实")
        row.get_by_role("button").click()
        dialog = office.get_by_role("dialog")
        expect(dialog).to_contain_text("首次告知没有列出")
        expect(dialog.get_by_role("link", name=first)).to_be_visible()
        expect(dialog.get_by_role("link", name=later)).to_be_visible()
        assert axe.findings(office) == []
        office.goto(hall.url("/office#notices"))
        row = office.get_by_test_id("hand-ins").get_by_role("row").filter(has_text=later)
        expect(row).to_contain_text("第2次")
        expect(row.get_by_role("link", name="待核实")).to_be_visible()
        expect(office.get_by_test_id("hand-ins")).to_contain_text(first)
        assert axe.findings(office) == []
    hall.clerk(CLERK).post("/counter/finish", {"outcome": "notice_given"})


def test_complete_materials_are_recorded_and_an_unknown_number_is_said(
    desk: Page, hall: HallServer
) -> None:
    serve(hall, desk)
    desk.keyboard.press("m")
    desk.get_by_test_id("earlier").fill("1234 5678 9012 3456")
    desk.get_by_test_id("earlier").press("Enter")
    alert = desk.get_by_role("dialog").get_by_role("alert")
    expect(alert).to_contain_text("没有查到这份告知单")
    desk.get_by_test_id("earlier").fill("")
    desk.get_by_role("button", name="查找").click()
    desk.get_by_test_id("go").click()
    expect(desk.get_by_text("材料齐全，已登记。")).to_be_visible()
    hall.clerk(CLERK).post("/counter/finish", {"outcome": "accepted"})


def test_an_unknown_notice_says_so(hall: HallServer, page: Page) -> None:
    page.goto(hall.url("/notices/1234567890123456"))
    expect(page.get_by_test_id("unknown")).to_contain_text("没有查到这份告知单")
