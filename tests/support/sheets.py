"""Day sheets of the small hall: one time clock, one finger, the usual shift rule."""

from __future__ import annotations

from datetime import date, datetime, time

from server.domain.attendance.shifts import RuleScope, ShiftRule, four_punches
from server.domain.punches import PunchLine, Source
from server.domain.tickets import ActorKind
from server.services import punches
from server.services.attendance import rules
from server.services.context import SYSTEM, Actor
from server.storage import readers
from server.storage.store import Tx
from support.halls import MANAGER, MONDAY, STAFF, SmallHall, at

READER = "TEST0001"
CLERK = STAFF["T1"]
RULE = ShiftRule(
    "",
    "春季2026",
    RuleScope.HALL,
    (),
    date(2026, 2, 1),
    None,
    frozenset({1, 2, 3, 4, 5}),
    four_punches(
        (time(8, 30), time(12), time(14), time(17, 30)),
        (
            (time(7, 30), time(9, 30)),
            (time(11, 30), time(13, 30)),
            (time(12), time(14, 30)),
            (time(17), time(20)),
        ),
        absent_after=30,
    ),
)

BOSS = Actor(ActorKind.MANAGER, MANAGER)
GOOD = ("08:20", "12:02", "13:55", "17:31")


def clock(text: str, day: date = MONDAY) -> datetime:
    """Return HH:MM of a day as datetime."""
    return datetime.combine(day, time.fromisoformat(text))


def lines(*clocks: str, day: date = MONDAY, pin: str = "7") -> list[PunchLine]:
    """Return punch lines of a time clock."""
    return [PunchLine(pin, clock(text, day)) for text in clocks]


def with_clock_and_rule(small: SmallHall, *, delivered: int | None = None) -> SmallHall:
    """Add a time clock, the finger 7 of the clerk of T1, and the rule in force since February."""

    def act(tx: Tx) -> None:
        readers.add(tx, READER, "pull", "admitted", delivered_until=delivered or at(23))
        readers.link(tx, "7", 0, CLERK, "test")

    small.ctx.write(act)
    start(small, RULE)
    return small


def start(small: SmallHall, rule: ShiftRule) -> str:
    """Draft a shift rule and put it in force.

    The hall itself does it, also for days that are over.
    """
    rule_id = rules.draft(small.ctx, BOSS, small.key(), rule)
    rules.start(small.ctx, SYSTEM, small.key(), rule_id)
    return rule_id


def deliver_punches(small: SmallHall, *clocks: str, day: date = MONDAY, pin: str = "7") -> None:
    """Deliver punches from the time clock."""
    punches.store(small.ctx, READER, lines(*clocks, day=day, pin=pin), Source.PULL)
