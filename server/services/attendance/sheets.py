"""Day sheets, computed from what is known at this moment: nothing here is ever written.

One query per kind of fact for the whole stretch of days, whoever is asked for; all of them are
steps into an index by day, so how many years lie before makes no difference.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from server.domain.attendance.facts import Correction, LeaveSpan, Moved, Punch
from server.domain.attendance.sheet import DaySheet, day_sheet
from server.domain.attendance.shifts import ShiftRule, rule_for
from server.domain.attendance.verdicts import DayFacts
from server.domain.past_changes import FINDING, HALVES, words
from server.domain.workdays import Workdays
from server.services.attendance.calendar import workdays
from server.services.context import Context
from server.services.readers_office import whose
from server.storage import corrections, leaves, past_changes, punches, readers, shift_rules
from server.storage.shift_rules import Listed


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a stretch of days is computed from."""

    first: date
    last: date
    lists: tuple[tuple[date, tuple[Listed, ...]], ...]
    """Staff lists with the day since when each is in force, oldest first."""
    rules: tuple[ShiftRule, ...]
    calendar: Workdays
    punches: Mapping[tuple[str, str], tuple[Punch, ...]]
    """By staff number and ISO day, in the order of time."""
    leave: Mapping[str, list[LeaveSpan]]
    corrections: Mapping[tuple[str, str], list[Correction]]
    known_until: datetime
    today: date
    """Days after it have no sheets."""
    moved: Mapping[tuple[str, str], list[Moved]] = field(default_factory=dict)
    """Confirmed changes of the past, by staff number and ISO day."""
    tried: ShiftRule | None = None
    """A rule that is only tried: it goes before others of its scope."""

    def people(self, day: date) -> tuple[Listed, ...]:
        """The staff list in force on a day. The first list also speaks for the time before it."""
        place = bisect_right(self.lists, day, key=lambda one: one[0]) - 1
        return self.lists[max(0, place)][1] if self.lists else ()

    def everybody(self) -> dict[str, Listed]:
        """Everyone who was on a list during these days, as listed last."""
        found: dict[str, Listed] = {}
        for since, people in reversed(self.lists):
            if since <= self.last or not found:
                found |= {p.number: p for p in people if p.number not in found}
        return found


def day_sheets(
    ctx: Context, conn: Connection, first: date, last: date, staff: Collection[str] | None = None
) -> list[DaySheet]:
    """The sheets of `first`..`last`, by day and staff list, of everybody or of `staff`."""
    return list(sheets_of(gather(ctx, conn, first, last, staff), staff))


def sheets_of(facts: Facts, staff: Collection[str] | None = None) -> Iterator[DaySheet]:
    """The sheets that follow from `facts`. Days to come have none."""
    day = facts.first
    while day <= min(facts.last, facts.today):
        iso, weekday = day.isoformat(), facts.calendar.weekday(day)
        for person in facts.people(day):
            if staff is not None and person.number not in staff:
                continue
            rule = None if weekday is None else _rule(facts, person, day, weekday)
            known = DayFacts(
                day,
                facts.punches.get((person.number, iso), ()),
                tuple(facts.leave.get(person.number, ())),
                tuple(facts.corrections.get((person.number, iso), ())),
                facts.known_until,
                tuple(facts.moved.get((person.number, iso), ())),
            )
            yield day_sheet(person.number, person.unit, weekday, rule, known)
        day += timedelta(days=1)


def of_unit(sheets: Iterable[DaySheet], unit: str) -> list[DaySheet]:
    """The days on which somebody belonged to a unit ("": the office's own people)."""
    return [sheet for sheet in sheets if sheet.unit == unit]


def _rule(facts: Facts, person: Listed, day: date, weekday: int) -> ShiftRule | None:
    found = rule_for(facts.rules, person.number, person.unit, day, weekday)
    tried = facts.tried
    if tried is None or not tried.holds(day, weekday):
        return found
    fits = tried.is_for(person.number, person.unit)
    return tried if fits and (found is None or tried.scope.width <= found.scope.width) else found


