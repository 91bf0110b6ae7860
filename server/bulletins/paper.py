"""Weekly bulletin as PDF (under the hall's letterhead) and as a workbook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from server.bulletins.messages import BulletinView
from server.core.documents import pdf

# The digest identifies the released content; the date is China's, wherever a bulletin is printed.
CHINA = timedelta(hours=8)

Table = dict[str, Any]

TEMPLATE = Path(__file__).with_name("paper.typ")


def tables_of(view: BulletinView) -> dict[str, list[Table]]:
    """Return the tables of each section in the form of the paper's template."""
    result: dict[str, list[Table]] = {}
    for table in view.tables:
        result.setdefault(table.section, []).append(
            {
                "name": f"附表{table.number}　{table.title}",
                "columns": ["auto" if column.number else "wide" for column in table.columns],
                "head": [column.zh for column in table.columns],
                "rows": [row.cells for row in table.rows],
                "note": f"注：{table.note}" if table.note else "",
            }
        )
    return result


def paper(view: BulletinView) -> bytes:
    """Return the bulletin as PDF, A4."""
    tables = tables_of(view)
    return pdf(
        TEMPLATE,
        {
            "hall": view.hall,
            "number": view.numbered,
            "title": view.title,
            "digest": f"内容校验码 {view.digest}" if view.number else "草稿",
            "sections": [
                {
                    "title": section.title,
                    "text": "".join(piece.text for piece in section.pieces),
                    "tables": [t for t in tables.get(section.name, []) if t["rows"]],
                }
                for section in view.sections
            ],
            "amendments": [
                {
                    "title": f"更正第{amendment.n}号",
                    "words": amendment.words,
                    "rows": [[c.name, c.was, c.now] for c in amendment.changes],
                }
                for amendment in view.amendments
                if amendment.released_at is not None
            ],
            "signed": view.hall,
            "dated": _dated(view),
        },
    )


def _dated(view: BulletinView) -> str:
    if view.released_at is None:
        return "（未发布）"
    day = datetime.fromtimestamp(view.released_at / 1000, UTC) + CHINA
    return f"{day.year}年{day.month}月{day.day}日"


def workbook(view: BulletinView) -> bytes:
    """Return the bulletin as .xlsx: one sheet for its words and one for each table."""
    import xlsxwriter  # noqa: PLC0415 - a fifth of a second that a starting hall does not need

    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#F3F3F3"})
    cell = book.add_format({"border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    page = book.add_worksheet("正文")
    page.set_column(0, 0, 100, wrap)
    page.write_string(0, 0, f"{view.hall}通报 {view.numbered}")
    page.write_string(1, 0, view.title)
    line, sheets = 2, tables_of(view)
    for section in view.sections:
        page.write_string(line, 0, section.title)
        page.write_string(line + 1, 0, "".join(piece.text for piece in section.pieces))
        line += 2
        # The sheets of the tables hold their cells alone, for whoever counts with them.
        for table in sheets.get(section.name, ()):
            if table["note"]:
                page.write_string(line, 0, table["note"])
                line += 1
    for amendment in view.amendments:
        if amendment.released_at is not None:
            page.write_string(line, 0, f"更正第{amendment.n}号：{amendment.words}")
            line += 1
    page.write_string(line, 0, f"内容校验码 {view.digest}")
    for tables in sheets.values():
        for table in tables:
            _sheet(book.add_worksheet(table["name"].partition("（")[0][:31]), table, head, cell)
    book.close()
    return stream.getvalue()


def _sheet(page: Any, table: Table, head: Any, cell: Any) -> None:
    for column, text in enumerate(table["head"]):
        page.write_string(0, column, text, head)
    for line, row in enumerate(table["rows"], 1):
        for column, text in enumerate(row):
            if column > 0 and text.isascii() and text.isdigit() and len(text) < 9:
                page.write_number(line, column, int(text), cell)
            else:
                page.write_string(line, column, text, cell)
    page.set_column(0, len(table["head"]), 12)
    page.freeze_panes(1, 0)
