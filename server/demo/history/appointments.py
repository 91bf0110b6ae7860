"""Appointments of the demo history: plans, and the bookings of its last day and of today.

On the last day one person comes on time, one late, one is told by the hall that nobody is at the
window, and one does not come and is excused.
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
from server.demo.history.floor import ticket_of, write_lines
from server.demo.history.world import Event, World
from server.queue import ticket_queries
from server.queue.routing import windows_for
from server.queue.tickets import Move, State

ITEMS = ("zrzy-07", "scjg-04", "mzj-08")
NAMES = ("测试甲", "测试乙", "测试丙", "测试丁", "测试戊", "测试己", "测试庚")
NO_PHONE = "000000000{n:02d}"
"""Telephone number that nobody can have."""
PLACE = 900
"""Place of a booked person's ticket in the order of its day: after all others."""
CALLED, STARTED, ENDED = 4, 5, 17
"""Minutes from the arrival on."""


@dataclass(frozen=True, slots=True)
class Booked:
    """Booking of the last day: its item and time, and when the person comes; None: not at all."""

    item: str
    start: str
    comes: time | None
    arrival: Arrival = Arrival.ON_TIME


ON_TIME = Booked(ITEMS[0], "09:30", time(9, 26))
LATE = Booked(ITEMS[1], "10:00", time(10, 31), Arrival.LATE)
CANCELLED = Booked(ITEMS[2], "15:00", None)
MISSED = Booked(ITEMS[0], "10:30", None)
LAST_DAY = (ON_TIME, LATE, CANCELLED, MISSED)
TODAY = ((ITEMS[0], "09:30"), (ITEMS[1], "10:30"), (ITEMS[0], "15:30"))


class Appointments:
    """Appointments of the demo's last days."""

    def __init__(self, world: World, days: Sequence[date]) -> None:
        """`days`: working days of the history, in order."""
        self._world = world
        self._days = days
        self._ids: dict[Booked, str] = {}
        self._people = 0

    def events(self, day: date) -> list[Event]:
        """Return the events of a day."""
        at, days = self._world.at, self._days
        if len(days) < 3 or day < days[-3]:
            return []
        if day == days[-3]:
            return [(at(day, time(10)), lambda: self._plan(day))]
        if day == days[-2]:
            return [(at(day, time(15)), lambda: self._book_last(days[-1]))]
        arrivals: list[Event] = [
            (at(day, booked.comes), partial(self._come, day, booked))
            for booked in LAST_DAY
            if booked.comes is not None
        ]
        return [
            *arrivals,
            (at(day, time(11)), self._cancel),
            (at(day, time(15)), lambda: self._book_today(day)),
            (at(day, time(18, 50)), self._close),
        ]

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

    def _book_last(self, day: date) -> None:
        for booked in LAST_DAY:
            self._ids[booked] = self._book(booked.item, day, booked.start)

    def _book_today(self, day: date) -> None:
        today = self._world.ctx.workdays().after(day, 1)
        for item, start in TODAY:
            self._book(item, today, start)

    def _come(self, day: date, booked: Booked) -> None:
        """Write the arrival, with a ticket that is served at once."""
        world, ctx = self._world, self._world.ctx
        item = world.catalogue.item_by[booked.item]
        window = windows_for(world.catalogue, item, ctx.local())[0]
        staff = next(s.number for s in world.catalogue.staff if window.code in s.windows)

        def act(tx: Tx) -> None:
            prefix = world.catalogue.unit_by[item.unit].prefix
            seq = ticket_queries.take_number(tx, day.isoformat(), prefix)
            called, started, ended = (tx.now + m * 60_000 for m in (CALLED, STARTED, ENDED))
            ticket = replace(
                ticket_of(world, day, item, seq, PLACE + seq, tx.now),
                state=State.FINISHED,
                first_called_at=called,
                called_at=called,
                call_count=1,
                serving_at=started,
                ended_at=ended,
                window=window.code,
                staff=staff,
                outcome="accepted",
            )
            ticket_queries.add(tx, ticket, prefix, seq)
            write_lines(world, tx, ticket, (Move.ISSUE, Move.CALL, Move.START, Move.FINISH))
            row = require(tx, self._ids[booked])
            values = {"arrival": booked.arrival.value, "ticket": ticket.id}
            queries.change(tx, row.id, arrived_at=tx.now, **values)
            state = AppointmentState.ARRIVED
            add_step(tx, PHONE, row, state, Wish(AppointmentMove.ARRIVE), dict(values))

        ctx.write(act)

    def _cancel(self) -> None:
        world = self._world
        actions.cancel_by_hall(
            world.ctx,
            world.actor(world.managers()[0].number),
            world.key(),
            self._ids[CANCELLED],
            HallReason.WINDOW,
            "窗口人员临时有事，下午停办",
        )

    def _close(self) -> None:
        world = self._world
        jobs.update(world.ctx)
        office = world.actor(world.managers()[0].number)
        reason = "本人来电说明，当日突发疾病就医"
        actions.excuse(world.ctx, office, world.key(), self._ids[MISSED], reason)
