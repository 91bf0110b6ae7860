"""People of a hall who punch four times a day for years, their time clock, and its punches."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from server.attendance import shift_rule_actions
from server.attendance.shift_rules import RuleScope, ShiftRule, four_punches
from server.catalogue.actions import import_catalogue
from server.catalogue.model import Catalogue
from server.catalogue.reference import load
from server.core.actors import SYSTEM, Actor, ActorKind, Role
from server.core.clock import instant
from server.core.store import Tx
from server.hall.composition import Hall
from server.time_clocks import queries as time_clocks_queries

PEOPLE = 114
ZONE = "Asia/Shanghai"
READER = "BENCH0001"
DUE = (time(8, 30), time(12), time(14, 30), time(17, 30))
WINDOWS = (
    (time(7, 30), time(9, 30)),
    (time(11, 30), time(13, 30)),
    (time(12, 30), time(15, 30)),
    (time(17), time(21)),
)


def enrol(hall: Hall, people: int) -> None:
    """Store the reference hall: `people` people, their shift rule, a time clock and enrolments."""
    import_catalogue(hall.ctx, SYSTEM, _crowd(load(), people), "")
    rule = ShiftRule(
        "",
        "四次打卡",
        RuleScope.HALL,
        (),
        date(2020, 1, 1),
        None,
        frozenset(range(1, 6)),
        four_punches(DUE, WINDOWS, absent_after=30),
    )
    boss = Actor(ActorKind.MANAGER, "1002")
    draft_id = shift_rule_actions.draft(hall.ctx, boss, "draft", rule)
    shift_rule_actions.start(
        hall.ctx, SYSTEM, "start", draft_id
    )  # days in the past: only the hall itself may start it

    def put(tx: Tx) -> None:
        time_clocks_queries.add(tx, READER, "pull", "admitted", delivered_until=tx.now)
        for person in hall.ctx.catalogue().staff:
            time_clocks_queries.link(tx, person.number, 0, person.number, "bench")

    hall.ctx.write(put)


def _crowd(catalogue: Catalogue, people: int) -> Catalogue:
    """Return the reference catalogue with `people` people, spread over its units."""
    staff = list(catalogue.staff)
    units = [unit.code for unit in catalogue.units]
    for n in range(len(staff), people):
        staff.append(
            replace(
                staff[-1],
                number=str(5000 + n),
                name=f"测试{n}",
                unit=units[n % len(units)],
                role=Role.CLERK,
                chief=False,
                cover="",
            )
        )
    return replace(catalogue, staff=tuple(staff[:people]))


def punch_rows(
    numbers: Sequence[str], days: Iterable[date], chance: random.Random
) -> Iterator[dict[str, Any]]:
    """Yield rows of the punch table: four per weekday and person, a few missing."""
    for day in days:
        if day.isoweekday() > 5:
            continue
        for number in numbers:
            for n, due in enumerate(DUE):
                if chance.random() < 0.98:
                    yield _row(number, day, due, chance.uniform(-14, 2), n)


def _row(number: str, day: date, due: time, minutes: float, n: int) -> dict[str, Any]:
    moment = datetime.combine(day, due) + timedelta(minutes=minutes if n % 2 == 0 else -minutes)
    return {
        "reader": READER,
        "enrolment": number,
        "said": f"{moment:%Y-%m-%d %H:%M:%S}",
        "day": day.isoformat(),
        "at": instant(moment.replace(microsecond=0), ZONE),
        "source": "pull",
    }
