"""Messages of reports, made from their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from server.catalogue.model import Catalogue, Presence
from server.complaints.week_facts import WHOLE_HALL
from server.core.money import yuan_text
from server.core.rates import rate_text
from server.fees.rules import MONEY_COUNTED
from server.issuing.week_counts import LICENCES_COUNTED
from server.queue.ticket_sites import are_several
from server.queue.week_facts import NO_SITE
from server.ratings.figures import By
from server.ratings.views import name_of
from server.reports import columns
from server.reports.columns import GROUP_WORDS, HEADS, Column, Pair, change, minutes
from server.reports.figures import NOTHING, Line, Report
from server.reports.messages import MainFigure, PeriodIds, ReportTable, ReportView
from server.reports.periods import PeriodKind, period_of
from server.reports.rules import Grouping

NOWHERE: Mapping[Grouping, str] = {
    Grouping.UNIT: WHOLE_HALL,
    Grouping.ITEM: "没有事项",
    Grouping.WINDOW: "没有到窗口的号",
    Grouping.PERSON: "没有经办人的",
    Grouping.SITE: NO_SITE,
}
"""Rows of what belongs to none of the groups: a number that was never called has no window."""


def view(report: Report, made_at: int) -> ReportView:
    """Return a report as page, paper and workbook show it."""
    period, catalogue = report.wish.period, report.catalogue
    unit = report.wish.unit
    end = min(period.last, report.today)
    after = period.after()
    kinds = {kind.value: period_of(kind, end).id for kind in PeriodKind}
    return ReportView(
        hall=catalogue.hall_name,
        kind=period.kind,
        period=period.id,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        running=report.today <= period.last,
        earlier_first=report.earlier[0].isoformat(),
        earlier_last=report.earlier[1].isoformat(),
        before=period.before().id,
        after=after.id if after.first <= report.today else "",
        periods=PeriodIds(**kinds),
        by=report.wish.by,
        groupings=_groupings(report),
        unit_name=_unit_name(catalogue, unit) if unit else "",
        made_at=made_at,
        main=_main(report),
        tables=_tables(report),
    )


def _groupings(report: Report) -> list[Grouping]:
    """Return the groupings to choose from: by building in a hall that has several."""
    people = () if report.wish.unit else (Grouping.PERSON,)
    sites = (Grouping.SITE,) if are_several(report.catalogue) else ()
    return [Grouping.UNIT, Grouping.ITEM, Grouping.WINDOW, *people, *sites]


def _main(report: Report) -> list[MainFigure]:
    now, before = report.all.tickets, report.all.earlier
    rates = report.all.ratings.good_rate, report.earlier_ratings.good_rate
    return [
        *(
            MainFigure(
                key=column.key,
                zh=column.words[0],
                en=column.words[1],
                value=str(number),
                earlier=str(earlier),
                change=change(number, earlier),
            )
            for column, number, earlier in (
                (columns.ISSUED, now.issued, before.issued),
                (columns.SERVED, now.served, before.served),
                (columns.MISSED, now.missed, before.missed),
                (columns.DECIDED, *report.decided),
            )
        ),
        *(
            MainFigure(key=key, zh=words[0], en=words[1], value=value, earlier=earlier, change="")
            for key, words, value, earlier in (
                (
                    columns.WAIT.key,
                    columns.WAIT.words,
                    minutes(now.wait_mean),
                    minutes(before.wait_mean),
                ),
                (
                    columns.SPENT.key,
                    columns.SPENT.words,
                    minutes(now.service_mean),
                    minutes(before.service_mean),
                ),
                ("good_rate", ("好评率", "Good rate"), rate_text(rates[0]), rate_text(rates[1])),
                (
                    columns.RECEIVED.key,
                    ("收款（元）", "Received (yuan)"),
                    *map(yuan_text, report.received),
                ),
            )
        ),
    ]


def _tables(report: Report) -> list[ReportTable]:
    by = report.wish.by
    is_by_site = by is Grouping.SITE
    counted = (*columns.SERVICE_NOTES, *((columns.SITE_TICKETS,) if is_by_site else ()))
    tables = [
        _table(report, "service", ("服务情况", "Service"), columns.SERVICE, _is_busy, counted)
    ]
    rated_later = report.rated_until < min(report.wish.period.last, report.today)
    notes = (*columns.RATING_NOTES, *((columns.RATED_LATER,) if rated_later else ()))
    tables.append(
        _table(report, "ratings", ("群众评价", "Ratings"), columns.RATINGS, _is_rated, notes)
    )
    if is_by_site:
        tables.append(_cases(report, (*columns.CASE_NOTES, columns.SITE_CASES)))
    elif by is not Grouping.WINDOW:
        tables += _of_cases(report)
    if by is Grouping.UNIT:
        title = ("投诉建议情况（单位：件）", "Complaints")
        tables.append(
            _table(
                report, "complaints", title, columns.COMPLAINTS, _has_complaints,
                columns.COMPLAINT_NOTES,
            )
        )  # fmt: skip
    if report.wish.period.kind is not PeriodKind.DAY:
        tables.append(_days(report))
    return tables


def _cases(report: Report, notes: Sequence[Pair]) -> ReportTable:
    shown = columns.STATED if report.wish.by is Grouping.PERSON else columns.CASES
    title = ("办件情况（单位：件）", "Cases")
    return _table(report, "cases", title, shown, _has_cases, notes)


def _of_cases(report: Report) -> Iterator[ReportTable]:
    """Yield the tables of cases, fees, licences and joint review, which have no windows."""
    is_by_person = report.wish.by is Grouping.PERSON
    yield _cases(report, (columns.PERSON_CASES,) if is_by_person else columns.CASE_NOTES)
    yield _table(
        report,
        "fees",
        ("收费情况（单位：元）", "Fees (yuan)"),
        columns.STATED_FEES if is_by_person else columns.FEES,
        lambda line: line.money != NOTHING.money,
        (MONEY_COUNTED, *((columns.PERSON_FEES,) if is_by_person else ())),
    )
    yield _table(
        report,
        "issuing",
        ("出件情况（单位：本）", "Licences"),
        (*columns.HANDLED, *columns.AFTER) if is_by_person else columns.ISSUING,
        lambda line: line.licences != NOTHING.licences,
        (LICENCES_COUNTED, *((columns.PERSON_ISSUING,) if is_by_person else ())),
    )
    yield _table(
        report,
        "joint",
        ("联审情况（单位：份）", "Joint review"),
        columns.ANSWERS if is_by_person else columns.JOINT,
        lambda line: line.joint != NOTHING.joint,
        (columns.PERSON_JOINT,) if is_by_person else columns.JOINT_NOTES,
    )


def _is_busy(line: Line) -> bool:
    return line.tickets.issued + line.earlier.issued > 0


def _is_rated(line: Line) -> bool:
    return line.ratings.services > 0


def _has_cases(line: Line) -> bool:
    return line.cases != NOTHING.cases


def _has_complaints(line: Line) -> bool:
    return line.complaints != NOTHING.complaints


def _table(
    report: Report,
    key: str,
    title: Pair,
    shown: Sequence[Column],
    wanted: Callable[[Line], bool],
    notes: Sequence[Pair],
) -> ReportTable:
    by, group = report.wish.by, GROUP_WORDS[report.wish.by]
    # A chief's report has one unit, which its heading names.
    with_unit = by in (Grouping.ITEM, Grouping.PERSON) and not report.wish.unit
    heads = [HEADS[by]]
    if with_unit:
        heads.append(columns.UNIT_HEAD)
    always = key == "service"
    return columns.table(
        key,
        (f"{group[0]}{title[0]}", f"{title[1]} {group[1]}"),
        heads,
        shown,
        (
            (code, _names(report.catalogue, by, code)[: len(heads)], line)
            for code, line in report.lines.items()
            if wanted(line) or (always and _is_present(report, code))
        ),
        report.all,
        notes,
    )


def _is_present(report: Report, code: str) -> bool:
    """Return True for a unit or a building that has a row in a period without numbers."""
    if report.wish.by is Grouping.SITE:
        return code in report.catalogue.site_by
    unit = report.catalogue.unit_by.get(code) if report.wish.by is Grouping.UNIT else None
    return unit is not None and unit.presence is Presence.HALL


def _days(report: Report) -> ReportTable:
    days = (day.isoformat() for day in report.wish.period.days(report.today))
    return columns.table(
        "days",
        ("逐日服务和收款情况", "Service and money by day"),
        [columns.DAY_HEAD],
        columns.DAYS,
        ((day, [day], report.days.get(day, NOTHING)) for day in days),
        report.all,
        (),
    )


def _names(catalogue: Catalogue, by: Grouping, code: str) -> list[str]:
    """Return the words of a row: its name, of an item or a person its unit as well."""
    if by is Grouping.SITE:
        site, alone = catalogue.site_by.get(code), not are_several(catalogue)
        return [site.name if site else catalogue.hall_name if alone else NOWHERE[by]]
    if not code:
        return [NOWHERE[by], *([""] if by in (Grouping.ITEM, Grouping.PERSON) else [])]
    if by is Grouping.ITEM:
        item = catalogue.item_by.get(code)
        return [item.name, _unit_name(catalogue, item.unit)] if item else [code, ""]
    if by is Grouping.PERSON:
        person = catalogue.staff_by.get(code)
        return [person.name, _unit_name(catalogue, person.unit)] if person else [code, ""]
    return [name_of(catalogue, By.UNIT if by is Grouping.UNIT else By.WINDOW, code)[0]]


def _unit_name(catalogue: Catalogue, code: str) -> str:
    unit = catalogue.unit_by.get(code)
    return unit.name if unit else code
