"""Tables of a bulletin: page, paper, workbook and API show the same cells.

Sums, rounding and words are made here. Tables are numbered in the order of the bulletin's
sections. A cell that a page shows empty is an empty string, never missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from server.assessment.week_lines import ScoreLine
from server.assistance.week_lines import GreenLine
from server.attendance.week_lines import AttendanceLine, NamedCase
from server.attendance.words import EARLY, LATE, MISSING, ON_TIME
from server.bulletins.figures import Figures
from server.bulletins.messages import BulletinColumn, BulletinRow, BulletinTable
from server.cases.week_counts import CASE_RATES
from server.cases.week_lines import CaseLine
from server.catalogue.model import Catalogue
from server.complaints.week_counts import IN_TIME_RATE
from server.complaints.week_lines import ComplaintLine
from server.core.money import yuan_text
from server.core.rates import Rate, rate_text
from server.core.rounding import percent, tenths
from server.fees.rules import MONEY_COUNTED
from server.fees.week_lines import FeeLine
from server.honours.week_lines import FlagLine
from server.joint_review.week_counts import JOINT_RATE
from server.joint_review.week_lines import JointLine
from server.one_time_notices.week_counts import TOLD_ONCE_RATE
from server.one_time_notices.week_lines import NoticeLine
from server.queue.week_lines import ServiceLine
from server.spot_checks.week_lines import CheckLine, FindingLine

NONE = "—"
CHECKS = {"drawn": "抽签查岗", "extra": "临时查岗"}
STATES = {
    "done": "已查",
    "missed": "未按时开展",
    "due": "待查",
    "started": "查岗中",
    "unfinished": "未查完",
    "unconfirmed": "一人查岗，未确认",
}
FINDINGS = {"confirmed": "已认定", "disputed": "申诉中", "upheld": "维持"}
STEPS = {"notice": "通知单位", "replacement": "建议调换人员", "interview": "约谈"}
Head = Sequence[tuple[str, str, str]]
"""Columns: key, Chinese, English. A key with a leading `_` holds words, not a number."""

ATTENDANCE: Head = (
    ("_unit", "单位", "Unit"),
    ("people", "人数", "People"),
    ("due", "应打卡", "Due"),
    ("on_time", ON_TIME, "On time"),
    ("late", LATE, "Late"),
    ("early", EARLY, "Early"),
    ("missing", MISSING, "Missing"),
    ("leave", "请假免打卡", "On leave"),
    ("away", "公出等免打卡", "On duty elsewhere"),
    ("absent", "旷工半天", "Absent half days"),
    ("rate", "准时率", "On-time rate"),
    ("last", "上周准时率", "Last week"),
)
CASES: Head = (
    ("_who", "姓名", "Name"),
    ("_unit", "单位", "Unit"),
    ("late", LATE, "Late"),
    ("early", EARLY, "Early"),
    ("missing", MISSING, "Missing"),
    ("absent", "旷工半天", "Absent half days"),
    ("minutes", f"{LATE}{EARLY}合计（分钟）", "Late and early (min)"),
)
CHECK: Head = (
    ("_day", "日期", "Day"),
    ("_time", "时间", "Time"),
    ("_kind", "方式", "Kind"),
    ("_state", "情况", "State"),
    ("windows", "检查窗口（个次）", "Windows seen"),
)
FINDING: Head = (
    ("_day", "日期", "Day"),
    ("_window", "窗口", "Window"),
    ("_unit", "单位", "Unit"),
    ("_who", "姓名", "Name"),
    ("_words", "问题", "Finding"),
    ("_state", "认定", "State"),
    ("_step", "处理", "Step"),
    ("_rectified", "整改", "Put right"),
)
SERVICE: Head = (
    ("issued", "取号（人次）", "Numbers"),
    ("served", "窗口办理（人次）", "Served"),
    ("missed", "过号", "Missed"),
    ("expired", "当日未办", "Not served"),
    ("wait_p50", "半数等候不超过（分钟）", "Half waited at most (min)"),
    ("wait_p90", "九成等候不超过（分钟）", "90 % waited at most (min)"),
    ("service", "平均办理（分钟）", "Service (min)"),
)
CASES_HANDLED: Head = (
    ("filed", "收件", "Filed"),
    ("accepted", "受理", "Accepted"),
    ("not_accepted", "不予受理", "Not accepted"),
    ("decided", "办结", "Decided"),
    ("on_time", "按期办结", "On time"),
    ("on_time_rate", "按期办结率", "On-time rate"),
    ("early", "提前办结", "Early"),
    ("early_rate", "提前办结率", "Early rate"),
    ("open", "期末在办", "Open at the end"),
    ("overdue", "其中超期", "Overdue"),
)
FEES: Head = (
    ("_unit", "单位", "Unit"),
    ("made_count", "通知书（份）", "Notices"),
    ("made", "应收", "Charged"),
    ("received", "收款", "Received"),
    ("waived", "免收", "Waived"),
    ("refunded", "退款", "Refunded"),
    ("differences", "与银行差异（项）", "Differences"),
)
JOINT: Head = (
    ("_unit", "单位", "Unit"),
    ("sent", "征求意见（份）", "Sent"),
    ("answered", "已答复", "Answered"),
    ("on_time", "按期答复", "On time"),
    ("on_time_rate", "按期答复率", "On-time rate"),
    ("overdue", "期末超期", "Overdue at the end"),
    ("meetings", "受邀会议、踏勘（次）", "Meetings"),
    ("absent", "缺席", "Absent"),
)
GREEN: Head = (
    ("_unit", "单位", "Unit"),
    ("green_week", "本周批准", "Granted this week"),
    ("green_month", "本月累计", "This month"),
)
FLAG: Head = (
    ("_day", "日期", "Day"),
    ("_flag_quarter", "季度", "Quarter"),
    ("_flag_window", "红旗窗口", "Window with the flag"),
    ("_flag_before", "流动前", "Before"),
)
SCORES: Head = (
    ("_unit", "单位", "Unit"),
    ("score_period", "考核期", "Period"),
    ("score_rank", "名次", "Rank"),
    ("score", "得分", "Score"),
    ("score_deductions", "扣分", "Deducted"),
)
NOTICES: Head = (
    ("_unit", "单位", "Unit"),
    ("hand_ins", "收取材料（次）", "Hand-ins"),
    ("notices", "告知单（份）", "Notices"),
    ("again", "再次交材料（次）", "Again"),
    ("twice_confirmed", "漏告知已认定（次）", "Told twice, confirmed"),
    ("twice_open", "漏告知待认定（次）", "Told twice, open"),
    ("told_once_rate", "一次告知率", "Told-once rate"),
)
COMPLAINTS: Head = (
    ("_unit", "单位", "Unit"),
    ("received", "收到", "Received"),
    ("refused", "不予受理", "Refused"),
    ("handed_on", "转办", "Handed on"),
    ("answered", "答复", "Answered"),
    ("in_time", "按期答复", "In time"),
    ("in_time_rate", "按期答复率", "On-time rate"),
    ("proven", "属实或部分属实", "Proven or partly"),
    ("open", "期末未结束", "Open at the end"),
    ("overdue", "其中逾期", "Overdue"),
)


def share(rate: float | None) -> str:
    """Return a share (0 to 1) in percent: 96.3%."""
    return NONE if rate is None else f"{percent(rate)}%"


def minutes(value: float | None) -> str:
    """Return minutes with one decimal: 7.5."""
    return NONE if value is None else str(tenths(value))


def tables(catalogue: Catalogue, figures: Figures, *, names: bool = True) -> list[BulletinTable]:
    """Return all tables in the order of the sections; `names`: including personal ones."""
    all_tables = list(_all(catalogue, figures))
    selected = [table for table in all_tables if names or not table.personal]
    return [table.model_copy(update={"number": n}) for n, table in enumerate(selected, 1)]


def _all(catalogue: Catalogue, figures: Figures) -> Iterator[BulletinTable]:
    title = ("各单位考勤情况（单位：打卡次数）", "Attendance by unit (punches)")
    yield _table("units", "attendance", title, ATTENDANCE, map(_unit, figures.units))
    if figures.cases:
        title = (f"个人{LATE}、{EARLY}、{MISSING}情况", "People late, early or missing")
        rows = map(_case, figures.cases)
        yield _table("cases", "attendance", title, CASES, rows, personal=True)
    if figures.flag_moves:
        title = ("流动红旗窗口", "Red flag window")
        yield _table("flag_moves", "ranking", title, FLAG, map(_flag, figures.flag_moves))
    title = ("查岗安排与执行", "Spot checks")
    yield _table("checks", "checks", title, CHECK, map(_check, figures.checks))
    for key, section, title, lines in (
        ("findings", "checks", ("查岗发现的问题", "Findings"), figures.findings),
        (
            "last_findings",
            "rectification",
            ("上期通报问题整改情况", "What became of last week's findings"),
            figures.last_findings,
        ),
    ):
        if lines:
            finding_rows = [_finding(catalogue, line) for line in lines]
            yield _table(key, section, title, FINDING, finding_rows, personal=True)
    yield from _services(figures)
    yield from _cases(figures)
    yield from _voices(figures)


def _services(figures: Figures) -> Iterator[BulletinTable]:
    for key, title, head, lines in (
        (
            "service_units",
            ("各单位服务情况", "Service by unit"),
            ("_unit", "单位", "Unit"),
            figures.service_units,
        ),
        (
            "service_windows",
            ("各窗口服务情况", "Service by window"),
            ("_window", "窗口", "Window"),
            figures.service_windows,
        ),
        (
            "service_sites",
            ("各办公地点服务情况", "Service by building"),
            ("_site", "办公地点", "Building"),
            figures.service_sites,
        ),
    ):
        # A hall in a single building has no such table at all: its numbering stays.
        if lines or key != "service_sites":
            yield _table(key, "service", title, (head, *SERVICE), map(_service, lines))


def _cases(figures: Figures) -> Iterator[BulletinTable]:
    for key, title, head, lines, note in (
        (
            "case_units",
            ("各单位办件情况（单位：件）", "Cases by unit"),
            ("_unit", "单位", "Unit"),
            figures.case_units,
            CASE_RATES,
        ),
        (
            "case_modes",
            ("六制办理情况（单位：件）", "Cases by mode of handling"),
            ("_mode", "办理方式", "Mode"),
            figures.case_modes,
            ("", ""),
        ),
    ):
        if lines:
            rows = map(_handled, lines)
            yield _table(key, "cases", title, (head, *CASES_HANDLED), rows, note=note)
    if figures.joint_units:
        title = ("各单位并联审批情况", "Joint review by unit")
        rows = map(_joint, figures.joint_units)
        yield _table("joint_units", "cases", title, JOINT, rows, note=JOINT_RATE)
    if figures.green_units:
        title = ("各单位绿色通道办件（单位：件）", "Green channel by unit")
        rows = map(_green, figures.green_units)
        yield _table("green_units", "cases", title, GREEN, rows)
    if figures.score_units:
        title = ("各单位百分考核得分", "Assessment by unit")
        rows = map(_score, figures.score_units)
        yield _table("score_units", "cases", title, SCORES, rows)


def _voices(figures: Figures) -> Iterator[BulletinTable]:
    if figures.fee_units:
        title = ("各单位收费情况（单位：元）", "Fees by unit (yuan)")
        rows = map(_fee, figures.fee_units)
        yield _table("fee_units", "fees", title, FEES, rows, note=MONEY_COUNTED)
    if figures.notice_units:
        title = ("各单位一次性告知情况", "One-time notices by unit")
        rows = map(_notice, figures.notice_units)
        yield _table("notice_units", "notices", title, NOTICES, rows, note=TOLD_ONCE_RATE)
    if figures.complaint_units:
        title = ("各单位投诉建议情况（单位：件）", "Complaints by unit")
        rows = map(_complaint, figures.complaint_units)
        yield _table("complaint_units", "complaints", title, COMPLAINTS, rows, note=IN_TIME_RATE)


def _table(
    key: str,
    section: str,
    title: tuple[str, str],
    head: Head,
    rows: Iterable[BulletinRow],
    *,
    note: tuple[str, str] = ("", ""),
    personal: bool = False,
) -> BulletinTable:
    return BulletinTable(
        key=key,
        number=0,
        section=section,
        title=title[0],
        title_en=title[1],
        note=note[0],
        note_en=note[1],
        personal=personal,
        columns=[
            BulletinColumn(key=k.lstrip("_"), zh=zh, en=en, number=not k.startswith("_"))
            for k, zh, en in head
        ],
        rows=list(rows),
    )


def _row(key: str, link: str, *cells: object) -> BulletinRow:
    return BulletinRow(key=key, link=link, cells=[str(cell) for cell in cells])


def _unit(line: AttendanceLine) -> BulletinRow:
    counts = (line.people, line.due, line.on_time, line.late, line.early, line.missing)
    exempt = (line.leave, line.away, line.absent_halves)
    return _row(
        line.unit, line.link, line.name, *counts, *exempt, share(line.rate), share(line.last_rate)
    )


def _case(case: NamedCase) -> BulletinRow:
    counts = (case.late, case.early, case.missing, case.absent_halves, case.minutes)
    return _row(case.staff, case.link, case.name, case.unit_name, *counts)


def _check(check: CheckLine) -> BulletinRow:
    kind, state = CHECKS.get(check.kind, NONE), STATES.get(check.state, NONE)
    return _row(check.id, check.link, day(check.day), check.at or NONE, kind, state, check.windows)


def _finding(catalogue: Catalogue, finding: FindingLine) -> BulletinRow:
    window = catalogue.window_by.get(finding.window)
    rectification = (
        NONE if finding.state == "disputed" else "已整改" if finding.rectified else "未整改"
    )
    return _row(
        finding.id,
        finding.link,
        day(finding.day),
        f"{window.number}号窗口" if window else NONE,
        finding.unit_name,
        finding.name,
        finding.words,
        FINDINGS.get(finding.state, NONE),
        STEPS.get(finding.step, NONE),
        rectification,
    )


def _service(line: ServiceLine) -> BulletinRow:
    counts = (line.issued, line.served, line.missed, line.expired)
    times = map(minutes, (line.wait_p50, line.wait_p90, line.service_mean))
    return _row(line.code, line.link, line.name, *counts, *times)


def _handled(line: CaseLine) -> BulletinRow:
    before = (line.filed, line.accepted, line.not_accepted, line.decided)
    on_time = rate_text(Rate(line.on_time, line.decisions_owed))
    early = rate_text(Rate(line.early, line.promised))
    after = (line.open, line.overdue)
    return _row(
        *(line.code, line.link, line.name, *before),
        *(line.on_time, on_time, line.early, early, *after),
    )


def _fee(line: FeeLine) -> BulletinRow:
    money = map(yuan_text, (line.made, line.received, line.waived, line.refunded))
    return _row(line.unit, line.link, line.name, line.made_count, *money, line.differences)


def _joint(line: JointLine) -> BulletinRow:
    rate = rate_text(Rate(line.on_time, line.owed))
    before = (line.sent, line.answered, line.on_time, rate)
    return _row(line.code, line.link, line.name, *before, line.overdue, line.meetings, line.absent)


def _green(line: GreenLine) -> BulletinRow:
    return _row(line.unit, line.link, line.name, line.week, line.month)


def _flag(line: FlagLine) -> BulletinRow:
    return _row(str(line.n), line.link, day(line.day), line.quarter, line.name, line.before)


def _score(line: ScoreLine) -> BulletinRow:
    figures = (line.period, line.rank, line.score, line.deductions)
    return _row(line.unit, line.link, line.name, *figures)


def _notice(line: NoticeLine) -> BulletinRow:
    twice = line.twice_confirmed + line.twice_open
    counts = (line.hand_ins, line.notices, line.again, line.twice_confirmed, line.twice_open)
    rate = rate_text(Rate(line.again - twice, line.again))
    return _row(line.unit, line.link, line.name, *counts, rate)


def _complaint(line: ComplaintLine) -> BulletinRow:
    handled = (line.received, line.refused, line.handed_on, line.answered, line.in_time)
    rate = rate_text(Rate(line.in_time, line.answers_owed))
    after = (line.proven, line.open, line.overdue)
    return _row(line.unit, line.link, line.name, *handled, rate, *after)


def day(iso: str) -> str:
    """Return a day in the form of official papers: 11月9日."""
    parsed = date.fromisoformat(iso)
    return f"{parsed.month}月{parsed.day}日"
