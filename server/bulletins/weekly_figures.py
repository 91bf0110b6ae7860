"""Figures of one week from the records. Read only: the same facts give the same figures."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from server.attendance import shift_rule_queries
from server.attendance.day_sheet import DaySheet, Totals, total
from server.attendance.sheets import Facts, gather, sheets_of
from server.attendance.verdicts import State
from server.bulletins import sentences
from server.bulletins.figures import (
    AttendanceLine,
    CheckLine,
    Fact,
    Figures,
    FindingLine,
    NamedCase,
    Week,
)
from server.bulletins.settings import BulletinSettings
from server.catalogue.model import Catalogue, Presence
from server.core.context import Context
from server.core.rounding import kept_share, percent
from server.spot_checks import finding_queries
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks.second_checker import state_of

OFFICE = "中心办公室"
WEEKS_SHOWN = 8
INCOMPARABLE = "无可比数据"
STANDING = ("confirmed", "disputed", "upheld")
WALKED = ("started", "done", "unfinished")
KINDS = {
    "empty": "空岗",
    "away": "离岗去向不明",
    "conduct": "工作纪律问题",
    "no_call": "有人等候长时间不叫号",
    "no_punch": "有在岗记录但上午未打卡",
}


def figures(ctx: Context, conn: Connection, week: Week) -> Figures:
    """Return all figures of the bulletin on `week`, from the facts recorded so far."""
    catalogue = _catalogue_then(ctx, conn, week)
    first = week.first - timedelta(weeks=WEEKS_SHOWN - 1)
    facts = gather(ctx, conn, first, week.last)
    weeks = _by_week(sheets_of(facts))
    week_sheets, last_week_sheets = weeks.get(week.id, []), weeks.get(week.before().id, [])
    units = _units(catalogue, week, week_sheets, last_week_sheets)
    rows = sentences.tickets(ctx, conn, week)
    service_units, service_windows = sentences.lines(catalogue, rows, week)
    week_findings = _findings(ctx, conn, catalogue, facts, week)
    findings_before = _findings(ctx, conn, catalogue, facts, week.before())
    check_lines = _checks(ctx, conn, week)
    totals, last_totals = total(week_sheets), total(last_week_sheets)
    figure_facts = _attendance_facts(catalogue, week, week_sheets, totals, last_totals)
    figure_facts |= _ranking_facts(week, units)
    figure_facts |= _check_facts(ctx, week, check_lines, week_findings, findings_before)
    figure_facts |= sentences.facts(rows, len(sentences.tickets(ctx, conn, week.before())), week)
    return Figures(
        week=week.id,
        first=week.first.isoformat(),
        last=week.last.isoformat(),
        hall=catalogue.hall_name,
        facts=figure_facts,
        units=units,
        cases=_cases(catalogue, facts, week, week_sheets),
        checks=check_lines,
        findings=week_findings,
        last_findings=findings_before,
        service_units=service_units,
        service_windows=service_windows,
        rates=_rates(weeks, week, units),
    )


def _catalogue_then(ctx: Context, conn: Connection, week: Week) -> Catalogue:
    """Return the business data as they stood at the week's end.

    Units that came or went later neither appear nor are missing. The first data also apply to the
    time before them.
    """
    versions = shift_rule_queries.versions(conn, ctx.hall_id)
    versions_by_then = [version for version, at in versions if ctx.local(at).date() <= week.last]
    if not versions or (versions_by_then and versions_by_then[-1] == versions[-1][0]):
        return ctx.catalogue()
    return ctx.catalogue_at(conn, versions_by_then[-1] if versions_by_then else versions[0][0])


def present(catalogue: Catalogue) -> list[str]:
    """Return the codes of the units that are in this hall."""
    return [unit.code for unit in catalogue.units if unit.presence is Presence.HALL]


def _by_week(sheets: Iterable[DaySheet]) -> dict[str, list[DaySheet]]:
    by_week: dict[str, list[DaySheet]] = defaultdict(list)
    for sheet in sheets:
        year, number, _ = sheet.day.isocalendar()
        by_week[Week(year, number).id].append(sheet)
    return by_week


def _name(catalogue: Catalogue, unit: str) -> str:
    unit_entry = catalogue.unit_by.get(unit)
    return unit_entry.name if unit_entry else (unit or OFFICE)


def _attendance_link(unit: str, week: Week) -> str:
    return f"/office#month/{unit}/{week.id}"


def _units(
    catalogue: Catalogue,
    week: Week,
    week_sheets: Sequence[DaySheet],
    last: Sequence[DaySheet],
) -> tuple[AttendanceLine, ...]:
    order = {unit.code: place for place, unit in enumerate(catalogue.units)}
    lines = []
    codes = sorted(
        {sheet.unit for sheet in week_sheets}, key=lambda code: order.get(code, len(order))
    )
    for code in codes:
        totals = total(s for s in week_sheets if s.unit == code)
        states = totals.states
        lines.append(
            AttendanceLine(
                unit=code,
                name=_name(catalogue, code),
                people=len({s.staff for s in week_sheets if s.unit == code}),
                due=totals.due,
                on_time=states[State.ON_TIME],
                late=states[State.LATE],
                early=states[State.EARLY],
                missing=states[State.MISSING],
                leave=states[State.LEAVE],
                away=states[State.OFFICIAL] + states[State.ELSEWHERE],
                absent_halves=totals.absent_halves,
                pending=states[State.PENDING],
                rate=kept_share(totals.rate),
                last_rate=kept_share(total(s for s in last if s.unit == code).rate),
                link=_attendance_link(code or "office", week),
            )
        )
    return tuple(lines)


def _cases(
    catalogue: Catalogue, facts: Facts, week: Week, week_sheets: Sequence[DaySheet]
) -> tuple[NamedCase, ...]:
    people = facts.everybody()
    cases = []
    # By unit as well: a person who changed units in the week counts where they belonged that day.
    days: dict[tuple[str, str], list[DaySheet]] = defaultdict(list)
    for sheet in week_sheets:
        days[sheet.staff, sheet.unit].append(sheet)
    for (number, unit), sheets in days.items():
        totals = total(sheets)
        states = totals.states
        late, early, missing = states[State.LATE], states[State.EARLY], states[State.MISSING]
        if late + early + missing == 0:
            continue
        person = people[number]
        cases.append(
            NamedCase(
                staff=number,
                name=person.name,
                unit=unit,
                unit_name=_name(catalogue, unit),
                late=late,
                early=early,
                missing=missing,
                absent_halves=totals.absent_halves,
                minutes=totals.late_minutes + totals.early_minutes,
                link=f"/office#month/{number}/{week.id}/person",
            )
        )
    cases.sort(key=lambda c: (-c.absent_halves, -c.missing, -c.late - c.early, c.staff))
    return tuple(cases)


def _rates(
    weeks: Mapping[str, Sequence[DaySheet]], week: Week, units: Sequence[AttendanceLine]
) -> dict[str, list[float | None]]:
    names = [week]
    while len(names) < WEEKS_SHOWN:
        names.insert(0, names[0].before())
    rates: dict[str, list[float | None]] = {}
    for line in units:
        rates[line.unit] = [
            kept_share(total(s for s in weeks.get(past_week.id, ()) if s.unit == line.unit).rate)
            for past_week in names
        ]
    return rates


def _checks(ctx: Context, conn: Connection, week: Week) -> tuple[CheckLine, ...]:
    lines = []
    for row in spot_checks_queries.of_days(
        conn, ctx.hall_id, week.first.isoformat(), week.last.isoformat()
    ):
        at = row.started_at or row.due_at
        marked_windows = {
            mark.window for mark in spot_checks_queries.marks(conn, ctx.hall_id, row.id)
        }
        lines.append(
            CheckLine(
                id=row.id,
                day=row.day,
                kind=row.kind,
                state=state_of(row),
                at=f"{ctx.local(at):%H:%M}" if at else "",
                windows=len(marked_windows),
                link=f"/office#checks/{row.id}",
            )
        )
    return tuple(lines)


def _findings(
    ctx: Context, conn: Connection, catalogue: Catalogue, facts: Facts, week: Week
) -> tuple[FindingLine, ...]:
    people = facts.everybody()
    rows = finding_queries.of_days(conn, ctx.hall_id, week.first.isoformat(), week.last.isoformat())
    return tuple(
        FindingLine(
            id=row.id,
            day=row.day,
            window=row.window,
            staff=row.staff,
            name=people[row.staff].name if row.staff in people else row.staff,
            unit=row.unit,
            unit_name=_name(catalogue, row.unit),
            kind=row.kind,
            words=_finding_words(row),
            state=row.state,
            step=row.step,
            rectified=bool(row.rectified),
            link=f"/office#findings/{row.id}",
        )
        for row in reversed(rows)
        if row.state in STANDING
    )


def _finding_words(row: Any) -> str:
    faults = json.loads(row.facts).get("faults") or []
    return KINDS.get(row.kind, str(row.kind)) + (f"：{'、'.join(faults)}" if faults else "")


def _check_facts(
    ctx: Context,
    week: Week,
    check_lines: Sequence[CheckLine],
    week_findings: Sequence[FindingLine],
    before: Sequence[FindingLine],
) -> dict[str, Fact]:
    link, list_link = f"/office#checks/{week.id}", f"/office#findings/{week.id}"
    last_link = f"/office#findings/{week.before().id}"
    drawn_checks = [c for c in check_lines if c.kind == "drawn"]
    # Disputed findings of last week are not open to rectification until they are settled.
    settled_findings = [f for f in before if f.state != "disputed"]
    counts = {
        "checks_due": (len(drawn_checks), link),
        "checks_done": (sum(c.state in WALKED for c in drawn_checks), link),
        "checks_missed": (sum(c.state == "missed" for c in drawn_checks), link),
        "checks_extra": (sum(c.kind != "drawn" for c in check_lines), link),
        "marks": (sum(c.windows for c in check_lines), link),
        "confirmed": (sum(f.state != "disputed" for f in week_findings), list_link),
        "disputed": (sum(f.state == "disputed" for f in week_findings), list_link),
        "last_findings": (len(settled_findings), last_link),
        "last_rectified": (sum(f.rectified for f in settled_findings), last_link),
        "last_open": (sum(not f.rectified for f in settled_findings), last_link),
        "rectify_days": (ctx.settings().of(BulletinSettings).rectify_days, "/office#settings"),
    }
    return {name: Fact(str(count), target) for name, (count, target) in counts.items()}


def _attendance_facts(
    catalogue: Catalogue,
    week: Week,
    week_sheets: Sequence[DaySheet],
    totals: Totals,
    last_totals: Totals,
) -> dict[str, Fact]:
    link, states = _attendance_link("all", week), totals.states
    days = {s.day for s in week_sheets if s.slots}
    values = {
        "first": f"{week.first.month}月{week.first.day}日",
        "last": f"{week.last.month}月{week.last.day}日",
        "working_days": str(len(days)),
        "units": str(len(present(catalogue))),
        "units_staffed": str(len({s.unit for s in week_sheets if s.unit})),
        "people": str(len({s.staff for s in week_sheets})),
        "due": str(totals.due),
        "on_time": str(states[State.ON_TIME]),
        "late": str(states[State.LATE]),
        "early": str(states[State.EARLY]),
        "missing": str(states[State.MISSING]),
        "leave": str(states[State.LEAVE]),
        "away": str(states[State.OFFICIAL] + states[State.ELSEWHERE]),
        "absent_halves": str(totals.absent_halves),
        "rate": _percent(totals.rate),
        "rate_change": _points(totals.rate, last_totals.rate),
        "rate_trend": _compared(_points(totals.rate, last_totals.rate)),
    }
    return {name: Fact(value, link) for name, value in values.items()}


def _ranking_facts(week: Week, units: Sequence[AttendanceLine]) -> dict[str, Fact]:
    best_units = [line.name for line in units if line.due and line.on_time == line.due]
    rated = [line for line in units if line.rate is not None and line.rate < 1]
    worst_units = sorted(rated, key=lambda line: (line.rate or 0, line.name))[:3]
    link = _attendance_link("all", week)
    worst_text = "、".join(f"{line.name}（{_percent(line.rate)}）" for line in worst_units)
    return {
        "best": Fact("、".join(best_units) or "无", link),
        "worst": Fact(worst_text or "无", link),
    }


def _percent(rate: float | None) -> str:
    stored_rate = kept_share(rate)
    return "—" if stored_rate is None else f"{percent(stored_rate)}%"


def _points(rate: float | None, last: float | None) -> str:
    now, before = kept_share(rate), kept_share(last)
    if now is None or before is None:
        return INCOMPARABLE
    change = percent(now) - percent(before)
    if not change:
        return "持平"
    return f"{'上升' if change > 0 else '下降'}{abs(change)}个百分点"


def _compared(change: str) -> str:
    """Return a change as an independent clause."""
    return f"上周{change}" if change == INCOMPARABLE else f"与上周相比{change}"
