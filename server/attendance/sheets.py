"""Day sheets, computed on each request from the facts recorded so far; nothing is stored.

One query per kind of fact for the whole span of days, for any number of people. Each query uses an
index by day, so the number of earlier years makes no difference.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from server.attendance import shift_rule_queries
from server.attendance.day_sheet import DaySheet, day_sheet
from server.attendance.shift_rule_queries import StaffEntry
from server.attendance.shift_rules import ShiftRule, rule_for
from server.attendance.verdicts import DayFacts
from server.attendance.words import stored_value_words
from server.core.day_facts import Correction, LeaveSpan, Punch, RetroactiveChange
from server.core.working_days import Workdays
from server.hall.context import Context
from server.leave import correction_queries
from server.leave import queries as leave_queries
from server.retroactive import queries as retroactive_queries
from server.retroactive.value_changes import FINDING, HALVES, TICKET
from server.time_clocks import punch_queries
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.actions import owner_at


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts from which a span of days is computed."""

    first: date
    last: date
    lists: tuple[tuple[date, tuple[StaffEntry, ...]], ...]
    """Staff lists with the day from which each is in force, oldest first."""
    rules: tuple[ShiftRule, ...]
    calendar: Workdays
    punches: Mapping[tuple[str, str], tuple[Punch, ...]]
    """By staff number and ISO day, in the order of time."""
    leave: Mapping[str, list[LeaveSpan]]
    corrections: Mapping[tuple[str, str], list[Correction]]
    known_until: datetime
    today: date
    """Last day that has sheets."""
    retroactive_changes: Mapping[tuple[str, str], list[RetroactiveChange]] = field(
        default_factory=dict
    )
    """Confirmed retroactive changes, by staff number and ISO day."""
    trial_rule: ShiftRule | None = None
    """Rule on trial; it takes precedence over others of its scope."""

    def people(self, day: date) -> tuple[StaffEntry, ...]:
        """Return the staff list in force on a day.

        The first list also applies to the time before it.
        """
        index = bisect_right(self.lists, day, key=lambda entry: entry[0]) - 1
        return self.lists[max(0, index)][1] if self.lists else ()

    def everybody(self) -> dict[str, StaffEntry]:
        """Return everybody who was on a list during these days, as listed last."""
        people_by_number: dict[str, StaffEntry] = {}
        for since, people in reversed(self.lists):
            if since <= self.last or not people_by_number:
                people_by_number |= {
                    p.number: p for p in people if p.number not in people_by_number
                }
        return people_by_number


def day_sheets(
    ctx: Context, conn: Connection, first: date, last: date, staff: Collection[str] | None = None
) -> list[DaySheet]:
    """Return the sheets of `first`..`last`, by day and staff list, of everybody or of `staff`."""
    return list(sheets_of(gather(ctx, conn, first, last, staff), staff))


def sheets_of(facts: Facts, staff: Collection[str] | None = None) -> Iterator[DaySheet]:
    """Yield the sheets that follow from `facts`. Future days have none."""
    day = facts.first
    while day <= min(facts.last, facts.today):
        iso, weekday = day.isoformat(), facts.calendar.weekday(day)
        for person in facts.people(day):
            if staff is not None and person.number not in staff:
                continue
            rule = None if weekday is None else _rule(facts, person, day, weekday)
            day_facts = DayFacts(
                day,
                facts.punches.get((person.number, iso), ()),
                tuple(facts.leave.get(person.number, ())),
                tuple(facts.corrections.get((person.number, iso), ())),
                facts.known_until,
                tuple(facts.retroactive_changes.get((person.number, iso), ())),
            )
            yield day_sheet(person.number, person.unit, weekday, rule, day_facts)
        day += timedelta(days=1)


def of_unit(sheets: Iterable[DaySheet], unit: str) -> list[DaySheet]:
    """Return the sheets of days on which the person belonged to a unit ("": the hall's office)."""
    return [sheet for sheet in sheets if sheet.unit == unit]


def _rule(facts: Facts, person: StaffEntry, day: date, weekday: int) -> ShiftRule | None:
    rule = rule_for(facts.rules, person.number, person.unit, day, weekday)
    trial_rule = facts.trial_rule
    if trial_rule is None or not trial_rule.holds(day, weekday):
        return rule
    fits = trial_rule.is_for(person.number, person.unit)
    return (
        trial_rule
        if fits and (rule is None or trial_rule.scope.width <= rule.scope.width)
        else rule
    )


def gather(
    ctx: Context, conn: Connection, first: date, last: date, staff: Collection[str] | None = None
) -> Facts:
    """Read all facts that the sheets of these days depend on."""
    facts = gather_without_punches(ctx, conn, first, last, staff)
    return with_punches(ctx, conn, facts, staff)


def with_punches(
    ctx: Context, conn: Connection, facts: Facts, staff: Collection[str] | None = None
) -> Facts:
    """Return the facts with the punches of their days."""
    return replace(facts, punches=_punches(ctx, conn, facts.first, facts.last, staff))


