"""Views of day sheets: converts them into messages. Contains no rules and no queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from server.attendance import words
from server.attendance.buildings import AT_SITE, choices
from server.attendance.day_sheet import DaySheet, Totals, total
from server.attendance.messages import (
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
    SiteToday,
    SlotBody,
    TotalsView,
    TrialChange,
    TrialPerson,
    UnitToday,
)
from server.attendance.sheets import Facts
from server.attendance.shift_rule_actions import Change, PersonTrial
from server.attendance.shift_rules import ShiftRule, clock
from server.attendance.verdicts import SlotVerdict, State
from server.catalogue.messages import NameRef
from server.catalogue.model import Catalogue
from server.core.day_facts import RetroactiveChange
from server.core.rounding import kept_share
from server.core.working_days import Workdays

OFFICE = "中心办公室"
OFFICE_UNIT = "office"
"""The office's own people as a unit in addresses."""
CHANGES_LISTED = 40
"""Number of retroactive changes that a month sheet lists in full."""


def mark(verdict: SlotVerdict, day: date, now: datetime) -> Mark:
    """Return the mark of one slot's verdict."""
    slot = verdict.slot
    waiting = verdict.state is State.PENDING and verdict.punch is None
    return Mark(
        slot=slot.code,
        name=slot.name,
        due=clock(slot.due),
        state=verdict.state.value,
        minutes=verdict.minutes,
        at=clock(verdict.punch.at.time()) if verdict.punch else "",
        line=words.verdict_sentence(verdict),
        corrected=verdict.corrected,
        moved=bool(verdict.retroactive_changes) and verdict.correction is None,
        was=words.previous_words(verdict),
        doubt=verdict.doubtful_punch is not None,
        overdue=waiting and now > datetime.combine(day, slot.due),
    )


def named_change(change: RetroactiveChange) -> str:
    """Return a change of a value without a slot, with the value's name."""
    return f"{change.name}{words.change_sentence(change)}"


def totals(sums: Totals) -> TotalsView:
    """Return the view of the sums."""
    states = sums.states
    return TotalsView(
        due=sums.due,
        on_time=states[State.ON_TIME],
        late=states[State.LATE],
        early=states[State.EARLY],
        missing=states[State.MISSING],
        leave=states[State.LEAVE],
        official=states[State.OFFICIAL],
        elsewhere=states[State.ELSEWHERE],
        pending=states[State.PENDING],
        late_minutes=sums.late_minutes,
        early_minutes=sums.early_minutes,
        absent_halves=sums.absent_halves,
        corrected=sums.corrected,
        days=sums.days,
        rate=kept_share(sums.rate),
    )


def note_of(calendar: Workdays, day: date) -> str:
    """Return the name of the holiday or make-up day; "" for other days."""
    special = calendar.special(day)
    return special.note if special else ""


def day_view(sheet: DaySheet, calendar: Workdays, now: datetime) -> DayView:
    """Return the view of one person's day."""
    return DayView(
        day=sheet.day.isoformat(),
        weekday=sheet.day.isoweekday(),
        working=sheet.working,
        note=note_of(calendar, sheet.day),
        rule=words.rule_title(sheet.rule) if sheet.rule else "",
        marks=[mark(v, sheet.day, now) for v in sheet.slots],
        absent_halves=sheet.absent_halves,
        changed=[named_change(change) for change in sheet.changes_without_slot],
    )


def unit_name(catalogue: Catalogue, code: str) -> str:
    """Return a unit's name; people without a unit belong to the office."""
    unit = catalogue.unit_by.get(code)
    return unit.name if unit else (code or OFFICE)


def hall_day(
    catalogue: Catalogue,
    facts: Facts,
    sheets: list[DaySheet],
    day: date,
    now: datetime,
    then: Catalogue,
    building_on: Callable[[str, str], str],
) -> AttendanceDay:
    """Return the hall's sheet of one day by unit in the catalogue's order, the office last.

    `then`: the business data of that day. In a hall of several buildings a unit has a part for
    each; `building_on` returns a person's on an ISO day.
    """
    names, sites = facts.everybody(), choices(then)
    buildings = {sheet.staff: building_on(sheet.staff, day.isoformat()) for sheet in sheets}
    places = [site.code for site in sites] or [""]
    grouped: dict[tuple[str, str], list[DaySheet]] = {
        (code, site): [] for code in _unit_order(catalogue, sheets) for site in places
    }
    for sheet in sheets:
        grouped[sheet.unit, buildings[sheet.staff]].append(sheet)
    units = [
        UnitToday(
            code=code,
            name=unit_name(catalogue, code),
            site=site,
            people=[_person_today(catalogue, names, s, now) for s in unit_sheets],
            totals=totals(total(unit_sheets)),
        )
        for (code, site), unit_sheets in grouped.items()
        if unit_sheets
    ]
    return AttendanceDay(
        day=day.isoformat(),
        working=facts.calendar.works(day),
        note=note_of(facts.calendar, day),
        known_until=_known(facts, day),
        slots=_usual_slots(sheets),
        units=units,
        sites=[
            SiteToday(
                **site.model_dump(),
                totals=totals(total(s for s in sheets if buildings[s.staff] == site.code)),
            )
            for site in sites
        ],
        totals=totals(total(sheets)),
    )


def _unit_order(catalogue: Catalogue, sheets: Iterable[DaySheet]) -> list[str]:
    """Return the units in the catalogue's order, then others, the office last."""
    codes = [u.code for u in catalogue.units]
    others = dict.fromkeys(s.unit for s in sheets if s.unit and s.unit not in codes)
    return [*codes, *others, ""]


