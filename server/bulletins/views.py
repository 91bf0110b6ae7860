"""Views of bulletins: converts them into messages. Contains no rules and no queries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from server.attendance.words import EARLY, LATE, MISSING, ON_TIME
from server.bulletins import columns, wording
from server.bulletins.actions import Bulletin
from server.bulletins.differences import Difference
from server.bulletins.figures import Figures
from server.bulletins.messages import (
    AcknowledgementView,
    AmendmentView,
    BulletinList,
    BulletinPiece,
    BulletinRef,
    BulletinSection,
    BulletinView,
    FactView,
    PublicBulletin,
    TicketEvidence,
    TicketLine,
    WeekRates,
)
from server.bulletins.queries import Acknowledgement, Amendment, ListedBulletin
from server.bulletins.words import DRAFT_SENTENCES, TITLES, numbered
from server.catalogue.model import Catalogue
from server.core.weeks import Week
from server.queue.week_facts import services_of, waits_of
from server.queue.week_queries import TicketOfWeek

EVERYBODY = "all"
FACT_LABELS = {
    "first": "起始日",
    "last": "截止日",
    "working_days": "工作日数",
    "units": "进驻单位数",
    "units_staffed": "派驻人员的单位数",
    "people": "应考勤人数",
    "due": "应打卡次数",
    "on_time": f"{ON_TIME}次数",
    "late": f"{LATE}次数",
    "early": f"{EARLY}次数",
    "missing": f"{MISSING}次数",
    "leave": "请假免打卡次数",
    "away": "公出等免打卡次数",
    "absent_halves": "旷工半天人次",
    "rate": "准时率",
    "rate_change": "准时率变化",
    "rate_trend": "准时率与上周比较",
    "best": "全部准时的单位",
    "worst": "准时率后位的单位",
    "checks_due": "应查岗次数",
    "checks_done": "已查岗次数",
    "checks_missed": "未按时查岗次数",
    "checks_extra": "临时查岗次数",
    "marks": "检查窗口个次",
    "confirmed": "认定问题数",
    "disputed": "申诉未裁定数",
    "last_findings": "上期问题数",
    "last_rectified": "上期已整改数",
    "last_open": "上期未整改数",
    "rectify_days": "整改工作日数",
    "issued": "取号人次",
    "served": "窗口办理人次",
    "no_show": "过号数",
    "expired": "当日未办人次",
    "issued_change": "取号量变化",
    "issued_trend": "取号量与上周比较",
    "wait_p50": "半数等候时间",
    "wait_p90": "九成等候时间",
    "service_mean": "平均办理时间",
    "windows_open": "开放窗口数",
    "cases_filed": "收件数",
    "cases_accepted": "受理数",
    "cases_not_accepted": "不予受理数",
    "cases_decided": "办结数",
    "cases_tacit": "超时默许数",
    "cases_on_time": "按期办结数",
    "cases_on_time_rate": "按期办结率",
    "cases_early": "提前办结数",
    "cases_early_rate": "提前办结率",
    "cases_open": "期末在办数",
    "cases_overdue": "期末超期未办结数",
    "fees_made_count": "缴款通知书份数",
    "fees_made": "应收金额",
    "fees_received": "确认收款金额",
    "fees_waived": "免收金额",
    "fees_refunded": "退款金额",
    "fees_cancelled_count": "撤销通知书份数",
    "fees_cancelled": "撤销金额",
    "fees_differences": "与银行文件差异数",
    "appointments": "预约人次",
    "appointments_on_time": "预约按时到人次",
    "appointments_late": "预约晚到人次",
    "appointments_missed": "爽约人次",
    "appointments_cancelled": "本人取消预约人次",
    "appointments_hall_cancelled": "大厅取消预约人次",
    "hand_ins": "收取材料次数",
    "notices": "一次性告知单份数",
    "handed_in_again": "再次交材料次数",
    "told_twice": "首次漏告知次数",
    "told_twice_confirmed": "已认定漏告知次数",
    "told_twice_open": "待认定漏告知次数",
    "told_once_rate": "一次告知率",
    "rated": "主动评价次数",
    "rated_rate": "主动评价率",
    "rated_good_rate": "好评率",
    "rated_bad": "差评数",
    "redress_granted": "差评申诉成立数",
    "redress_answered": "差评已答复数",
    "redress_overdue": "差评逾期未答复数",
    "complaints_received": "收到投诉建议数",
    "complaints_refused": "投诉建议不予受理数",
    "complaints_handed_on": "投诉建议转办数",
    "complaints_answered": "投诉建议答复数",
    "complaints_in_time": "投诉建议按期答复数",
    "complaints_in_time_rate": "投诉建议按期答复率",
    "complaints_proven": "投诉属实或部分属实数",
    "complaints_open": "期末未结束投诉建议数",
    "complaints_overdue": "期末逾期投诉建议数",
    "licences_counted": "出件窗口接收证照数",
    "licences_handed": "窗口领取证照数",
    "licences_posted": "邮寄证照数",
    "licences_delivered": "邮寄妥投证照数",
    "licences_returned": "邮寄退回证照数",
    "licences_missing": "交接清点未到证照数",
    "licences_electronic": "登记电子证照数",
    "licences_entered": "登记归集电子证照数",
}
"""Names of the figures in the editor and in amendments; a test checks completeness."""


def archive(rows: Sequence[ListedBulletin], *, drafts: bool) -> BulletinList:
    """Return the list of bulletins; `drafts`: with drafts."""
    return BulletinList(
        bulletins=[
            BulletinRef(
                id=row.id,
                number=row.number,
                state=row.state,
                first=row.first_day,
                last=row.last_day,
                digest=row.digest,
                drafted_at=row.drafted_at,
                released_at=row.released_at,
            )
            for row in rows
            if drafts or row.state == "released"
        ]
    )


def bulletin(
    catalogue: Catalogue,
    record: Bulletin,
    acknowledged: Mapping[str, Acknowledgement],
    amendments: Sequence[Amendment],
) -> BulletinView:
    """Return the view of a bulletin with tables, acknowledgements and amendments."""
    row, figures = record.row, record.figures
    return BulletinView(
        id=row.id,
        number=row.number,
        state=row.state,
        first=figures.first,
        last=figures.last,
        hall=figures.hall,
        digest=record.digest,
        drafted_at=row.drafted_at,
        editors=json.loads(row.editors),
        edited_at=row.edited_at,
        released_by=row.released_by,
        released_by_name=_person(catalogue, row.released_by),
        released_at=row.released_at,
        pending=any(line.pending for line in figures.units),
        sections=sections(figures, record.words),
        title=title_of(figures),
        numbered=number_of(figures, row.number),
        tables=columns.tables(catalogue, figures),
        facts=[
            FactView(name=n, label=label_of(n), value=f.value, link=f.link)
            for n, f in figures.facts.items()
        ],
        units=list(figures.units),
        cases=list(figures.cases),
        checks=list(figures.checks),
        findings=list(figures.findings),
        last_findings=list(figures.last_findings),
        service_units=list(figures.service_units),
        service_windows=list(figures.service_windows),
        rates=[
            WeekRates(unit=line.unit, name=line.name, rates=figures.rates.get(line.unit, []))
            for line in figures.units
        ],
        weeks=_weeks(record.week, figures),
        acknowledgements=_receipts(catalogue, figures, acknowledged),
        amendments=[_amendment(amendment) for amendment in amendments],
    )


def title_of(figures: Figures) -> str:
    """Return the title in the form of official papers: issuer, subject, kind of paper."""
    first, last = date.fromisoformat(figures.first), date.fromisoformat(figures.last)
    span = f"{first.year}年{first.month}月{first.day}日至"
    if last.year != first.year:
        span += f"{last.year}年"
    if last.month != first.month:
        span += f"{last.month}月"
    return f"{figures.hall}关于{span}{last.day}日窗口工作情况的通报"


def number_of(figures: Figures, number: int) -> str:
    """Return the number in the form 2026年第3期; a draft has no number yet."""
    year = figures.week[:4]
    return f"{year}年第{number}期" if number else f"{year}年第　期（草稿，未发布）"


def label_of(name: str) -> str:
    """Return the figure's name for people."""
    return FACT_LABELS.get(name, name)


