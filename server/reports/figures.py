"""Figures of a report: what the rooms count of a period, a line a group.

Read only: counted from the records on every request, so a correction of a past day is in the next
report on it, as it is in the bulletin's figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection

from server.cases.queries import decisions
from server.cases.week_counts import CaseCounts, DatedFact, case_counts, counts_of_facts
from server.cases.week_facts import WeekCase, cases_of
from server.catalogue.model import Catalogue, Presence
from server.complaints.week_counts import DatedStep, WeekCounts, week_counts
from server.complaints.week_facts import steps_by_unit
from server.core.groups import Group, added
from server.fees.figures import money_by, money_by_day
from server.fees.rules import DayMoney
from server.hall.context import Context
from server.hall.past_catalogue import catalogue_then
from server.issuing.figures import licences_by
from server.issuing.week_counts import LicenceCounts
from server.joint_review.figures import joint_by
from server.joint_review.week_counts import JointCounts
from server.queue.tables import ticket
from server.queue.ticket_sites import are_several, building_at_desk, building_column
from server.ratings.figures import By, counts_by
from server.ratings.rates import Counts, total_of
from server.reports import queries
from server.reports.periods import Period, earlier_span
from server.reports.queries import KEYS, Scope
from server.reports.rules import Grouping, TicketSums, total

C = TypeVar("C", CaseCounts, WeekCounts)
RATED_BY = {
    Grouping.UNIT: By.UNIT,
    Grouping.ITEM: By.ITEM,
    Grouping.WINDOW: By.WINDOW,
    Grouping.PERSON: By.STAFF,
}
GROUPS = {
    Grouping.UNIT: Group.UNIT,
    Grouping.ITEM: Group.ITEM,
    Grouping.PERSON: Group.PERSON,
}
"""Groups by which rooms count that have no windows: fees, licences, joint review."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Report to make. `unit`: only this unit's figures, for its chief; empty: of the whole hall."""

    period: Period
    by: Grouping
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of one group, or of all."""

    tickets: TicketSums = field(default_factory=TicketSums)
    wait_median: float | None = None
    earlier: TicketSums = field(default_factory=TicketSums)
    """Tickets of the period before."""
    ratings: Counts = field(default_factory=Counts)
    cases: CaseCounts = field(default_factory=CaseCounts)
    complaints: WeekCounts = field(default_factory=WeekCounts)
    money: DayMoney = field(default_factory=DayMoney)
    licences: LicenceCounts = field(default_factory=LicenceCounts)
    joint: JointCounts = field(default_factory=JointCounts)


NOTHING = Line()
"""Line of a group of which nothing is counted."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a period by group, in all and by day."""

    wish: Wish
    catalogue: Catalogue
    """As it was at the end of the period."""
    today: date
    earlier: tuple[date, date]
    rated_until: date
    lines: Mapping[str, Line]
    all: Line
    earlier_ratings: Counts
    days: Mapping[str, Line]
    """Tickets and money by day."""
    decided: tuple[int, int]
    """Cases decided in the period, and in the one before."""
    received: tuple[int, int]
    """Fen received in the period, and in the one before."""


def report(ctx: Context, conn: Connection, wish: Wish) -> Report:
    """Return the figures that were asked for, from the facts recorded so far."""
    return _Reading(ctx, conn, wish).report()