def _known(facts: Facts, day: date) -> str:
    """Return the time up to which all time clocks have delivered; "" if it is after `day`."""
    until = facts.known_until
    if until.date() > day:
        return ""
    return clock(until.time()) if until.date() == day else f"{until:%m-%d %H:%M}"


def _usual_slots(sheets: Iterable[DaySheet]) -> list[str]:
    """Return the slot names that most people have; they are the table's head."""
    names = [tuple(v.slot.name for v in s.slots) for s in sheets if s.slots]
    return list(Counter(names).most_common(1)[0][0]) if names else []


def _person_today(
    catalogue: Catalogue, names: Mapping[str, object], sheet: DaySheet, now: datetime
) -> PersonToday:
    entry = names.get(sheet.staff)
    staff = catalogue.staff_by.get(sheet.staff)
    return PersonToday(
        number=sheet.staff,
        name=getattr(entry, "name", sheet.staff),
        windows=list(staff.windows) if staff else [],
        marks=[mark(v, sheet.day, now) for v in sheet.slots],
        absent_halves=sheet.absent_halves,
        changed=[named_change(change) for change in sheet.changes_without_slot],
    )


def person_month(
    catalogue: Catalogue,
    facts: Facts,
    sheets: list[DaySheet],
    staff: str,
    month: str,
    now: datetime,
) -> PersonMonth:
    """Return the view of one person's month."""
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
    """Return a day's verdicts as letters; corrected ones in upper case."""
    return "".join(
        LETTERS[v.state.value].upper() if v.corrected else LETTERS[v.state.value]
        for v in sheet.slots
    )


def month_sheet(
    catalogue: Catalogue,
    facts: Facts,
    sheets: list[DaySheet],
    unit: str,
    month: str,
    then: Catalogue | None = None,
) -> MonthSheet:
    """Return a unit's month, with an empty `unit` the hall's, with `@` and a code a building's.

    `then`: the business data at the end of the month, if not those of today.
    """
    by_person: dict[str, list[DaySheet]] = {}
    for sheet in sheets:
        by_person.setdefault(sheet.staff, []).append(sheet)
    days = [date.fromordinal(n) for n in range(facts.first.toordinal(), facts.last.toordinal() + 1)]
    rows = []
    for number, person in facts.everybody().items():
        by_day = {s.day: s for s in by_person.get(number, [])}
        if by_day:
            last_unit = by_day[max(by_day)].unit
            rows.append(
                MonthRow(
                    number=number,
                    name=person.name,
                    unit=last_unit,
                    unit_name=unit_name(catalogue, last_unit),
                    days=[letters(by_day[day]) if day in by_day else "" for day in days],
                    totals=totals(total(by_day.values())),
                )
            )
    return MonthSheet(
        unit=unit,
        unit_name=_subject_name(catalogue, then or catalogue, unit),
        month=month,
        units=_units(catalogue, facts),
        sites=choices(then or catalogue),
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


def _subject_name(catalogue: Catalogue, then: Catalogue, unit: str) -> str:
    """Return the name of the people of a month sheet."""
    if unit == OFFICE_UNIT:
        return OFFICE
    if not unit.startswith(AT_SITE):
        return unit_name(catalogue, unit) if unit else catalogue.hall_name
    name = next((s.name for s in choices(then) if AT_SITE + s.code == unit), unit)
    return f"{catalogue.hall_name}{name}"


def _changed(facts: Facts, sheets: Iterable[DaySheet]) -> list[str]:
    """Return the values that retroactive changes moved in these days, before and after."""
    names = facts.everybody()
    lines = [
        f"{names[sheet.staff].name}{sheet.day.month}月{sheet.day.day}日{named_change(change)}"
        for sheet in sorted(sheets, key=lambda s: (s.day, s.staff))
        for change in sheet.retroactive_changes
    ]
    rest = len(lines) - CHANGES_LISTED
    return lines if rest <= 0 else [*lines[:CHANGES_LISTED], f"另有{rest}处更正，见更正确认。"]


def _units(catalogue: Catalogue, facts: Facts) -> list[NameRef]:
    codes = {person.unit for _, people in facts.lists for person in people}
    return [
        NameRef(code=u.code, name=u.name, name_en=u.name_en)
        for u in catalogue.units
        if u.code in codes
    ]


def rule_body(rule: ShiftRule) -> RuleBody:
    """Return a rule in the form in which it can be drafted again."""
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
        apart_seconds=rule.min_interval_seconds,
    )


def rule_view(rule: ShiftRule) -> RuleView:
    """Return the view of a stored rule."""
    return RuleView(
        id=rule.id,
        rule=rule_body(rule),
        state=rule.state.value,
        ended_on=rule.ended_on.isoformat() if rule.ended_on else "",
        clauses=words.rule_clauses(rule),
    )


def rule_trial(
    catalogue: Catalogue, people: list[PersonTrial], first: date, last: date
) -> RuleTrial:
    """Return the trial's changes by person."""
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
    verdict = change.after or change.before
    return TrialChange(
        day=change.day.isoformat(),
        slot=verdict.slot.name if verdict else "",
        before=_in_words(change.before),
        after=_in_words(change.after),
    )


def _in_words(verdict: SlotVerdict | None) -> str:
    if verdict is None:
        return "无须打卡"
    return words.verdict_words(verdict.state, verdict.minutes)
