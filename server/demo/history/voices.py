"""Ratings in the demo history, and how the bad ones were put right."""

from __future__ import annotations

import random
from datetime import date, time

from server.core.actors import Actor
from server.demo.history.world import Event, World
from server.ratings import actions, pad_queries, queries, redress_actions, redress_queries
from server.ratings.actions import PHONE, Given
from server.ratings.levels import AT_WINDOW, Channel, Level
from server.ratings.redress_actions import Wish
from server.ratings.redress_queries import StoredRedress
from server.ratings.redress_rules import CallResult, RedressMove, RedressState

RATED = 0.42
"""Share of the services that are rated."""
LEVELS = (
    (Level.VERY_SATISFIED,) * 150
    + (Level.SATISFIED,) * 40
    + ((Level.BASICALLY_SATISFIED,) * 6 + (Level.DISSATISFIED,) * 3 + (Level.VERY_DISSATISFIED,))
)
CHANNELS = (Channel.PAD,) * 14 + (Channel.PHONE,) * 4 + (Channel.KIOSK,) * 2
GOOD_WORDS = ("办得很快", "态度很好，讲得清楚", "一次就办好了")
BAD_WORDS = ("等了很久", "材料没有一次说清", "问话没有回应", "跑了两趟")
PUBLIC_WORDS = (
    "高峰时段增开窗口，取号机旁增设导办人员",
    "修改办事指南，材料一次列全，并在窗口公布样表",
    "向群众致歉，窗口人员重新培训",
    "与后台约定当天反馈，不再让群众多跑",
)
MINUTE_MS = 60_000


class Voices:
    """Ratings of the demo's people, and the redress of the bad ones."""

    def __init__(self, world: World) -> None:
        self._world = world
        # Chance of its own, so that the rest of the past is what it was without ratings.
        self._chance = random.Random(f"{world.seed} voices")

    def events(self, day: date) -> list[Event]:
        """Return a day's ratings, and the steps that its liaisons and the office take."""
        at = self._world.at
        return [(at(day, time(16, 30)), self._advance), (at(day, time(18, 35)), self._rate)]

    def _rate(self) -> None:
        """Rate part of the day's services; the tickets are written a little earlier."""
        world, chance = self._world, self._chance
        day = world.ctx.day()
        services = world.ctx.read(lambda c: pad_queries.finished_on(c, world.ctx.hall_id, day))
        for service in services:
            if chance.random() >= RATED:
                continue
            level, channel = chance.choice(LEVELS), chance.choice(CHANNELS)
            self._give(service.ticket, service.ended_at, level, channel)

    def _give(self, ticket: str, ended_at: int, level: Level, channel: Channel) -> None:
        world, chance = self._world, self._chance
        words, aspects, name = "", tuple[str, ...](), ""
        if channel is not Channel.PAD and (level.is_bad or chance.random() < 0.2):
            words = chance.choice(BAD_WORDS if level.is_bad else GOOD_WORDS)
            aspects = (chance.choice(AT_WINDOW).value,)
            name = chance.choice(("测试甲", "测试乙", "")) if level.is_bad else ""
        at = ended_at + round(
            chance.uniform(0.05, 0.25 if channel is Channel.PAD else 8) * MINUTE_MS
        )
        given = Given(level, channel, aspects, words, name, at=at)
        actions.rate(world.ctx, PHONE, world.key(), ticket, given)

    def _advance(self) -> None:
        """Take the next step of each open redress on most days."""
        world = self._world
        for row in world.ctx.read(lambda c: redress_queries.open_ones(c, world.ctx.hall_id)):
            if self._chance.random() < 0.75:
                self._step(row)

    def _step(self, row: StoredRedress) -> None:
        world = self._world
        chief = world.chief(row.unit)
        first, second = (world.actor(s.number) for s in world.managers()[:2])
        unit = world.actor(chief.number) if chief and chief.number != row.staff else first
        result = CallResult.REACHED if self._is_named(row.rating) else CallResult.NO_CONTACT
        satisfied = result if result is CallResult.NO_CONTACT else CallResult.SATISFIED
        appeals = self._chance.random() < 0.2
        granted = self._chance.random() < 0.3
        steps: dict[RedressState, tuple[Actor, Wish]] = {
            RedressState.OPEN: (unit, Wish(RedressMove.CONTACT, "已说明情况", result)),
            RedressState.CONTACTED: (
                unit,
                Wish(RedressMove.APPEAL, "当时系统故障，非人员原因")
                if appeals
                else Wish(RedressMove.START, "与本人谈话，调整岗位分工"),
            ),
            RedressState.APPEALED: (
                second,
                Wish(RedressMove.GRANT, "经核实情况属实")
                if granted
                else Wish(RedressMove.REFUSE, "证据不足"),
            ),
            RedressState.REFUSED: (unit, Wish(RedressMove.START, "与本人谈话，调整岗位分工")),
            RedressState.REDRESSING: (unit, Wish(RedressMove.ANSWER, "已在高峰时段增加人手")),
            RedressState.ANSWERED: (first, Wish(RedressMove.RECHECK, "", satisfied)),
            RedressState.RECHECKED: (
                first,
                Wish(RedressMove.CLOSE, self._chance.choice(PUBLIC_WORDS)),
            ),
        }
        actor, wish = steps[RedressState(row.state)]
        redress_actions.move(world.ctx, actor, world.key(), row.rating, wish)

    def _is_named(self, rating: str) -> bool:
        world = self._world
        row = world.ctx.read(lambda c: queries.get(c, world.ctx.hall_id, rating))
        return row is not None and bool(row.named)
