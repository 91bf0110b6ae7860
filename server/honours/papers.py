"""Papers of honours: the certificate of the flag, the year's list, the allowance workbook."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from server.core.documents import pdf
from server.honours.messages import AllowancePage, AllowanceRow, ListView, YearPage

CERTIFICATE = Path(__file__).with_name("certificate.typ")
YEAR_LIST = Path(__file__).with_name("year_list.typ")
HEADS = (
    *("序号", "工号", "姓名", "单位", "迟到", "早退", "缺卡", "旷工半天"),
    *("事假病假（天）", "金额（元）", "扣减原因"),
)
WIDTHS = (6, 10, 10, 24, 7, 7, 7, 9, 14, 12, 46)
NOTE_AT = 9
"""Column of the amounts."""


def certificate(content: Mapping[str, Any]) -> bytes:
    """Return the certificate of a quarter's flag as PDF, A4 landscape, from its fixed words."""
    return pdf(CERTIFICATE, dict(content))


def year_list(hall: str, page: YearPage, made: str) -> bytes:
    """Return the year's list of units as PDF, A4; `made`: time of making in words."""
    return pdf(YEAR_LIST, year_data(hall, page, made))


def year_data(hall: str, page: YearPage, made: str) -> dict[str, Any]:
    """Return what the year's list says, for the template."""
    return {
        "title": f"{page.year}年度进驻单位考核结果",
        "hall": hall,
        "made": f"制表时间：{made}",
        "state": list_words(page.paper),
        "head": ["名次", "单位", "得分", "流动红旗（季度）", "一票否决", "评先资格"],
        "rows": [
            [
                _rank(entry.rank, entry.rank_best, entry.rank_worst),
                entry.name,
                entry.score,
                str(entry.flags) if entry.flags else "—",
                "；".join(entry.vetoes) or "—",
                "取消" if entry.vetoes else "保留",
            ]
            for entry in page.units
        ],
        "notes": [
            "名次有区间的，部分指标未能计量，区间为可能的最好和最差名次。",
            "一票否决只列年内仍然有效的；申诉成立已撤销的不列。",
        ],
        "signatures": ["制表人：", "审核人：", "中心负责人（签章）："],
    }


def list_words(paper: ListView) -> str:
    """Return whether a list is fixed, in which version, and its digest."""
    if not paper.versions:
        return "草稿，未定稿"
    newest = paper.versions[-1]
    amended = "" if newest.n == 1 else f"（第{newest.n - 1}次更正）"
    names = f"{newest.drafted_by_name}拟稿，{newest.released_by_name}定稿"
    return f"{names}{amended}　校验码 {newest.digest[:16]}"


def _rank(rank: int, best: int, worst: int) -> str:
    return str(rank) if best == worst else f"{rank}（{best}～{worst}）"


def allowance_workbook(hall: str, page: AllowancePage, made: str) -> bytes:
    """Return the allowance table as .xlsx: one line a person, and the sum as a formula."""
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
        "cell": book.add_format({"border": 1, "valign": "vcenter"}),
        "words": book.add_format({"border": 1, "valign": "vcenter", "text_wrap": True}),
        "sum": book.add_format({"border": 1, "bold": True}),
    }
    sheet = book.add_worksheet("考勤奖")
    last = len(HEADS) - 1
    provisional = "" if page.paper.versions else "（草稿）" if page.is_final else "（未定）"
    title = f"{hall}{page.month_words}考勤奖发放表{provisional}"
    sheet.merge_range(0, 0, 0, last, title, styles["title"])
    sheet.write_string(1, 0, f"发放规则：{page.rule}")
    sheet.write_string(2, 0, f"制表时间：{made}　{list_words(page.paper)}")
    for column, text in enumerate(HEADS):
        sheet.write_string(3, column, text, styles["head"])
        sheet.set_column(column, column, WIDTHS[column])
    for n, row in enumerate(page.people):
        _line(sheet, styles, n, row)
    foot = 4 + len(page.people)
    sheet.merge_range(foot, 0, foot, NOTE_AT - 1, "合计", styles["sum"])
    sheet.write_formula(foot, NOTE_AT, f"=SUM(J5:J{foot})", styles["sum"], page.sum)
    sheet.write_string(foot, last, "", styles["sum"])
    for column, text in ((0, "制表人："), (3, "审核人："), (8, "中心负责人（签章）：")):
        sheet.write_string(foot + 2, column, text)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 3)
    sheet.freeze_panes(4, 3)
    book.close()
    return stream.getvalue()


def _line(sheet: Any, styles: dict[str, Any], n: int, row: AllowanceRow) -> None:
    line, cell = 4 + n, styles["cell"]
    sheet.write_number(line, 0, n + 1, cell)
    for column, text in enumerate((row.number, row.name, row.unit_name), 1):
        sheet.write_string(line, column, text, cell)
    for column, count in enumerate((row.late, row.early, row.missing, row.absent_halves), 4):
        sheet.write_number(line, column, count, cell)
    sheet.write_number(line, 8, float(row.leave_days), cell)
    sheet.write_number(line, NOTE_AT, row.amount, cell)
    words = [*(f"{cut.words}，扣{cut.yuan}元" for cut in row.cuts)]
    words += [f"{row.pending}次打卡待考勤机上传"] if row.pending else []
    sheet.write_string(line, NOTE_AT + 1, "；".join(words), styles["words"])
