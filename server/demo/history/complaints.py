"""Complaints of the demo history: how each came in, and the steps that were taken about it.

Each case has its own working day, counted from the end, so that the demo always opens with one
that is overdue, one that nobody has decided on yet, and some of every other end before them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from server.complaints import actions, queries
from server.complaints.actions import PHONE, Filed, Wish
from server.complaints.queries import StoredComplaint
from server.complaints.rules import About, ComplaintMove, Kind, Outcome, Topic, Way
from server.core.actors import Actor, ActorKind
from server.core.sealed_text import seal
from server.demo.history.floor import KIOSK
from server.demo.history.world import Event, World
from server.ratings import pad_queries

HOTLINE = "12345热线"
NAMES = ("测试甲", "测试乙", "测试丙", "")
NO_PHONE = "00000000000"
"""Telephone number that nobody can have."""
DISPATCH = "测试{year}-{n:04d}"
"""Number of a complaint at the hotline."""
FILED_AT = {
    Way.KIOSK: time(10, 20),
    Way.RECEPTION: time(15, 10),
    Way.OFFICE: time(9, 5),
    Way.PHONE: time(18, 40),  # a visit is complained of after it; the day's are written at 18:30
}
HANDLED_AT = time(16, 40)
CALL = Wish(ComplaintMove.CONTACT, "已电话了解情况，请其补充经过")
ACCEPT = Wish(ComplaintMove.ACCEPT)
CLOSE = Wish(ComplaintMove.CLOSE)
ASK_TIME = Wish(ComplaintMove.ASK_TIME, "需调取当日录像并向后台核实，申请延期")
GRANT_TIME = Wish(ComplaintMove.GRANT_TIME, "情况属实，同意延期")
REFUSE = Wish(
    ComplaintMove.REFUSE, "所反映的事项正在行政复议，由复议机关处理，本中心不予受理，特此说明。"
)
HAND_ON = Wish(ComplaintMove.HAND_ON, "已转机关事务管理部门处理，由其直接答复。")
Steps = Sequence[tuple[int, Wish]]
"""Working days after the day on which the complaint came, and the step taken then."""


def _answered(outcome: Outcome, words: str, *, after: int = 4, close: int = 6) -> Steps:
    answer = Wish(ComplaintMove.ANSWER, words, outcome)
    return ((1, CALL), (1, ACCEPT), (after, answer), (close, CLOSE))


UNPROVEN = _answered(
    Outcome.UNPROVEN, "经核对录像和叫号记录，当时窗口均在办理业务，未发现所反映的情况。"
)
PROVEN = _answered(
    Outcome.PROVEN, "情况属实。已向您致歉，并对窗口人员批评教育，材料要求已在窗口公布。"
)
PARTLY = _answered(Outcome.PARTLY, "当日办事群众较多，等候确实偏长；高峰时段已增开窗口。")
LATE = _answered(Outcome.UNPROVEN, "经核实，收费标准与公示一致，凭证已补寄。", after=8, close=9)
GONE_ON: Steps = ((1, HAND_ON),)
EXTENDED: Steps = (
    (1, ACCEPT),
    (5, ASK_TIME),
    (5, GRANT_TIME),
    (9, Wish(ComplaintMove.ANSWER, "经延期核实，未发现所反映的情况。", Outcome.UNPROVEN)),
    (11, CLOSE),
)


@dataclass(frozen=True, slots=True)
class Case:
    """Complaint of the demo: `back` working days before the last one, and its steps."""

    back: int
    channel: Way
    about: About
    topic: Topic
    words: str
    steps: Steps
    kind: Kind = Kind.ON_SPOT


HANDED_ON = Kind.HANDED_ON
CASES = (
    Case(39, Way.KIOSK, About.UNIT, Topic.WAITING, "上午等了很久", UNPROVEN),
    Case(36, Way.PHONE, About.VISIT, Topic.UNCLEAR, "材料没有一次说清，跑了两趟", PROVEN),
    Case(33, Way.OFFICE, About.UNIT, Topic.WAITING, "办理进度无人答复", PARTLY, HANDED_ON),
    Case(30, Way.KIOSK, About.UNIT, Topic.FACILITIES, "建议增设饮水机", GONE_ON, Kind.OPINION),
    Case(26, Way.RECEPTION, About.PERSON, Topic.ATTITUDE, "问话没有回应", EXTENDED),
    Case(21, Way.PHONE, About.VISIT, Topic.REFUSED, "认为应当受理", ((1, REFUSE),)),
    Case(19, Way.RECEPTION, About.WINDOW, Topic.ABSENT, "窗口有一段时间没有人", PROVEN),
    Case(17, Way.KIOSK, About.UNIT, Topic.FEES, "没有拿到收费凭证", LATE),
    Case(15, Way.OFFICE, About.UNIT, Topic.ATTITUDE, "电话咨询被挂断", EXTENDED, HANDED_ON),
    Case(12, Way.KIOSK, About.UNIT, Topic.FACILITIES, "建议增设母婴室", GONE_ON, Kind.OPINION),
    Case(10, Way.PHONE, About.VISIT, Topic.WAITING, "等候时间长", PARTLY),
    Case(9, Way.RECEPTION, About.UNIT, Topic.UNCLEAR, "两次说法不一致", ((1, CALL), (1, ACCEPT))),
    Case(6, Way.KIOSK, About.WINDOW, Topic.REFUSED, "对处理决定不服", ((1, REFUSE),)),
    Case(4, Way.PHONE, About.VISIT, Topic.ATTITUDE, "态度生硬", ((1, CALL), (1, ACCEPT))),
    Case(1, Way.OFFICE, About.UNIT, Topic.WAITING, "预约后仍排队较久", (), HANDED_ON),
)


class Complaints:
    """Complaints of the demo's people, and the steps of the office and the units."""

    def __init__(self, world: World, days: Sequence[date]) -> None:
        """`days`: working days of the history, in order."""
        self._world = world
        # Chance of its own, so that the rest of the past is what it was without complaints.
        self._chance = random.Random(f"{world.seed} complaints")
        self._days = days
        self._cases: Mapping[date, Case] = {
            days[-1 - case.back]: case for case in CASES if case.back < len(days)
        }
        self._due: dict[date, list[tuple[str, Wish]]] = defaultdict(list)
        """Number of the complaint and its step, by the day on which it is taken."""
        self._handed_on = 0

    def events(self, day: date) -> list[Event]:
        """Return the complaint of a day, and the steps taken on it."""
        at = self._world.at
        case = self._cases.get(day)
        filed = [(at(day, FILED_AT[case.channel]), lambda: self._file(day, case))] if case else []
        return [*filed, (at(day, HANDLED_AT), lambda: self._handle(day))]

    def _file(self, day: date, case: Case) -> None:
        world, name = self._world, self._chance.choice(NAMES)
        subject = "" if case.kind is Kind.OPINION else self._subject(day, case.about)
        if case.kind is Kind.HANDED_ON:
            self._handed_on += 1
        filed = Filed(
            kind=case.kind,
            channel=case.channel,
            about=case.about,
            subject=subject,
            topics=(case.topic.value,),
            words=case.words,
            name=name,
            phone=seal(world.folder, world.ctx.tokens, NO_PHONE) if name else "",
            source=HOTLINE if case.kind is Kind.HANDED_ON else "",
            source_number=(
                DISPATCH.format(year=day.year, n=self._handed_on)
                if case.kind is Kind.HANDED_ON
                else ""
            ),
        )
        number = actions.file(world.ctx, self._sender(case.channel), world.key(), filed)
        place = self._days.index(day)
        for later, wish in case.steps:
            if place + later < len(self._days):
                self._due[self._days[place + later]].append((number, wish))

    def _subject(self, day: date, about: About) -> str:
        """Return a unit, window, person or service of the day that is complained of."""
        world, book = self._world, self._world.catalogue
        chiefs = {person.unit for person in book.staff if person.chief}
        if about is About.UNIT:
            return self._chance.choice([unit.code for unit in book.units if unit.code in chiefs])
        if about is About.WINDOW:
            windows = [window for window in book.windows if chiefs.intersection(window.units)]
            return self._chance.choice(windows).code
        if about is About.PERSON:
            people = [s for s in book.staff if s.windows and not s.chief and s.unit in chiefs]
            return self._chance.choice(people).number
        hall_id = world.ctx.hall_id
        services = world.ctx.read(lambda c: pad_queries.finished_on(c, hall_id, day.isoformat()))
        return self._chance.choice(services).ticket

    def _sender(self, channel: Way) -> Actor:
        world = self._world
        desk = next((s for s in world.catalogue.staff if s.windows and not s.unit), None)
        senders: dict[Way, Callable[[], Actor]] = {
            Way.KIOSK: lambda: Actor(ActorKind.KIOSK, KIOSK),
            Way.PHONE: lambda: PHONE,
            Way.RECEPTION: lambda: world.actor((desk or world.managers()[0]).number),
            Way.OFFICE: lambda: world.actor(world.managers()[0].number),
        }
        return senders[channel]()

    def _handle(self, day: date) -> None:
        world = self._world
        for number, wish in self._due.pop(day, ()):
            row = world.ctx.read(lambda c, n=number: queries.by_number(c, world.ctx.hall_id, n))  # type: ignore[misc]
            assert row is not None, "it was filed before"
            actions.move(world.ctx, self._handler(row, wish), world.key(), row.id, wish)

    def _handler(self, row: StoredComplaint, wish: Wish) -> Actor:
        """Return who takes a step: the unit answers for itself, the office does the rest."""
        world = self._world
        first, second = (world.actor(s.number) for s in world.managers()[:2])
        if wish.move is ComplaintMove.GRANT_TIME:
            return second
        chief = world.chief(row.unit) if row.unit else None
        by_unit = wish.move in (ComplaintMove.ANSWER, ComplaintMove.ASK_TIME)
        if by_unit and chief is not None and self._may(row, chief.number):
            return world.actor(chief.number)
        return first

    def _may(self, row: StoredComplaint, staff: str) -> bool:
        """Return True if the complaint does not concern a person."""
        world = self._world
        concerned = world.ctx.read(lambda c: queries.subjects(c, world.ctx.hall_id, [row.id]))
        return row.about != About.UNIT and staff not in concerned[row.id]
