"""How invented people come and go: most are punctual, a few are not, some are on leave."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from server.domain.attendance.facts import LeaveKind
from server.domain.attendance.shifts import RuleScope, ShiftRule, four_punches
from server.domain.attendance.verdicts import State
from server.domain.catalogue import Staff
from server.domain.errors import HallError
from server.domain.punches import PunchLine, Source
from server.past.world import Event, World
from server.services import punches
from server.services.attendance import corrections, leaves, rules
from server.services.attendance.calendar import workdays
from server.services.attendance.corrections import Wish
from server.services.attendance.sheets import day_sheets
from server.services.attendance.standing import standing
from server.storage import leaves as stored_leaves
from server.storage import readers

DUE = (time(8, 30), time(12), time(14, 30), time(17, 30))
WINDOWS = (
    (time(7, 30), time(9, 30)),
    (time(11, 30), time(13, 30)),
    (time(12, 30), time(15, 30)),
    (time(17), time(21)),
)
FRIDAY = (*DUE[:3], time(17))
FRIDAY_WINDOWS = (*WINDOWS[:3], (time(16, 30), time(21)))
REASONS = {
    LeaveKind.PERSONAL: ("家中有事", "接送孩子", "办理私事"),
    LeaveKind.SICK: ("感冒发烧", "牙痛就医", "身体不适"),
    LeaveKind.REST: ("年休假", "补休"),
    LeaveKind.OFFICIAL: ("到市局开会", "参加业务培训", "现场踏勘"),
    LeaveKind.ELSEWHERE: ("回原单位值班", "原单位盘点档案"),
    LeaveKind.OUTING: ("送件到原单位", "取公章", "陪同群众办理"),
}
EXCUSES = ("指纹没有识别上，当时已在窗口", "被群众围住咨询，忘记打卡", "送材料到二楼，回来晚打卡")
FORGETS = 0.006


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody comes: minutes before the due time on average, how much it varies."""

    early: float
    spread: float
    door: str
    """Serial number of the time clock by which the person enters."""


