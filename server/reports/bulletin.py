"""The weekly bulletin on paper (PDF, under the hall's letterhead) and as a workbook."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from server.reports.paper import pdf
from server.wire.bulletin import BulletinView

STATES = {
    "done": "已查",
    "missed": "未按时查",
    "due": "待查",
    "started": "查岗中",
    "unfinished": "未查完",
}
FINDINGS = {"confirmed": "成立", "disputed": "申诉中", "upheld": "维持"}
STEPS = {"notice": "通报提醒", "replacement": "建议调换", "interview": "约谈负责人"}
CHECKS = {"drawn": "抽定", "extra": "加查"}
# The digest says what was released; the hall's clock is China's wherever a bulletin is printed.
CHINA = timedelta(hours=8)

Table = dict[str, Any]


def percent(rate: float | None) -> str:
    """A share in words."""
    return "—" if rate is None else f"{rate * 100:.1f}%"


def _minutes(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def title_of(shown: BulletinView) -> str:
    """关于某月某日至某月某日窗口工作情况的通报."""
    first, last = date.fromisoformat(shown.first), date.fromisoformat(shown.last)
    span = f"{first.month}月{first.day}日至{last.month}月{last.day}日"
    return f"关于{span}窗口工作情况的通报"


def number_of(shown: BulletinView) -> str:
    """〔2026〕第3期; a draft has no number yet."""
    year = shown.id[:4]
    return f"〔{year}〕第{shown.number}期" if shown.number else f"〔{year}〕第　期（草稿，未发布）"


def tables_of(shown: BulletinView) -> dict[str, list[Table]]:
    """The tables that stand below each section."""
    return {
        "attendance": [_units(shown), _cases(shown)],
        "checks": [_checks(shown), _findings("查岗发现的问题", shown.findings)],
        "rectification": [_findings("上周问题整改情况", shown.last_findings)],
        "service": [
            _service("各单位服务情况", "单位", shown.service_units),
            _service("各窗口服务情况", "窗口", shown.service_windows),
        ],
    }


def _units(shown: BulletinView) -> Table:
    head = ["单位", "人数", "应打", "准时", "迟到", "早退", "缺卡", "请假", "公出", "旷工半天"]
    return {
        "name": "各单位考勤情况（单位：次）",
        "columns": ["wide"] + ["auto"] * 11,
        "head": [*head, "准时率", "上周"],
        "rows": [
            [
                u.name,
                *map(
                    str,
                    (u.people, u.due, u.on_time, u.late, u.early, u.missing, u.leave, u.away),
                ),
                str(u.absent_halves),
                percent(u.rate),
                percent(u.last_rate),
            ]
            for u in shown.units
        ],
    }


def _cases(shown: BulletinView) -> Table:
    return {
        "name": "考勤情况点名通报",
        "columns": ["wide", "wide"] + ["auto"] * 5,
        "head": ["姓名", "单位", "迟到", "早退", "缺卡", "旷工半天", "合计分钟"],
        "rows": [
            [
                c.name,
                c.unit_name,
                *map(str, (c.late, c.early, c.missing, c.absent_halves, c.minutes)),
            ]
            for c in shown.cases
        ],
    }


def _checks(shown: BulletinView) -> Table:
    return {
        "name": "查岗安排与执行",
        "columns": ["wide"] * 5,
        "head": ["日期", "时间", "方式", "情况", "查看窗口"],
        "rows": [
            [c.day, c.at, CHECKS.get(c.kind, c.kind), STATES.get(c.state, c.state), str(c.windows)]
            for c in shown.checks
        ],
    }


def _findings(name: str, lines: Any) -> Table:
    return {
        "name": name,
        "columns": ["auto", "auto", "wide", "auto", "wide", "auto", "auto", "auto"],
        "head": ["日期", "窗口", "单位", "姓名", "问题", "认定", "处理", "整改"],
        "rows": [
            [
                f.day[5:],
                f.window,
                f.unit_name,
                f.name,
                f.words,
                FINDINGS.get(f.state, f.state),
                STEPS.get(f.step, "—"),
                "已整改" if f.rectified else "未整改",
            ]
            for f in lines
        ],
    }


def _service(name: str, what: str, lines: Any) -> Table:
    return {
        "name": f"{name}（等候和办理时间单位：分钟）",
        "columns": ["wide"] + ["auto"] * 7,
        "head": [what, "取号", "办结", "过号", "未办", "等候中位", "等候九成", "平均办理"],
        "rows": [
            [
                line.name,
                *map(str, (line.issued, line.served, line.missed, line.expired)),
                *map(_minutes, (line.wait_p50, line.wait_p90, line.service_mean)),
            ]
            for line in lines
        ],
    }


def paper(shown: BulletinView) -> bytes:
    """The bulletin as PDF, A4."""
    tables = tables_of(shown)
    return pdf(
        "bulletin.typ",
        {
            "hall": shown.hall,
            "number": number_of(shown),
            "title": title_of(shown),
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
    page.write_string(0, 0, f"{shown.hall}通报 {number_of(shown)}")
    page.write_string(1, 0, title_of(shown))
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
