"""Assistance of the demo history: questions, jobs of helpers, and green channels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial

from server.assistance import actions, green_actions, helper_actions, queries
from server.assistance.actions import AskWish, Question, Receiver
from server.assistance.helper_actions import Job, JobWish
from server.assistance.rules import AskMove, GreenMove, JobMove
from server.cases import list_queries
from server.cases.rules import CaseState
from server.core.sealed_text import seal
from server.demo.history.world import Event, World

ASKED_AT, TAKEN_AT, ANSWERED_AT = time(9, 50), time(11, 10), time(16, 30)
ENTRUSTED_AT, HELPED_AT, CALLED_AT = time(10, 15), time(15, 20), time(16, 50)
PROPOSED_AT, GRANTED_AT = time(17, 20), time(17, 35)
NO_PHONE = "13900000000"
SPAN = timedelta(days=30)
ASKS = {
    38: "问医保参保信息怎么变更",
    27: "问公租房申请在哪个窗口受理",
    16: "问企业公章刻制备案要带什么",
    8: "问老年人优待证怎么补办",
    4: "问施工许可证变更要多久",
    2: "问残疾人两项补贴到哪里申请",
}
"""Questions by the working days before the end of the history."""
UNTAKEN = 4
"""The question that nobody takes."""
JOBS = {
    34: ("代为提交材料、领取证照", ""),
    20: ("代为递交开工前各项审批材料", "演示产业园一期项目"),
    6: ("代为整理申报材料", "演示粮库改造项目"),
}
"""Jobs in the same way: what the helper may do, and the project; without one about an item."""
STEPS = (
    (0, JobWish(JobMove.ACCEPT, signed=True)),
    (1, JobWish(JobMove.DO, "已代为提交材料")),
    (3, JobWish(JobMove.DO, "已代为补充材料")),
    (5, JobWish(JobMove.DELIVER, "结果和材料原件已当面交还委托人")),
    (5, JobWish(JobMove.FILE)),
    (6, JobWish(JobMove.REPORT, "已向单位报告办理情况")),
)
CALLED_BACK = 7, JobWish(JobMove.CALL_BACK, "委托人表示满意，未收取费用")
GREENS = {9: True, 5: True, 3: False}
"""Days on which a case is proposed for the green channel, and if it is granted."""
REASON = "市重点项目，已列入今年投资计划"


@dataclass(frozen=True, slots=True)
class Pair:
    """First asked, and the chief of another unit, who receives the question."""

    first: str
    receiver: str
    unit: str


class Assistance:
    """Questions, jobs and green channels of the demo's people."""

    def __init__(self, world: World, days: Sequence[date]) -> None:
        """`days`: working days of the history, in order."""
        self._world = world
        self._places: Mapping[date, int] = {day: len(days) - 1 - n for n, day in enumerate(days)}
        self._days = days
        self._due: dict[date, list[Event]] = defaultdict(list)
        book = world.catalogue
        self._chiefs = [person for person in book.staff if person.chief and person.unit]

    def events(self, day: date) -> list[Event]:
        """Return the questions, jobs and proposals of a day, and the steps that are due."""
        at, back = self._world.at, self._places[day]
        events: list[Event] = self._due.pop(day, [])
        if back in ASKS:
            events.append((at(day, ASKED_AT), partial(self._ask, back)))
            if back != UNTAKEN:
                events.append((at(day, TAKEN_AT), partial(self._step_ask, back, AskMove.TAKE)))
                events.append((at(day, ANSWERED_AT), partial(self._step_ask, back, AskMove.ANSWER)))
        if back in JOBS:
            events += self._job(day, back)
        if back in GREENS:
            events.append((at(day, PROPOSED_AT), self._propose))
            if GREENS[back]:
                events.append((at(day, GRANTED_AT), self._grant))
        return events

    # -- questions -----------------------------------------------------------------------------

    def _pair(self, back: int) -> Pair:
        receiver = self._chiefs[back % len(self._chiefs)]
        first = self._chiefs[(back + 1) % len(self._chiefs)]
        return Pair(first.number, receiver.number, receiver.unit)

    def _ask(self, back: int) -> None:
        world, pair = self._world, self._pair(back)
        phone = seal(world.folder, world.ctx.tokens, NO_PHONE)
        to = Receiver(pair.unit, pair.receiver)
        question = Question(ASKS[back], name="演示群众", phone=phone, to=to)
        actions.record(world.ctx, world.actor(pair.first), world.key(), question)

    def _step_ask(self, back: int, move: AskMove) -> None:
        world, pair = self._world, self._pair(back)
        ctx = world.ctx
        rows = ctx.read(lambda c: queries.asks_of(c, ctx.hall_id, pair.receiver, ""))
        ask = next(row for row in rows if row.subject == ASKS[back])
        words = "已电话答复，并告知所需材料" if move is AskMove.ANSWER else ""
        wish = AskWish(move, words)
        actions.move(ctx, world.actor(pair.receiver), world.key(), ask.id, wish)

    # -- jobs ----------------------------------------------------------------------------------

    def _job(self, day: date, back: int) -> list[Event]:
        """Return the entrusting of a day, and plan the steps that follow it."""
        at, place = self._world.at, self._days.index(day)
        job: list[str] = []
        today: list[Event] = [(at(day, ENTRUSTED_AT), lambda: job.append(self._entrust(day, back)))]
        helper = self._pair(back).first
        for n, (later, wish) in enumerate(STEPS):
            moment = 60_000 * n
            self._plan(place + later, HELPED_AT, moment, partial(self._help, job, helper, wish))
        later, wish = CALLED_BACK
        office = self._world.managers()[0].number
        self._plan(place + later, CALLED_AT, 0, partial(self._help, job, office, wish))
        return [*today, *self._due.pop(day, [])]

    def _plan(self, place: int, moment: time, after: int, act: Callable[[], None]) -> None:
        if place < len(self._days):
            day = self._days[place]
            self._due[day].append((self._world.at(day, moment) + after, act))

    def _entrust(self, day: date, back: int) -> str:
        world = self._world
        scope, project = JOBS[back]
        book = world.catalogue
        helper = self._pair(back).first
        item = "" if project else next(i.code for i in book.items if i.materials)
        job = Job(helper, scope, day + SPAN, "", item, project, "演示委托人")
        return helper_actions.entrust(world.ctx, world.actor(helper), world.key(), job)

    def _help(self, job: list[str], staff: str, wish: JobWish) -> None:
        world = self._world
        helper_actions.move(world.ctx, world.actor(staff), world.key(), job[0], wish)

    # -- green channel -------------------------------------------------------------------------

    def _propose(self) -> None:
        """Propose the open case that is due first and has no green channel yet."""
        world = self._world
        ctx = world.ctx
        rows = ctx.read(lambda c: list_queries.due_first(c, ctx.hall_id))
        marked = {green.case for green in ctx.read(lambda c: queries.greens(c, ctx.hall_id))}
        running = (CaseState.HANDLING, CaseState.REVIEWING, CaseState.APPROVING)
        cases = [row for row in rows if row.id not in marked and row.state in running]
        for row in cases[-1:]:
            chief = world.chief(row.unit)
            assert chief is not None, "only units with a chief have cases here"
            self._green(chief.number, row.id, GreenMove.PROPOSE, REASON)

    def _grant(self) -> None:
        ctx = self._world.ctx
        manager = self._world.managers()[0].number
        for green in ctx.read(lambda c: queries.greens(c, ctx.hall_id)):
            if green.state == "proposed":
                self._green(manager, green.case, GreenMove.GRANT, "")

    def _green(self, staff: str, case: str, move: GreenMove, words: str) -> None:
        world = self._world
        green_actions.move(world.ctx, world.actor(staff), world.key(), case, move, words)
