"""The kiosk of a branch: it names its building and sends people to the right door."""

from __future__ import annotations

import io
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from support import axe
from support.hall_server import ADMINISTRATOR, HallServer
from support.staff_pages import signed_in

HERE, ELSEWHERE = ("qyshbxdj", "企业社会保险登记"), ("gssldj", "公司设立登记")
"""An item of the west room, and one of the east room, with their search keys."""
SITES = {"zhu": ("主楼", "人民路1号"), "bei": ("城北分中心", "北街2号")}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    with HallServer(tmp_path_factory.mktemp("buildings")) as running:
        yield running


def two_buildings(hall: HallServer, folder: Path) -> Path:
    """Return the hall's workbook with its west room in a second building."""
    address = hall.url("/api/v1/office/workbook")
    asking = urllib.request.Request(address, headers={"Cookie": hall.clerk(ADMINISTRATOR).cookie})
    with urllib.request.urlopen(asking, timeout=60) as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.read()))
    sheet = book["办公地点"]
    heads = [str(cell.value).rstrip("*") for cell in next(sheet.iter_rows(max_row=1))]
    for code, (name, place) in SITES.items():
        row = {"编码": code, "名称": name, "地址": place}
        sheet.append([row.get(head) for head in heads])
    zones = book["区域"]
    column = [str(c.value).rstrip("*") for c in next(zones.iter_rows(max_row=1))].index("办公地点")
    for cells in zones.iter_rows(min_row=2):
        if cells[0].value in ("east", "west"):
            cells[column].value = "bei" if cells[0].value == "west" else "zhu"
    file = folder / "hall.xlsx"
    book.save(file)
    return file


def open_item(page: Page, typed: str, name: str) -> None:
    page.get_by_role("button", name="搜索").click()
    page.get_by_test_id("search").fill(typed)
    page.get_by_test_id("item").filter(has_text=re.compile(f"^{name}")).first.click()


def counts_by_building(office: Page, hall: HallServer) -> None:
    """Look at the report and at the attendance of one building."""
    office.goto(hall.url("/office#reports/week/unit"))
    office.get_by_role("link", name="按办公地点").click()
    table = office.get_by_test_id("report-service")
    expect(table.get_by_role("row", name="城北分中心")).to_be_visible()
    expect(office.get_by_role("button", name="收费")).to_have_count(0)
    office.goto(hall.url("/office#attendance"))
    sheet = office.get_by_test_id("attendance")
    expect(sheet).to_contain_text("主楼")
    office.get_by_test_id("site").select_option(label="城北分中心")
    expect(sheet.get_by_role("link", name="卫生健康局")).to_be_visible()
    expect(sheet.get_by_role("link", name="税务局")).to_have_count(0)
    assert axe.findings(office) == []
    office.goto(hall.url("/office#month/@bei/2026-11"))
    expect(office.get_by_test_id("unit").locator(":checked")).to_have_text("城北分中心")
    expect(office.get_by_test_id("sheet").get_by_role("rowheader")).to_have_count(14)


def test_the_kiosk_of_a_branch_sends_people_to_the_right_door(
    browser: Browser,
    browser_context_args: dict[str, Any],
    page: Page,
    hall: HallServer,
    tmp_path: Path,
) -> None:
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, 1440, 900) as office:
        office.goto(hall.url("/office#workbook"))
        office.get_by_test_id("workbook").set_input_files(two_buildings(hall, tmp_path))
        office.get_by_test_id("import").click()
        expect(office.get_by_test_id("imported")).to_contain_text("现在是第", timeout=30_000)
        counts_by_building(office, hall)
    values = {"values": {"kiosk_sites": "1 bei"}}
    hall.clerk(ADMINISTRATOR).post("/office/settings", values)
    page.goto(hall.url("/kiosk/1"))
    expect(page.get_by_test_id("building")).to_have_text("城北分中心")
    open_item(page, *ELSEWHERE)
    words = "该事项在主楼办理，这里不办，请到：人民路1号。"
    expect(page.get_by_test_id("refusal")).to_contain_text(words)
    page.goto(hall.url("/kiosk/1"))
    open_item(page, *HERE)
    page.get_by_test_id("take").click()
    expect(page.get_by_test_id("number")).to_be_visible()
    page.goto(hall.url("/m#/item/scjg-01"))
    expect(page.get_by_test_id("building")).to_have_text("主楼，人民路1号")
