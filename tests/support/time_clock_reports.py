"""Time clock reports, and the small hall's stored rows after them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from server.core.actors import Actor, ActorKind
from server.time_clocks import actions as time_clocks_actions
from server.time_clocks import punch_queries as stored
from server.time_clocks.actions import Description
from server.time_clocks.punch_rules import PunchLine
from support.halls import ADMINISTRATOR, MANAGER, SmallHall

OFFICE = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
BOSS = Actor(ActorKind.MANAGER, MANAGER)
DAY = date.fromisoformat("2026-03-02")


def admit_time_clock(small: SmallHall, serial: str = "CE1", way: str = "push") -> str:
    time_clocks_actions.add(small.ctx, OFFICE, small.key(), serial, way, Description("东门"))
    return serial


def line(number: str, clock: str = "08:20:00", day: date = DAY) -> PunchLine:
    return PunchLine(number, datetime.combine(day, time.fromisoformat(clock)), "0", "1", "", "raw")


def all_punches(small: SmallHall) -> list[Any]:
    return small.ctx.read(lambda c: stored.between(c, "small", 1, 10**9))
