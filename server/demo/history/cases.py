"""Cases of the demo history: opened from the morning's numbers, then passed from post to post.

The lamps are lit each morning, the signs of cases outside the hall are looked for each evening, and
the office judges both.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import partial

from server.cases import actions, queries, serving
from server.cases.actions import Applicant, Opening, Wish
from server.cases.paper_kinds import ServedHow, ServedTo
from server.cases.rules import CaseMove, CaseOutcome, CaseState, CaseWay
from server.catalogue.model import CaseMode, Item, Presence
from server.core.actors import Actor
from server.core.sealed_text import seal
from server.demo.history.case_plans import PLANS, Hand, Plan, Steps, followed, usual
from server.demo.history.licences import Licences
from server.demo.history.notices import Matter, Visit
from server.demo.history.silence import Silence
from server.demo.history.world import Event, World
from server.one_time_notices.rules import MaterialFault
from server.queue.tickets import Ticket
from server.spot_checks import finding_actions, finding_queries
from server.spot_checks.finding_queries import StoredFinding
from server.supervision import actions as supervision
from server.supervision import lamps, sign_search
from server.supervision.lapses import LapseSearch
from server.supervision.messages import ExplanationKind
from server.supervision.signs import Sign

NEW, RECENT = 5, 20
"""People of a morning whose papers are complete, besides those of the hand-ins, in the last
`RECENT` working days. Before them only hand-ins open cases: more would make the demo slow to start.
"""
DIRECT = 0.45
"""Share of them with an item that is decided on the spot."""
STEMS = "甲乙丙丁戊己庚辛壬癸"
NAME, PHONE = "演示{stem}", "1390000{n:04d}"
"""Names and telephones that look invented; no demo case holds an ID number."""
LIT_AT, SERVED_AT, JUDGED_AT, SEARCHED_AT = time(7, 50), time(9, 20), time(9, 40), time(19, 50)
RECEIVED_AT, EXPLAINED_AT, SILENT_AT = time(15, 10), time(17, 10), time(17, 35)
STEPS_AT = {
    Hand.ACCEPTOR: time(8, 45),
    Hand.HANDLER: time(10, 30),
    Hand.REVIEWER: time(14, 50),
    Hand.APPROVER: time(16, 20),
}
ACCEPT = Wish(CaseMove.ACCEPT)
SUPPLY = Wish(CaseMove.SUPPLY)
TELL = Wish(CaseMove.TELL)
COMPLETE = Wish(CaseMove.COMPLETE)
LAMPS, SIGNS = "lamp:", "outside:"
"""Beginnings of the marks of findings on cases."""


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """Case with its item, the person who opened it, and the steps to come."""

    id: str
    item: Item
    staff: str
    steps: Steps
    plan: Plan | None = None

    @property
    def pledged(self) -> int:
        """Days within which a missing material was pledged; 0 without a pledge."""
        return self.plan.pledge if self.plan else 0


class Cases:
    """Cases of the demo's people, and the steps of the units and the office."""

    def __init__(self, world: World, days: Sequence[date], licences: Licences) -> None:
        """`days`: working days of the history, in order."""
        self._world = world
        self._licences = licences
        # Chance of its own, so that the rest of the past is what it was without cases.
        self._chance = random.Random(f"{world.seed} cases")
        self._days = days
        self._items = followed(world.catalogue)
        self._charged = [item for item in self._items.values() if item.fees]
        self._plans: Mapping[date, Plan] = {
            days[-1 - plan.back]: plan for plan in PLANS if plan.back < len(days)
        }
        self._lapses = LapseSearch(world.ctx)
        self._silence = Silence(world)
        self._unserved: list[OpenedCase] = []
        self._opened: dict[str, OpenedCase] = {}
        self._due: dict[tuple[date, Hand], list[tuple[OpenedCase, Wish]]] = defaultdict(list)

    def matters(self, day: date) -> list[Matter]:
        """Return what the people want who come to a window with complete papers this morning."""
        plan = self._plans.get(day)
        left = len(self._days) - 1 - self._days.index(day)
        chosen = [self._drawn() for _ in range(NEW if left <= RECENT else 0)]
        if plan is not None and plan.way is CaseWay.WINDOW:
            chosen = [_planned_matter(self._items[plan.item], plan), *chosen[1:]]
        if len(chosen) > 1:  # so that the cashier has something to do every day
            chosen[-1] = Matter(self._chance.choice(self._charged), ({},))
        return chosen

    def _drawn(self) -> Matter:
        direct = self._chance.random() < DIRECT
        items = [
            item
            for item in self._items.values()
            if (item.case_mode is CaseMode.DIRECT) is direct and item.materials
        ]
        return Matter(self._chance.choice(items), ({},))

    def handed_in(self, day: date, visit: Visit, ticket: Ticket, *, complete: bool) -> str:
        """Open or complete the case of a hand-in at a window; return its id, "" without one."""
        world, matter = self._world, visit.matter
        if matter.case:
            opened = self._opened[matter.case]
            if complete:
                wish = SUPPLY if opened.pledged else COMPLETE
                self._move(world.actor(opened.staff), opened, wish)
                self._plan(day, opened)
            return matter.case
        if matter.item.code not in self._items:
            return ""
        opened = self._open(matter.item, visit.seat.staff, matter.plan, ticket.id)
        clerk = world.actor(visit.seat.staff)
        if not complete:
            pledge = opened.pledged
            wishes = (Wish(CaseMove.PLEDGE, days=pledge), ACCEPT) if pledge else (TELL,)
            for wish in wishes:
                self._move(clerk, opened, wish)
            return opened.id
        if matter.plan is None or matter.plan.answered:
            self._move(clerk, opened, ACCEPT)
        self._plan(day, opened)
        return opened.id

    def events(self, day: date) -> list[Event]:
        """Return the lamps, steps, signs and judgements of a day."""
        at, plan = self._world.at, self._plans.get(day)
        events: list[Event] = [
            *(self._silence.scheme_events(day) if day == self._days[0] else ()),
            (at(day, LIT_AT), self._light),
            (at(day, SERVED_AT), self._serve_all),
            (at(day, JUDGED_AT), self._judge),
            *((at(day, STEPS_AT[hand]), partial(self._handle, day, hand)) for hand in Hand),
            (at(day, SILENT_AT), self._let_silence_count),
            (at(day, SEARCHED_AT), partial(sign_search.propose_day, self._world.ctx, day)),
        ]
        if plan is not None and plan.way is CaseWay.RECEPTION:
            events.append((at(day, RECEIVED_AT), partial(self._receive, day, plan)))
        if plan is not None and plan.explained:
            events.append((at(day, EXPLAINED_AT), partial(self._explain, day, plan)))
        return events

    def is_planned(self, case: str) -> bool:
        """Return True for a case of the plans, whose days tell a story."""
        return case in self._opened and self._opened[case].plan is not None

    # -- acts ----------------------------------------------------------------------------------

    def _open(self, item: Item, staff: str, plan: Plan | None, ticket: str = "") -> OpenedCase:
        world, n = self._world, len(self._opened)
        phone = seal(world.folder, world.ctx.tokens, PHONE.format(n=n))
        who = Applicant(NAME.format(stem=STEMS[n % len(STEMS)]), phone=phone)
        way = CaseWay.WINDOW if ticket else CaseWay.RECEPTION
        opening = Opening(item.code, who, way, ticket)
        case = actions.open_case(world.ctx, world.actor(staff), world.key(), opening)
        steps = plan.steps if plan else usual(item, self._chance)
        self._opened[case] = OpenedCase(case, item, staff, steps, plan)
        return self._opened[case]

    def _receive(self, day: date, plan: Plan) -> None:
        """Open a case at the reception desk, without a number."""
        staff = self._world.catalogue.staff
        desk = next(person for person in staff if person.windows and not person.unit)
        item = self._world.catalogue.item_by[plan.item]
        opened = self._open(item, desk.number, plan)
        self._move(self._world.actor(desk.number), opened, ACCEPT)
        self._plan(day, opened)

    def _explain(self, day: date, plan: Plan) -> None:
        world = self._world
        chief = self._actor(Hand.APPROVER, self._items[plan.item].unit)
        kind, span = ExplanationKind.NETWORK, (day, day)
        supervision.explain(world.ctx, chief, world.key(), kind, span, plan.explained, "")

    def _plan(self, day: date, opened: OpenedCase) -> None:
        place = self._days.index(day)
        for step in opened.steps:
            if place + step.later < len(self._days):
                self._due[self._days[place + step.later], step.hand].append((opened, step.wish))

    def _handle(self, day: date, hand: Hand) -> None:
        for opened, wish in self._due.pop((day, hand), ()):
            acceptor = hand is Hand.ACCEPTOR
            actor = (
                self._world.actor(opened.staff) if acceptor else self._actor(hand, opened.item.unit)
            )
            self._move(actor, opened, wish)

    def _actor(self, hand: Hand, unit: str) -> Actor:
        """Return who holds a post of a unit; the chief of a small one takes every step."""
        chief = self._world.chief(unit)
        assert chief is not None, "only units with a chief have cases here"
        others = [s for s in self._world.catalogue.staff if s.unit == unit and s is not chief]
        place = {Hand.HANDLER: 0, Hand.REVIEWER: 1}.get(hand, len(others))
        return self._world.actor(others[place].number if place < len(others) else chief.number)

    def _move(self, actor: Actor, opened: OpenedCase, wish: Wish) -> None:
        actions.move(self._world.ctx, actor, self._world.key(), opened.id, wish)
        if wish.move is CaseMove.DECIDE and opened.item.case_mode is CaseMode.DIRECT:
            self._serve(opened)
        elif wish.move is CaseMove.DECIDE and wish.outcome is CaseOutcome.GRANTED:
            # The decision is served with its licence.
            unit = opened.item.unit
            self._licences.granted(opened.id, opened.item, self._actor(Hand.HANDLER, unit))
        elif wish.move is CaseMove.DECIDE:
            self._unserved.append(opened)

    def _serve_all(self) -> None:
        """Record that the applicants came for the decisions of the days before."""
        while self._unserved:
            self._serve(self._unserved.pop())

    def _let_silence_count(self) -> None:
        """Record silence that counts after closing; its decisions are served in the morning."""
        self._unserved += [self._opened[case] for case in self._silence.granted()]

    def _serve(self, opened: OpenedCase) -> None:
        world = self._world
        ctx, clerk = world.ctx, world.actor(opened.staff)
        paper = ctx.read(lambda c: queries.papers(c, ctx.hall_id, [opened.id]))[-1].id
        how, to = ServedHow.HANDED, ServedTo.APPLICANT
        serving.serve(ctx, clerk, world.key(), paper, how, to, None)

    # -- supervision ---------------------------------------------------------------------------

    def _light(self) -> None:
        serving.deem_all(self._world.ctx)
        serving.lapse_all(self._world.ctx)
        lamps.light(self._world.ctx)
        self._lapses.update()

    def _judge(self) -> None:
        """Judge the signs of the evening before, and an overdue case once it is decided."""
        ctx = self._world.ctx
        rows = [
            row
            for beginning in (SIGNS, LAMPS)
            for row in ctx.read(
                partial(finding_queries.of_doubts, hall_id=ctx.hall_id, beginning=beginning)
            )
            if row.state == "proposed"
        ]
        office = self._world.actor(self._world.managers()[0].number)
        for row in rows:
            words = self._judgement(row)
            if words is not None:
                confirmed, why = words
                finding_actions.judge(ctx, office, self._world.key(), row.id, confirmed, why)

    def _judgement(self, row: StoredFinding) -> tuple[bool, str] | None:
        """Return if a finding is confirmed, and why; None while the case is open."""
        if row.source_id.startswith(SIGNS):
            facts = finding_actions.facts_of(row)
            if facts["sign"] == Sign.NO_VISIT and self._is_of_a_unit_elsewhere(row):
                return False, "单位已撤出大厅，不发号码，由引导台直接收件"
            if facts["explained"]:
                return False, "部门已作说明，有网络故障记录"
            if facts["sign"] == Sign.NO_LICENCE_CASE:
                return True, "经核实，该证照未在大厅受理，已要求单位说明并补录"
            return True, "受理后随即办结，未见审查记录，已要求说明办理过程"
        ctx, case = self._world.ctx, row.source_id.split(":")[1]
        stored = ctx.read(lambda c: queries.get(c, ctx.hall_id, case))
        if stored is None or stored.state != CaseState.DECIDED:
            return None
        if self._silence.has_granted(case):
            return True, "经核实单位未按承诺期限答复，现已默许，已通报单位"
        return True, "经核实确已超期，已督促办结"

    def _is_of_a_unit_elsewhere(self, row: StoredFinding) -> bool:
        unit = self._world.catalogue.unit_by.get(row.unit)
        return unit is not None and unit.presence is not Presence.HALL


def _planned_matter(item: Item, plan: Plan) -> Matter:
    """Return what the person of a plan wants; a pledged material is missing at first."""
    if not plan.pledge:
        return Matter(item, ({},), plan=plan)
    tolerable = next(n for n, material in enumerate(item.materials) if material.tolerable)
    missing = {tolerable: MaterialFault.MISSING}
    return Matter(item, (missing, {}) if plan.steps else (missing,), plan=plan)
