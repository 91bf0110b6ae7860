"""Attendance of a week: units, people with an exception, rates over the last weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from server.attendance.day_sheet import DaySheet, Totals, total
from server.attendance.sheets import Facts, gather, sheets_of
from server.attendance.verdicts import State
from server.attendance.week_lines import AttendanceLine, NamedCase
from server.catalogue.model import Catalogue, Presence
from server.core.rounding import kept_share, percent
from server.core.weeks import Fact, Week
from server.hall.week_request import WeekFacts, WeekRequest

PLACE = 1
OFFICE = "中心办公室"
WEEKS_SHOWN = 8
INCOMPARABLE = "无可比数据"


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's attendance."""
    catalogue, week, facts = request.catalogue, request.week, facts_of(request)
    weeks = _by_week(sheets_of(facts))
    week_sheets, last_week_sheets = weeks.get(week.id, []), weeks.get(week.before().id, [])
    units = _units(catalogue, week, week_sheets, last_week_sheets)
    totals, last_totals = total(week_sheets), total(last_week_sheets)
    quoted = _attendance_facts(catalogue, week, week_sheets, totals, last_totals)
    quoted |= _ranking_facts(week, units)
    lines = {
        "units": units,
        "cases": _cases(catalogue, facts, week, week_sheets),
        "rates": _rates(weeks, week, units),
    }
    return WeekFacts(quoted, lines)


def facts_of(request: WeekRequest) -> Facts:
    """Return the attendance facts of the week and the weeks before, read once for a request."""
    if "attendance" not in request.shared:
        first = request.week.first - timedelta(weeks=WEEKS_SHOWN - 1)
        request.shared["attendance"] = gather(request.ctx, request.conn, first, request.week.last)
    facts: Facts = request.shared["attendance"]
    return facts


def present(catalogue: Catalogue) -> list[str]:
    """Return the codes of the units that are in this hall."""
    return [unit.code for unit in catalogue.units if unit.presence is Presence.HALL]


def _by_week(sheets: Iterable[DaySheet]) -> dict[str, list[DaySheet]]:
    by_week: dict[str, list[DaySheet]] = defaultdict(list)
    for sheet in sheets:
        year, number, _ = sheet.day.isocalendar()
        by_week[Week(year, number).id].append(sheet)
    return by_week


def unit_name(catalogue: Catalogue, unit: str) -> str:
    """Return a unit's name; people without a unit belong to the office."""
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
                name=unit_name(catalogue, code),
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
                unit_name=unit_name(catalogue, unit),
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
