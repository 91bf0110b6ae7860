"""Attendance allowance of a month: everybody on the staff list, computed from the day sheets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection

from server.assessment.periods import Period, PeriodKind, period_of
from server.attendance.day_sheet import DaySheet, total
from server.attendance.sheets import gather, sheets_of
from server.attendance.verdicts import State
from server.core.day_facts import LeaveKind
from server.hall.context import Context
from server.honours import queries
from server.honours.allowance_rules import (
    Allowance,
    AllowanceRule,
    MonthFacts,
    allowance,
)
from server.honours.dated_settings import settings_on

PRIVATE = frozenset({LeaveKind.PERSONAL, LeaveKind.SICK})
"""Leave that counts against the allowance (事假、病假)."""
NOT_DUE = frozenset({State.REST, State.PENDING})
LAPSES = (State.LATE, State.EARLY, State.MISSING)


@dataclass(frozen=True, slots=True)
class PersonAllowance:
    """Allowance of one person, with the attendance that it follows from."""

    staff: str
    name: str
    unit: str
    facts: MonthFacts
    allowance: Allowance
    late: int
    early: int
    missing: int


@dataclass(frozen=True, slots=True)
class AllowanceTable:
    """Allowances of a month; `is_final` once the month is over and nothing is pending."""

    month: Period
    rule: AllowanceRule
    people: tuple[PersonAllowance, ...]
    is_final: bool

    @property
    def sum(self) -> int:
        """Sum of all amounts in yuan."""
        return sum(person.allowance.amount for person in self.people)


def table_of(ctx: Context, conn: Connection, month: Period) -> AllowanceTable:
    """Return the allowances of a month, by the rule in force on its last day."""
    settings = settings_on(ctx, conn, month.last)
    rule = AllowanceRule(
        amount=settings.allowance_yuan,
        per_lapse=settings.allowance_per_lapse,
        most_lapses=settings.allowance_most_lapses,
        leave_days=settings.allowance_leave_days,
    )
    facts = gather(ctx, conn, month.first, month.last)
    by_person: dict[str, list[DaySheet]] = defaultdict(list)
    for sheet in sheets_of(facts):
        by_person[sheet.staff].append(sheet)
    vetoed = vetoed_people(ctx, conn, month)
    people = tuple(
        _person(number, entry.name, by_person[number], rule, number in vetoed)
        for number, entry in facts.everybody().items()
        if number in by_person
    )
    over = month.last < ctx.local().date()
    is_final = over and not any(person.facts.pending for person in people)
    return AllowanceTable(month, rule, people, is_final)


def vetoed_people(ctx: Context, conn: Connection, month: Period) -> set[str]:
    """Return the people with a standing veto whose quarters include the month."""
    quarter = period_of(PeriodKind.QUARTER, month.first).id
    return {
        veto.staff
        for veto in queries.for_rules(queries.vetoes(conn, ctx.hall_id))
        if veto.staff and veto.stands and veto.first <= quarter <= veto.last
    }


def _person(
    number: str, name: str, sheets: list[DaySheet], rule: AllowanceRule, is_vetoed: bool
) -> PersonAllowance:
    totals = total(sheets)
    facts = MonthFacts(
        due=sum(n for state, n in totals.states.items() if state not in NOT_DUE),
        lapses=sum(totals.states[state] for state in LAPSES),
        absent_halves=totals.absent_halves,
        leave_days=private_leave(sheets),
        pending=totals.states[State.PENDING],
        is_vetoed=is_vetoed,
    )
    return PersonAllowance(
        number,
        name,
        sheets[-1].unit,
        facts,
        allowance(facts, rule),
        *(totals.states[state] for state in LAPSES),
    )


def private_leave(sheets: Iterable[DaySheet]) -> Fraction:
    """Return the days of private leave: of each day the share of its punches that it excused."""
    days = Fraction(0)
    for sheet in sheets:
        excused = [v for v in sheet.slots if v.leave is not None and v.state is State.LEAVE]
        private = sum(1 for v in excused if v.leave is not None and v.leave.kind in PRIVATE)
        if private:
            days += Fraction(private, len(sheet.slots))
    return days
