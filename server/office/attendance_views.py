"""Shapes day sheets into messages. No rules, no queries: what is shown, not what holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from server.domain.attendance.sheet import DaySheet, Totals, total
from server.domain.attendance.shifts import ShiftRule, clock
from server.domain.attendance.verdicts import STATE_WORDS, SlotVerdict, State
from server.domain.catalogue import Catalogue
from server.domain.rounding import kept_share
from server.domain.workdays import Workdays
from server.services.attendance.rules import Change, PersonTrial
from server.services.attendance.sheets import Facts
from server.wire.attendance import (
    LETTERS,
    AttendanceDay,
    DayView,
    Mark,
    MonthDay,
    MonthRow,
    MonthSheet,
    PersonMonth,
    PersonToday,
    RuleBody,
    RuleTrial,
    RuleView,
    SlotBody,
    TotalsView,
    TrialChange,
    TrialPerson,
    UnitToday,
)
from server.wire.views import NameRef

OFFICE = "中心办公室"
CHANGES_LISTED = 40
"""Changes of the past that a month sheet writes out."""


def mark(verdict: SlotVerdict, day: date, now: datetime) -> Mark:
    """The verdict of one slot."""
    slot = verdict.slot
    waiting = verdict.state is State.PENDING and verdict.punch is None
    return Mark(
        slot=slot.code,
        name=slot.name,
        due=clock(slot.due),
        state=verdict.state.value,
        minutes=verdict.minutes,
        at=clock(verdict.punch.at.time()) if verdict.punch else "",
        line=verdict.line,
        corrected=verdict.corrected,
        moved=bool(verdict.moved) and verdict.correction is None,
        was=verdict.was,
        doubt=verdict.doubted is not None,
        overdue=waiting and now > datetime.combine(day, slot.due),
    )


def totals(counted: Totals) -> TotalsView:
    """Sums."""
    states = counted.states
    return TotalsView(
        due=counted.due,
        on_time=states[State.ON_TIME],
        late=states[State.LATE],
        early=states[State.EARLY],
        missing=states[State.MISSING],
        leave=states[State.LEAVE],
        official=states[State.OFFICIAL],
        elsewhere=states[State.ELSEWHERE],
        pending=states[State.PENDING],
        late_minutes=counted.late_minutes,
        early_minutes=counted.early_minutes,
        absent_halves=counted.absent_halves,
        corrected=counted.corrected,
        days=counted.days,
        rate=kept_share(counted.rate),
    )


def note_of(calendar: Workdays, day: date) -> str:
    """Name of the holiday or make-up day."""
    special = calendar.special(day)
    return special.note if special else ""


def day_view(sheet: DaySheet, calendar: Workdays, now: datetime) -> DayView:
    """One person's day."""
    return DayView(
        day=sheet.day.isoformat(),
        weekday=sheet.day.isoweekday(),
        working=sheet.working,
        note=note_of(calendar, sheet.day),
        rule=sheet.rule.title if sheet.rule else "",
        marks=[mark(v, sheet.day, now) for v in sheet.slots],
        absent_halves=sheet.absent_halves,
        changed=[f"{one.name}{one.line}" for one in sheet.changed],
    )


def unit_name(catalogue: Catalogue, code: str) -> str:
    """A unit by name; people without one belong to the office."""
    unit = catalogue.unit_by.get(code)
    return unit.name if unit else (code or OFFICE)


def hall_day(
    catalogue: Catalogue, facts: Facts, sheets: list[DaySheet], day: date, now: datetime
) -> AttendanceDay:
    """The hall on one day, by unit in the catalogue's order, the office last."""
    names = facts.everybody()
    grouped: dict[str, list[DaySheet]] = {u.code: [] for u in catalogue.units}
    for sheet in sheets:
        grouped.setdefault(sheet.unit, []).append(sheet)
    if "" in grouped:
        grouped[""] = grouped.pop("")
    units = [
        UnitToday(
            code=code,
            name=unit_name(catalogue, code),
            people=[_person_today(catalogue, names, s, now) for s in found],
            totals=totals(total(found)),
        )
        for code, found in grouped.items()
        if found
    ]
    return AttendanceDay(
        day=day.isoformat(),
        working=facts.calendar.works(day),
        note=note_of(facts.calendar, day),
        known_until=_known(facts, day),
        slots=_usual_slots(sheets),
        units=units,
        totals=totals(total(sheets)),
    )


def _known(facts: Facts, day: date) -> str:
    """Up to when the time clocks have told, as far as it matters for `day`."""
    known = facts.known_until
    if known.date() > day:
        return ""
    return clock(known.time()) if known.date() == day else f"{known:%m-%d %H:%M}"


def _usual_slots(sheets: Iterable[DaySheet]) -> list[str]:
    """Names of the slots that most people have; the head of the table."""
    names = [tuple(v.slot.name for v in s.slots) for s in sheets if s.slots]
    return list(Counter(names).most_common(1)[0][0]) if names else []


def _person_today(
    catalogue: Catalogue, names: Mapping[str, object], sheet: DaySheet, now: datetime
) -> PersonToday:
    listed = names.get(sheet.staff)
    staff = catalogue.staff_by.get(sheet.staff)
    return PersonToday(
        number=sheet.staff,
        name=getattr(listed, "name", sheet.staff),
        windows=list(staff.windows) if staff else [],
        marks=[mark(v, sheet.day, now) for v in sheet.slots],
        absent_halves=sheet.absent_halves,
        changed=[f"{one.name}{one.line}" for one in sheet.changed],
    )


