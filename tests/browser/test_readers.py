"""Time clocks in the browser: from an unknown one to a punch that counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, MANAGER, HallServer
from support.staff_pages import listen, signed_in

SERIAL = "DEMO250001"
WIRE_MS = 15_000
FILE = b"1005\t2026-11-24 08:19:00\t1\t0\t1\t0\n1006\t2026-11-24 08:20:00\t1\t0\t1\t0\noops\n"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield a hall with a simulated time clock at the east door, not admitted yet."""
    folder = tmp_path_factory.mktemp("readers")
    with HallServer(folder, devices=True, time_clocks={"door-east": SERIAL}) as running:
        yield running


@pytest.fixture
def office(
    browser: Browser, browser_context_args: dict[str, Any], hall: HallServer
) -> Iterator[Page]:
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as page:
        page.goto(hall.url("/office#readers"))
        yield page


def test_an_unknown_time_clock_is_admitted_and_a_punch_counts(
    office: Page, page: Page, hall: HallServer
) -> None:
    asks = office.get_by_test_id(f"asks-{SERIAL}")
    expect(asks).to_contain_text(SERIAL, timeout=WIRE_MS)
    asks.get_by_role("button", name="登记").click()
    expect(asks).to_have_count(0)
    row = office.get_by_test_id("readers").get_by_role("row", name=SERIAL)
    expect(row).to_contain_text("正在补传", timeout=WIRE_MS)
    spoken = listen(page)
    page.goto(hall.url("/simulators"))
    clock = page.get_by_test_id("clock-door-east")
    clock.get_by_label("谁的手指").select_option("1004")
    clock.get_by_role("button", name="按手指").click()
    expect(clock).to_contain_text("谢谢")
    latest = office.get_by_test_id("latest")
    expect(latest).to_contain_text("编号 1004，未对应", timeout=WIRE_MS)
    # The enrolment is not linked to a person yet.
    office.get_by_test_id("link-1004").click()
    office.get_by_test_id("person").select_option("1004")
    office.get_by_test_id("go").click()
    expect(latest).not_to_contain_text("未对应", timeout=WIRE_MS)
    expect(office.get_by_test_id("unknown")).to_have_count(0)
    assert spoken == []
    assert axe.findings(page) == []


def test_quarantined_lines_are_shown_and_settled(office: Page, hall: HallServer) -> None:
    _admitted(hall)
    line = "2026-11-24T08:31:02|1005|PASS"
    address = f"{hall.base}/iclock/cdata?SN={SERIAL}&table=PASSLOG"
    with urlopen(Request(address, line.encode(), method="POST"), timeout=20) as answer:
        assert answer.read() == b"OK: 1\n"
    row = office.get_by_test_id("put-aside").get_by_role("row", name=line)
    expect(row).to_contain_text("格式不认识", timeout=WIRE_MS)
    today = hall.clerk(ADMINISTRATOR).get("/office/today")
    assert "reader_lines" in {alarm["code"] for alarm in today["alarms"]}
    assert axe.findings(office) == []
    row.get_by_role("button", name="已处理").click()
    expect(office.get_by_test_id("put-aside")).to_have_count(0)


def test_all_quarantined_lines_of_one_time_clock_are_settled_with_one_reason(
    office: Page, hall: HallServer
) -> None:
    _admitted(hall)
    body = "\n".join(f"noise-{n}" for n in range(12))
    address = f"{hall.base}/iclock/cdata?SN={SERIAL}&table=NOISE"
    with urlopen(Request(address, body.encode(), method="POST"), timeout=20) as answer:
        assert answer.read() == b"OK: 12\n"
    aside = office.get_by_test_id("put-aside")
    expect(aside).to_contain_text("noise-11", timeout=WIRE_MS)
    office.get_by_test_id(f"settle-{SERIAL}").click()
    form = office.get_by_test_id("settle-all")
    expect(office.get_by_role("dialog")).to_contain_text("12 条全部已处理")
    assert axe.findings(office) == []
    form.get_by_role("button", name="全部已处理").click()
    expect(form).to_be_visible()  # nothing is settled without a reason
    form.get_by_role("textbox").fill("测试设备的乱码，已逐条核对")
    form.get_by_role("button", name="全部已处理").click()
    expect(aside).to_have_count(0, timeout=WIRE_MS)
    expect(form).to_be_hidden()


