"""Spot checks of the demo history: drawn in advance, done by two managers, with their findings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, time

from server.core.errors import HallError
from server.core.folder_key import key_in
from server.core.store import Tx
from server.demo.history.floor import SIGN_IN, WindowSession
from server.demo.history.world import Event, World
from server.hall.context import write_journal
from server.spot_checks import finding_actions, finding_queries, rounds, second_checker
from server.spot_checks import queries as spot_checks_queries
from server.spot_checks.draw_commitment import unseal
from server.spot_checks.marks import Kind
from server.spot_checks.recorded_state import RecordedState, punches_of, round_order
from server.spot_checks.schedule import SpotCheckScheduler

PACE_MS = 9_000
WALKED = 0.93
"""Share of drawn spot checks that start in time."""
FOUND = 0.006
"""Probability of each kind of fault at a window."""
ON_CASES = (Kind.CASE_OVERDUE, Kind.EXTENSION_LATE, Kind.PART_OVERDUE, Kind.OUTSIDE)
"""Findings that the cases of the demo judge themselves."""
FAULTS = ("玩手机", "未佩戴工牌", "着装不规范", "闲聊")


class SpotChecks:
    """Spot checks of the demo history."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._keeper = SpotCheckScheduler(world.ctx, world.folder)

    def check_events(self, day: date, day_seats: list[WindowSession]) -> list[Event]:
        """Return the events at the drawn times, after noon, and when the seed is revealed.

        It must be called in the morning, because it commits the day's draw. The times are used here
        only.
        """
        world = self._world
        self._keeper.update()
        minutes: list[float] = [13 * 60 + 50, 18 * 60 + 50]
        for row in world.ctx.read(lambda c: spot_checks_queries.open_days(c, world.ctx.hall_id)):
            key = key_in(world.folder, world.ctx.tokens)
            for minute in unseal(key, row).times:
                delay = world.chance.uniform(1, 8)
                # Some are not started in time, and that is recorded as well.
                minutes += [minute + delay] if world.chance.random() < WALKED else [minute + 20]
        return [
            (world.minute(day, minute), lambda: self._tick(day, day_seats)) for minute in minutes
        ]

    def _tick(self, day: date, day_seats: list[WindowSession]) -> None:
        self._keeper.update()
        world, iso = self._world, day.isoformat()
        rows = world.ctx.read(lambda c: spot_checks_queries.of_days(c, world.ctx.hall_id, iso, iso))
        for row in rows:
            if row.state == "due":
                with contextlib.suppress(HallError):
                    self._walk(row.id, day, day_seats)

    def _walk(self, check: str, day: date, day_seats: list[WindowSession]) -> None:
        world = self._world
        first, second = world.managers()[:2]
        actor = world.actor(first.number)
        rounds.start(world.ctx, actor, world.key(), check, second.number)
        start_time = world.clock.now()
        second_checker.answer(world.ctx, world.actor(second.number), world.key(), check, True, "")
        order = round_order(world.catalogue, day)
        punched = world.ctx.read(lambda c: punches_of(world.ctx, c, day.isoformat()))
        seated = {seat.window: seat.staff for seat in day_seats}
        signed_in = world.at(day, SIGN_IN)

        def marks(tx: Tx) -> None:
            for place, window in enumerate(order):
                staff = seated.get(window.code, "")
                at = start_time + place * PACE_MS
                recorded = RecordedState(at)
                if staff:
                    last = max((p for p in punched.get(staff, []) if p <= at), default=None)
                    called = at - (1 + place % 9) * 60_000
                    recorded = RecordedState(at, staff, signed_in, None, "", called, punch_at=last)
                new_mark = self._seen(check, window.code, recorded)
                past_tx = tx.at(at)
                spot_checks_queries.add_mark(past_tx, new_mark, actor.key)
                data = {"mark": new_mark.id, "seen": new_mark.mark, "staff": staff, "at": at}
                write_journal(past_tx, actor, "check.mark", check, window=window.code, data=data)

        # A whole inspection round in one transaction: only a real round reads the data again per
        # window.
        world.clock.set(start_time + len(order) * PACE_MS)
        world.ctx.write(marks)
        rounds.finish(world.ctx, actor, world.key(), check)

    def _seen(
        self, check: str, window: str, recorded: RecordedState
    ) -> spot_checks_queries.NewMark:
        chance = self._world.chance
        mark, reason = ("serving" if chance.random() < 0.4 else "at_post"), ""
        faults: tuple[str, ...] = ()
        roll = chance.random()
        if not recorded.staff:
            mark, reason = "away", "leave"
        elif roll < FOUND:
            mark = "empty"
        elif roll < 2 * FOUND:
            faults = (chance.choice(FAULTS),)
        elif roll < 4 * FOUND:
            mark, reason = "away", chance.choice(("materials", "toilet", "guiding"))
        mark_id = f"{check}-{window}"
        return spot_checks_queries.NewMark(
            mark_id,
            check,
            window,
            recorded.staff,
            mark,
            reason,
            faults,
            "",
            (),
            asdict(recorded),
            recorded.as_of,
        )

    def settle(self, day: date) -> list[Event]:
        """Return the events that judge anomalies daily, and dispute, settle, rectify weekly."""
        events: list[Event] = [(self._world.at(day, time(17, 20)), lambda: self._judge(day))]
        if day.isoweekday() == 5:
            events.append((self._world.at(day, time(16)), lambda: self._settle(day)))
        return events

    def _judge(self, day: date) -> None:
        world, iso = self._world, day.isoformat()
        for row in world.ctx.read(
            lambda c: finding_queries.of_days(c, world.ctx.hall_id, iso, iso)
        ):
            if row.state == "proposed" and row.kind not in ON_CASES:
                with contextlib.suppress(HallError):
                    self._advance(row)

    def _settle(self, day: date) -> None:
        world = self._world
        first = min(world.ctx.workdays().among(day.replace(day=1), day), default=day)
        span = first.isoformat(), day.isoformat()
        for row in world.ctx.read(lambda c: finding_queries.of_days(c, world.ctx.hall_id, *span)):
            if row.kind not in ON_CASES:
                with contextlib.suppress(HallError):
                    self._advance(row)

    def _advance(self, row: finding_queries.StoredFinding) -> None:
        world, chance = self._world, self._world.chance
        ctx, boss = world.ctx, world.actor(world.catalogue.staff[0].number)
        steps: list[Callable[[], object]] = []
        if row.state == "proposed":
            upheld = chance.random() < 0.5
            why = "核对监控后确认" if upheld else "经核实系正当离岗"
            steps.append(lambda: finding_actions.judge(ctx, boss, world.key(), row.id, upheld, why))
        elif row.state == "confirmed" and not row.rectified and row.staff:
            person = world.actor(row.staff)
            if chance.random() < 0.15:
                words = "当时在后台取材料，有办件记录为证"
                steps.append(
                    lambda: finding_actions.dispute(ctx, person, world.key(), row.id, words)
                )
            elif chance.random() < 0.7:
                words, day = "已提醒本人，离岗须报告并摆放去向牌", ctx.day()
                steps.append(
                    lambda: finding_actions.rectify(ctx, person, world.key(), row.id, words, day)
                )
        elif row.state == "disputed":
            upheld = chance.random() < 0.5
            why = "证据不足，维持" if upheld else "申诉属实，撤销"
            steps.append(
                lambda: finding_actions.settle(ctx, boss, world.key(), row.id, upheld, why)
            )
        for step in steps:
            step()