def person_month(
    catalogue: Catalogue,
    facts: Facts,
    sheets: list[DaySheet],
    staff: str,
    month: str,
    now: datetime,
) -> PersonMonth:
    """One person's month."""
    person = facts.everybody()[staff]
    return PersonMonth(
        number=staff,
        name=person.name,
        unit=person.unit,
        unit_name=unit_name(catalogue, person.unit),
        month=month,
        days=[day_view(s, facts.calendar, now) for s in sheets],
        totals=totals(total(sheets)),
    )


def letters(sheet: DaySheet) -> str:
    """A day in short."""
    return "".join(
        LETTERS[v.state.value].upper() if v.corrected else LETTERS[v.state.value]
        for v in sheet.slots
    )


def month_sheet(
    catalogue: Catalogue, facts: Facts, sheets: list[DaySheet], unit: str, month: str
) -> MonthSheet:
    """A unit's month or, with `unit` empty, everybody's."""
    by_person: dict[str, list[DaySheet]] = {}
    for sheet in sheets:
        by_person.setdefault(sheet.staff, []).append(sheet)
    days = [date.fromordinal(n) for n in range(facts.first.toordinal(), facts.last.toordinal() + 1)]
    rows = []
    for number, person in facts.everybody().items():
        found = {s.day: s for s in by_person.get(number, [])}
        if found:
            belongs = found[max(found)].unit
            rows.append(
                MonthRow(
                    number=number,
                    name=person.name,
                    unit=belongs,
                    unit_name=unit_name(catalogue, belongs),
                    days=[letters(found[day]) if day in found else "" for day in days],
                    totals=totals(total(found.values())),
                )
            )
    return MonthSheet(
        unit=unit,
        unit_name=unit_name(catalogue, unit) if unit else catalogue.hall_name,
        month=month,
        units=_units(catalogue, facts),
        days=[
            MonthDay(
                day=day.isoformat(),
                weekday=day.isoweekday(),
                working=facts.calendar.works(day),
                note=note_of(facts.calendar, day),
            )
            for day in days
        ],
        rows=rows,
        totals=totals(total(sheets)),
        changed=_changed(facts, sheets),
    )


def _changed(facts: Facts, sheets: Iterable[DaySheet]) -> list[str]:
    """Values that changes of the past moved in these days, both in words."""
    names = facts.everybody()
    found = [
        f"{names[sheet.staff].name}{sheet.day.month}月{sheet.day.day}日{one.name}{one.line}"
        for sheet in sorted(sheets, key=lambda s: (s.day, s.staff))
        for one in sheet.moved
    ]
    rest = len(found) - CHANGES_LISTED
    return found if rest <= 0 else [*found[:CHANGES_LISTED], f"另有{rest}处更正，见更正确认。"]


def _units(catalogue: Catalogue, facts: Facts) -> list[NameRef]:
    lending = {person.unit for _, people in facts.lists for person in people}
    return [
        NameRef(code=u.code, name=u.name, name_en=u.name_en)
        for u in catalogue.units
        if u.code in lending
    ]


def rule_body(rule: ShiftRule) -> RuleBody:
    """A rule as it could be drafted again."""
    return RuleBody(
        name=rule.name,
        scope=rule.scope.value,
        subjects=list(rule.subjects),
        valid_from=rule.valid_from.isoformat(),
        valid_to=rule.valid_to.isoformat() if rule.valid_to else None,
        weekdays=sorted(rule.weekdays),
        slots=[
            SlotBody(
                code=s.code,
                name=s.name,
                direction=s.direction.value,
                due=clock(s.due),
                opens=clock(s.opens),
                closes=clock(s.closes),
                half=1 if s.half == 1 else 2,
                grace=s.grace,
                absent_after=s.absent_after,
            )
            for s in rule.slots
        ],
        apart_seconds=rule.apart_seconds,
    )


def rule_view(rule: ShiftRule) -> RuleView:
    """A rule as it stands."""
    return RuleView(
        id=rule.id,
        rule=rule_body(rule),
        state=rule.state.value,
        ended_on=rule.ended_on.isoformat() if rule.ended_on else "",
        clauses=list(rule.clauses),
    )


def rule_trial(
    catalogue: Catalogue, people: list[PersonTrial], first: date, last: date
) -> RuleTrial:
    """Everybody whose days would have read differently."""
    return RuleTrial(
        first=first.isoformat(),
        last=last.isoformat(),
        people=[
            TrialPerson(
                number=p.staff,
                name=p.name,
                unit_name=unit_name(catalogue, p.unit),
                before=totals(p.before),
                after=totals(p.after),
                changes=[_change(change) for change in p.changes],
            )
            for p in people
        ],
    )


def _change(change: Change) -> TrialChange:
    named = change.after or change.before
    return TrialChange(
        day=change.day.isoformat(),
        slot=named.slot.name if named else "",
        before=_in_words(change.before),
        after=_in_words(change.after),
    )


def _in_words(verdict: SlotVerdict | None) -> str:
    if verdict is None:
        return "无须打卡"
    minutes = f"{verdict.minutes}分钟" if verdict.minutes else ""
    return STATE_WORDS[verdict.state] + minutes
