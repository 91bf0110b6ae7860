"""Hand-ins and one-time notices of the demo history: faults, supplements, some told twice.

The first people of some mornings hand in their materials; whose materials have faults comes back
some working days later with the notice and what was missing.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import partial
from typing import Protocol

from server.catalogue.model import Handling, Item
from server.core.store import Tx
from server.demo.history.calls import first_in_line
from server.demo.history.case_plans import Plan
from server.demo.history.floor import WindowSession, ticket_of, write_lines
from server.demo.history.world import Event, World
from server.one_time_notices import actions
from server.one_time_notices.actions import HandInOrder, MarkedMaterial
from server.one_time_notices.rules import Look, MaterialFault
from server.queue import ticket_queries
from server.queue.routing import windows_for
from server.queue.tickets import Move, State, Ticket

MORNING = 8 * 60 + 24
"""Minute at which the first of them takes a number."""
OPENING = 8 * 60 + 31
LONG = 9
"""Minutes of such a service; the materials are recorded after half of them."""
FAULTY = 0.45
"""Share of the first hand-ins with faults."""
NEW = 0.6
"""Probability that somebody comes with a new matter on a morning, tried `TRIES` times."""
TRIES = 3
BACK_AFTER = (2, 3, 4, 5)
"""Working days after which a person comes back."""
TOLD_TWICE = (10, 20)
"""Working days before the last on which a first notice leaves something out."""
WORDS = {
    MaterialFault.MISSING: "",
    MaterialFault.WRONG_FORM: "只有复印件，须提供原件",
    MaterialFault.EXPIRED: "",
    MaterialFault.UNCLEAR: "签章处看不清",
}
DONE, NOTICE = "accepted", "notice_given"


@dataclass(frozen=True, slots=True)
class Matter:
    """Matter of a person: its item, the faults still to come, and the last notice."""

    item: Item
    to_come: tuple[dict[int, MaterialFault], ...]
    """Faults by place of the material, of each hand-in that follows; an empty one is complete."""
    earlier: str = ""
    put_right: frozenset[int] = frozenset()
    """Places of the papers that are brought anew."""
    case: str = ""
    """Case that the first hand-in opened."""
    plan: Plan | None = None
    """Plan of its case; None for the usual one."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Visit of a morning: who comes with what to which window; `began` in minutes of the day."""

    matter: Matter
    seat: WindowSession
    place: int
    began: int

    @property
    def ends(self) -> float:
        """Minute of the day at which the service ends."""
        return self.began + LONG


class HandedIn(Protocol):
    """Port to what follows from a hand-in."""

    def __call__(self, day: date, visit: Visit, ticket: Ticket, *, complete: bool) -> str:
        """Return the case of the hand-in; "" without one."""


