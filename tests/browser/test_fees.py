"""Fees in a real browser: a notice from the case card, the cashier's phone, the bank's file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import signed_in

ITEM, CLERK, CASHIER = "zrzy-07", "1024", "1004"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with a clerk who accepts, and a cashier."""
    people = (ADMINISTRATOR, MANAGER, CLERK, CASHIER)
    with HallServer(tmp_path_factory.mktemp("hall"), accounts=people) as running:
        posts = {"post": "cashier", "holders": [CASHIER, MANAGER]}
        running.clerk(MANAGER).post("/office/cases/posts", posts)
        yield running


def accepted(hall: HallServer) -> str:
    """Open and accept a case of an item with standards; return its id."""
    clerk = hall.clerk(CLERK)
    case = clerk.post("/reception/cases", {"item": ITEM, "name": "王示例"})
    clerk.post(f"/cases/{case['id']}/move", {"move": "accept"})
    return str(case["id"])


def test_a_notice_is_made_on_the_card_and_paid_at_the_desk(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    case = accepted(hall)
    with signed_in(browser, browser_context_args, hall, CLERK, 390, 844) as page:
        page.goto(hall.url("/my#cases"))
        page.get_by_test_id("my-cases").get_by_text("不动产转移登记（存量房买卖）").first.click()
        fees = page.get_by_test_id("case-fees")
        fees.get_by_test_id("fee-standard").select_option("home")
        fees.get_by_test_id("fee-quantity").fill("2")
        expect(fees).to_contain_text("共 160.00 元")
        fees.get_by_test_id("make-due").click()
        expect(fees.get_by_test_id("case-unpaid")).to_contain_text("还有 160.00 元未缴")
        expect(fees.get_by_test_id("fee-confirm")).to_have_count(0)
        address = fees.get_by_test_id("print-notice").evaluate("a => a.href")
        assert page.request.get(address).body().startswith(b"%PDF")
        assert axe.findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    notice = hall.clerk(CLERK).get(f"/cases/{case}/fees")["dues"][0]["notice"]
    with signed_in(browser, browser_context_args, hall, CASHIER, 390, 844) as page:
        page.goto(hall.url("/my#cases"))
        field = page.get_by_test_id("notice-number")
        field.fill(f"{notice[:-1]}x")
        field.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("编号有误")
        field.fill(f"https://hall.example/k/1?notice={notice}")
        field.press("Enter")
        expect(page.get_by_test_id("fee-amount")).to_have_text("160.00 元")
        page.get_by_test_id("fee-confirm").click()
        page.get_by_test_id("fee-reference").fill("YH-2026-0001")
        page.get_by_test_id("fee-send").click()
        expect(page.get_by_test_id("fee-state")).to_have_text("已缴")
        expect(page.get_by_test_id("received-today")).to_contain_text("1 笔，160.00 元")
        page.get_by_test_id("fee-ask_refund").click()
        page.get_by_test_id("fee-part").fill("160.01")
        page.get_by_test_id("fee-words").fill("只办一件")
        expect(page.get_by_test_id("fee-send")).to_be_disabled()
        page.get_by_test_id("fee-part").fill("80")
        page.get_by_test_id("fee-send").click()
        expect(page.get_by_test_id("fee-state")).to_have_text("申请退款，待确认")
        assert axe.findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_bank_s_file_names_its_differences(
    hall: HallServer, browser: Browser, browser_context_args: dict[str, Any], tmp_path: Path
) -> None:
    case = accepted(hall)
    due = hall.clerk(CLERK).post(f"/cases/{case}/fees", {"standard": "other"})["dues"][0]
    file = tmp_path / "bank.csv"
    head = "交易日期,银行流水号,缴款通知书编号,金额\n"
    file.write_text(f"{head}soon,YH-2026-0002,{due['notice']},550\n", encoding="gb18030")
    with signed_in(browser, browser_context_args, hall, MANAGER, 1366, 768) as page:
        page.goto(hall.url("/office#fees/files"))
        page.get_by_test_id("bank-file").set_input_files(file)
        expect(page.get_by_role("alert")).to_contain_text("第2行有误")
        rows = f"{due['day']},YH-2026-0002,{due['notice']},550\n{due['day']},YH-2026-0003,,80.5\n"
        file.write_text(head + rows, encoding="gb18030")
        page.get_by_test_id("bank-file").set_input_files(file)
        assert axe.findings(page) == []
        page.get_by_test_id("file-days").get_by_role("link").click()
        expect(page.get_by_test_id("agrees")).to_have_text("有差异")
        expect(page.get_by_test_id("differences")).to_contain_text("没有这份通知书")
        expect(page.get_by_test_id("differences")).to_contain_text("−80.50")
        assert axe.findings(page) == []
        page.goto(hall.url("/office#fees/day/2026-11-20"))
        expect(page.get_by_test_id("no-file")).to_be_visible()
        page.get_by_test_id("fees-files").click()
        file.write_text(head, encoding="gb18030")
        for end in ("from", "to"):
            page.get_by_test_id(f"file-{end}").fill("2026-11-20")
        page.get_by_test_id("bank-file").set_input_files(file)
        page.get_by_test_id("file-days").get_by_role("link").click()
        expect(page.get_by_test_id("empty-file")).to_be_visible()
        page.get_by_test_id("fees-month").click()
        expect(page.get_by_test_id("fee-month")).to_contain_text("630.50")
        assert axe.findings(page) == []
        page.get_by_test_id("fees-dues").click()
        page.get_by_test_id(f"due-{due['notice']}").click()
        expect(page.get_by_test_id("fee-state")).to_have_text("已缴")
        assert axe.findings(page) == []
