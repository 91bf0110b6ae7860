"""Month sheet as PDF and as a workbook, in the form that offices print and stamp."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from server.attendance.messages import LETTERS, MonthRow, MonthSheet, TotalsView
from server.attendance.verdicts import State
from server.attendance.words import EARLY, LATE, MISSING, ON_TIME, STATE_WORDS
from server.core.documents import pdf
from server.core.rounding import percent

WEEKDAYS = "一二三四五六日"
SYMBOLS = {
    "on_time": "√",
    "late": "△",
    "early": "▽",
    "missing": "×",
    "leave": "○",
    "official": "◇",
    "elsewhere": "□",
    "rest": "—",
    "pending": "…",
}
LEGEND = (
    "　".join(
        f"{SYMBOLS[state]} {word}" for state, word in STATE_WORDS.items() if state is not State.REST
    )
    + "　* 经补签或更正"
)
SUMS = (
    "应打卡",
    ON_TIME,
    LATE,
    EARLY,
    MISSING,
    "请假\n免打卡",
    "公出等\n免打卡",
    "旷工\n半天",
    "准时率",
)
# Maximum number of people on a legible sheet of A4.
A4_ROWS = 36
_BY_LETTER = {letter: SYMBOLS[state] for state, letter in LETTERS.items()}

TEMPLATE = Path(__file__).with_name("month_sheet.typ")


def paper(sheet: MonthSheet, now: datetime) -> bytes:
    """Return the sheet as PDF: A4 landscape, A3 for a large hall."""
    return pdf(
        TEMPLATE,
        {
            "paper": "a4" if len(sheet.rows) <= A4_ROWS else "a3",
            "title": title_of(sheet),
            "unit": sheet.unit_name,
            "made": f"制表时间：{now:%Y-%m-%d %H:%M}",
            "legend": LEGEND,
            "changed": sheet.changed,
            "days": [
                {
                    "n": int(day.day[-2:]),
                    "weekday": WEEKDAYS[day.weekday - 1],
                    "rest": not day.working,
                }
                for day in sheet.days
            ],
            "sums": list(SUMS),
            "rows": [
                {
                    "name": row.name,
                    "am": [_half(day, 0) for day in row.days],
                    "pm": [_half(day, 1) for day in row.days],
                    "sums": sums_of(row.totals),
                }
                for row in sheet.rows
            ],
        },
    )


def title_of(sheet: MonthSheet) -> str:
    """Return the heading of the sheet."""
    year, month = sheet.month.split("-")
    span = f"第{int(month[1:])}周" if month.startswith("W") else f"{int(month)}月"
    return f"{sheet.unit_name}{year}年{span}考勤表"


def sums_of(totals: TotalsView) -> list[str]:
    """Return a person's sums in the order of `SUMS`."""
    away = totals.official + totals.elsewhere
    rate = "—" if totals.rate is None else f"{percent(totals.rate)}%"
    counts = (
        totals.due,
        totals.on_time,
        totals.late,
        totals.early,
        totals.missing,
        totals.leave,
        away,
        totals.absent_halves,
    )
    return [*(str(count) for count in counts), rate]


def _half(day: str, half: int) -> str:
    """Return the marks of a half-day; an asterisk follows a corrected one (upper-case letter)."""
    middle = (len(day) + 1) // 2
    letters = day[:middle] if half == 0 else day[middle:]
    return "".join(_BY_LETTER[c.lower()] + ("*" if c.isupper() else "") for c in letters)