class _Reading:
    """One report while its figures are read."""

    def __init__(self, ctx: Context, conn: Connection, wish: Wish) -> None:
        self._ctx, self._conn, self._wish = ctx, conn, wish
        self._today = ctx.local().date()
        self._first, self._last = wish.period.first, min(wish.period.last, self._today)
        self._catalogue = catalogue_then(ctx, conn, wish.period.last)
        self._yesterday = self._today - timedelta(days=1)
        # What is due today is not overdue before the day is over.
        self._over = min(self._last, self._yesterday)
        # A chief would see who rated today, as a clerk would: both see ratings a day later.
        self._rated_until = min(self._last, self._yesterday) if wish.unit else self._last

    def report(self) -> Report:
        wish, earlier = self._wish, earlier_span(self._wish.period, self._today)
        key, targets = self._key(), {u.code: u.target_wait for u in self._catalogue.units}
        scope, before = self._scope(self._first, self._last), self._scope(*earlier)
        sums = queries.sums_by(self._conn, scope, key, targets)
        medians = queries.median_waits(self._conn, scope, key)
        sums_before = queries.sums_by(self._conn, before, key, {})
        all_before = total(sums_before.values())
        ratings, (cases, all_cases) = self._ratings(sums), self._cases()
        complaints, all_complaints = self._complaints()
        money, licences, joint = self._money(), self._licences(), self._joint()
        counted = (sums, sums_before, cases, complaints, money, licences, joint)
        codes = {*self._always()}.union(*counted)
        days = self._days(scope)
        lines = {
            code: Line(
                sums.get(code, NOTHING.tickets),
                medians.get(code),
                sums_before.get(code, NOTHING.tickets),
                ratings.get(code, NOTHING.ratings),
                cases.get(code, NOTHING.cases),
                complaints.get(code, NOTHING.complaints),
                money.get(code, NOTHING.money),
                licences.get(code, NOTHING.licences),
                joint.get(code, NOTHING.joint),
            )
            for code in self._ordered(codes)
        }
        return Report(
            wish,
            self._catalogue,
            self._today,
            earlier,
            self._rated_until,
            lines,
            Line(
                total(sums.values()),
                queries.median_waits(self._conn, scope, None).get(""),
                all_before,
                total_of(ratings.values()),
                all_cases,
                all_complaints,
                added(NOTHING.money, money.values()),
                added(NOTHING.licences, licences.values()),
                added(NOTHING.joint, joint.values()),
            ),
            self._rated(*earlier, By.ALL, {"": all_before.served})[""],
            days,
            (self._decided(scope), self._decided(before)),
            (
                added(NOTHING.money, (line.money for line in days.values())).received,
                added(NOTHING.money, self._money_of(before).values()).received,
            ),
        )

    def _days(self, scope: Scope) -> dict[str, Line]:
        tickets = queries.sums_by(self._conn, scope, ticket.c.day, {})
        money = self._money_of(scope)
        return {
            day: Line(tickets.get(day, NOTHING.tickets), money=money.get(day, NOTHING.money))
            for day in tickets.keys() | money.keys()
        }

    def _money_of(self, scope: Scope) -> dict[str, DayMoney]:
        return money_by_day(self._conn, scope.hall_id, scope.first, scope.last, scope.unit)

    def _scope(self, first: date, last: date) -> Scope:
        return Scope(self._ctx.hall_id, first.isoformat(), last.isoformat(), self._wish.unit)

    def _key(self) -> ColumnElement[str]:
        """Return what tickets are grouped by."""
        by = self._wish.by
        return building_column(self._catalogue) if by is Grouping.SITE else KEYS[by]

    def _always(self) -> Iterable[str]:
        """Return the groups with a line even if nothing happened: present units, and buildings."""
        if self._wish.by is Grouping.SITE and are_several(self._catalogue):
            return [site.code for site in self._catalogue.sites]
        if self._wish.by is not Grouping.UNIT:
            return ()
        units = (u.code for u in self._catalogue.units if u.presence is Presence.HALL)
        return (unit for unit in units if self._wish.unit in ("", unit))

    def _ordered(self, codes: set[str]) -> list[str]:
        """Return codes in the catalogue's order; then former ones; what has none comes last."""
        book = self._catalogue
        order: Mapping[Grouping, Iterable[str]] = {
            Grouping.UNIT: (unit.code for unit in book.units),
            Grouping.ITEM: (item.code for item in book.items),
            Grouping.WINDOW: (window.code for window in book.windows),
            Grouping.PERSON: (person.number for person in book.staff),
            Grouping.SITE: (site.code for site in book.sites),
        }
        places = {code: place for place, code in enumerate(order[self._wish.by])}
        return sorted(codes, key=lambda c: (not c, places.get(c, len(places)), c))

    def _ratings(self, sums: Mapping[str, TicketSums]) -> dict[str, Counts]:
        by = RATED_BY.get(self._wish.by) or self._key()
        if self._rated_until < self._first:
            return {}
        if self._rated_until < self._last:
            return self._rated(self._first, self._rated_until, by, None)
        services = {code: own.served for code, own in sums.items() if own.served}
        return self._rated(self._first, self._last, by, services)

    def _rated(
        self,
        first: date,
        last: date,
        by: By | ColumnElement[str],
        services: Mapping[str, int] | None,
    ) -> dict[str, Counts]:
        hall_id, span = self._ctx.hall_id, (first.isoformat(), last.isoformat())
        unit = self._wish.unit
        return counts_by(self._conn, hall_id, *span, by, unit=unit, services=services)

    def _cases(self) -> tuple[dict[str, CaseCounts], CaseCounts]:
        """Return the counts of cases by group, and of all. A case has no window."""
        by, unit = self._wish.by, self._wish.unit
        if by is Grouping.WINDOW:
            return {}, CaseCounts()
        span = self._first.isoformat(), self._last.isoformat()
        every = cases_of(self._ctx, self._conn, *span)
        cases = [case for case in every if unit in ("", case.unit)]
        if by is Grouping.PERSON:
            return _by_person(cases, *span)
        groups: dict[str, list[WeekCase]] = defaultdict(list)
        for case in cases:
            groups[self._group(case)].append(case)

        def counted(group: Sequence[WeekCase]) -> CaseCounts:
            return case_counts((case.facts for case in group), *span, self._over.isoformat())

        return _used({key: counted(group) for key, group in groups.items()}), counted(cases)

    def _group(self, case: WeekCase) -> str:
        by = self._wish.by
        if by is Grouping.SITE:
            return building_at_desk(self._catalogue, case.window, case.staff)
        return case.unit if by is Grouping.UNIT else case.item

    def _decided(self, scope: Scope) -> int:
        return decisions(self._conn, scope.hall_id, scope.first, scope.last, scope.unit)

    def _complaints(self) -> tuple[dict[str, WeekCounts], WeekCounts]:
        """Return the counts of complaints by unit, and of all; a complaint has only a unit."""
        if self._wish.by is not Grouping.UNIT:
            return {}, WeekCounts()
        span = self._first.isoformat(), self._last.isoformat()
        groups = {
            unit: steps
            for unit, steps in steps_by_unit(self._conn, self._ctx.hall_id, *span).items()
            if self._wish.unit in ("", unit)
        }

        def counted(steps: Sequence[Sequence[DatedStep]]) -> WeekCounts:
            return week_counts(steps, *span, self._over.isoformat())

        every = [steps for group in groups.values() for steps in group]
        return _used({unit: counted(group) for unit, group in groups.items()}), counted(every)

    def _money(self) -> dict[str, DayMoney]:
        group = GROUPS.get(self._wish.by)
        if group is None:
            return {}
        span = self._first.isoformat(), self._last.isoformat()
        return money_by(self._conn, self._ctx.hall_id, *span, group, self._wish.unit)

    def _licences(self) -> dict[str, LicenceCounts]:
        group = GROUPS.get(self._wish.by)
        if group is None:
            return {}
        span = self._first, self._last
        return licences_by(self._ctx, self._conn, *span, group, self._wish.unit)

    def _joint(self) -> dict[str, JointCounts]:
        """Return the counts of joint review: a part with the unit that was asked."""
        group = GROUPS.get(self._wish.by)
        if group is None:
            return {}
        span = self._first.isoformat(), self._last.isoformat()
        unit, over = self._wish.unit, self._over.isoformat()
        return joint_by(self._ctx, self._conn, *span, group, unit, over)


def _by_person(
    cases: Sequence[WeekCase], first: str, last: str
) -> tuple[dict[str, CaseCounts], CaseCounts]:
    """Return by person what they stated in the span, and in all.

    What is open belongs to a desk, which changes; it is not counted by person.
    """
    happened = [fact for case in cases for fact in case.facts if first <= fact.day <= last]
    groups: dict[str, list[DatedFact]] = defaultdict(list)
    for fact in happened:
        groups[fact.by].append(fact)
    counts = {person: counts_of_facts(facts) for person, facts in groups.items()}
    return _used(counts), counts_of_facts(happened)


def _used(counts: dict[str, C]) -> dict[str, C]:
    """Return the counts that are not all zero."""
    return {key: own for key, own in counts.items() if own != type(own)()}