def gather(
    ctx: Context, conn: Connection, first: date, last: date, staff: Collection[str] | None = None
) -> Facts:
    """Read everything that the sheets of these days depend on."""
    hall = conn, ctx.hall_id
    lists = staff_lists(ctx, conn, first, last)
    known = tuple(shift_rules.every(*hall))
    return Facts(
        first,
        last,
        lists,
        known,
        workdays(ctx),
        _punches(ctx, conn, first, last, staff),
        leaves.approved(*hall, first, last, staff),
        _named(ctx, lists, corrections.approved(*hall, first, last, staff)),
        known_until(ctx, conn),
        ctx.local().date(),
        _moved(conn, ctx.hall_id, (first, last), staff, known),
    )


def _moved(
    conn: Connection,
    hall_id: str,
    span: tuple[date, date],
    staff: Collection[str] | None,
    known: Iterable[ShiftRule],
) -> dict[tuple[str, str], list[Moved]]:
    """Confirmed changes of the past. Findings have a history of their own."""
    rows = past_changes.confirmed(conn, hall_id, span[0].isoformat(), span[1].isoformat(), staff)
    if not rows:
        return {}
    names = {slot.code: slot.name for rule in known for slot in rule.slots} | {HALVES: "旷工"}
    found: dict[tuple[str, str], list[Moved]] = defaultdict(list)
    for row in rows:
        if row.slot.startswith(FINDING):
            continue
        found[row.staff, row.day].append(
            Moved(
                row.day,
                row.slot,
                names.get(row.slot, row.slot),
                words(row.slot, row.was)[0],
                words(row.slot, row.now)[0],
                row.asked_by.partition(":")[2],
                row.decided_by.partition(":")[2],
                row.why,
            )
        )
    return found


def _named(
    ctx: Context,
    lists: Iterable[tuple[date, tuple[Listed, ...]]],
    found: Mapping[tuple[str, str], list[Correction]],
) -> dict[tuple[str, str], list[Correction]]:
    """Corrections with the names of those who decided them."""
    if not found:
        return {}
    names = {person.number: person.name for _, people in lists for person in people}
    names |= {person.number: person.name for person in ctx.catalogue().staff}
    return {
        key: [replace(one, decided_name=names.get(one.decided_by, "")) for one in of_day]
        for key, of_day in found.items()
    }


def known_until(ctx: Context, conn: Connection) -> datetime:
    """Up to when every punch must be here: now, or earlier while a reader still owes some."""
    now = ctx.clock.now()
    delivered = readers.delivered_until(conn, ctx.hall_id)
    known = now if delivered is None else min(now, delivered)
    return ctx.local(known)


def staff_lists(
    ctx: Context, conn: Connection, first: date, last: date
) -> tuple[tuple[date, tuple[Listed, ...]], ...]:
    """The staff lists in force during these days; of several made on one day the last counts."""
    found = [(ctx.local(at).date(), v) for v, at in shift_rules.versions(conn, ctx.hall_id)]
    begun = [n for n, (since, _) in enumerate(found) if since <= first]
    start = begun[-1] if begun else 0
    wanted = [found[start], *(one for one in found[start + 1 :] if one[0] <= last)] if found else []
    people = {v: tuple(shift_rules.people_of(conn, ctx.hall_id, v)) for v in dict(wanted).values()}
    return tuple((since, people[version]) for since, version in dict(wanted).items())


def _punches(
    ctx: Context, conn: Connection, first: date, last: date, staff: Collection[str] | None
) -> dict[tuple[str, str], tuple[Punch, ...]]:
    """Punches by person and day. A finger belongs to whoever it was linked to at that moment.

    Signatures on a sign-in sheet are links as well.
    """
    fingers = readers.fingers(conn, ctx.hall_id)
    wanted = None
    if staff is not None:
        wanted = {pin for pin, since in fingers.items() if any(who in staff for _, who in since)}
    span = first.isoformat(), last.isoformat()
    found: dict[tuple[str, str], list[Punch]] = defaultdict(list)
    for row in punches.of_days(conn, ctx.hall_id, *span, wanted):
        owner = whose(fingers.get(row.enrolment, []), row.at)
        if owner:
            at = datetime.fromisoformat(row.said)
            punch = Punch(at, row.id, row.reader, row.doubt, row.source)
            found[owner, row.day].append(punch)
    return {key: tuple(sorted(of_day)) for key, of_day in found.items()}