def _weeks(week: Week, figures: Figures) -> list[str]:
    count = max((len(rates) for rates in figures.rates.values()), default=0)
    weeks: list[str] = []
    for _ in range(count):
        weeks.insert(0, week.id)
        week = week.before()
    return weeks


def sections(figures: Figures, words: Mapping[str, str]) -> list[BulletinSection]:
    """Return the sections in order, with links from figures to their evidence."""
    names = [name for name in wording.SECTIONS if name in words]
    return [
        BulletinSection(
            name=name,
            title=numbered(TITLES[name], place),
            words=words[name],
            edited=words[name] != DRAFT_SENTENCES[name],
            pieces=[
                BulletinPiece(text=piece.text, link=piece.link)
                for piece in wording.pieces(words[name], figures.facts)
            ],
        )
        for place, name in enumerate(names, 1)
    ]


def _receipts(
    catalogue: Catalogue, figures: Figures, acknowledged: Mapping[str, Acknowledgement]
) -> list[AcknowledgementView]:
    units = [(line.unit, line.name) for line in figures.units if line.unit]
    return [
        AcknowledgementView(
            unit=code,
            name=name,
            by=_person(catalogue, acknowledged[code].by_actor) if code in acknowledged else "",
            at=acknowledged[code].at if code in acknowledged else None,
        )
        for code, name in units
    ]


