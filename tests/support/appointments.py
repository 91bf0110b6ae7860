"""People with appointments in the small hall, for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from server.appointments import (
    actions,
    claims,
    jobs,
    queries,
)
from server.appointments.actions import Closure
from server.appointments.claims import PHONE, Choice, Person
from server.appointments.integrity import problems
from server.appointments.queries import StoredAppointment, StoredSeat
from server.appointments.rules import HallReason, Plan
from server.core.actors import Actor, ActorKind
from server.core.errors import HallError
from server.queue.business_day import keep_day
from support.halls import MANAGER, MONDAY, SmallHall, at

TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
DESK = Actor(ActorKind.CLERK, "1001")
PLAN = Plan(
    id="",
    n=0,
    name="税务预约",
    items=("tax-1",),
    groups=(),
    valid_from=MONDAY.isoformat(),
    valid_to="2026-12-31",
    weekdays=frozenset({1, 2, 3, 4, 5}),
    opens=540,
    closes=720,
    step=30,
    share=25,
)
"""Four windows (two of tax, two by mandate), ten minutes a person: 12 in a slot, 3 seats."""


def person(name: str = "a", **more: str) -> Person:
    return Person(key=f"key-{name}", name=f"张{name}", phone=f"sealed-{name}", **more)


def choice(start: str = "09:30", day: date = TUESDAY, item: str = "tax-1") -> Choice:
    return Choice(item, day.isoformat(), start)


def hold(hall: SmallHall, who: str = "a", wanted: Choice | None = None, **more: str) -> str:
    first = more.pop("first", "")
    holder = person(who, **more)
    return claims.hold(hall.ctx, PHONE, hall.key(), wanted or choice(), holder, first).token


def book(hall: SmallHall, who: str = "a", wanted: Choice | None = None, **more: str) -> str:
    token = hold(hall, who, wanted, **more)
    return claims.confirm(hall.ctx, PHONE, hall.key(), token, person(who))


def stored(hall: SmallHall, appointment: str) -> StoredAppointment:
    row = hall.ctx.read(lambda c: queries.get(c, hall.ctx.hall_id, appointment))
    assert row is not None
    return row


def seats(hall: SmallHall) -> list[StoredSeat]:
    return hall.ctx.read(
        lambda c: queries.seats_of_days(c, hall.ctx.hall_id, "2026-01-01", "2026-12-31")
    )


def whole(hall: SmallHall) -> None:
    assert hall.ctx.read(lambda c: list(problems(c, hall.ctx.hall_id))) == []


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(HallError) as refusal:
        act()
    return refusal.value.code.value


def arrive(hall: SmallHall, appointment: str, actor: Actor = PHONE) -> actions.Arrived:
    return actions.arrive(hall.ctx, actor, hall.key(), appointment, paper=False)


def close_day(hall: SmallHall, day: date) -> None:
    hall.clock.set(at(19, day=day))
    keep_day(hall.ctx)
    jobs.update(hall.ctx)


def open_day(hall: SmallHall, day: date, minute: int = 0) -> None:
    hall.clock.set(at(9, minute, day=day))
    keep_day(hall.ctx)
    hall.sign_in("T1")


def miss(hall: SmallHall, who: str, day: date) -> str:
    appointment = book(hall, who, choice("09:30", day))
    open_day(hall, day, 20)
    hall.issue("tax-1")
    close_day(hall, day)
    assert stored(hall, appointment).state == "missed"
    return appointment


def close(hall: SmallHall, closure: Closure) -> list[str]:
    return actions.close(hall.ctx, OFFICE, hall.key(), closure, HallReason.WINDOW, "")
