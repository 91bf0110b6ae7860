"""Cells as people and programs fill them: read as displayed, or one problem each."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from server.catalogue.model import Catalogue
from server.catalogue.workbook import Flaw, Problem, read
from server.catalogue.workbook.cells import EXACT, FlawError, converted
from server.catalogue.workbook.columns import Column, Kind
from server.catalogue.workbook.shape import SHEET, SHEETS
from server.core.half_width import half_width

CODE = SHEET["staff"].column("number")
STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "officeDocument/relationships"
    ),
    "http://schemas.openxmlformats.org/drawingml/2006/main": "drawingml/main",
}
Spoil = Callable[[Workbook], None]


def saved(book: bytes, change: Spoil) -> io.BytesIO:
    """Return the workbook after a change in a spreadsheet program."""
    pages = openpyxl.load_workbook(io.BytesIO(book))
    change(pages)
    stream = io.BytesIO()
    pages.save(stream)
    stream.seek(0)
    return stream


def rewritten(book: bytes, change: Callable[[str, str], str]) -> io.BytesIO:
    """Return the workbook with every part's XML passed through `change`."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part).decode()))
    target.seek(0)
    return target


@pytest.mark.parametrize(
    ("value", "form", "seen"),
    [
        (12, "0000", "0012"),
        (12.0, "0000;-0000;0000;@", "0012"),
        (7, '"W"00', "W07"),
        (7, "\\W00", "W07"),
        (7, '00"号"', "07号"),
        (12345, "0000", "12345"),
        (12, "General", "12"),
        (12, "0", "12"),
        (12, "#,##0", "12"),
        (12, "", "12"),
        (0, "000", "000"),
        (EXACT - 1, "General", "9" * 15),
        ("0012", "@", "0012"),
    ],
)
def test_a_code_is_read_as_the_sheet_shows_it(value: object, form: str, seen: str) -> None:
    assert converted(CODE, value, "n", form) == seen


@pytest.mark.parametrize("value", [EXACT, float(EXACT), 110101199001010000, -EXACT])
def test_a_number_that_lost_digits_is_no_code(value: float) -> None:
    with pytest.raises(FlawError) as flaw:
        converted(CODE, value, "n", "0")
    assert flaw.value.code is Flaw.DIGITS_LOST
    with pytest.raises(FlawError) as flaw:
        converted(SHEET["windows"].column("units"), value, "n", "0")
    assert flaw.value.code is Flaw.DIGITS_LOST


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True))
def test_full_width_letters_and_digits_equal_the_plain_ones(code: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    assert half_width(wide) == code
    assert converted(CODE, wide, "s") == code
    name = Column("name", "名称")
    assert converted(name, wide, "s") == wide


@pytest.mark.parametrize(
    ("sheet", "field", "typed", "meant"),
    [
        ("units", "prefix", "Ｃ", "C"),
        ("units", "phone", "０１２－３４５６", "012-3456"),
        ("units", "target_wait", "２０", 20),
        ("windows", "units", "ｔａｘ、ｗａｔｅｒ", ("tax", "water")),
    ],
)
def test_full_width_typing_is_folded_except_in_names(
    sheet: str, field: str, typed: str, meant: object
) -> None:
    assert converted(SHEET[sheet].column(field), typed, "s") == meant


def test_zeros_of_a_format_survive_the_file(book: bytes) -> None:
    def fill(pages: Workbook) -> None:
        page = pages["人员"]
        for row, number in ((2, 71), (3, 72), (4, 73)):
            page.cell(row, 1).value = number
            page.cell(row, 1).number_format = "00000"
        page.cell(2, [c.value for c in page[1]].index("B角工号") + 1).value = "００072"

    result = read(saved(book, fill), "small")
    assert isinstance(result, Catalogue)
    assert [p.number for p in result.staff] == ["00071", "00072", "00073"]
    assert result.staff[0].cover == "00072"


@pytest.mark.parametrize("blank", [" ", "\u3000", "\xa0 ", "\n", ""])
def test_rows_of_blanks_are_skipped(book: bytes, small: Catalogue, blank: str) -> None:
    def fill(pages: Workbook) -> None:
        for sheet in SHEETS:
            page = pages[sheet.title]
            below = page.max_row + 1
            for row in (below, below + 2):
                for column in range(1, 12):
                    page.cell(row, column).value = blank

    result = read(saved(book, fill), "small")
    assert isinstance(result, Catalogue), result
    assert result == small


def test_a_strict_workbook_is_read(book: bytes, small: Catalogue) -> None:
    def strict(_part: str, text: str) -> str:
        for namespace, name in STRICT.items():
            text = text.replace(namespace, f"http://purl.oclc.org/ooxml/{name}")
        return text.replace("<workbook ", '<workbook conformance="strict" ')

    stream = rewritten(book, strict)
    assert "purl.oclc.org" in zipfile.ZipFile(stream).read("xl/workbook.xml").decode()
    stream.seek(0)
    assert read(stream, "small") == small


UNREADABLE = ("formula", "error value", "no number", "no such text")


def _spoilt(kind: str, place: str) -> Callable[[str], str]:
    """Return a function that makes one cell of a sheet's XML unreadable."""
    inner = {
        "formula": "<f>1+1</f><v>2</v>",
        "error value": "<v>#REF!</v>",
        "no number": "<v>so</v>",
        "no such text": "<v>99999</v>",
    }[kind]
    data_type = {"formula": "n", "error value": "e", "no number": "n", "no such text": "s"}[kind]

    def change(text: str) -> str:
        start = text.index(f'<c r="{place}"')
        ends = [text.find(mark, start) for mark in ("</c>", "/>")]
        end = min(e for e in ends if e > 0)
        closing = 4 if text.startswith("</c>", end) else 2
        return f'{text[:start]}<c r="{place}" t="{data_type}">{inner}</c>{text[end + closing :]}'

    return change


@pytest.mark.parametrize("sheet", SHEETS, ids=[sheet.key for sheet in SHEETS])
def test_an_unreadable_cell_is_one_problem_with_its_place(book: bytes, sheet: object) -> None:
    shape = next(candidate for candidate in SHEETS if candidate is sheet)
    pages = openpyxl.load_workbook(io.BytesIO(book))
    part = f"xl/worksheets/sheet{pages.sheetnames.index(shape.title) + 1}.xml"
    page = pages[shape.title]
    attempts = 0
    for number, column in enumerate(shape.columns, 1):
        for row in {2, page.max_row} if column.kind is not Kind.FOR_READING else ():
            if page.cell(row, number).value is None:
                continue
            kind = UNREADABLE[attempts % len(UNREADABLE)]
            attempts += 1
            change = _spoilt(kind, page.cell(row, number).coordinate)
            result = read(rewritten(book, _only(part, change)), "small")
            assert isinstance(result, list), (kind, row, column.heading)
            assert [_place(p) for p in result] == [(shape.title, row, column.heading)], kind
    assert attempts


def _only(part: str, change: Callable[[str], str]) -> Callable[[str, str], str]:
    """Return `change` restricted to one part of the file."""
    return lambda name, text: change(text) if name == part else text


def _place(problem: Problem) -> tuple[str, int, str]:
    return problem.sheet, problem.row, problem.column
