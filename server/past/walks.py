"""Spot checks of the past: drawn under seal, walked by two managers, with what they found."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, time
from typing import Any

from server.domain.errors import HallError
from server.past.floor import Seat
from server.past.world import Event, World
from server.services.attendance.calendar import workdays
from server.services.context import note
from server.services.inspection import finding, seconds, walks
from server.services.inspection.keeping import Keeper
from server.services.inspection.knowing import Known, punches_of, walking_order
from server.services.inspection.sealing import key_in, opened
from server.storage import checks, findings
from server.storage.store import Tx

PACE_MS = 9_000
WALKED = 0.93
"""So many of the drawn checks are started in time."""
FOUND = 0.006
"""So often something is not as it should be at a window."""
FAULTS = ("玩手机", "未佩戴工牌", "着装不规范", "闲聊")


class Walks:
    """The checks of the past weeks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._keeper = Keeper(world.ctx, world.folder)

    def keep(self, day: date, sat: list[Seat]) -> list[Event]:
        """What happens at the sealed times, after noon, and when the seed is revealed.

        Called in the morning: it seals the day. The times are known here alone.
        """
        world = self._world
        self._keeper.keep()
        minutes: list[float] = [13 * 60 + 50, 18 * 60 + 50]
        for row in world.ctx.read(lambda c: checks.open_days(c, world.ctx.hall_id)):
            key = key_in(world.folder, world.ctx.chance)
            for minute in opened(key, row).times:
                begun = world.chance.uniform(1, 8)
                # Some are not started in time: that is on record as well.
                minutes += [minute + begun] if world.chance.random() < WALKED else [minute + 20]
        return [(world.minute(day, minute), lambda: self._tick(day, sat)) for minute in minutes]

    def _tick(self, day: date, sat: list[Seat]) -> None:
        self._keeper.keep()
        world, iso = self._world, day.isoformat()
        rows = world.ctx.read(lambda c: checks.of_days(c, world.ctx.hall_id, iso, iso))
        for row in rows:
            if row.state == "due":
                with contextlib.suppress(HallError):
                    self._walk(row.id, day, sat)

    def _walk(self, check: str, day: date, sat: list[Seat]) -> None:
        world = self._world
        one, other = world.managers()[:2]
        actor = world.actor(one.number)
        walks.start(world.ctx, actor, world.key(), check, other.number)
        begun = world.clock.now()
        seconds.answer(world.ctx, world.actor(other.number), world.key(), check, True, "")
        order = walking_order(world.catalogue, day)
        punched = world.ctx.read(lambda c: punches_of(world.ctx, c, day.isoformat()))
        seated = {seat.window: seat.staff for seat in sat}

        def marks(tx: Tx) -> None:
            for place, window in enumerate(order):
                staff = seated.get(window.code, "")
                at = begun + place * PACE_MS
                seen = self._seen(check, window.code, staff, at, punched.get(staff, []))
                then = tx.at(at)
                checks.add_mark(then, seen, actor.key)
                data = {"mark": seen.id, "seen": seen.mark, "staff": staff, "at": at}
                note(then, actor, "check.mark", check, window=window.code, data=data)

        # A whole walk at once: asking the books anew for every window is for real walks.
        world.clock.set(begun + len(order) * PACE_MS)
        world.ctx.write(marks)
        walks.finish(world.ctx, actor, world.key(), check)

    def _seen(
        self, check: str, window: str, staff: str, at: int, punched: list[int]
    ) -> checks.NewMark:
        chance = self._world.chance
        mark, reason = ("serving" if chance.random() < 0.4 else "at_post"), ""
        faults: tuple[str, ...] = ()
        drawn = chance.random()
        if not staff:
            mark, reason = "away", "leave"
        elif drawn < FOUND:
            mark = "empty"
        elif drawn < 2 * FOUND:
            faults = (chance.choice(FAULTS),)
        elif drawn < 4 * FOUND:
            mark, reason = "away", chance.choice(("materials", "toilet", "guiding"))
        last = max((p for p in punched if p <= at), default=None)
        known = asdict(Known(as_of=at, staff=staff, punch_at=last))
        made = f"{check}-{window}"
        return checks.NewMark(made, check, window, staff, mark, reason, faults, "", (), known, at)

    def settle(self, day: date) -> list[Event]:
        """Doubts are judged on their day; once a week findings are disputed, settled, put right."""
        found: list[Event] = [(self._world.at(day, time(17, 20)), lambda: self._judge(day))]
        if day.isoweekday() == 5:
            found.append((self._world.at(day, time(16)), lambda: self._settle(day)))
        return found

    def _judge(self, day: date) -> None:
        world, iso = self._world, day.isoformat()
        for row in world.ctx.read(lambda c: findings.of_days(c, world.ctx.hall_id, iso, iso)):
            if row.state == "proposed":
                with contextlib.suppress(HallError):
                    self._one(row)

    def _settle(self, day: date) -> None:
        world = self._world
        first = min(workdays(world.ctx).among(day.replace(day=1), day), default=day)
        span = first.isoformat(), day.isoformat()
        for row in world.ctx.read(lambda c: findings.of_days(c, world.ctx.hall_id, *span)):
            with contextlib.suppress(HallError):
                self._one(row)

    def _one(self, row: Any) -> None:
        world, chance = self._world, self._world.chance
        ctx, boss = world.ctx, world.actor(world.catalogue.staff[0].number)
        steps: list[Callable[[], object]] = []
        if row.state == "proposed":
            good = chance.random() < 0.5
            why = "核对监控后确认" if good else "经核实系正当离岗"
            steps.append(lambda: finding.judge(ctx, boss, world.key(), row.id, good, why))
        elif row.state == "confirmed" and not row.rectified and row.staff:
            person = world.actor(row.staff)
            if chance.random() < 0.15:
                words = "当时在后台取材料，有办件记录为证"
                steps.append(lambda: finding.dispute(ctx, person, world.key(), row.id, words))
            elif chance.random() < 0.7:
                words, day = "已提醒本人，离岗须报告并摆放去向牌", ctx.day()
                steps.append(lambda: finding.rectify(ctx, person, world.key(), row.id, words, day))
        elif row.state == "disputed":
            good = chance.random() < 0.5
            why = "证据不足，维持" if good else "申诉属实，撤销"
            steps.append(lambda: finding.settle(ctx, boss, world.key(), row.id, good, why))
        for step in steps:
            step()
