"""Workbooks exported under the former titles, headings and words can still be read."""

from __future__ import annotations

import io
from functools import cache

import openpyxl
import pytest

from server.catalogue.reference import load
from server.catalogue.workbook import export, formerly, read
from server.catalogue.workbook.shape import SHEET, SHEETS

REFERENCE = load()


@cache
def exported() -> bytes:
    """Return the reference hall's workbook."""
    stream = io.BytesIO()
    export(REFERENCE, stream)
    return stream.getvalue()


def as_it_was(*, headings: bool = True, titles: bool = True, words: bool = True) -> io.BytesIO:
    """Return the reference hall's workbook with the former names."""
    book = openpyxl.load_workbook(io.BytesIO(exported()))
    for sheet in SHEETS:
        page = book[sheet.title]
        old = {field: heading for heading, field in formerly.HEADINGS.get(sheet.key, {}).items()}
        for place, column in enumerate(sheet.columns, 1):
            assert page.cell(1, place).value == column.heading
            if headings and column.field in old:
                page.cell(1, place).value = old[column.field]
            former = {new: was for was, new in formerly.CHOICES.get(column.field, {}).items()}
            for row in range(2, page.max_row + 1 if words and former else 2):
                cell = page.cell(row, place)
                cell.value = former.get(str(cell.value), cell.value)
        if titles and sheet.title in formerly.TITLES:
            page.title = formerly.TITLES[sheet.title]
    changed = io.BytesIO()
    book.save(changed)
    changed.seek(0)
    return changed


@pytest.mark.parametrize(
    "only",
    [
        {},
        {"headings": False},
        {"titles": False},
        {"words": False},
    ],
    ids=["all of it", "no headings", "no titles", "no words"],
)
def test_an_old_export_is_read(only: dict[str, bool]) -> None:
    assert read(as_it_was(**only), REFERENCE.hall) == REFERENCE


def test_former_names_map_to_current_names_and_equal_none() -> None:
    assert formerly.TITLES.keys() <= {sheet.title for sheet in SHEETS}
    for key, headings in formerly.HEADINGS.items():
        now = {column.field: column.heading for column in SHEET[key].columns}
        assert set(headings.values()) <= now.keys()
        assert not headings.keys() & set(now.values())
    columns = {column.field: column for sheet in SHEETS for column in sheet.columns}
    for field, choices in formerly.CHOICES.items():
        words = {word for word, _ in columns[field].choices}
        assert set(choices.values()) <= words
        assert not choices.keys() & words
    withdrawn = {unit.presence.value for unit in REFERENCE.units}
    assert len(withdrawn) > 1, "the reference hall has a unit that left, or nothing is tried"


def test_headings_of_time_limits_name_them_as_limits() -> None:
    """Name time limits as limits.

    法定工作日 are the days on which the state has people work, which is something else.
    """
    headings = [column.heading for sheet in SHEETS for column in sheet.columns]
    assert "法定时限" in headings
    assert "法定时限单位" in headings
    assert "承诺时限（工作日）" in headings
    assert not [heading for heading in headings if heading.endswith("工作日")]
