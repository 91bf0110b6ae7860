"""Joint review of the demo history: units are asked, answer, meet; cases are sent up and come back.

The usual case is asked on its first afternoon and answered the next morning. Planned ones
(`case_plans`) tell a story: a unit is absent from a site visit and disagrees, an answer from above
takes days, a case is accepted here and decided by another hall, and two are open at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import partial

from server.cases import queries as case_queries
from server.cases.queries import StoredCase
from server.catalogue.model import CaseMode
from server.core import setting_queries
from server.core.actors import Actor
from server.core.events import HallChanged
from server.core.store import Tx
from server.demo.history.world import Event, World
from server.joint_review import actions, lateness, meetings, queries
from server.joint_review.actions import PartOrder, PartWish
from server.joint_review.meetings import MeetingOrder, UnitPresence
from server.joint_review.queries import StoredPart
from server.joint_review.rules import (
    MeetingKind,
    MeetingMove,
    MeetingState,
    Opinion,
    PartKind,
    PartMove,
    PartState,
)

NAMED_AT = time(7, 46)
NOTED_AT, ANSWERED_AT, MET_AT, SENT_AT = time(7, 51), time(9, 50), time(11, 20), time(15, 40)
ASKED = ("swj", "zjj")
"""Units that the joint item names: tax and housing."""
ABOVE = "市级主管部门"
QUESTION = "请就税费是否结清、房屋有无限制转让提出意见。"
AGREES, DISAGREES = "经核查，无不同意见", "房屋已签订预售合同，限制转让尚未解除"
HANDED_ON = "gaj-07"
"""Item of a case that is accepted here and decided by another hall (同城通办)."""
ELSEWHERE = "示例市政务服务中心出入境窗口"
STORIES = {"zrzy-07": (11, 2), "gaj-09": (17, 5), HANDED_ON: (21,)}
"""Working days before the last one on which the planned cases came, by item."""


@dataclass(frozen=True, slots=True)
class Age:
    """Working days since a case came, and whether it is one of the planned ones."""

    days: int
    planned: int
    """Days before the end on which it came; 0: a usual case."""


class Joint:
    """Parts of the joint and forwarded cases of the demo."""

    def __init__(
        self, world: World, days: Sequence[date], is_planned: Callable[[str], bool]
    ) -> None:
        """`days`: working days of the history, in order; `is_planned`: of a case by its id."""
        self._world = world
        self._days = days
        units = {unit.code for unit in world.catalogue.units}
        self._units = tuple(unit for unit in ASKED if unit in units and world.chief(unit))
        self._is_planned = is_planned

    def events(self, day: date) -> list[Event]:
        """Return what happens with parts on a day."""
        at = self._world.at
        named = [(at(day, NAMED_AT), self._name_bodies)] if day == self._days[0] else []
        return [
            *named,
            (at(day, NOTED_AT), partial(lateness.note_all, self._world.ctx)),
            (at(day, ANSWERED_AT), partial(self._answer, day)),
            (at(day, MET_AT), partial(self._meet, day)),
            (at(day, SENT_AT), partial(self._send, day)),
        ]

    def _name_bodies(self) -> None:
        """Name the hall to which cases can be handed on."""
        world = self._world

        def act(tx: Tx) -> None:
            key = world.actor(world.managers()[0].number).key
            setting_queries.put(tx, "elsewhere_bodies", ELSEWHERE, key)
            tx.events.append(HallChanged("settings"))

        world.ctx.write(act)

    def _actor(self, unit: str) -> Actor:
        chief = self._world.chief(unit)
        assert chief is not None, "only units with a chief have cases here"
        return self._world.actor(chief.number)

    def _open(self) -> list[StoredCase]:
        ctx = self._world.ctx
        return ctx.read(lambda c: queries.open_cases(c, ctx.hall_id))

    def _parts(self, case: str) -> list[StoredPart]:
        ctx = self._world.ctx
        return ctx.read(lambda c: queries.parts_of(c, ctx.hall_id, [case]))

    def _age(self, day: date, row: StoredCase) -> Age:
        came = date.fromisoformat(row.day)
        place = self._days.index(came)
        back = len(self._days) - 1 - place
        is_story = self._is_planned(row.id) and back in STORIES.get(row.item, ())
        return Age(self._days.index(day) - place, back if is_story else 0)

    def _step(self, row: StoredCase, part: StoredPart, move: PartMove, **more: str | None) -> None:
        unit = part.unit if part.kind == PartKind.OPINION else row.unit
        opinion = more.pop("opinion", None)
        wish = PartWish(
            move,
            Opinion(opinion) if opinion else None,
            **{name: value or "" for name, value in more.items()},
        )
        world = self._world
        actions.move(world.ctx, self._actor(unit), world.key(), part.id, wish)

    def _send(self, day: date) -> None:
        """Ask units, or send upward, on the day of acceptance; a planned case waits two days."""
        world = self._world
        for row in self._open():
            if self._parts(row.id):
                continue
            age, lead = self._age(day, row), self._actor(row.unit)
            if row.mode == CaseMode.JOINT and self._units:
                limit = 1 if age.planned == STORIES["zrzy-07"][1] else 3
                orders = [PartOrder(unit, QUESTION, limit) for unit in self._units]
                actions.send(world.ctx, lead, world.key(), row.id, orders, "")
                if age.planned:
                    self._call(day, row, lead)
            elif row.mode == CaseMode.FORWARDED and age.days >= (2 if age.planned else 0):
                actions.send_up(world.ctx, lead, world.key(), row.id, ABOVE)

        self._hand_on(day)

    def _hand_on(self, day: date) -> None:
        """Hand the planned case of the day on to the other hall; no other promised case is."""
        world, iso = self._world, day.isoformat()
        for row in world.ctx.read(lambda c: case_queries.of_days(c, world.ctx.hall_id, iso, iso)):
            if row.item == HANDED_ON and self._age(day, row).planned:
                words, lead = "材料已核对齐全，原件随清单移交", self._actor(row.unit)
                actions.hand_on(world.ctx, lead, world.key(), row.id, ELSEWHERE, words)

    def _call(self, day: date, row: StoredCase, lead: Actor) -> None:
        place = self._days.index(day) + 2
        if place >= len(self._days):
            return
        kind = MeetingKind.SITE_VISIT
        order = MeetingOrder(kind, self._days[place], "10:30", "房屋所在地", self._units)
        world = self._world
        meetings.call(world.ctx, lead, world.key(), row.id, order)

    def _meet(self, day: date) -> None:
        """Record who came to the site visits of the day; housing was absent."""
        world = self._world
        ctx = world.ctx
        iso = day.isoformat()
        for row in ctx.read(lambda c: queries.meetings_between(c, ctx.hall_id, iso, iso)):
            if row.state != MeetingState.CALLED:
                continue
            case = ctx.read(lambda c, r=row: case_queries.get(c, ctx.hall_id, r.case))  # type: ignore[misc]
            assert case is not None, "its meeting was read"
            came = [
                UnitPresence(unit, unit == ASKED[0], "" if unit == ASKED[0] else "另有会议")
                for unit in self._units
            ]
            move, lead = MeetingMove.RECORD, self._actor(case.unit)
            meetings.move(ctx, lead, world.key(), row.id, move, came)

    def _answer(self, day: date) -> None:
        """Answer what is due: usual parts the next morning, planned ones as their story goes."""
        for row in self._open():
            age = self._age(day, row)
            for part in self._parts(row.id):
                if part.kind == PartKind.UPWARD:
                    self._from_above(row, part, age)
                elif part.kind == PartKind.ELSEWHERE:
                    self._from_elsewhere(row, part, age)
                elif part.state in (PartState.SENT, PartState.SIGNED):
                    self._opinion(row, part, age)

    def _from_above(self, row: StoredCase, part: StoredPart, age: Age) -> None:
        open_at_end = age.planned == STORIES["gaj-09"][1]
        if open_at_end or (age.planned and age.days < 4):
            return
        if part.state == PartState.ABOVE:
            number = f"演示〔{row.day[:4]}〕{row.serial}号"
            self._step(row, part, PartMove.HEAR, opinion="agree", number=number, words="同意签发")
        if part.state == PartState.BACK or (part.state == PartState.ABOVE and not age.planned):
            self._step(row, part, PartMove.PASS_ON)

    def _from_elsewhere(self, row: StoredCase, part: StoredPart, age: Age) -> None:
        """Let the other hall sign for the papers the next day, and decide on the third."""
        if part.state == PartState.SENT:
            self._step(row, part, PartMove.SIGN)
        elif part.state == PartState.SIGNED and age.days >= 3:
            words = "经审核，符合签发条件，证件制作后寄回本厅"
            self._step(row, part, PartMove.RESULT, opinion="agree", words=words)

    def _opinion(self, row: StoredCase, part: StoredPart, age: Age) -> None:
        second = part.unit != self._units[0]
        if age.planned and second:
            if age.planned == STORIES["zrzy-07"][1] or age.days < 3:
                return  # the open one is never answered, and turns red
            self._step(row, part, PartMove.ANSWER, opinion="disagree", words=DISAGREES)
        else:
            self._step(row, part, PartMove.SIGN)
            self._step(row, part, PartMove.ANSWER, opinion="agree", words=AGREES)