def gather_without_punches(
    ctx: Context, conn: Connection, first: date, last: date, staff: Collection[str] | None = None
) -> Facts:
    """Read all facts that the sheets of these days depend on, but the punches."""
    hall = conn, ctx.hall_id
    lists = staff_lists(ctx, conn, first, last)
    rules = tuple(shift_rule_queries.every(*hall))
    return Facts(
        first,
        last,
        lists,
        rules,
        ctx.workdays(),
        {},
        leave_queries.approved(*hall, first, last, staff),
        _with_decider_names(ctx, lists, correction_queries.approved(*hall, first, last, staff)),
        complete_until(ctx, conn),
        ctx.local().date(),
        _confirmed_changes(conn, ctx.hall_id, (first, last), staff, rules),
    )


def _confirmed_changes(
    conn: Connection,
    hall_id: str,
    span: tuple[date, date],
    staff: Collection[str] | None,
    rules: Iterable[ShiftRule],
) -> dict[tuple[str, str], list[RetroactiveChange]]:
    """Return confirmed retroactive changes. Findings and tickets have their own."""
    rows = retroactive_queries.confirmed(
        conn, hall_id, span[0].isoformat(), span[1].isoformat(), staff
    )
    if not rows:
        return {}
    names = {slot.code: slot.name for rule in rules for slot in rule.slots} | {HALVES: "旷工"}
    changes: dict[tuple[str, str], list[RetroactiveChange]] = defaultdict(list)
    for row in rows:
        if row.slot.startswith((FINDING, TICKET)):
            continue
        changes[row.staff, row.day].append(
            RetroactiveChange(
                row.day,
                row.slot,
                names.get(row.slot, row.slot),
                stored_value_words(row.was, halves=row.slot == HALVES)[0],
                stored_value_words(row.now, halves=row.slot == HALVES)[0],
                row.asked_by.partition(":")[2],
                row.decided_by.partition(":")[2],
                row.why,
            )
        )
    return changes


def _with_decider_names(
    ctx: Context,
    lists: Iterable[tuple[date, tuple[StaffEntry, ...]]],
    corrections_by_day: Mapping[tuple[str, str], list[Correction]],
) -> dict[tuple[str, str], list[Correction]]:
    """Return corrections with the names of those who decided them."""
    if not corrections_by_day:
        return {}
    names = {person.number: person.name for _, people in lists for person in people}
    names |= {person.number: person.name for person in ctx.catalogue().staff}
    return {
        key: [
            replace(correction, decided_name=names.get(correction.decided_by, ""))
            for correction in of_day
        ]
        for key, of_day in corrections_by_day.items()
    }


def complete_until(ctx: Context, conn: Connection) -> datetime:
    """Return the moment until which all punches have arrived.

    That is now, or earlier while a time clock has outstanding punches.
    """
    now = ctx.clock.now()
    delivered = time_clocks_queries.delivered_until(conn, ctx.hall_id)
    complete_until = now if delivered is None else min(now, delivered)
    return ctx.local(complete_until)


def staff_lists(
    ctx: Context, conn: Connection, first: date, last: date
) -> tuple[tuple[date, tuple[StaffEntry, ...]], ...]:
    """Return the staff lists in force during these days.

    Of several made on one day the last counts.
    """
    dated_versions = [
        (ctx.local(at).date(), v) for v, at in shift_rule_queries.versions(conn, ctx.hall_id)
    ]
    indexes_before = [n for n, (since, _) in enumerate(dated_versions) if since <= first]
    start = indexes_before[-1] if indexes_before else 0
    relevant = (
        [
            dated_versions[start],
            *(entry for entry in dated_versions[start + 1 :] if entry[0] <= last),
        ]
        if dated_versions
        else []
    )
    people = {
        v: tuple(shift_rule_queries.people_of(conn, ctx.hall_id, v))
        for v in dict(relevant).values()
    }
    return tuple((since, people[version]) for since, version in dict(relevant).items())


def _punches(
    ctx: Context, conn: Connection, first: date, last: date, staff: Collection[str] | None
) -> dict[tuple[str, str], tuple[Punch, ...]]:
    """Return punches by person and day.

    A fingerprint belongs to the person it was linked to at that moment. Signatures on a sign-in
    sheet are links as well.
    """
    fingers = time_clocks_queries.fingers(conn, ctx.hall_id)
    enrolments = None
    if staff is not None:
        enrolments = {
            pin for pin, since in fingers.items() if any(holder in staff for _, holder in since)
        }
    span = first.isoformat(), last.isoformat()
    punches_by_day: dict[tuple[str, str], list[Punch]] = defaultdict(list)
    for row in punch_queries.of_days(conn, ctx.hall_id, *span, enrolments):
        owner = owner_at(fingers.get(row.enrolment, []), row.at)
        if owner:
            at = datetime.fromisoformat(row.said)
            punch = Punch(at, row.id, row.reader, row.doubt, row.source)
            punches_by_day[owner, row.day].append(punch)
    return {key: tuple(sorted(of_day)) for key, of_day in punches_by_day.items()}
