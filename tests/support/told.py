"""Time clock reports, and the small hall's stored rows after them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from server.domain.punches import PunchLine
from server.domain.tickets import ActorKind
from server.services import readers_office
from server.services.context import Actor
from server.services.readers_office import Description
from server.storage import punches as stored
from support.halls import ADMINISTRATOR, MANAGER, SmallHall

OFFICE = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
BOSS = Actor(ActorKind.MANAGER, MANAGER)
DAY = date.fromisoformat("2026-03-02")


def admit_time_clock(small: SmallHall, serial: str = "CE1", way: str = "push") -> str:
    readers_office.add(small.ctx, OFFICE, small.key(), serial, way, Description("东门"))
    return serial


def line(number: str, clock: str = "08:20:00", day: date = DAY) -> PunchLine:
    return PunchLine(number, datetime.combine(day, time.fromisoformat(clock)), "0", "1", "", "raw")


def all_punches(small: SmallHall) -> list[Any]:
    return small.ctx.read(lambda c: stored.between(c, "small", 1, 10**9))
