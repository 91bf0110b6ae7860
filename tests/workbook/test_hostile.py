"""Files made to harm: rejected completely, quickly, and without an exception."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.catalogue.model import Catalogue
from server.catalogue.workbook import Flaw, read
from server.catalogue.workbook.opening import MAX_MEGABYTES, MAX_PARTS, MAX_UNPACKED

# openpyxl warns about parts that it skips.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
Change = Callable[[str, bytes], bytes]


def codes(content: bytes) -> list[Flaw]:
    result = read(io.BytesIO(content), "small")
    return [p.code for p in result] if isinstance(result, list) else []


def changed(book: bytes, change: Change) -> bytes:
    """Return the same archive with every part passed through `change`."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
    return target.getvalue()


def test_more_bytes_than_allowed() -> None:
    assert codes(b"P" * (MAX_MEGABYTES * 1024 * 1024 + 1)) == [Flaw.FILE_TOO_LARGE]


def test_a_zip_bomb_is_not_unpacked() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (MAX_UNPACKED + 1))
    assert len(target.getvalue()) < 1024 * 1024
    assert codes(target.getvalue()) == [Flaw.FILE_TOO_LARGE]


def test_too_many_parts() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(MAX_PARTS + 1):
            archive.writestr(f"part{number}", b"")
    assert codes(target.getvalue()) == [Flaw.FILE_TOO_LARGE]


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
    b"<sst><si><t>&c;</t></si></sst>"
)


@pytest.mark.parametrize(
    "part",
    [
        BOMB,
        BOMB.decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-7"?><sst/>',
        b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-16"?><sst/>',
        b"<sst><si><t>",
        b"",
    ],
    ids=["entities", "utf-16", "utf-7", "bom", "broken", "empty"],
)
def test_xml_with_entities_or_other_encodings_is_rejected(book: bytes, part: bytes) -> None:
    spoilt = changed(book, lambda name, old: part if "sharedStrings" in name else old)
    assert codes(spoilt) == [Flaw.NOT_A_WORKBOOK]


@pytest.mark.parametrize("name", ["xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"])
def test_a_part_that_is_something_else(book: bytes, name: str) -> None:
    spoilt = changed(book, lambda part, old: b"<html/>" if part == name else old)
    assert codes(spoilt)


@pytest.mark.parametrize(
    "row", [b'r="99999999999"', b'r="x"', b'r="1e400"', b'r="-5"', b'r="1048576"']
)
def test_rows_with_absurd_numbers_are_problems(book: bytes, row: bytes) -> None:
    def change(name: str, old: bytes) -> bytes:
        return old.replace(b'<row r="2"', b"<row " + row) if name.endswith("sheet5.xml") else old

    assert codes(changed(book, change))


def test_cells_with_dangling_references_are_problems(book: bytes) -> None:
    def change(name: str, old: bytes) -> bytes:
        return old.replace(b't="s"><v>', b't="s"><v>9999') if "sheet4" in name else old

    flaws = codes(changed(book, change))
    assert Flaw.COLUMN_MISSING in flaws  # its headings are such cells too
    assert Flaw.NOT_A_WORKBOOK not in flaws


def test_a_formula_with_a_stored_result_is_still_a_formula(book: bytes) -> None:
    def change(_name: str, old: bytes) -> bytes:
        return old.replace(b"<v>20</v>", b'<f>WEBSERVICE("x")</f><v>20</v>')

    assert Flaw.CELL_FORMULA in codes(changed(book, change))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_bytes_never_raise_an_exception(book: bytes, data: st.DataObject) -> None:
    content = bytearray(book)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    result = read(io.BytesIO(bytes(content)))
    assert isinstance(result, Catalogue | list)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_bytes_inside_the_sheets_never_raise_an_exception(
    book: bytes, data: st.DataObject
) -> None:
    def change(name: str, old: bytes) -> bytes:
        if not name.endswith(("sheet5.xml", "workbook.xml", "styles.xml")):
            return old
        spoilt = bytearray(old)
        spoilt[data.draw(st.integers(0, len(old) - 1))] = data.draw(st.integers(32, 126))
        return bytes(spoilt)

    assert isinstance(read(io.BytesIO(changed(book, change))), Catalogue | list)
