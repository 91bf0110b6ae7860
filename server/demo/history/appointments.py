"""Appointments of the demo history: plans, and the bookings of its last days and of today.

On each of the last days some people come on time. On the very last one more person comes late, one
is told by the hall that nobody is at the window, and one does not come and is excused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import partial

from server.appointments import actions, claims, jobs, plans, queries
from server.appointments.claims import PHONE, Choice, Person
from server.appointments.people import person_key
from server.appointments.rules import AppointmentMove, AppointmentState, Arrival, HallReason, Plan
from server.appointments.steps import Wish, add_step, require
from server.core.sealed_text import seal
from server.core.store import Tx
from server.demo.history.floor import Expected
from server.demo.history.world import Event, World
from server.queue.tickets import Ticket
from server.walk_ins import actions as walk_ins

ITEMS = ("zrzy-07", "scjg-04", "mzj-08")
NAMES = ("测试甲", "测试乙", "测试丙", "测试丁", "测试戊", "测试己", "测试庚")
NO_PHONE = "000000000{n:02d}"
"""Telephone number that nobody can have."""


@dataclass(frozen=True, slots=True)
class Booked:
    """Booking of a past day: its item and time, and when the person comes; None: not at all."""

    item: str
    start: str
    comes: time | None
    arrival: Arrival = Arrival.ON_TIME


ON_TIME = Booked(ITEMS[0], "09:30", time(9, 26))
LATE = Booked(ITEMS[1], "10:00", time(10, 31), Arrival.LATE)
CANCELLED = Booked(ITEMS[2], "15:00", None)
MISSED = Booked(ITEMS[0], "10:30", None)
LAST_DAY = (ON_TIME, LATE, CANCELLED, MISSED)
USUAL = (
    Booked(ITEMS[0], "09:00", time(8, 53)),
    Booked(ITEMS[1], "09:30", time(9, 21)),
    Booked(ITEMS[2], "10:30", time(10, 30)),
    Booked(ITEMS[1], "11:00", time(10, 49)),
    Booked(ITEMS[0], "15:00", time(14, 56)),
    Booked(ITEMS[1], "15:30", time(15, 28)),
    Booked(ITEMS[0], "16:00", time(15, 58)),
)
"""Bookings of each of the last days, beside the special ones of the very last."""
DAYS = 5
"""Last days of the history on which booked people come."""
TODAY = ((ITEMS[0], "09:30"), (ITEMS[1], "10:30"), (ITEMS[0], "15:30"))


class Appointments:
    """Appointments of the demo's last days, and what each day cost people without one."""

    def __init__(self, world: World, days: Sequence[date]) -> None:
        """`days`: working days of the history, in order."""
        self._world = world
        self._days = days[-DAYS - 1 :]
        """The day of the plans, and those on which booked people come."""
        self._ids: dict[tuple[date, Booked], str] = {}
        self._people = 0

    def events(self, day: date) -> list[Event]:
        """Return the events of a day."""
        at, days = self._world.at, self._days
        if len(days) <= DAYS or day not in days:
            return []
        place = days.index(day)
        if place == 0:
            return [
                (at(day, time(10)), lambda: self._plan(day)),
                (at(day, time(15)), lambda: self._book_next(days[1])),
            ]
        closing = [(at(day, time(18, 50)), self._close), (at(day, time(18, 55)), self._price)]
        if day != days[-1]:
            return [(at(day, time(15)), lambda: self._book_next(days[place + 1])), *closing]
        return [
            (at(day, time(11)), self._cancel),
            (at(day, time(15)), lambda: self._book_today(day)),
            *closing,
            (at(day, time(18, 58)), self._excuse),
        ]

    def expected(self, day: date) -> list[Expected]:
        """Return the people with an appointment who come on a day."""
        if len(self._days) <= DAYS or day not in self._days[1:]:
            return []
        world = self._world
        return [
            Expected(
                item=world.catalogue.item_by[booked.item],
                comes=booked.comes.hour * 60 + booked.comes.minute,
                slot=(
                    world.at(day, time.fromisoformat(booked.start))
                    if booked.arrival is Arrival.ON_TIME
                    else None
                ),
                arrived=partial(self._arrived, day, booked),
            )
            for booked in self._of(day)
            if booked.comes is not None
        ]

    def _of(self, day: date) -> tuple[Booked, ...]:
        return (*USUAL, *LAST_DAY) if day == self._days[-1] else USUAL

    def _plan(self, day: date) -> None:
        world = self._world
        office, last = world.actor(world.managers()[0].number), day + timedelta(days=365)
        for item in ITEMS:
            morning = Plan(
                id="",
                n=0,
                name=f"{world.catalogue.item_by[item].name}（上午）",
                items=(item,),
                groups=(),
                valid_from=day.isoformat(),
                valid_to=last.isoformat(),
                weekdays=frozenset({1, 2, 3, 4, 5}),
                opens=9 * 60,
                closes=11 * 60 + 30,
                step=30,
                share=60,
            )
            name = morning.name.replace("上午", "下午")
            afternoon = replace(morning, name=name, opens=14 * 60 + 30, closes=16 * 60 + 30)
            for plan in (morning, afternoon):
                plans.save(world.ctx, office, world.key(), plan)

    def _book(self, item: str, day: date, start: str) -> str:
        world, folder, chance = self._world, self._world.folder, self._world.ctx.tokens
        phone, name = NO_PHONE.format(n=self._people), NAMES[self._people % len(NAMES)]
        self._people += 1
        person = Person(person_key(folder, chance, phone), name, seal(folder, chance, phone))
        choice = Choice(item, day.isoformat(), start)
        token = claims.hold(world.ctx, PHONE, world.key(), choice, person).token
        return claims.confirm(world.ctx, PHONE, world.key(), token, person)

    def _book_next(self, day: date) -> None:
        for booked in self._of(day):
            self._ids[day, booked] = self._book(booked.item, day, booked.start)

    def _book_today(self, day: date) -> None:
        today = self._world.ctx.workdays().after(day, 1)
        for item, start in TODAY:
            self._book(item, today, start)

    def _arrived(self, day: date, booked: Booked, tx: Tx, ticket: Ticket) -> None:
        """Write the arrival of a person who took this ticket."""
        row = require(tx, self._ids[day, booked])
        values = {"arrival": booked.arrival.value, "ticket": ticket.id}
        queries.change(tx, row.id, arrived_at=tx.now, **values)
        state = AppointmentState.ARRIVED
        add_step(tx, PHONE, row, state, Wish(AppointmentMove.ARRIVE), dict(values))

    def _cancel(self) -> None:
        world = self._world
        actions.cancel_by_hall(
            world.ctx,
            world.actor(world.managers()[0].number),
            world.key(),
            self._ids[self._days[-1], CANCELLED],
            HallReason.WINDOW,
            "窗口人员临时有事，下午停办",
        )

    def _close(self) -> None:
        jobs.update(self._world.ctx)

    def _price(self) -> None:
        walk_ins.update(self._world.ctx)

    def _excuse(self) -> None:
        world = self._world
        office = world.actor(world.managers()[0].number)
        reason = "本人来电说明，当日突发疾病就医"
        actions.excuse(world.ctx, office, world.key(), self._ids[self._days[-1], MISSED], reason)