def _person(catalogue: Catalogue, number: str) -> str:
    person = catalogue.staff_by.get(number)
    return person.name if person else number


def with_labels(differences: Iterable[Difference]) -> list[Difference]:
    """Return the differences with the figures' names for people."""
    return [replace(difference, name=label_of(difference.name)) for difference in differences]


def _amendment(row: Amendment) -> AmendmentView:
    return AmendmentView(
        n=row.n,
        words=row.words,
        changes=with_labels(Difference(**difference) for difference in json.loads(row.data)),
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        released_by=row.released_by,
        released_at=row.released_at,
        digest=row.digest,
    )


def public(view: BulletinView, *, names: bool) -> PublicBulletin:
    """Return the public part of a released bulletin."""
    assert view.released_at is not None, "only released bulletins are public"
    return PublicBulletin(
        id=view.id,
        number=view.number,
        hall=view.hall,
        first=view.first,
        last=view.last,
        released_at=view.released_at,
        digest=view.digest,
        title=view.title,
        numbered=view.numbered,
        sections=view.sections,
        tables=[table for table in view.tables if names or not table.personal],
        units=view.units,
        service_units=view.service_units,
        cases=view.cases if names else [],
        amendments=[
            amendment.words for amendment in view.amendments if amendment.released_at is not None
        ],
    )


def _window_number(catalogue: Catalogue, code: str) -> int | None:
    window = catalogue.window_by.get(code)
    return window.number if window else None


def tickets(
    catalogue: Catalogue, rows: Sequence[TicketOfWeek], code: str, week: str
) -> TicketEvidence:
    """Return the tickets of a unit, a window or everybody as evidence."""
    unit, window = catalogue.unit_by.get(code), catalogue.window_by.get(code)
    name = unit.name if unit else f"{window.number}号 {window.name}" if window else code
    return TicketEvidence(
        name=catalogue.hall_name if code == EVERYBODY else name,
        week=week,
        tickets=[
            TicketLine(
                id=row.id,
                number=row.number,
                day=row.day,
                unit=row.queue,
                window=row.window,
                window_number=_window_number(catalogue, row.window),
                state=row.state,
                issued_at=row.issued_at,
                called_at=row.first_called_at,
                wait=next(iter(waits_of([row])), None),
                service=next(iter(services_of([row])), None),
            )
            for row in rows
            if code in (EVERYBODY, row.queue, row.window)
        ],
    )
