"""Assessment of the demo: three sheets in force, marks by hand, released months, disputes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from server.assessment import actions, dispute_actions, mark_actions, sheet_actions
from server.assessment.months import PeriodReader
from server.assessment.packs import packs
from server.assessment.periods import Period, PeriodKind, period_of
from server.assessment.workflow import MarkMove
from server.core.actors import Actor
from server.core.measured import MeasuredFact, Subject
from server.demo.history.world import Event, World

PACKS = ("cangnan_person", "county_window", "supervision_unit")
RELEASE_DAY = 3
"""Working day of a month on which the month before is released."""
MARKS = (
    (4, "praised", Subject.PERSON, "收到群众赠送锦旗一面：热情服务、高效办理"),
    (6, "untidy", Subject.WINDOW, "台面堆放无关物品，当场提醒后整理"),
    (9, "meeting_late", Subject.PERSON, "首席代表例会迟到"),
    (12, "home_service", Subject.PERSON, "为行动不便的老人上门办理"),
    (15, "late_report", Subject.UNIT, "月度办件统计表晚报一天"),
)
"""Marks by hand: working day of the month, kind, subject, facts."""


class Scores:
    """Assessment of the demo's months by its managers, and what its people say to it."""

    def __init__(self, world: World, days: Sequence[date]) -> None:
        """`days`: working days of the history, in order."""
        self._world = world
        self._days = days
        self._places: dict[date, int] = {}
        for day in days:
            of_month = [
                other for other in days if (other.year, other.month) == (day.year, day.month)
            ]
            self._places[day] = of_month.index(day) + 1

    def start(self, first: date) -> None:
        """Put the sheets in force from the month of the first day."""
        world, (writer, starter) = self._world, self._managers()
        for pack in PACKS:
            sheet = sheet_actions.draft(
                world.ctx, writer, world.key(), packs()[pack], first.isoformat()[:7]
            )
            sheet_actions.start(world.ctx, starter, world.key(), sheet)

    def events(self, day: date) -> list[Event]:
        """Return the events of a day."""
        at, place = self._world.at, self._places[day]
        events: list[Event] = [
            (at(day, time(17, 20)), lambda entry=entry: self._mark(day, *entry[1:]))  # type: ignore[misc]
            for entry in MARKS
            if entry[0] == place
        ]
        month = period_of(PeriodKind.MONTH, day).before()
        if month.first >= self._days[0].replace(day=1):
            if place == RELEASE_DAY:
                events.append((at(day, time(16, 10)), lambda: self._release(month)))
            if place == RELEASE_DAY + 1:
                events.append((at(day, time(10, 30)), lambda: self._dispute(month)))
            if place == RELEASE_DAY + 2:
                events.append((at(day, time(15, 30)), self._settle))
        return events

    def _managers(self) -> tuple[Actor, Actor]:
        first, second = self._world.managers()[:2]
        return self._world.actor(first.number), self._world.actor(second.number)

    def _mark(self, day: date, kind: str, subject: Subject, words: str) -> None:
        world, (proposer, second) = self._world, self._managers()
        wish = mark_actions.Wish(kind, subject, self._code(day, subject), day, 1, words)
        mark = mark_actions.propose(world.ctx, proposer, world.key(), wish)
        mark_actions.decide(world.ctx, second, world.key(), mark, MarkMove.CONFIRM)

    def _code(self, day: date, subject: Subject) -> str:
        """Return whom a mark is about: another one every day, the same at every run."""
        book = self._world.catalogue
        if subject is Subject.PERSON:
            codes = [s.number for s in book.staff if s.unit and s.windows]
        elif subject is Subject.WINDOW:
            codes = [w.code for w in book.windows if len(w.units) == 1]
        else:
            codes = [s.unit for s in book.staff if s.unit and s.chief]
        return codes[day.toordinal() * 7 % len(codes)]

    def _release(self, month: Period) -> None:
        world, (checker, releaser) = self._world, self._managers()
        periods = [month]
        quarter = period_of(PeriodKind.QUARTER, month.first)
        if quarter.last == month.last:
            periods.append(quarter)
        for period in periods:
            shown = world.ctx.read(lambda c, p=period: actions.load(world.ctx, c, p))  # type: ignore[misc]
            seen = shown.contents.digest
            actions.check(world.ctx, checker, world.key(), shown, seen)
            actions.release(world.ctx, releaser, world.key(), shown, seen)

    def _dispute(self, month: Period) -> None:
        """Let two people dispute a deduction: one is settled the next day, one stays open."""
        world = self._world
        for person, fact in self._deductions(month)[:2]:
            wish = dispute_actions.Wish(
                month,
                Subject.PERSON,
                person,
                fact.measure,
                fact.ref,
                "当时在后台与科室核对材料，有记录",
            )
            dispute_actions.dispute(world.ctx, world.actor(person), world.key(), wish)

    def _deductions(self, month: Period) -> list[tuple[str, MeasuredFact]]:
        """Return people with a deduction of a missing punch or an empty window, and its fact."""
        ctx = self._world.ctx
        scores = ctx.read(lambda c: PeriodReader(ctx, c).scores(month, released=True))
        first_facts: dict[str, MeasuredFact] = {}
        for score in scores.get(Subject.PERSON, ()):
            for fact in dispute_actions.facts_of(score):
                if fact.measure in ("missing_punch", "early") and fact.staff == score.code:
                    first_facts.setdefault(score.code, fact)
        return sorted(first_facts.items())

    def _settle(self) -> None:
        world, (first, _) = self._world, self._managers()
        rows = world.ctx.read(lambda c: dispute_actions.open_ones(c, world.ctx.hall_id))
        for row in rows[:1]:
            dispute_actions.settle(
                world.ctx,
                first,
                world.key(),
                row.id,
                granted=True,
                words="经核对监控和交接记录，情况属实，不计分",
            )
