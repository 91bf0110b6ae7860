"""Report as PDF, A4 landscape, and as a workbook: the cells of the page, nothing added."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from server.core.documents import pdf
from server.core.weeks import week_of
from server.reports.columns import HEADS
from server.reports.messages import ColumnKind, ReportTable, ReportView
from server.reports.periods import PeriodKind

TEMPLATE = Path(__file__).with_name("paper.typ")
KIND_WORDS = {PeriodKind.DAY: "日报", PeriodKind.WEEK: "周报", PeriodKind.MONTH: "月报"}
NUMBERS = {
    ColumnKind.COUNT: "count",
    ColumnKind.MINUTES: "tenths",
    ColumnKind.DAYS: "tenths",
    ColumnKind.MONEY: "money",
}
"""Kinds that are numbers in the workbook, with the format of their cells."""
SHEET_NAMES = {
    "service": "服务情况",
    "ratings": "群众评价",
    "cases": "办件",
    "fees": "收费",
    "issuing": "出件",
    "joint": "联审",
    "complaints": "投诉建议",
    "days": "逐日",
}
WIDE, NARROW = 24, 12


def title_of(view: ReportView) -> str:
    """Return the heading: whose report, of what period."""
    return f"{view.hall}{view.unit_name}{KIND_WORDS[view.kind]}"


def facts_of(view: ReportView, made: datetime) -> list[str]:
    """Return the lines below the heading: period, grouping, comparison, time of making."""
    first, last = date.fromisoformat(view.first), date.fromisoformat(view.last)
    span = _day(first) if first == last else f"{_day(first)}至{_day(last)}"
    if view.kind is PeriodKind.WEEK:
        week = week_of(first)
        span = f"{week.year}年第{week.number}周（{span}）"
    running = "，尚未结束" if view.running else ""
    earlier = [date.fromisoformat(day) for day in (view.earlier_first, view.earlier_last)]
    before = _day(earlier[0]) if earlier[0] == earlier[1] else "至".join(map(_day, earlier))
    return [
        f"期间：{span}{running}",
        f"按{HEADS[view.by][0]}统计　上期：{before}",
        f"制表时间：{made:%Y-%m-%d %H:%M}",
    ]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def paper(view: ReportView, made: datetime) -> bytes:
    """Return the report as PDF."""
    return pdf(
        TEMPLATE,
        {
            "title": title_of(view),
            "facts": facts_of(view, made),
            "tables": [
                {
                    "title": table.title,
                    "columns": [column.kind.value for column in table.columns],
                    "head": [column.zh for column in table.columns],
                    "rows": [row.cells for row in table.rows],
                    "total": table.total.cells,
                    "notes": table.notes,
                }
                for table in view.tables
            ],
        },
    )


def workbook(view: ReportView, made: datetime) -> bytes:
    """Return the report as .xlsx: a sheet for its words, and one for each table."""
    import xlsxwriter  # noqa: PLC0415 - a fifth of a second that a starting hall does not need

    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    styles = {
        "head": book.add_format(
            {"bold": True, "border": 1, "bg_color": "#F3F3F3", "text_wrap": True}
        ),
        "cell": book.add_format({"border": 1}),
        "total": book.add_format({"bold": True, "border": 1}),
    }
    for name, text in (("count", "0"), ("tenths", "0.0"), ("money", "#,##0.00")):
        styles[name] = book.add_format({"border": 1, "num_format": text})
        styles[f"total {name}"] = book.add_format({"bold": True, "border": 1, "num_format": text})
    page = book.add_worksheet("说明")
    page.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    notes = [line for t in view.tables for line in ("", t.title, *t.notes) if t.notes]
    for line, text in enumerate((title_of(view), *facts_of(view, made), *notes)):
        page.write_string(line, 0, text)
    for table in view.tables:
        _sheet(book.add_worksheet(SHEET_NAMES[table.key]), table, styles)
    book.close()
    return stream.getvalue()


def _sheet(page: Any, table: ReportTable, styles: dict[str, Any]) -> None:
    for place, column in enumerate(table.columns):
        page.write_string(0, place, column.zh, styles["head"])
        wide = column.kind in (ColumnKind.WORDS, ColumnKind.RATE, ColumnKind.CHANGE)
        page.set_column(place, place, WIDE if wide else NARROW)
    for line, row in enumerate((*table.rows, table.total), 1):
        total = "total " if line > len(table.rows) else ""
        cells = zip(table.columns, row.cells, row.values, strict=True)
        for place, (column, text, value) in enumerate(cells):
            number = NUMBERS.get(column.kind)
            if value is not None and number is not None:
                page.write_number(line, place, value, styles[total + number])
            else:
                page.write_string(line, place, text, styles["total" if total else "cell"])
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
