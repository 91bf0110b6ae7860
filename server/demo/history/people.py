"""Attendance of the demo history: most people are punctual, a few are not, some are on leave."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from server.attendance import shift_rule_actions
from server.attendance.present_verdict import present_verdict
from server.attendance.sheets import day_sheets
from server.attendance.shift_rules import RuleScope, ShiftRule, four_punches
from server.attendance.verdicts import State
from server.catalogue.model import Staff
from server.core.day_facts import LeaveKind
from server.core.errors import HallError
from server.demo.history.world import Event, World
from server.leave import actions as leave_actions
from server.leave import correction_actions
from server.leave import queries as stored_leaves
from server.leave.correction_actions import CorrectionRequest
from server.time_clocks import punch_store
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.punch_rules import PunchLine, Source

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
    """Punctuality of a person: mean minutes before the due time, and their spread."""

    early: float
    spread: float
    door: str
    """Serial number of the time clock at which the person enters."""


class People:
    """Staff of the hall through the demo history."""

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
        """Create the usual four-punch rule; Friday ends half an hour early."""
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
            draft_id = shift_rule_actions.draft(world.ctx, boss, world.key(), rule)
            shift_rule_actions.start(world.ctx, boss, world.key(), draft_id)

    # -- leave ---------------------------------------------------------------------------------

    def leave(self, first: date, last: date) -> dict[date, list[Event]]:
        """Return the events of leave requests by day: one or two a week for the whole hall."""
        world, chance = self._world, self._world.chance
        days = list(world.ctx.workdays().among(first, last))
        events: dict[date, list[Event]] = defaultdict(list)
        for place, day in enumerate(days[2:], 2):
            if chance.random() < 0.55:
                request_day = days[place - chance.choice((1, 2))]
                person = chance.choice(world.catalogue.staff[2:])
                request = self._leave_request(person, day)
                moment = world.minute(request_day, chance.uniform(9 * 60, 11 * 60))
                events[request_day].append((moment, lambda w=request: self._ask(w)))  # type: ignore[misc]
        return events

    def _leave_request(self, person: Staff, day: date) -> leave_actions.LeaveRequest:
        chance = self._world.chance
        kind = chance.choice(list(LeaveKind))
        spans = {
            LeaveKind.OUTING: (time(9, 30), time(11)),
            LeaveKind.OFFICIAL: chance.choice(((time(8), time(12, 30)), (time(14), time(18)))),
            LeaveKind.SICK: (time(8), time(18)),
        }
        begins, ends = spans.get(kind, chance.choice(((time(8), time(13)), (time(8), time(18)))))
        until = day + timedelta(days=2) if kind is LeaveKind.REST else day
        return leave_actions.LeaveRequest(
            person.number,
            kind,
            datetime.combine(day, begins),
            datetime.combine(until, ends),
            chance.choice(REASONS[kind]),
        )

    def _ask(self, request: leave_actions.LeaveRequest) -> None:
        """Submit a leave request with the usual cover, or without if the cover is unavailable.

        Whoever is entitled decides it.
        """
        world = self._world
        actor = world.actor(request.staff)
        for cover in (None, ""):
            with contextlib.suppress(HallError):
                variant = replace(request, cover=cover)
                leave_id = leave_actions.request(world.ctx, actor, world.key(), variant)
                self._decide(leave_id, request.staff)
                self._hand_over(leave_id)
                return

    def submit_undecided(self, today: date) -> None:
        """Submit the requests of yesterday evening, which stay undecided."""
        world = self._world
        leave_day = world.ctx.workdays().after(today, 2)
        for number, kind in (("1010", LeaveKind.PERSONAL), ("1016", LeaveKind.OFFICIAL)):
            span = datetime.combine(leave_day, time(8)), datetime.combine(leave_day, time(12, 30))
            reason = world.chance.choice(REASONS[kind])
            with contextlib.suppress(HallError):
                request = leave_actions.LeaveRequest(number, kind, *span, reason)
                leave_actions.request(world.ctx, world.actor(number), world.key(), request)
        for correction in self._unexplained(_last_worked(world, today))[:2]:
            with contextlib.suppress(HallError):
                correction_actions.request(
                    world.ctx,
                    world.actor(correction.staff),
                    world.key(),
                    correction,
                    self._standing,
                )

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
                leave_actions.decide(world.ctx, actor, world.key(), leave_id, True, "同意")

    def _hand_over(self, leave_id: str) -> None:
        """Confirm the handover in the name of the cover, if there is one."""
        ctx = self._world.ctx
        leave = ctx.read(lambda c: stored_leaves.get(c, ctx.hall_id, leave_id))
        if leave is not None and leave.cover and leave.state == "approved":
            actor = self._world.actor(leave.cover)
            leave_actions.hand_over(ctx, actor, self._world.key(), leave_id, "已交接")

    def _open(self, leave_id: str) -> bool:
        ctx = self._world.ctx
        leave = ctx.read(lambda c: stored_leaves.get(c, ctx.hall_id, leave_id))
        return leave is not None and leave.state == "asked"

    # -- punches -------------------------------------------------------------------------------

    def punches(self, day: date) -> list[Event]:
        """Return a day's punches, delivered twice: after noon and in the evening."""
        world = self._world
        lines_by_delivery: dict[tuple[str, bool], list[PunchLine]] = defaultdict(list)
        away = world.ctx.read(lambda c: stored_leaves.approved(c, world.ctx.hall_id, day, day))
        due_times = FRIDAY if day.isoweekday() == 5 else DUE
        for person in world.catalogue.staff:
            for slot, moment in enumerate(due_times):
                at = datetime.combine(day, moment)
                if any(span.holds(at) for span in away.get(person.number, ())):
                    continue
                punch_time = self._touch(person.number, at, slot)
                if punch_time is not None:
                    line = PunchLine(person.number, punch_time, verify="1")
                    lines_by_delivery[self._habits[person.number].door, slot >= 2].append(line)
        return [
            (world.at(day, time(19) if late else time(13, 45)), self._delivery(door, lines))
            for (door, late), lines in lines_by_delivery.items()
        ]

    def _touch(self, number: str, due_time: datetime, slot: int) -> datetime | None:
        """Return the time of a punch; None if the person forgets it."""
        chance, habit = self._world.chance, self._habits[number]
        if chance.random() < FORGETS:
            return None
        if slot % 2 == 0:
            minutes = -chance.gauss(habit.early, habit.spread)
        else:
            minutes = abs(chance.gauss(3, 3)) if chance.random() > 0.012 else -chance.uniform(2, 12)
        return due_time + timedelta(seconds=round(minutes * 60) + chance.randint(0, 50))

    def _delivery(self, door: str, lines: list[PunchLine]) -> Callable[[], None]:
        ctx = self._world.ctx

        def deliver() -> None:
            ordered = sorted(lines, key=lambda line: line.claimed_at)
            punch_store.store(ctx, door, ordered, Source.PULL)
            serials = [
                row.serial for row in ctx.read(lambda c: time_clocks_queries.every(c, ctx.hall_id))
            ]
            for serial in serials:
                ctx.write(
                    lambda tx, s=serial: time_clocks_queries.change(  # type: ignore[misc]
                        tx, s, delivered_until=tx.now, heard_at=tx.now
                    )
                )

        return deliver

    # -- corrections ---------------------------------------------------------------------------

    def corrections(self, day: date) -> list[Event]:
        """Return correction requests of the next working morning; most are accepted."""
        world, chance = self._world, self._world.chance
        return [
            (
                world.minute(day, chance.uniform(9 * 60, 10 * 60)),
                lambda w=request: self._correct(w),  # type: ignore[misc]
            )
            for request in self._unexplained(_last_worked(world, day))
            if request.verdict == "on_time" and chance.random() < 0.6
        ]

    def _unexplained(self, day: date) -> list[CorrectionRequest]:
        """Return possible correction requests: forgotten punches first, then late ones."""
        world, chance = self._world, self._world.chance
        requests = []
        for sheet in world.ctx.read(lambda c: day_sheets(world.ctx, c, day, day)):
            for verdict in sheet.slots:
                if verdict.state in (State.MISSING, State.LATE, State.EARLY):
                    correct_verdict = "on_time" if verdict.state is State.MISSING else "official"
                    excuse = chance.choice(EXCUSES)
                    requests.append(
                        CorrectionRequest(
                            sheet.staff, day, verdict.slot.code, correct_verdict, excuse
                        )
                    )
        return sorted(requests, key=lambda wish: wish.verdict != "on_time")

    def _standing(self, conn: Connection, staff: str, day: date, slot: str) -> Mapping[str, object]:
        return present_verdict(self._world.ctx, conn, staff, day, slot)

    def _correct(self, request: CorrectionRequest) -> None:
        world = self._world
        ctx = world.ctx
        with contextlib.suppress(HallError):
            correction_id = correction_actions.request(
                ctx, world.actor(request.staff), world.key(), request, self._standing
            )
            boss = next(m for m in world.managers() if m.number != request.staff)
            accepted = world.chance.random() < 0.8
            words = "情况属实，同意更正" if accepted else "查无旁证，不予更正"
            correction_actions.decide(
                ctx, world.actor(boss.number), world.key(), correction_id, accepted, words
            )


def _last_worked(world: World, day: date) -> date:
    workday = day - timedelta(days=1)
    while not world.ctx.workdays().works(workday):
        workday -= timedelta(days=1)
    return workday
