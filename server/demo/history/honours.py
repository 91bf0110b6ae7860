"""Honours of the demo: last quarter's flag, and a veto that was withdrawn after a dispute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from server.assessment import actions
from server.assessment.periods import Period, PeriodKind, period_of
from server.assessment.standings import Subject
from server.core.actors import Actor, ActorKind
from server.demo.history.world import Event, World
from server.honours import candidates, flag_actions, list_actions, queries, veto_actions, year_views
from server.honours.flag_actions import FlagWish
from server.honours.rules import FlagMove, VetoKind, VetoMove, VetoState
from server.honours.veto_actions import VetoProposal
from server.spot_checks import finding_queries
from server.spot_checks.finding_rules import State as FindingState

RELEASED, DECIDED = 3, 4
"""Working days of a quarter on which the one before is released, and its flag decided."""
FIXED = 4
"""Working day of a month on which the allowance of the month before is fixed."""
PROPOSED, DISPUTED, WITHDRAWN = 22, 21, 19
"""Working days before the end of the history on which the veto takes its steps."""
REASON = "有指标未计量，先后不能确定，按中心会议评议结果"
GROUND = "查岗时与在场群众发生争执，影响恶劣"
DISPUTE = "当时群众询问排队情况，本人在解释叫号规则，没有争吵"
SETTLED = "调阅监控并向在场群众了解，未发生争吵，申诉成立"


def first_month(first: date) -> date:
    """Return the first day of the month from which the demo is assessed.

    A history that begins with a quarter is assessed for the month before as well, so that there is
    a quarter whose flag can be decided.
    """
    month = period_of(PeriodKind.MONTH, first)
    begins = period_of(PeriodKind.QUARTER, first).first == month.first
    return (month.before() if begins else month).first


class Honours:
    """Flag and veto of the demo's managers and people."""

    def __init__(self, world: World, days: Sequence[date]) -> None:
        """`days`: working days of the history, in order."""
        self._world = world
        self._days = days
        self._quarter = period_of(PeriodKind.QUARTER, days[-1]).before()
        begin = self._quarter.after().first
        self._places = {day: n for n, day in enumerate((d for d in days if d >= begin), 1)}
        self._back = {day: len(days) - 1 - n for n, day in enumerate(days)}

    def events(self, day: date) -> list[Event]:
        """Return the events of a day."""
        at, place = self._world.at, self._places.get(day, 0)
        events: list[Event] = []
        if place == RELEASED:
            events.append((at(day, time(16, 40)), self._release))
        if place == DECIDED:
            events.append((at(day, time(11, 10)), self._decide))
        own = [other for other in self._days if other.replace(day=1) == day.replace(day=1)]
        month = period_of(PeriodKind.MONTH, day).before()
        if own.index(day) + 1 == FIXED and month.first >= self._days[0].replace(day=1):
            events.append((at(day, time(16, 20)), lambda: self._fix_allowance(month)))
        steps = {PROPOSED: self._propose, DISPUTED: self._dispute, WITHDRAWN: self._withdraw}
        if self._back[day] in steps:
            events.append((at(day, time(15, 50)), steps[self._back[day]]))
        return events

    def _managers(self) -> tuple[Actor, Actor]:
        first, second = self._world.managers()[:2]
        return self._world.actor(first.number), self._world.actor(second.number)

    def _release(self) -> None:
        """Release the quarter and its last month, if nobody did."""
        world, (checker, releaser) = self._world, self._managers()
        for period in (self._quarter.months[-1], self._quarter):
            shown = self._shown(period)
            if shown.released is None and not shown.obstacle:
                seen = shown.contents.digest
                actions.check(world.ctx, checker, world.key(), shown, seen)
                actions.release(world.ctx, releaser, world.key(), shown, seen)

    def _fix_allowance(self, month: Period) -> None:
        """Let two managers fix the allowance table of a month."""
        world, (first, second) = self._world, self._managers()
        ctx = world.ctx
        current = ctx.read(lambda c: year_views.current_allowance(ctx, c, month))
        if not current.obstacle:
            n = list_actions.draft(ctx, first, world.key(), current, current.digest, "")
            list_actions.release(ctx, second, world.key(), current, n)

    def _shown(self, period: Period) -> actions.Assessment:
        ctx = self._world.ctx
        return ctx.read(lambda c: actions.load(ctx, c, period))

    def _decide(self) -> None:
        """Let two managers give the flag to the first window that may have it."""
        world, (proposer, second) = self._world, self._managers()
        ctx = world.ctx
        ranking = ctx.read(lambda c: candidates.ranked(ctx, c, self._quarter)) or []
        choice = next((entry for entry in ranking if not entry.bars), None)
        if choice is None:
            return
        words = "" if flag_actions.is_plain(choice, ranking) else REASON
        steps = (
            (proposer, FlagWish(FlagMove.PROPOSE, choice.standing.code, words)),
            (second, FlagWish(FlagMove.DECIDE)),
        )
        for actor, wish in steps:
            flag_actions.move(ctx, actor, world.key(), self._quarter, wish)

    # -- the veto ------------------------------------------------------------------------------

    def _propose(self) -> None:
        """Let one manager propose a veto by a finding, and another confirm it."""
        world, (proposer, second) = self._world, self._managers()
        ctx = world.ctx
        first, last = self._days[0].isoformat(), ctx.day(world.clock.now())
        rows = ctx.read(lambda c: finding_queries.of_days(c, ctx.hall_id, first, last))
        finding = next((r for r in rows if r.staff and r.state == FindingState.CONFIRMED), None)
        if finding is None:
            return
        proposal = VetoProposal(
            VetoKind.QUARREL,
            Subject.PERSON,
            finding.staff,
            date.fromisoformat(finding.day),
            GROUND,
            finding.window,
            findings=(finding.id,),
        )
        veto = veto_actions.propose(ctx, proposer, world.key(), proposal)
        veto_actions.move(ctx, second, world.key(), veto, VetoMove.CONFIRM)

    def _dispute(self) -> None:
        self._step(VetoState.CONFIRMED, VetoMove.DISPUTE, DISPUTE)

    def _withdraw(self) -> None:
        self._step(VetoState.DISPUTED, VetoMove.WITHDRAW, SETTLED)

    def _step(self, state: VetoState, move: VetoMove, words: str) -> None:
        """Take a step of the veto in a state: the person disputes, an administrator settles."""
        world = self._world
        ctx = world.ctx
        for row in ctx.read(lambda c: queries.vetoes(c, ctx.hall_id)):
            if row.state == state:
                actor = world.actor(row.staff) if move is VetoMove.DISPUTE else self._third()
                veto_actions.move(ctx, actor, world.key(), row.id, move, words)

    def _third(self) -> Actor:
        staff = self._world.catalogue.staff
        number = next(s.number for s in staff if s.role.value == "administrator")
        return Actor(ActorKind.ADMINISTRATOR, number)
