"""Day sheets of the small hall: one time clock, one finger, the usual shift rule."""

from __future__ import annotations

from datetime import date, datetime, time

from server.attendance import shift_rule_actions
from server.attendance.shift_rules import RuleScope, ShiftRule, four_punches
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.store import Tx
from server.time_clocks import punch_store
from server.time_clocks import queries as time_clocks_queries
from server.time_clocks.punch_rules import PunchLine, Source
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
        time_clocks_queries.add(tx, READER, "pull", "admitted", delivered_until=delivered or at(23))
        time_clocks_queries.link(tx, "7", 0, CLERK, "test")

    small.ctx.write(act)
    start(small, RULE)
    return small


def start(small: SmallHall, rule: ShiftRule) -> str:
    """Draft a shift rule and put it in force.

    The hall itself does it, also for days that are over.
    """
    rule_id = shift_rule_actions.draft(small.ctx, BOSS, small.key(), rule)
    shift_rule_actions.start(small.ctx, SYSTEM, small.key(), rule_id)
    return rule_id


def deliver_punches(small: SmallHall, *clocks: str, day: date = MONDAY, pin: str = "7") -> None:
    """Deliver punches from the time clock."""
    punch_store.store(small.ctx, READER, lines(*clocks, day=day, pin=pin), Source.PULL)
