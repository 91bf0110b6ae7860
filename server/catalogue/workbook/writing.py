"""Export of a catalogue as one .xlsx workbook that the hall's office can fill in.

One sheet per kind with Chinese headings and drop-down lists, and a first sheet with
instructions. Every text is written as text: a leading = + - @ never makes a formula. Equal
input gives equal bytes. It checks nothing: an invalid catalogue can be written, corrected and
read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from server.catalogue.model import Catalogue
from server.catalogue.workbook.columns import WEEKDAYS, Column, Kind
from server.catalogue.workbook.rows import FIRST_ROW, rows_of
from server.catalogue.workbook.shape import MAX_ROWS, SHEET, SHEETS, Sheet
from server.catalogue.workbook.values import EARLIEST

GUIDE = "说明"
_CREATED = datetime(2026, 1, 1, tzinfo=UTC)
"""Fixed creation date, so that equal input gives equal bytes."""
_FORMATS = {
    Kind.WHOLE: "0",
    Kind.DECIMAL: "0.0",
    Kind.MONEY: "0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.TIME: "hh:mm",
}
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def export(catalogue: Catalogue, stream: BinaryIO) -> None:
    """Write the whole of `catalogue` to `stream` as .xlsx."""
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    book.set_properties({"title": catalogue.hall_name, "created": _CREATED})
    head = book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF"})
    optional = book.add_format({"bold": True, "bg_color": "#D6E0EA"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    formats = {
        kind: book.add_format({"num_format": _FORMATS.get(kind, "@"), "valign": "top"})
        for kind in Kind
    }
    _write_guide(book.add_worksheet(GUIDE), catalogue, head, plain)
    rows = rows_of(catalogue)
    for sheet in SHEETS:
        page = book.add_worksheet(sheet.title)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(1, len(rows[sheet.key])), len(sheet.columns) - 1)
        for place, column in enumerate(sheet.columns):
            form = formats[column.kind]
            page.set_column(place, place, column.width, form)
            page.write_string(0, place, column.heading, head if column.required else optional)
            _validate(page, place, column)
            for row in rows[sheet.key]:
                value = row.values[column.field]
                _write(page, (row.number - 1, place), value, column, form)
    book.close()


def _write(
    page: Worksheet, cell: tuple[int, int], value: object, column: Column, form: Format
) -> None:
    line, place = cell
    text = cell_text(column, value)
    if text:
        page.write_string(line, place, text, form)
    elif isinstance(value, date | time):
        page.write_datetime(line, place, value, form)
    elif isinstance(value, int | float) and column.kind in (Kind.WHOLE, Kind.DECIMAL):
        page.write_number(line, place, value, form)
    elif isinstance(value, int) and column.kind is Kind.MONEY:
        page.write_number(line, place, value / 100, form)


def cell_text(column: Column, value: object) -> str:
    """Return the text of a cell; empty for numbers, dates and missing values."""
    if column.kind is Kind.YES_NO:
        return "是" if value else "否"
    if column.kind is Kind.CHOICE:
        return next((word for word, choice in column.choices if choice == value), "")
    if isinstance(value, frozenset):
        return "".join(c for n, c in enumerate(WEEKDAYS, 1) if n in value)
    if isinstance(value, tuple):
        return "、".join(value)
    return value if isinstance(value, str) else ""


def _validate(page: Worksheet, place: int, column: Column) -> None:
    rule = _rule(column)
    note = column.note or ("必填" if column.required else "可空")
    rule |= {
        "ignore_blank": True,
        "input_title": column.heading[:32],
        "input_message": note[:255],
        "error_title": "请检查",
        "error_message": f"“{column.heading}”：{note}"[:255],
    }
    page.data_validation(FIRST_ROW - 1, place, MAX_ROWS, place, rule)


def _rule(column: Column) -> dict[str, object]:
    if column.kind is Kind.YES_NO:
        return {"validate": "list", "source": ["是", "否"]}
    if column.kind is Kind.CHOICE:
        return {"validate": "list", "source": [word for word, _ in column.choices]}
    if column.kind is Kind.CODE and column.refers:
        return {"validate": "list", "source": _codes_of(SHEET[column.refers])}
    if column.kind in (Kind.WHOLE, Kind.DECIMAL):
        kind = "integer" if column.kind is Kind.WHOLE else "decimal"
        bounds = {"minimum": column.low, "maximum": column.high}
        return {"validate": kind, "criteria": "between", **bounds}
    if column.kind is Kind.MONEY:
        yuan = {"minimum": column.low / 100, "maximum": column.high / 100}
        return {"validate": "decimal", "criteria": "between", **yuan}
    if column.kind is Kind.DATE:
        return {"validate": "date", "criteria": ">=", "value": EARLIEST}
    if column.kind is Kind.TIME:
        span = {"minimum": time(0, 0), "maximum": time(23, 59)}
        return {"validate": "time", "criteria": "between", **span}
    return {"validate": "any"}


def _codes_of(sheet: Sheet) -> str:
    """Return a formula for the filled part of the first column of `sheet`."""
    first = xl_col_to_name(0, col_abs=True)
    name = f"'{sheet.title}'!{first}"
    count = f"COUNTA({name}${FIRST_ROW}:{first}${MAX_ROWS + 1})"
    return f"=OFFSET({name}${FIRST_ROW},0,0,MAX(1,{count}),1)"


def _write_guide(page: Worksheet, catalogue: Catalogue, head: Format, plain: Format) -> None:
    for place, width in enumerate((14, 18, 8, 70)):
        page.set_column(place, place, width)
    line = 0
    for text in (f"{catalogue.hall_name}业务数据工作簿", *_ADVICE):
        page.merge_range(line, 0, line, 3, "")
        page.write_string(line, 0, text, plain if line else head)
        line += 1
    for place, heading in enumerate(("工作表", "列", "必填", "怎么填")):
        page.write_string(line, place, heading, head)
    for texts in _guide_lines():
        line += 1
        for place, text in enumerate(texts):
            page.write_string(line, place, text, plain)


_ADVICE = (
    "请在各表第2行起填写，不要改动表名和第1行的表头；空行会跳过，多出来的工作表不会读取。",
    "深色表头的列必填，浅色表头的列可以空着。带下拉箭头的单元格请从列表中选。",
    "先填“办公地点”“区域”“单位”“主题”，再填“事项”“窗口”，最后填“委托书”“人员”“开放时间”。",
    "不能使用公式。导入时会把所有问题一次列出；全部改好之前，系统里的数据不会有任何变化。",
)


def _guide_lines() -> Iterator[tuple[str, str, str, str]]:
    for sheet in SHEETS:
        yield sheet.title, "", "", sheet.note
        for column in sheet.columns:
            yield "", column.heading, "是" if column.required else "", _how(column)


def _how(column: Column) -> str:
    parts = [column.note]
    if column.refers and column.kind is not Kind.FOR_READING:
        parts.append(f"填“{SHEET[column.refers].title}”表中的编码")
    if column.choices:
        parts.append("、".join(word for word, _ in column.choices))
    if column.kind is Kind.YES_NO:
        parts.append("是、否")
    return "；".join(part for part in parts if part)
