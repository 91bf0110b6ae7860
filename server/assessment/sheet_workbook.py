"""Score sheet as a workbook: 评分表 (the whole), 考核项 (parts), 评分细则 (lines), 单位系数.

Every value is written as text; a measure is written as 名称 [code]. Reading is strict: with one
wrong cell nothing is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import Any, BinaryIO

import xlsxwriter
from openpyxl.workbook import Workbook
from pydantic import ValidationError
from xlsxwriter.format import Format

from server.assessment.errors import AssessmentCode
from server.assessment.forms import form_of
from server.assessment.sheet_messages import (
    ScoreSheetForm,
)
from server.assessment.sheets import LinePeriod, Longer, Sheet
from server.catalogue.workbook.cells import unescaped
from server.catalogue.workbook.opening import (
    READ_ERRORS,
    NotAWorkbookError,
    TooLargeError,
    open_workbook,
)
from server.core.errors import HallError
from server.core.field_words import field_words
from server.core.half_width import half_width
from server.core.measured import Subject
from server.hall.measure_request import measures

WHOLE, PARTS, LINES, FACTORS = "评分表", "考核项", "评分细则", "单位系数"
NO_BOUND = "不限"
SUBJECTS = {Subject.PERSON: "人员", Subject.WINDOW: "窗口", Subject.UNIT: "单位"}
PERIODS = {LinePeriod.MONTH: "月度得分", LinePeriod.YEAR: "年度得分"}
LONGER = {Longer.MEAN: "各月平均", Longer.SUM: "各月合计"}
MOST_ROWS, MOST_COLUMNS = 300, 20
Columns = Sequence[tuple[str, str]]
WHOLE_FIELDS: Columns = (
    ("subject", "考核对象"),
    ("name", "名称"),
    ("since", "起始月份"),
    ("source", "依据"),
    ("bonus", "加分上限"),
    ("floor", "总分下限"),
    ("cap", "总分上限"),
    ("people_share", "人员平均所占比重"),
    ("windows_share", "窗口平均所占比重"),
    ("longer", "季度、年度得分"),
)
PART_COLUMNS: Columns = (
    ("code", "编码"),
    ("name", "考核项"),
    ("points", "分值"),
    ("floor", "最低分"),
    ("cap", "加分上限"),
)
LINE_COLUMNS: Columns = (
    ("code", "编码"),
    ("section", "考核项编码"),
    ("name", "细则"),
    ("measure", "计量"),
    ("points", "分值（扣分为负）"),
    ("per", "每几次"),
    ("free", "免计数量"),
    ("repeat_from", "第几次起加倍"),
    ("repeat_factor", "倍数"),
    ("chief_share", "首席代表分担比例"),
    ("period", "计入"),
)
LATER_COLUMNS = frozenset({"period"})
"""Columns that workbooks of an earlier version lack."""
FACTOR_COLUMNS: Columns = (("unit", "单位编码"), ("factor", "系数"))
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(sheet: Sheet, since: str, stream: BinaryIO) -> None:
    """Write a sheet to `stream` as .xlsx."""
    form = form_of(sheet, since)
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    head = book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF"})
    page = book.add_worksheet(WHOLE)
    page.set_column(0, 1, 30)
    for row, (field, heading) in enumerate(WHOLE_FIELDS):
        page.write_string(row, 0, heading, head)
        page.write_string(row, 1, _text(field, getattr(form, field)))
    _table(book, PARTS, PART_COLUMNS, form.sections, head)
    _table(book, LINES, LINE_COLUMNS, form.lines, head)
    _table(book, FACTORS, FACTOR_COLUMNS, form.coefficients, head)
    book.close()


def _table(
    book: xlsxwriter.Workbook, title: str, columns: Columns, rows: Iterable[object], head: Format
) -> None:
    page = book.add_worksheet(title)
    page.freeze_panes(1, 1)
    page.set_column(0, len(columns) - 1, 18)
    for place, (_, heading) in enumerate(columns):
        page.write_string(0, place, heading, head)
    for number, row in enumerate(rows, 1):
        for place, (field, _) in enumerate(columns):
            page.write_string(number, place, _text(field, getattr(row, field)))


def _text(field: str, value: object) -> str:
    """Return the text of a cell."""
    if value is None:
        return NO_BOUND
    if field == "subject":
        return SUBJECTS[Subject(str(value))]
    if field == "period":
        return PERIODS[LinePeriod(str(value))]
    if field == "longer":
        return LONGER[Longer(str(value))]
    if field == "measure":
        measure = measures().get(str(value))
        return f"{measure.name} [{value}]" if measure else str(value)
    return str(value)


def read(content: bytes) -> ScoreSheetForm:
    """Return the form of a workbook; raises SHEET_WRONG."""
    try:
        whole = _values(open_workbook(BytesIO(content)))
    except (TooLargeError, NotAWorkbookError, *READ_ERRORS):
        raise _wrong("无法识别这个文件", "the file is not a workbook") from None
    try:
        return ScoreSheetForm.model_validate(whole)
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        zh, en = field_words(".".join(map(str, place)))
        row = next((part for part in place if isinstance(part, int)), None)
        line = ("", "") if row is None else (f"第{row + 2}行", f"row {row + 2}, ")
        raise _wrong(f"{line[0]}“{zh}”填写有误", f"{line[1]}{en} is wrong") from None


def _values(book: Workbook) -> dict[str, Any]:
    """Return the values of a workbook as a form has them; empty cells are left out."""
    texts = {row[0]: row[1] for row in _rows(book, WHOLE)}
    values = {field: _value(field, texts.get(heading, "")) for field, heading in WHOLE_FIELDS}
    return {field: value for field, value in values.items() if value != ""} | {
        "sections": _records(book, PARTS, PART_COLUMNS),
        "lines": _records(book, LINES, LINE_COLUMNS),
        "coefficients": _records(book, FACTORS, FACTOR_COLUMNS),
    }


def _rows(book: Workbook, title: str) -> list[list[str]]:
    """Return the rows of a page as texts; raises SHEET_WRONG without it."""
    if title not in book.sheetnames:
        raise _wrong(f"缺少工作表“{title}”", f"the page {title} is missing")
    rows: list[list[str]] = []
    for row in book[title].iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS):
        if any(cell.data_type == "f" for cell in row):
            raise _wrong(f"“{title}”中有公式", f"{title} has a formula")
        texts = [_cell(cell.value) for cell in row]
        rows.append(texts + [""] * (MOST_COLUMNS - len(texts)))
    return [row for row in rows if any(row)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unescaped(str(value)).strip()


def _records(book: Workbook, title: str, columns: Columns) -> list[dict[str, Any]]:
    rows = _rows(book, title)
    headings = rows[0] if rows else [""]
    columns = [c for c in columns if c[0] not in LATER_COLUMNS or c[1] in headings]
    missing = [heading for _, heading in columns if heading not in headings]
    if missing:
        raise _wrong(f"“{title}”缺少栏目“{missing[0]}”", f"{title} has no column {missing[0]}")
    places = {field: headings.index(heading) for field, heading in columns}
    return [
        {
            field: value
            for field, place in places.items()
            if (value := _value(field, row[place])) != ""
        }
        for row in rows[1:]
    ]


def _value(field: str, text: str) -> object:
    """Return the value of a cell."""
    reader = _READERS.get(field)
    if reader is not None:
        return reader(text)
    return None if text == NO_BOUND else half_width(text) if field != "name" else text


def _worded(words: dict[Any, str]) -> Callable[[str], str]:
    return lambda text: next((code.value for code, zh in words.items() if zh == text), text)


def _measure(text: str) -> str:
    """Return the code in brackets, or the measure that is called so."""
    if text.endswith("]") and "[" in text:
        return text[text.rindex("[") + 1 : -1].strip()
    return next((m.code for m in measures().values() if m.name == text), text)


_READERS: dict[str, Callable[[str], Any]] = {
    "subject": _worded(SUBJECTS),
    "longer": _worded(LONGER),
    "period": _worded(PERIODS),
    "measure": _measure,
    "source": lambda text: text,
    "repeat_from": lambda text: int(text) if text.isascii() and text.isdecimal() else text,
}


def _wrong(zh: str, en: str) -> HallError:
    return HallError(AssessmentCode.SHEET_WRONG, problem_zh=zh, problem_en=en)
