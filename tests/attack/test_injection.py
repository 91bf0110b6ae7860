"""Text that wants to be something else: formula, script, template, control bytes."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydantic import TypeAdapter, ValidationError

from devices.led.codecs import CODECS
from devices.printers.document import Document, DocumentError
from server.domain.catalogue import Catalogue
from server.hall import take_catalogue
from server.reports.paper import pdf
from server.services.context import SYSTEM
from server.wire.attendance_requests import Reason
from server.wire.base import Note
from server.wire.bulletin import Words as BulletinWords
from server.wire.checks import Words
from server.workbook import export
from support.halls import STAFF, catalogue
from support.web import Web

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
EVIL = (
    '=HYPERLINK("http://192.0.2.1","好")',
    "+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1)",
    "external:c:\\x.xlsx",
    "http://192.0.2.1/x",
    '"><img src=x onerror=alert(1)>',
    '#read("/etc/passwd")',
)


def spoilt() -> Catalogue:
    """The small hall, every name of which wants to be something else."""
    plain = catalogue()
    staff = tuple(replace(s, name=EVIL[n % len(EVIL)]) for n, s in enumerate(plain.staff))
    items = tuple(replace(i, name=EVIL[n % len(EVIL)]) for n, i in enumerate(plain.items))
    units = tuple(replace(u, name=EVIL[n % len(EVIL)]) for n, u in enumerate(plain.units))
    return replace(plain, staff=staff, items=items, units=units, hall_name=EVIL[0])


def strings_only(content: bytes) -> set[str]:
    """Every text of a workbook; fails on a formula or a link."""
    texts = set()
    for page in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{page.title} {cell.coordinate}: {cell.value}"
                assert cell.hyperlink is None, f"{page.title} {cell.coordinate}"
                texts.add(str(cell.value))
    return texts


def test_the_halls_workbook_holds_no_formula_and_no_link() -> None:
    stream = io.BytesIO()
    export(spoilt(), stream)
    assert set(EVIL) <= strings_only(stream.getvalue())


@pytest.mark.parametrize("unit", ["all", "tax"])
def test_a_month_sheet_holds_no_formula_and_no_link(web: Web, unit: str) -> None:
    take_catalogue(web.small.ctx, SYSTEM, spoilt(), "test")
    path = f"/office/attendance/months/{unit}/2026-03/sheet.xlsx"
    answer = web.manager().get(path)
    assert answer.status_code == 200
    assert EVIL[0] in strings_only(answer.data)


def test_the_paper_of_a_month_shows_names_as_they_are(web: Web) -> None:
    take_catalogue(web.small.ctx, SYSTEM, spoilt(), "test")
    answer = web.manager().get("/office/attendance/months/tax/2026-03/sheet.pdf")
    assert answer.data.startswith(b"%PDF")


def test_a_template_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    asked = tmp_path / "evil.typ"
    asked.write_text('#read("/etc/passwd")')
    with pytest.raises(Exception, match=r"(?i)root|found|access|denied"):
        pdf(str(asked), {})


@pytest.mark.parametrize("char", ["\x1b", "\x10", "\x1d", "\n", "\0", "\x7f", "\x85"])
def test_no_control_byte_comes_onto_paper_by_a_text(char: str) -> None:
    line = {"type": "text", "text": f"A{char}@", "width": 1, "height": 1}
    with pytest.raises(DocumentError):
        Document.from_json({"lines": [line], "copy": False})


@pytest.mark.parametrize("name", sorted(CODECS))
def test_no_control_byte_comes_onto_a_strip_by_a_text(name: str) -> None:
    evil, plain = CODECS[name](1, "A\r\x00\x1b\xffB", "red"), CODECS[name](1, "A？B", "red")
    assert evil == plain


def test_script_in_a_reason_comes_back_as_text_of_json(web: Web) -> None:
    clerk = web.clerk("T1")
    answer = clerk.post(
        "/requests/leaves",
        {
            "staff": STAFF["T1"],
            "kind": "personal",
            "begins": "2026-03-04T08:30",
            "ends": "2026-03-04T17:30",
            "reason": "<script>alert(1)</script>",
        },
    )
    assert answer.status_code == 200, answer.get_json()
    shown = clerk.get("/my/requests")
    assert shown.mimetype == "application/json"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>" in shown.get_data(as_text=True)


def test_no_page_of_ours_puts_html_into_a_page() -> None:
    """Vue escapes what it shows; the doors that do not are not used."""
    root = Path(__file__).resolve().parents[2]
    doors = ("v-html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
    found = [
        f"{path.relative_to(root)}: {door}"
        for folder in ("kiosk", "counters", "display", "server")
        for path in (root / folder).rglob("*")
        if path.suffix in (".vue", ".ts", ".html") and "dist" not in path.parts
        for door in doors
        if door in path.read_text()
    ]
    assert found == []


@pytest.mark.parametrize("words", [Note, Words, Reason, BulletinWords])
def test_no_words_of_a_command_hold_control_characters(words: Any) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(words)
    assert adapter.validate_python("第一行\n第二行") == "第一行\n第二行"
    for char in "\0\x1b\x07\x1f":
        with pytest.raises(ValidationError):
            adapter.validate_python(f"a{char}b")
