"""Shapes bulletins into messages. No rules, no queries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from server.domain.bulletin import wording
from server.domain.bulletin.figures import Difference, Figures, Week
from server.domain.catalogue import Catalogue
from server.domain.tickets import ActorKind
from server.office import bulletin_tables
from server.services.bulletins.acts import Bulletin
from server.services.bulletins.service import services_of, waits_of
from server.services.context import Actor
from server.wire.bulletin import (
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

EVERYBODY = "all"
FACT_LABELS = {
    "first": "起始日",
    "last": "截止日",
    "working_days": "工作日数",
    "units": "进驻单位数",
    "units_staffed": "派驻人员的单位数",
    "people": "应考勤人数",
    "due": "应打卡次数",
    "on_time": "准时次数",
    "late": "迟到次数",
    "early": "早退次数",
    "missing": "缺卡次数",
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
}
"""Names of the figures in the editor and in amendments; a test checks that none is missing."""


def manages(actor: Actor) -> bool:
    """Whether somebody belongs to those who see drafts."""
    return actor.kind in (ActorKind.MANAGER, ActorKind.ADMINISTRATOR)


def archive(rows: Sequence[Any], *, drafts: bool) -> BulletinList:
    """The list of bulletins."""
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
    found: Bulletin,
    acknowledged: Mapping[str, Any],
    amendments: Sequence[Any],
) -> BulletinView:
    """A bulletin with everything that belongs to it."""
    row, figures = found.row, found.figures
    return BulletinView(
        id=row.id,
        number=row.number,
        state=row.state,
        first=figures.first,
        last=figures.last,
        hall=figures.hall,
        digest=found.digest,
        drafted_at=row.drafted_at,
        editors=json.loads(row.editors),
        edited_at=row.edited_at,
        released_by=row.released_by,
        released_at=row.released_at,
        pending=any(line.pending for line in figures.units),
        sections=sections(figures, found.words),
        title=title_of(figures),
        numbered=number_of(figures, row.number),
        tables=bulletin_tables.tables(catalogue, figures),
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
        weeks=_weeks(found.week, figures),
        acknowledgements=_receipts(catalogue, figures, acknowledged),
        amendments=[_amendment(one) for one in amendments],
    )


def title_of(figures: Figures) -> str:
    """Return the title as papers have it: who, on what, which kind of paper."""
    first, last = date.fromisoformat(figures.first), date.fromisoformat(figures.last)
    span = f"{first.year}年{first.month}月{first.day}日至"
    if last.year != first.year:
        span += f"{last.year}年"
    if last.month != first.month:
        span += f"{last.month}月"
    return f"{figures.hall}关于{span}{last.day}日窗口工作情况的通报"


def number_of(figures: Figures, number: int) -> str:
    """Return 2026年第3期; a draft has no number yet."""
    year = figures.week[:4]
    return f"{year}年第{number}期" if number else f"{year}年第　期（草稿，未发布）"


def label_of(name: str) -> str:
    """Return what people call a figure."""
    return FACT_LABELS.get(name, name)


def _weeks(week: Week, figures: Figures) -> list[str]:
    count = max((len(rates) for rates in figures.rates.values()), default=0)
    found: list[str] = []
    for _ in range(count):
        found.insert(0, week.id)
        week = week.before()
    return found


def sections(figures: Figures, words: Mapping[str, str]) -> list[BulletinSection]:
    """The sections in order, each figure with its evidence."""
    return [
        BulletinSection(
            name=name,
            title=wording.TITLES[name],
            words=words[name],
            edited=words[name] != wording.DRAFT[name],
            pieces=[
                BulletinPiece(text=piece.text, link=piece.link)
                for piece in wording.pieces(words[name], figures.facts)
            ],
        )
        for name in wording.SECTIONS
        if name in words
    ]


def _receipts(
    catalogue: Catalogue, figures: Figures, acknowledged: Mapping[str, Any]
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
    found = catalogue.staff_by.get(number)
    return found.name if found else number


def named(found: Iterable[Difference]) -> list[Difference]:
    """Return differences under the names that the office uses."""
    return [replace(one, name=label_of(one.name)) for one in found]


def _amendment(row: Any) -> AmendmentView:
    return AmendmentView(
        n=row.n,
        words=row.words,
        changes=named(Difference(**one) for one in json.loads(row.data)),
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        released_by=row.released_by,
        released_at=row.released_at,
        digest=row.digest,
    )


def public(shown: BulletinView, *, names: bool) -> PublicBulletin:
    """What everybody may see."""
    assert shown.released_at is not None, "only released bulletins are public"
    return PublicBulletin(
        id=shown.id,
        number=shown.number,
        hall=shown.hall,
        first=shown.first,
        last=shown.last,
        released_at=shown.released_at,
        digest=shown.digest,
        title=shown.title,
        numbered=shown.numbered,
        sections=shown.sections,
        tables=[table for table in shown.tables if names or not table.personal],
        units=shown.units,
        service_units=shown.service_units,
        cases=shown.cases if names else [],
        amendments=[one.words for one in shown.amendments if one.released_at is not None],
    )


def _window_number(catalogue: Catalogue, code: str) -> int | None:
    window = catalogue.window_by.get(code)
    return window.number if window else None


def tickets(catalogue: Catalogue, rows: Sequence[Any], code: str, week: str) -> TicketEvidence:
    """The tickets of a unit, a window or everybody."""
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