class People:
    """The staff of the hall through the past weeks."""

    def __init__(self, world: World, doors: list[str]) -> None:
        self._world = world
        chance = world.chance
        self._habits = {
            person.number: Habit(
                chance.uniform(3, 8) if chance.random() < 0.3 else chance.uniform(11, 17),
                chance.uniform(2.5, 3.8),
                chance.choice(doors),
            )
            for person in world.catalogue.staff
        }

    def rules(self, first: date) -> None:
        """The usual four punches; Friday ends half an hour early."""
        world = self._world
        usual = ShiftRule(
            "",
            f"四次打卡{first.year}",
            RuleScope.HALL,
            (),
            first,
            None,
            frozenset({1, 2, 3, 4}),
            four_punches(DUE, WINDOWS, absent_after=30),
        )
        friday = replace(
            usual,
            name=f"周五{first.year}",
            weekdays=frozenset({5}),
            slots=four_punches(FRIDAY, FRIDAY_WINDOWS, absent_after=30),
        )
        boss = world.actor(world.managers()[0].number)
        for rule in (usual, friday):
            made = rules.draft(world.ctx, boss, world.key(), rule)
            rules.start(world.ctx, boss, world.key(), made)

    # -- leave ---------------------------------------------------------------------------------

    def leave(self, first: date, last: date) -> dict[date, list[Event]]:
        """Who asks for what, and when: one or two a week for the whole hall."""
        world, chance = self._world, self._world.chance
        days = list(workdays(world.ctx).among(first, last))
        found: dict[date, list[Event]] = defaultdict(list)
        for place, day in enumerate(days[2:], 2):
            if chance.random() < 0.55:
                asked = days[place - chance.choice((1, 2))]
                person = chance.choice(world.catalogue.staff[2:])
                wish = self._wish(person, day)
                moment = world.minute(asked, chance.uniform(9 * 60, 11 * 60))
                found[asked].append((moment, lambda w=wish: self._ask(w)))  # type: ignore[misc]
        return found

    def _wish(self, person: Staff, day: date) -> leaves.Wish:
        chance = self._world.chance
        kind = chance.choice(list(LeaveKind))
        spans = {
            LeaveKind.OUTING: (time(9, 30), time(11)),
            LeaveKind.OFFICIAL: chance.choice(((time(8), time(12, 30)), (time(14), time(18)))),
            LeaveKind.SICK: (time(8), time(18)),
        }
        begins, ends = spans.get(kind, chance.choice(((time(8), time(13)), (time(8), time(18)))))
        until = day + timedelta(days=2) if kind is LeaveKind.REST else day
        return leaves.Wish(
            person.number,
            kind,
            datetime.combine(day, begins),
            datetime.combine(until, ends),
            chance.choice(REASONS[kind]),
        )

    def _ask(self, wish: leaves.Wish) -> None:
        """Ask with the usual cover, without one if he cannot; whoever is entitled decides."""
        world = self._world
        actor = world.actor(wish.staff)
        for cover in (None, ""):
            with contextlib.suppress(HallError):
                wanted = replace(wish, cover=cover)
                made = leaves.ask(world.ctx, actor, world.key(), wanted)
                self._decide(made, wish.staff)
                self._hand_over(made)
                return

    def waiting(self, today: date) -> None:
        """Yesterday evening's requests, which nobody has decided yet."""
        world = self._world
        ahead = workdays(world.ctx).after(today, 2)
        for number, kind in (("1010", LeaveKind.PERSONAL), ("1016", LeaveKind.OFFICIAL)):
            span = datetime.combine(ahead, time(8)), datetime.combine(ahead, time(12, 30))
            reason = world.chance.choice(REASONS[kind])
            with contextlib.suppress(HallError):
                wish = leaves.Wish(number, kind, *span, reason)
                leaves.ask(world.ctx, world.actor(number), world.key(), wish)
        for fix in self._unexplained(_last_worked(world, today))[:2]:
            with contextlib.suppress(HallError):
                corrections.ask(world.ctx, world.actor(fix.staff), world.key(), fix, self._standing)

    def _decide(self, leave_id: str, staff: str) -> None:
        world = self._world
        unit = world.catalogue.staff_by[staff].unit
        chief = world.chief(unit) if unit else None
        deciders = [chief] if chief else []
        deciders += [*world.managers(), world.catalogue.staff[0]]
        for person in deciders:
            if not self._open(leave_id):
                return
            with contextlib.suppress(HallError):
                actor = world.actor(person.number)
                leaves.decide(world.ctx, actor, world.key(), leave_id, True, "同意")

    def _hand_over(self, leave_id: str) -> None:
        """The B, if there is one, has been told what is in hand."""
        ctx = self._world.ctx
        found = ctx.read(lambda c: stored_leaves.get(c, ctx.hall_id, leave_id))
        if found is not None and found.cover and found.state == "approved":
            actor = self._world.actor(found.cover)
            leaves.hand_over(ctx, actor, self._world.key(), leave_id, "已交接")

    def _open(self, leave_id: str) -> bool:
        ctx = self._world.ctx
        found = ctx.read(lambda c: stored_leaves.get(c, ctx.hall_id, leave_id))
        return found is not None and found.state == "asked"

    # -- punches -------------------------------------------------------------------------------

    def punches(self, day: date) -> list[Event]:
        """A day's punches, delivered twice: after noon and in the evening."""
        world = self._world
        told: dict[tuple[str, bool], list[PunchLine]] = defaultdict(list)
        away = world.ctx.read(lambda c: stored_leaves.approved(c, world.ctx.hall_id, day, day))
        due = FRIDAY if day.isoweekday() == 5 else DUE
        for person in world.catalogue.staff:
            for slot, moment in enumerate(due):
                at = datetime.combine(day, moment)
                if any(span.holds(at) for span in away.get(person.number, ())):
                    continue
                said = self._touch(person.number, at, slot)
                if said is not None:
                    line = PunchLine(person.number, said, verify="1")
                    told[self._habits[person.number].door, slot >= 2].append(line)
        return [
            (world.at(day, time(19) if late else time(13, 45)), self._teller(door, lines))
            for (door, late), lines in told.items()
        ]

    def _touch(self, number: str, due: datetime, slot: int) -> datetime | None:
        """When the finger is laid on the reader; None: forgotten."""
        chance, habit = self._world.chance, self._habits[number]
        if chance.random() < FORGETS:
            return None
        if slot % 2 == 0:
            minutes = -chance.gauss(habit.early, habit.spread)
        else:
            minutes = abs(chance.gauss(3, 3)) if chance.random() > 0.012 else -chance.uniform(2, 12)
        return due + timedelta(seconds=round(minutes * 60) + chance.randint(0, 50))

    def _teller(self, door: str, lines: list[PunchLine]) -> Callable[[], None]:
        ctx = self._world.ctx

        def tell() -> None:
            ordered = sorted(lines, key=lambda line: line.said)
            punches.take(ctx, door, ordered, Source.PULL)
            every = [row.serial for row in ctx.read(lambda c: readers.every(c, ctx.hall_id))]
            for serial in every:
                ctx.write(
                    lambda tx, s=serial: readers.change(  # type: ignore[misc]
                        tx, s, delivered_until=tx.now, heard_at=tx.now
                    )
                )

        return tell

    # -- corrections ---------------------------------------------------------------------------

    def corrections(self, day: date) -> list[Event]:
        """On the next working morning some explain what was missing; most are believed."""
        world, chance = self._world, self._world.chance
        return [
            (
                world.minute(day, chance.uniform(9 * 60, 10 * 60)),
                lambda w=wish: self._correct(w),  # type: ignore[misc]
            )
            for wish in self._unexplained(_last_worked(world, day))
            if wish.verdict == "on_time" and chance.random() < 0.6
        ]

    def _unexplained(self, day: date) -> list[Wish]:
        """What people could ask to have corrected: forgotten punches first, then late ones."""
        world, chance = self._world, self._world.chance
        found = []
        for sheet in world.ctx.read(lambda c: day_sheets(world.ctx, c, day, day)):
            for verdict in sheet.slots:
                if verdict.state in (State.MISSING, State.LATE, State.EARLY):
                    asked = "on_time" if verdict.state is State.MISSING else "official"
                    excuse = chance.choice(EXCUSES)
                    found.append(Wish(sheet.staff, day, verdict.slot.code, asked, excuse))
        return sorted(found, key=lambda wish: wish.verdict != "on_time")

    def _standing(self, conn: Connection, staff: str, day: date, slot: str) -> Mapping[str, object]:
        return standing(self._world.ctx, conn, staff, day, slot)

    def _correct(self, wish: Wish) -> None:
        world = self._world
        ctx = world.ctx
        with contextlib.suppress(HallError):
            made = corrections.ask(ctx, world.actor(wish.staff), world.key(), wish, self._standing)
            boss = next(m for m in world.managers() if m.number != wish.staff)
            good = world.chance.random() < 0.8
            words = "情况属实，同意更正" if good else "查无旁证，不予更正"
            corrections.decide(ctx, world.actor(boss.number), world.key(), made, good, words)


def _last_worked(world: World, day: date) -> date:
    found = day - timedelta(days=1)
    while not workdays(world.ctx).works(found):
        found -= timedelta(days=1)
    return found