def test_punches_are_delivered_after_a_broken_connection(
    page: Page, office: Page, hall: HallServer
) -> None:
    _admitted(hall)
    page.goto(hall.url("/simulators"))
    clock = page.get_by_test_id("clock-door-east")
    clock.locator("summary", has_text="故障").click()
    clock.get_by_role("switch", name="网线断开").check()
    expect(clock).to_contain_text("网线断开")
    clock.get_by_label("谁的手指").select_option("1007")
    clock.get_by_role("button", name="按手指").click()
    expect(clock.get_by_test_id("pending")).to_contain_text("1 条未送达")
    clock.get_by_role("switch", name="夹带乱码行").check()
    clock.get_by_role("switch", name="网线断开").uncheck()
    expect(clock.get_by_test_id("pending")).to_have_count(0, timeout=WIRE_MS)
    expect(office.get_by_test_id("latest")).to_contain_text("编号 1007", timeout=WIRE_MS)
    aside = office.get_by_test_id("put-aside")
    expect(aside).to_contain_text("oops")
    aside.get_by_role("button", name="已处理").click()
    expect(aside).to_have_count(0)


def test_orders_are_sent_and_a_usb_file_is_imported(office: Page, hall: HallServer) -> None:
    _admitted(hall)
    office.get_by_test_id(f"open-{SERIAL}").click(timeout=WIRE_MS)
    detail = office.get_by_test_id("reader-detail")
    detail.get_by_test_id("order-info").click()
    expect(detail).to_contain_text("询问情况 完成", timeout=WIRE_MS)
    file = FilePayload(name="1_attlog.dat", mimeType="text/plain", buffer=FILE)
    detail.get_by_test_id("file").set_input_files(file)
    expect(detail.get_by_test_id("taken")).to_contain_text("新增 2 条，已有 0 条")
    expect(detail).to_contain_text("第 3 行")
    assert axe.findings(office) == []


def test_a_signed_sheet_needs_another_witness(office: Page) -> None:
    office.get_by_test_id("new-sheet").click()
    office.get_by_test_id("day").fill("2026-11-24")
    office.get_by_test_id("reason").fill("上午停电")
    office.get_by_test_id("witness").select_option(ADMINISTRATOR)
    office.get_by_label("第 1 行人员").select_option("1009")
    office.get_by_label("第 1 行时间").fill("08:25")
    office.get_by_test_id("go").click()
    expect(office.get_by_role("alert")).to_contain_text("证明人")
    office.get_by_test_id("witness").select_option(MANAGER)
    office.get_by_test_id("go").click()
    expect(office.get_by_role("dialog")).to_contain_text("证明人在“我的”页面确认后")
    office.keyboard.press("Escape")
    expect(office.get_by_test_id("sheets")).to_contain_text("上午停电")
    expect(office.get_by_test_id("sheets")).to_contain_text("等证明人确认")


def _admitted(hall: HallServer) -> None:
    """Admit the time clock, whatever test ran before."""
    clocks = hall.clerk(ADMINISTRATOR).get("/office/readers")["readers"]
    if not any(clock["serial"] == SERIAL for clock in clocks):
        added = {"serial": SERIAL, "way": "push", "name": "东门"}
        hall.clerk(ADMINISTRATOR).post("/office/readers", added)
    elif all(clock["state"] != "admitted" for clock in clocks if clock["serial"] == SERIAL):
        hall.clerk(ADMINISTRATOR).post(f"/office/readers/{SERIAL}/admit")
