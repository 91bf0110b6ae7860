"""Page of the office that names gaps in guides: by unit, opened, and gone after an import."""

from __future__ import annotations

import io
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

ITEM, UNIT = "scjg-07", "市场监督管理局"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield the reference hall."""
    with HallServer(tmp_path_factory.mktemp("hall")) as running:
        yield running


@pytest.fixture(params=[(1366, 768), (1920, 1080)], ids=["small", "large"])
def office(
    request: pytest.FixtureRequest,
    browser: Browser,
    browser_context_args: dict[str, Any],
    hall: HallServer,
) -> Iterator[Page]:
    """Yield the office of an administrator, on both usual screens."""
    width, height = request.param
    with signed_in(browser, browser_context_args, hall, ADMINISTRATOR, width, height) as page:
        yield page


def workbook(hall: HallServer, folder: Path, **values: str) -> Path:
    """Return the hall's workbook with other values in columns of the item's row."""
    address = hall.url("/api/v1/office/workbook")
    asking = urllib.request.Request(address, headers={"Cookie": hall.clerk(ADMINISTRATOR).cookie})
    with urllib.request.urlopen(asking, timeout=60) as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.read()))
    sheet = book["事项"]
    heads = [str(cell.value).rstrip("*") for cell in next(sheet.iter_rows(max_row=1))]
    (row,) = [cells for cells in sheet.iter_rows() if ITEM in (cell.value for cell in cells)]
    for column, value in values.items():
        row[heads.index(column)].value = value
    file = folder / "hall.xlsx"
    book.save(file)
    return file


def brought_in(page: Page, hall: HallServer, file: Path) -> None:
    """Import a workbook on the page for it."""
    page.goto(hall.url("/office#workbook"))
    page.get_by_test_id("workbook").set_input_files(file)
    page.get_by_test_id("import").click()
    expect(page.get_by_test_id("imported")).to_contain_text("现在是第", timeout=30_000)


def fits(page: Page) -> bool:
    """Return True if nothing is cut off at the side of the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_gap_is_counted_opened_mended_by_an_import_and_gone(
    office: Page, hall: HallServer, tmp_path: Path
) -> None:
    brought_in(office, hall, workbook(hall, tmp_path, 办理条件="", 收费="按有关规定"))
    office.goto(hall.url("/office#disclosure"))
    totals = office.get_by_test_id("disclosure-totals")
    expect(totals).to_contain_text("169 个事项中，168 个齐全，共 3 处待补充")
    unit = office.get_by_test_id("disclosure-units").get_by_role("row").filter(has_text=UNIT)
    expect(unit.get_by_role("cell").last).to_have_text("3")
    assert axe.findings(office) == []
    assert fits(office)
    unit.get_by_role("link").click()
    line = office.get_by_test_id("disclosure-items").get_by_role("row").filter(has_text=ITEM)
    expect(line.get_by_role("listitem")).to_have_count(3)
    expect(line).to_contain_text("办理条件")
    assert axe.findings(office) == []
    assert fits(office)
    mended = workbook(hall, tmp_path, 办理条件="有固定的经营场所。", 收费="不收费")
    brought_in(office, hall, mended)
    office.go_back()
    expect(line).to_contain_text("齐全")
    expect(line.get_by_role("listitem")).to_have_count(0)
    office.get_by_role("link", name="全部单位").click()
    expect(totals).to_contain_text("169 个齐全，共 0 处待补充")