def workbook(sheet: MonthSheet, now: datetime) -> bytes:
    """Return the sheet as .xlsx: the printed form, and the sums as numbers to calculate with."""
    import xlsxwriter  # noqa: PLC0415 - a fifth of a second that a starting hall does not need

    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    styles = {
        "title": book.add_format({"bold": True, "font_size": 15, "align": "center"}),
        "head": book.add_format(
            {"border": 1, "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True}
        ),
        "cell": book.add_format({"border": 1, "align": "center", "valign": "vcenter"}),
        "rest": book.add_format({"border": 1, "align": "center", "bg_color": "#ECECEC"}),
        "rate": book.add_format({"border": 1, "align": "center", "num_format": "0.0%"}),
    }
    _form(book, styles, sheet, now)
    _numbers(book, styles, sheet)
    book.close()
    return stream.getvalue()


def _form(book: Any, styles: dict[str, Any], sheet: MonthSheet, now: datetime) -> None:
    page = book.add_worksheet("考勤表")
    last = 2 + len(sheet.days) + len(SUMS)
    page.merge_range(0, 0, 0, last, title_of(sheet), styles["title"])
    page.write_string(1, 0, f"单位：{sheet.unit_name}")
    page.write_string(1, last - 5, f"制表时间：{now:%Y-%m-%d %H:%M}")
    heads = ["序号", "姓名", "时段"]
    heads += [f"{int(d.day[-2:])}\n{WEEKDAYS[d.weekday - 1]}" for d in sheet.days] + list(SUMS)
    for column, text in enumerate(heads):
        page.write_string(2, column, text, styles["head"])
    for n, row in enumerate(sheet.rows):
        _person(page, styles, sheet, row, n)
    foot = 4 + 2 * len(sheet.rows)
    page.write_string(foot, 0, LEGEND)
    for column, text in ((0, "制表人："), (9, "审核人："), (18, "单位负责人（签章）：")):
        page.write_string(foot + 2, column, text)
    for n, text in enumerate(sheet.changed):
        page.write_string(foot + 4 + n, 0, text)
    page.set_column(0, 0, 5)
    page.set_column(1, 1, 9)
    page.set_column(2, 2, 5)
    page.set_column(3, 2 + len(sheet.days), 4)
    page.set_column(3 + len(sheet.days), last, 6)
    page.set_landscape()
    page.set_paper(9 if len(sheet.rows) <= A4_ROWS else 8)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, 2)
    page.freeze_panes(3, 3)


def _person(page: Any, styles: dict[str, Any], sheet: MonthSheet, row: MonthRow, n: int) -> None:
    top = 3 + 2 * n
    page.merge_range(top, 0, top + 1, 0, "", styles["cell"])
    page.write_number(top, 0, n + 1, styles["cell"])
    page.merge_range(top, 1, top + 1, 1, "", styles["cell"])
    page.write_string(top, 1, row.name, styles["cell"])
    for half, name in enumerate(("上午", "下午")):
        page.write_string(top + half, 2, name, styles["cell"])
        for column, (day, head) in enumerate(zip(row.days, sheet.days, strict=True), 3):
            style = styles["cell" if head.working else "rest"]
            page.write_string(top + half, column, _half(day, half), style)
    for column, text in enumerate(sums_of(row.totals), 3 + len(sheet.days)):
        page.merge_range(top, column, top + 1, column, "", styles["cell"])
        page.write_string(top, column, text, styles["cell"])


def _numbers(book: Any, styles: dict[str, Any], sheet: MonthSheet) -> None:
    page = book.add_worksheet("汇总")
    heads = ["工号", "姓名", "单位", *(name.replace("\n", "") for name in SUMS)]
    heads += [f"{LATE}分钟", f"{EARLY}分钟", "经补签或更正"]
    for column, text in enumerate(heads):
        page.write_string(0, column, text, styles["head"])
    for line, row in enumerate(sheet.rows, 1):
        t = row.totals
        for column, text in enumerate((row.number, row.name, row.unit_name)):
            page.write_string(line, column, text, styles["cell"])
        away = t.official + t.elsewhere
        counts = [t.due, t.on_time, t.late, t.early, t.missing, t.leave, away, t.absent_halves]
        for column, count in enumerate(counts, 3):
            page.write_number(line, column, count, styles["cell"])
        if t.rate is not None:
            page.write_number(line, 11, t.rate, styles["rate"])
        for column, count in enumerate((t.late_minutes, t.early_minutes, t.corrected), 12):
            page.write_number(line, column, count, styles["cell"])
    page.set_column(0, 14, 11)
    page.freeze_panes(1, 2)
