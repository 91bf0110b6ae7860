"""Figures of a bulletin: page, PDF, workbook and API show the same, cell by cell."""

from __future__ import annotations

import io
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from support.demo_history import shared_history
from support.hall_server import MANAGER, PATIENCE, HallServer
from support.staff_pages import signed_in

Json = dict[str, Any]
QUIET = {
    *("late", "early", "missing", "leave", "away", "absent", "minutes", "missed", "expired"),
    *("refused", "handed_on", "proven", "overdue", "twice_confirmed", "twice_open"),
}
"""Columns whose zeros the page leaves out, as it says."""


@pytest.fixture(scope="module")
def hall(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallServer]:
    """Yield the reference hall with its demo history and the bulletins of it."""
    folder = tmp_path_factory.mktemp("figures")
    shared_history(run_folder, folder / "data").ctx.store.close()
    with HallServer(folder) as running:
        yield running


@pytest.fixture(scope="module")
def bulletin(hall: HallServer) -> Json:
    """Return the newest released bulletin from the API."""
    office = hall.clerk(MANAGER)
    listed = office.get("/bulletins")["bulletins"]
    newest = next(row["id"] for row in listed if row["state"] == "released")
    return office.get(f"/bulletins/{newest}")


def _file(hall: HallServer, bulletin: Json, name: str) -> io.BytesIO:
    office = hall.clerk(MANAGER)
    address = hall.url(f"/api/v1/office/bulletins/{bulletin['id']}/{name}")
    request = urllib.request.Request(address, headers={"Cookie": office.cookie})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return io.BytesIO(answer.read())


def test_the_page_shows_the_apis_cells(
    browser: Browser, browser_context_args: Json, hall: HallServer, bulletin: Json
) -> None:
    assert {table["key"] for table in bulletin["tables"]} >= {
        "units",
        "cases",
        "checks",
        "service_units",
        "service_windows",
        "notice_units",
        "complaint_units",
    }
    with signed_in(browser, browser_context_args, hall, MANAGER, 1440, 1000) as page:
        page.goto(hall.url(f"/office#bulletins/{bulletin['id']}"))
        expect(page.get_by_test_id("bulletin")).to_be_visible()
        for table in bulletin["tables"]:
            table_element = page.get_by_test_id(f"table-{table['key']}")
            if not table["rows"]:
                expect(table_element).to_have_count(0)
                continue
            heads = table_element.locator("thead th").all_inner_texts()
            assert heads == [column["zh"] for column in table["columns"]]
            rows = [
                [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
                for row in table_element.locator("tbody tr").all()
            ]
            assert rows == [_on_page(table, row["cells"]) for row in table["rows"]]
            if table["note"]:
                expect(page.get_by_test_id("bulletin")).to_contain_text(table["note"])


def _on_page(table: Json, cells: list[str]) -> list[str]:
    quiet = [column["key"] in QUIET for column in table["columns"]]
    return ["" if cell == "0" and q else cell for q, cell in zip(quiet, cells, strict=True)]


def test_the_workbook_holds_the_apis_cells(hall: HallServer, bulletin: Json) -> None:
    book = openpyxl.load_workbook(_file(hall, bulletin, "bulletin.xlsx"), read_only=True)
    tables = [table for table in bulletin["tables"] if table["rows"] or table["key"] in book]
    sheets = [name for name in book.sheetnames if name != "正文"]
    assert len(sheets) == len(bulletin["tables"])
    for name, table in zip(sheets, bulletin["tables"], strict=True):
        rows = [["" if v is None else str(v) for v in row] for row in book[name].values]
        assert rows[0] == [column["zh"] for column in table["columns"]]
        assert rows[1:] == [row["cells"] for row in table["rows"]]
    assert tables
    words = "\n".join(str(row[0]) for row in book["正文"].values)
    for section in bulletin["sections"]:
        assert _said(section) in words
    for note in (table["note"] for table in bulletin["tables"]):
        assert note in words


def _said(section: Json) -> str:
    return "".join(piece["text"] for piece in section["pieces"])


def test_the_pdf_has_the_apis_cells_and_sentences(hall: HallServer, bulletin: Json) -> None:
    reader = PdfReader(_file(hall, bulletin, "bulletin.pdf"))
    text = _bare("".join(page.extract_text() for page in reader.pages))
    assert _bare(bulletin["title"]) in text
    assert _bare(bulletin["numbered"]) in text
    for section in bulletin["sections"]:
        assert _bare(_said(section)) in text, section["name"]
    for table in bulletin["tables"]:
        assert _bare(table["note"]) in text
        for row in table["rows"]:
            wanted = _bare("".join(row["cells"]))
            assert wanted in text, wanted


def _bare(text: str) -> str:
    """Remove spaces, which a PDF places freely, and page footers."""
    return re.sub(r"内容校验码[0-9a-f]{64}—\d+—", "", re.sub(r"\s", "", text))


def test_sentences_and_tables_count_the_same(bulletin: Json) -> None:
    facts = {fact["name"]: fact["value"] for fact in bulletin["facts"]}
    tables = {table["key"]: table for table in bulletin["tables"]}

    def column(table: str, key: str) -> list[str]:
        place = [c["key"] for c in tables[table]["columns"]].index(key)
        return [row["cells"][place] for row in tables[table]["rows"]]

    for name, key in (
        ("due", "due"),
        ("on_time", "on_time"),
        ("late", "late"),
        ("early", "early"),
        ("missing", "missing"),
        ("leave", "leave"),
        ("away", "away"),
        ("absent_halves", "absent"),
        ("people", "people"),
    ):
        assert int(facts[name]) == sum(map(int, column("units", key))), name
    for name, key in (
        ("issued", "issued"),
        ("served", "served"),
        ("no_show", "missed"),
        ("expired", "expired"),
    ):
        assert int(facts[name]) == sum(map(int, column("service_units", key))), name
    for name, key in (
        ("hand_ins", "hand_ins"),
        ("notices", "notices"),
        ("handed_in_again", "again"),
        ("told_twice_confirmed", "twice_confirmed"),
        ("told_twice_open", "twice_open"),
    ):
        assert int(facts[name]) == sum(map(int, column("notice_units", key))), name
    for key in ("received", "refused", "answered", "in_time", "proven", "open", "overdue"):
        total = sum(map(int, column("complaint_units", key)))
        assert int(facts[f"complaints_{key}"]) == total, key
    staffed = [row for row in tables["units"]["rows"] if row["key"]]
    assert int(facts["units_staffed"]) == len(staffed)
    assert int(facts["units"]) == len(tables["service_units"]["rows"])
    keys = [row["key"] for row in tables["units"]["rows"]]
    rates = dict(zip(keys, column("units", "rate"), strict=True))
    for unit in bulletin["units"]:
        if unit["due"]:
            exact = (unit["on_time"] * 1000 * 2 + unit["due"]) // (2 * unit["due"])
            assert rates[unit["unit"]] == f"{exact // 10}.{exact % 10}%"