class Notices:
    """Hand-ins of the demo's people."""

    def __init__(self, world: World, days: Sequence[date], handed_in: HandedIn) -> None:
        """`days`: working days of the history, in order; `handed_in` is called at each hand-in."""
        self._world = world
        self._handed_in = handed_in
        # Chance of its own, so that the rest of the past is what it was without notices.
        self._chance = random.Random(f"{world.seed} notices")
        self._days = days
        self._back: dict[date, list[Matter]] = defaultdict(list)
        self._served: dict[str, tuple[Ticket, str]] = {}
        """Ticket that is being served, and its outcome, by window."""
        self._items = [
            item
            for item in world.catalogue.items
            if item.handling is Handling.ACCEPTED
            and sum(material.required for material in item.materials) >= 3
        ]

    def visits(
        self, day: date, day_seats: Sequence[WindowSession], more: Sequence[Matter]
    ) -> list[Visit]:
        """Return the visits of a morning, first those with the matters `more`.

        There is at most one at a window.
        """
        left = len(self._days) - 1 - self._days.index(day)
        new = [self._matter(twice=False) for _ in range(TRIES) if self._chance.random() < NEW]
        if left in TOLD_TWICE:
            new.append(self._matter(twice=True))
        noon = self._world.ctx.local(self._world.at(day, time(10)))
        free = {seat.window: seat for seat in day_seats}
        result: list[Visit] = []
        for matter in [*more, *self._back.pop(day, ()), *new]:
            able = windows_for(self._world.catalogue, matter.item, noon)
            window = next((entry.code for entry in able if entry.code in free), None)
            if window is None:  # nobody serves the item today: the person comes the next day
                self._later(day, matter, 1)
                continue
            place = len(result) + 1
            result.append(Visit(matter, free.pop(window), place, OPENING + place % 3))
        return result

    def events(self, day: date, visits: Sequence[Visit]) -> list[Event]:
        """Return the events of these visits: each records its materials, then ends."""
        minute = self._world.minute
        return [
            *((minute(day, v.began + LONG / 2), partial(self._record, day, v)) for v in visits),
            *((minute(day, v.ends), partial(self._end, v)) for v in visits),
        ]

    def _matter(self, *, twice: bool) -> Matter:
        chance = self._chance
        item = chance.choice(self._items)
        required = [n for n, material in enumerate(item.materials) if material.required]
        if twice:
            left_out, missing = chance.sample(required, 2)
            first, later = {missing: MaterialFault.MISSING}, {left_out: MaterialFault.WRONG_FORM}
            return Matter(item, (first, later, {}))
        if chance.random() >= FAULTY:
            return Matter(item, ({},))
        places = chance.sample(required, chance.randint(1, 2))
        return Matter(item, ({place: chance.choice(list(MaterialFault)) for place in places}, {}))

    def _later(self, day: date, matter: Matter, days: int) -> None:
        place = self._days.index(day) + days
        if place < len(self._days):
            self._back[self._days[place]].append(matter)

    def _record(self, day: date, visit: Visit) -> None:
        """Write the ticket at its window, and record what its holder hands in."""
        world, matter = self._world, visit.matter
        faults, *to_come = matter.to_come
        ticket = world.ctx.write(lambda tx: self._at_window(tx, day, visit))
        marks = tuple(
            self._mark(day, place, matter, faults) for place in range(len(matter.item.materials))
        )
        order = HandInOrder(ticket.id, ticket.item, marks, matter.earlier, on_slip=False)
        recorded = actions.record(world.ctx, world.actor(visit.seat.staff), world.key(), order)
        case = self._handed_in(day, visit, ticket, complete=not faults)
        if to_come:
            anew = replace(
                matter,
                to_come=tuple(to_come),
                earlier=recorded.notice,
                put_right=frozenset(faults),
                case=case,
            )
            self._later(day, anew, self._chance.choice(BACK_AFTER))
        self._served[visit.seat.window] = ticket, NOTICE if faults else DONE

    def _mark(
        self, day: date, place: int, matter: Matter, faults: dict[int, MaterialFault]
    ) -> MarkedMaterial:
        if place not in faults:
            needed = matter.item.materials[place].required
            look = Look(needed=needed, replaced=needed and place in matter.put_right)
            return MarkedMaterial(place, look)
        fault = faults[place]
        until = (day - timedelta(days=30)).isoformat() if fault is MaterialFault.EXPIRED else ""
        look = Look(frozenset({fault}), replaced=place in matter.put_right, valid_until=until)
        return MarkedMaterial(place, look, WORDS[fault])

    def _at_window(self, tx: Tx, day: date, visit: Visit) -> Ticket:
        """Write a ticket that is being served, with the journal lines until then."""
        world, item = self._world, visit.matter.item
        issued = MORNING + visit.place / 10
        prefix = world.catalogue.unit_by[item.unit].prefix
        seq = ticket_queries.take_number(tx, day.isoformat(), prefix)
        times = [round(world.minute(day, m)) for m in (issued, visit.began - 0.5, visit.began)]
        ticket = replace(
            ticket_of(world, day, item, seq, visit.place, times[0]),
            state=State.SERVING,
            first_called_at=times[1],
            called_at=times[1],
            call_count=1,
            serving_at=times[2],
            window=visit.seat.window,
            staff=visit.seat.staff,
        )
        ticket_queries.add(tx, ticket, prefix, seq)
        write_lines(world, tx, ticket, (Move.ISSUE, Move.CALL, Move.START))
        first_in_line(tx, ticket)
        return ticket

    def _end(self, visit: Visit) -> None:
        """End a service whose materials were recorded."""
        was, outcome = self._served.pop(visit.seat.window)

        def act(tx: Tx) -> None:
            finished = replace(was, state=State.FINISHED, ended_at=tx.now, outcome=outcome)
            ticket_queries.change(tx, finished, was)
            write_lines(self._world, tx, finished, (Move.FINISH,))

        self._world.ctx.write(act)
