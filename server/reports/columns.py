"""Words and columns of reports: page, paper, workbook and API show the same cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from server.cases.week_counts import CASE_RATES
from server.complaints.week_counts import IN_TIME_RATE
from server.core.money import FEN, yuan_text
from server.core.rates import Rate, rate_text
from server.core.rounding import tenths
from server.joint_review.week_counts import JOINT_RATE
from server.ratings.rates import ACTIVE_RATE, GOOD_RATE
from server.reports.figures import Line
from server.reports.messages import ColumnKind, ReportColumn, ReportRow, ReportTable
from server.reports.rules import Grouping

Pair = tuple[str, str]
"""Text in Chinese and English."""
NONE = "—"
FEWEST = 10
"""Least number before for which a change in percent is meaningful."""
HEADS: dict[Grouping, Pair] = {
    Grouping.UNIT: ("单位", "Unit"),
    Grouping.ITEM: ("事项", "Item"),
    Grouping.WINDOW: ("窗口", "Window"),
    Grouping.PERSON: ("人员", "Person"),
    Grouping.SITE: ("办公地点", "Building"),
}
UNIT_HEAD: Pair = ("所属单位", "Of the unit")
DAY_HEAD: Pair = ("日期", "Day")
TOTAL: Pair = ("合计", "Total")
GROUP_WORDS: dict[Grouping, Pair] = {
    Grouping.UNIT: ("各单位", "by unit"),
    Grouping.ITEM: ("各事项", "by item"),
    Grouping.WINDOW: ("各窗口", "by window"),
    Grouping.PERSON: ("各人员", "by person"),
    Grouping.SITE: ("各办公地点", "by building"),
}
SERVICE_NOTES: tuple[Pair, ...] = (
    (
        (
            "取号、办理、过号、当日未办按取号当日计：办理＝在窗口结束办理的号；过号＝叫号后没有来的号；"
            "当日未办＝到当日结束没有叫到的号。取消的和还在等候的号只计入取号。"
        ),
        (
            "Numbers count on the day of issue. Served: finished at a window. Missed: called, "
            "nobody came. Not served: never called that day. Numbers given up or still waiting "
            "count as issued only."
        ),
    ),
    (
        (
            "平均等候＝从取号到首次叫号的分钟数之和÷叫过的号数；半数等候不超过：叫过的号中，"
            "一半等候不超过的分钟数。"
        ),
        (
            "Mean wait = minutes from issue to the first call / numbers called. Half waited at "
            "most: of the numbers called."
        ),
    ),
    (
        (
            "超过等候目标＝等候超过该号所属单位等候目标的号数÷叫过的号数。"
            "等候目标在工作簿“单位”表里，没有写的单位不计入。"
        ),
        (
            "Beyond the target = waits longer than the target of the number's unit / numbers "
            "called. Targets stand in the workbook; units without one do not count."
        ),
    ),
    (
        "平均办理＝从开始办理到结束办理的分钟数之和÷办理的号数。",
        "Mean service = minutes from start to finish / numbers served.",
    ),
    (
        (
            "一个号算在它结束时的单位、事项、窗口和人员名下；转过窗口的只算一次。"
            "增减＝本期窗口办理减上期；上期不足 10 人次的不算百分比。"
        ),
        (
            "A number counts once: with the unit, item, window and person where it ended. Change "
            "= served now less served before; no percentage below ten."
        ),
    ),
)
FEW: Pair = (
    "分母不足 10 的只列分子、分母，不算率。",
    "Below ten in the denominator only the two numbers are shown.",
)
RATED_LATER: Pair = ("评价到昨日为止。", "Ratings up to yesterday.")
PERSON_CASES: Pair = (
    (
        "受理、办结算在登记该步骤的人名下；视为受理没有登记人。按期、提前的期限与按单位统计的相同。"
        "在办和超期属于岗位，不按人员统计。"
    ),
    (
        "Acceptances and decisions count with the person who stated them. Open and overdue ones "
        "belong to a desk and are not counted by person."
    ),
)
PERSON_FEES: Pair = (
    "应收算在开单人名下，收款、退款算在确认人名下，免收、撤销算在作出决定的人名下。",
    (
        "Charged counts with who made the notice, received and refunded with who confirmed the "
        "money, waived and cancelled with who decided."
    ),
)
PERSON_ISSUING: Pair = (
    "各步骤算在登记该步骤的人名下，电子证照算在登记证照的人名下；期末待领不按人员统计。",
    (
        "Steps count with the person who recorded them, electronic licences with who registered "
        "them; what waits is not counted by person."
    ),
)
SITE_TICKETS: Pair = (
    (
        "叫过的号算在窗口所在的办公地点，没有叫过的算在取号的办公地点；"
        "两样都没有记下的列在最后一行。"
    ),
    (
        "Called numbers count in the building of the window, others in the one where they were "
        "taken; the last row holds those of which neither is recorded."
    ),
)
SITE_CASES: Pair = (
    (
        "办件算在接收材料的窗口所在的办公地点；不在窗口登记的，算在登记人的窗口所在的办公地点。"
        "收费、出件、联审不按办公地点统计。"
    ),
    (
        "Cases count in the building of the window that took the papers; elsewhere of the window "
        "of the person who entered them. Fees, licences and joint review are not counted by "
        "building."
    ),
)
JOINT_PLACES: Pair = (
    (
        "征求意见和会议算在被征求意见、被通知参加的单位名下，按事项的算在牵头办件的事项名下；"
        "逾期未答复不等于同意。"
    ),
    (
        "Parts and meetings count with the unit that was asked or called; by item with the item "
        "of the lead unit's case. Silence is never consent here."
    ),
)
PERSON_JOINT: Pair = (
    "发出和答复算在登记该步骤的人名下；未答复和缺席属于单位，不按人员统计。",
    (
        "Questions and answers count with the person who stated them; silence and absence are a "
        "unit's and not counted by person."
    ),
)


@dataclass(frozen=True, slots=True)
class Column:
    """Column with numbers: its words, its text, and its value for charts and sums."""

    key: str
    words: Pair
    kind: ColumnKind
    text: Callable[[Line], str]
    value: Callable[[Line], float | None]


def minutes(value: float | None) -> str:
    """Return minutes with one decimal: 7.5."""
    return NONE if value is None else str(tenths(value))


def change(now: int, before: int) -> str:
    """Return the change against the period before: +12（+8.5%）."""
    if before == 0:
        return NONE
    number = f"{now - before:+d}"
    return number if before < FEWEST else f"{number}（{tenths((now - before) / before * 100):+}%）"


def _count(key: str, words: Pair, of: Callable[[Line], int]) -> Column:
    return Column(key, words, ColumnKind.COUNT, lambda line: str(of(line)), of)


def _days(key: str, words: Pair, of: Callable[[Line], float | None]) -> Column:
    def value(line: Line) -> float | None:
        exact = of(line)
        return None if exact is None else float(tenths(exact))

    return Column(key, words, ColumnKind.DAYS, lambda line: minutes(of(line)), value)


def _minutes(key: str, words: Pair, of: Callable[[Line], float | None]) -> Column:
    def value(line: Line) -> float | None:
        exact = of(line)
        return None if exact is None else float(tenths(exact))

    return Column(key, words, ColumnKind.MINUTES, lambda line: minutes(of(line)), value)


def _money(key: str, words: Pair, of: Callable[[Line], int]) -> Column:
    return Column(
        key,
        words,
        ColumnKind.MONEY,
        lambda line: yuan_text(of(line)),
        lambda line: of(line) / FEN,
    )


def _rate(key: str, words: Pair, of: Callable[[Line], Rate]) -> Column:
    return Column(
        key,
        words,
        ColumnKind.RATE,
        lambda line: rate_text(of(line)),
        lambda line: of(line).percent,
    )


ISSUED = _count("issued", ("取号（人次）", "Numbers"), lambda line: line.tickets.issued)
SERVED = _count("served", ("窗口办理（人次）", "Served"), lambda line: line.tickets.served)
MISSED = _count("missed", ("过号", "Missed"), lambda line: line.tickets.missed)
EXPIRED = _count("expired", ("当日未办", "Not served"), lambda line: line.tickets.expired)
WAIT = _minutes(
    "wait_mean", ("平均等候（分钟）", "Mean wait (min)"), lambda line: line.tickets.wait_mean
)
OVER = _rate("over", ("超过等候目标", "Beyond the target"), lambda line: line.tickets.over_rate)
SPENT = _minutes(
    "service", ("平均办理（分钟）", "Service (min)"), lambda line: line.tickets.service_mean
)
SERVICE: tuple[Column, ...] = (
    ISSUED,
    SERVED,
    MISSED,
    EXPIRED,
    WAIT,
    _minutes(
        "wait_p50",
        ("半数等候不超过（分钟）", "Half waited at most (min)"),
        lambda line: line.wait_median,
    ),
    OVER,
    SPENT,
    _count("earlier", ("上期窗口办理", "Served before"), lambda line: line.earlier.served),
    Column(
        "change",
        ("增减", "Change"),
        ColumnKind.CHANGE,
        lambda line: change(line.tickets.served, line.earlier.served),
        lambda _line: None,
    ),
)
RATINGS: tuple[Column, ...] = (
    _count("rated_of", ("办理（人次）", "Services"), lambda line: line.ratings.services),
    _count("rated", ("主动评价", "Rated"), lambda line: line.ratings.active),
    _rate("active_rate", ("主动评价率", "Active rate"), lambda line: line.ratings.active_rate),
    _count("good", ("好评", "Good"), lambda line: line.ratings.good),
    _count("bad", ("差评", "Bad"), lambda line: line.ratings.bad),
    _rate("good_rate", ("好评率", "Good rate"), lambda line: line.ratings.good_rate),
    _count("called", ("回访评价", "When called"), lambda line: line.ratings.called),
    _count("typed_in", ("工作人员代录", "Typed in by staff"), lambda line: line.ratings.typed_in),
)
STATED: tuple[Column, ...] = (
    _count("accepted", ("受理", "Accepted"), lambda line: line.cases.accepted),
    _count("decided", ("办结", "Decided"), lambda line: line.cases.decided),
    _count("on_time", ("按期办结", "On time"), lambda line: line.cases.on_time),
    _count("early", ("提前办结", "Early"), lambda line: line.cases.early),
)
CASES: tuple[Column, ...] = (
    _count("filed", ("收件", "Filed"), lambda line: line.cases.filed),
    *STATED[:2],
    _count("tacit", ("其中超时默许", "By silence"), lambda line: line.cases.tacit),
    STATED[2],
    _rate("on_time_rate", ("按期办结率", "On-time rate"), lambda line: line.cases.on_time_rate),
    STATED[3],
    _rate("early_rate", ("提前办结率", "Early rate"), lambda line: line.cases.early_rate),
    _count("open", ("期末在办", "Open at the end"), lambda line: line.cases.open),
    _count("overdue", ("其中超期", "Overdue"), lambda line: line.cases.overdue),
)
COMPLAINTS: tuple[Column, ...] = (
    _count("received", ("收到", "Received"), lambda line: line.complaints.received),
    _count("answered", ("答复", "Answered"), lambda line: line.complaints.answered),
    _count("in_time", ("按期答复", "In time"), lambda line: line.complaints.in_time),
    _rate(
        "in_time_rate", ("按期答复率", "On-time rate"), lambda line: line.complaints.in_time_rate
    ),
    _count("proven", ("属实或部分属实", "Proven or partly"), lambda line: line.complaints.proven),
    _count("unsettled", ("期末未结束", "Open at the end"), lambda line: line.complaints.open),
    _count("unsettled_overdue", ("其中逾期", "Overdue"), lambda line: line.complaints.overdue),
)
MADE = _money("made", ("应收", "Charged"), lambda line: line.money.made)
RECEIVED = _money("received", ("收款", "Received"), lambda line: line.money.received)
REFUNDED = _money("refunded", ("退款", "Refunded"), lambda line: line.money.refunded)
FEES: tuple[Column, ...] = (
    _count("made_count", ("通知书（份）", "Notices"), lambda line: line.money.made_count),
    MADE,
    _money("at_desk", ("窗口收款", "At the cashier"), lambda line: line.money.at_desk),
    _money("by_file", ("银行文件收款", "By the bank's file"), lambda line: line.money.by_file),
    RECEIVED,
    _money("waived", ("免收", "Waived"), lambda line: line.money.waived),
    REFUNDED,
    _money("net", ("净收款", "Net"), lambda line: line.money.net),
    _count("cancelled_count", ("撤销（份）", "Cancelled"), lambda line: line.money.cancelled_count),
    _money("cancelled", ("撤销金额", "Cancelled, yuan"), lambda line: line.money.cancelled),
)
STATED_FEES = tuple(column for column in FEES if column.key != "net")
"""Columns by person, without the net: one confirms receipts and another one refunds."""
HANDLED: tuple[Column, ...] = (
    _count("registered", ("登记", "Registered"), lambda line: line.licences.made),
    _count("counted", ("窗口核收", "Counted in"), lambda line: line.licences.counted),
    _count("handed", ("窗口发放", "Handed out"), lambda line: line.licences.handed),
    _count("posted", ("邮寄", "Posted"), lambda line: line.licences.posted),
    _count("delivered", ("妥投", "Delivered"), lambda line: line.licences.delivered),
    _count("returned", ("邮寄退回", "Returned"), lambda line: line.licences.returned),
)
WAITING = _count("waiting", ("期末待领", "Waiting"), lambda line: line.licences.waiting)
AFTER: tuple[Column, ...] = (
    _days(
        "days_mean",
        ("决定到领取平均（工作日）", "Decision to hand-out, mean (days)"),
        lambda line: line.licences.days_mean,
    ),
    Column(
        "days_median",
        ("半数不超过（工作日）", "Half at most (days)"),
        ColumnKind.COUNT,
        lambda line: NONE if line.licences.days_median is None else str(line.licences.days_median),
        lambda line: line.licences.days_median,
    ),
    _count("electronic", ("电子证照", "Electronic"), lambda line: line.licences.electronic),
    _count("late_entries", ("逾期归集", "Entered late"), lambda line: line.licences.late),
)
ISSUING = (*HANDLED, WAITING, *AFTER)
ANSWERS: tuple[Column, ...] = (
    _count("parts_sent", ("征求意见（份）", "Opinions asked"), lambda line: line.joint.sent),
    _count("parts_answered", ("已答复", "Answered"), lambda line: line.joint.answered),
    _count("parts_on_time", ("按期答复", "On time"), lambda line: line.joint.on_time),
    _count("parts_late", ("逾期答复", "Late"), lambda line: line.joint.late),
    _count("disagreed", ("不同意", "Disagreed"), lambda line: line.joint.disagreed),
)
JOINT: tuple[Column, ...] = (
    *ANSWERS[:3],
    _rate("parts_rate", ("按期答复率", "On-time rate"), lambda line: line.joint.on_time_rate),
    *ANSWERS[3:],
    _count("silent", ("期末逾期未答复", "Silent past the day"), lambda line: line.joint.overdue),
    _count("meetings", ("应参加会议（次）", "Meetings owed"), lambda line: line.joint.meetings),
    _count("absent", ("缺席（次）", "Absent"), lambda line: line.joint.absent),
)
DECIDED = _count("decided", ("办结（件）", "Cases decided"), lambda line: line.cases.decided)
DAYS = (
    *(ISSUED, SERVED, MISSED, EXPIRED, WAIT, SPENT),
    *(
        replace(column, words=(f"{column.words[0]}（元）", f"{column.words[1]} (yuan)"))
        for column in (MADE, RECEIVED, REFUNDED)
    ),
)
CASE_NOTES = (CASE_RATES, FEW)
RATING_NOTES = (ACTIVE_RATE, GOOD_RATE, FEW)
COMPLAINT_NOTES = (IN_TIME_RATE, FEW)
JOINT_NOTES = (JOINT_RATE, JOINT_PLACES, FEW)


def table(
    key: str,
    title: Pair,
    heads: Sequence[Pair],
    columns: Sequence[Column],
    lines: Iterable[tuple[str, Sequence[str], Line]],
    total: Line,
    notes: Sequence[Pair],
) -> ReportTable:
    """Return a table; `heads` are the columns of words, `lines` key, words and figures."""
    words = [
        ReportColumn(key=("name", "of")[n], zh=zh, en=en, kind=ColumnKind.WORDS)
        for n, (zh, en) in enumerate(heads)
    ]
    blank = [""] * (len(heads) - 1)
    return ReportTable(
        key=key,
        title=title[0],
        title_en=title[1],
        columns=[
            *words,
            *(ReportColumn(key=c.key, zh=c.words[0], en=c.words[1], kind=c.kind) for c in columns),
        ],
        rows=[_row(code, names, columns, line) for code, names, line in lines],
        total=_row("", [TOTAL[0], *blank], columns, total),
        notes=[zh for zh, _ in notes],
        notes_en=[en for _, en in notes],
    )


def _row(key: str, names: Sequence[str], columns: Sequence[Column], line: Line) -> ReportRow:
    return ReportRow(
        key=key,
        cells=[*names, *(column.text(line) for column in columns)],
        values=[*(None for _ in names), *(column.value(line) for column in columns)],
    )
