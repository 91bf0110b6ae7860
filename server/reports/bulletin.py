"""The weekly bulletin on paper (PDF, under the hall's letterhead) and as a workbook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from server.reports.paper import pdf
from server.wire.bulletin import BulletinView

# The digest says what was released; the hall's clock is China's wherever a bulletin is printed.
CHINA = timedelta(hours=8)

Table = dict[str, Any]


def tables_of(shown: BulletinView) -> dict[str, list[Table]]:
    """Return the tables below each section, as the paper's template takes them."""
    found: dict[str, list[Table]] = {}
    for table in shown.tables:
        found.setdefault(table.section, []).append(
            {
                "name": f"附表{table.number}　{table.title}",
                "columns": ["auto" if column.number else "wide" for column in table.columns],
                "head": [column.zh for column in table.columns],
                "rows": [row.cells for row in table.rows],
            }
        )
    return found


def paper(shown: BulletinView) -> bytes:
    """The bulletin as PDF, A4."""
    tables = tables_of(shown)
    return pdf(
        "bulletin.typ",
        {
            "hall": shown.hall,
            "number": shown.numbered,
            "title": shown.title,
            "digest": f"内容校验码 {shown.digest}" if shown.number else "草稿",
            "sections": [
                {
                    "title": section.title,
                    "text": "".join(piece.text for piece in section.pieces),
                    "tables": [t for t in tables.get(section.name, []) if t["rows"]],
                }
                for section in shown.sections
            ],
            "amendments": [
                {
                    "title": f"更正第{one.n}号",
                    "words": one.words,
                    "rows": [[c.name, c.was, c.now] for c in one.changes],
                }
                for one in shown.amendments
                if one.released_at is not None
            ],
            "signed": shown.hall,
            "dated": _dated(shown),
        },
    )


def _dated(shown: BulletinView) -> str:
    if shown.released_at is None:
        return "（未发布）"
    day = datetime.fromtimestamp(shown.released_at / 1000, UTC) + CHINA
    return f"{day.year}年{day.month}月{day.day}日"


def workbook(shown: BulletinView) -> bytes:
    """The bulletin's words and tables as .xlsx, a sheet each."""
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
    page.write_string(0, 0, f"{shown.hall}通报 {shown.numbered}")
    page.write_string(1, 0, shown.title)
    line = 2
    for section in shown.sections:
        page.write_string(line, 0, section.title)
        page.write_string(line + 1, 0, "".join(piece.text for piece in section.pieces))
        line += 2
    for one in shown.amendments:
        if one.released_at is not None:
            page.write_string(line, 0, f"更正第{one.n}号：{one.words}")
            line += 1
    page.write_string(line, 0, f"内容校验码 {shown.digest}")
    for tables in tables_of(shown).values():
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
