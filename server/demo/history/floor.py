"""Windows of the demo history: who was signed in where, and finished tickets."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Handling, Item
from server.core.actors import SYSTEM, Actor
from server.core.store import Tx
from server.demo.history.calls import Call, Coming, PlayedDay, store
from server.demo.history.world import Event, World
from server.hall.context import write_journal
from server.queue import routing, ticket_queries
from server.queue.call_candidates import Moment
from server.queue.routing import windows_for
from server.queue.tickets import (
    Move,
    State,
    Ticket,
    booked_lane,
    lane,
    number,
    order_of,
    ticket_id,
)

VISITS = 76
MINUTE_MS = 60_000
KIOSK = "1"
OPENING, NOON, AFTERNOON, CLOSING = 8 * 60 + 30, 12 * 60, 14 * 60 + 30, 17 * 60 + 30
"""Minutes of the day from which windows call, do not call, call again, and call no more."""
CROWD = 9
"""More people of a half day for each item with appointments."""
NO_SHOW = 2.0
"""Minutes that a person who does not come costs a window."""

SIGN_IN = time(8, 24)
"""Time at which everybody signs in to a window."""


@dataclass(frozen=True, slots=True)
class WindowSession:
    """Person signed in to a window for a day."""

    window: str
    staff: str


def seats(world: World, day: date, away: set[str]) -> list[WindowSession]:
    """Return one person for each window that is open on that day, as far as there are people."""
    unavailable: set[str] = set(away)
    result = []
    for window in world.catalogue.windows:
        if not catalogue_hours.window_spans(world.catalogue, window.code, day):
            continue
        able = (s for s in world.catalogue.staff if window.code in s.windows)
        person = next((s for s in able if s.number not in unavailable), None)
        if person is not None:
            unavailable.add(person.number)
            result.append(WindowSession(window.code, person.number))
    return result


def sign_ins(world: World, day: date, day_seats: list[WindowSession]) -> list[Event]:
    """Return the events that sign people in before opening and out after closing."""

    def event(kind: str, moment: time) -> Event:
        def run() -> None:
            def lines(tx: Tx) -> None:
                for seat in day_seats:
                    actor = world.actor(seat.staff)
                    write_journal(tx, actor, f"window.{kind}", seat.window, window=seat.window)

            world.ctx.write(lines)

        return world.at(day, moment), run

    return [event("sign_in", SIGN_IN), event("sign_out", time(17, 42))]


@dataclass(frozen=True, slots=True)
class Expected:
    """Person with an appointment: its item, the minute of the arrival, and the slot (ms).

    `slot`: None for who comes late and waits with the others. `arrived` stores the arrival.
    """

    item: Item
    comes: float
    slot: int | None
    arrived: Callable[[Tx, Ticket], None]


@dataclass(frozen=True, slots=True)
class Service:
    """Visit of one person, in minutes of the day."""

    item: Item
    arrived: float
    called: float
    window: str
    takes: float
    missed: bool
    """True if the person was called and did not come."""
    to_start: float
    """Minutes from the call to the start of the service."""
    expected: Expected | None = None
    why: str = ""
    """Reason of the call as it is stored; empty: no call is stored."""

    @property
    def busy(self) -> float:
        """Minutes for which the window is busy."""
        return NO_SHOW if self.missed else self.to_start + self.takes


def visits(
    world: World,
    day: date,
    day_seats: list[WindowSession],
    busy: Mapping[str, float],
    booked: Sequence[Expected] = (),
) -> list[Event]:
    """Return the event that writes a day's finished tickets and their journal lines.

    It runs in the evening. `busy`: windows at which one person each was served before, with the
    minute of the day at which that ended. `booked`: people with an appointment; on a day with some
    the windows call by the hall's rules, and the calls are stored.
    """
    chance = world.chance
    free: dict[str, float] = defaultdict(lambda: OPENING, busy)
    staffed = {seat.window: seat.staff for seat in day_seats}
    items = [i for i in world.catalogue.items if i.handling is Handling.ACCEPTED]
    arrivals = sorted(
        [chance.uniform(8 * 60 + 25, 11 * 60 + 30) for _ in range(VISITS // 2 + 6)]
        + [chance.uniform(14 * 60 + 25, 16 * 60 + 50) for _ in range(VISITS // 2 - 6)]
    )
    served: list[tuple[Item, float, float, str, float]] = []
    for arrived in arrivals:
        item = chance.choice(items)
        able = [code for code in _able(world, day, item) if code in staffed]
        if not able:
            continue
        window = min(able, key=lambda code: free[code])
        called = max(arrived + chance.uniform(0.2, 2), free[window])
        if NOON <= called < AFTERNOON and arrived < NOON:
            called = AFTERNOON + chance.uniform(0, 4)
        service = max(1.5, chance.gauss(item.service_minutes, item.service_minutes * 0.35))
        free[window] = called + service
        served.append((item, arrived, called, window, service))

    def write() -> None:
        first = len(busy) + 1
        services = [
            Service(*visit, missed=chance.random() < 0.03, to_start=chance.uniform(0.3, 1.5))
            for visit in served
        ]
        if booked:
            services = _by_the_rules(
                world,
                day,
                {**dict.fromkeys(staffed, OPENING), **busy},
                [*services, *_booked(world, day, booked), *_crowd(world, day, booked)],
                first,
            )
        world.ctx.write(lambda tx: _write_tickets(world, tx, day, services, staffed, first))

    return [(world.at(day, time(18, 30)), write)]


def _able(world: World, day: date, item: Item) -> list[str]:
    noon = world.ctx.local(world.at(day, time(10)))
    return [window.code for window in windows_for(world.catalogue, item, noon)]


def _booked(world: World, day: date, booked: Sequence[Expected]) -> Iterator[Service]:
    # Chance of its own, so that the rest of the past is what it was without appointments.
    chance = random.Random(f"{world.seed} booked {day}")
    for own in booked:
        usual = own.item.service_minutes
        takes = max(1.5, chance.gauss(usual, usual * 0.35))
        start = chance.uniform(0.3, 1.5)
        yield Service(own.item, own.comes, 0, "", takes, missed=False, to_start=start, expected=own)


def _crowd(world: World, day: date, booked: Sequence[Expected]) -> Iterator[Service]:
    """Yield more people without an appointment for the items that have appointments.

    They are the busy ones: that is why the hall gives appointments for them.
    """
    chance = random.Random(f"{world.seed} crowd {day}")
    for item in dict.fromkeys(own.item for own in booked):
        for begins, ends in ((8 * 60 + 30, 11 * 60 + 15), (14 * 60 + 30, 16 * 60 + 30)):
            for _ in range(CROWD):
                arrived = chance.uniform(begins, ends)
                takes = max(1.5, chance.gauss(item.service_minutes, item.service_minutes * 0.35))
                start = chance.uniform(0.3, 1.5)
                yield Service(item, arrived, 0, "", takes, missed=False, to_start=start)


def _by_the_rules(
    world: World, day: date, free: Mapping[str, float], services: list[Service], first: int
) -> list[Service]:
    """Return the visits with the windows and times at which the hall's rules call them."""
    services = sorted(services, key=lambda visit: visit.arrived)
    sessions = {code: routing.WindowSession(code, "") for code in free}

    def moment_at(at: int) -> Moment:
        ctx = world.ctx
        return Moment(ctx.catalogue(), ctx.settings(), sessions, ctx.local(at), at)

    def opens(at: int) -> int | None:
        minute = (at - world.minute(day, 0)) / MINUTE_MS
        if minute > CLOSING:
            return None
        return world.minute(day, AFTERNOON) if NOON <= minute < AFTERNOON else at

    people = [
        Coming(
            _waiting(world, day, visit, place),
            tuple(_able(world, day, visit.item)),
            round(visit.busy * MINUTE_MS),
        )
        for place, visit in enumerate(services, first)
    ]
    begins = {code: world.minute(day, minute) for code, minute in free.items()}
    calls = PlayedDay(moment_at, opens, begins).play(people)
    return [
        _called(world, day, visit, calls.get(person.ticket.id))
        for visit, person in zip(services, people, strict=True)
    ]


def _waiting(world: World, day: date, visit: Service, place: int) -> Ticket:
    ticket = ticket_of(world, day, visit.item, place, place, world.minute(day, visit.arrived))
    return replace(ticket, id=str(place), lane=_lane(visit))


def _lane(visit: Service) -> str:
    slot = visit.expected.slot if visit.expected is not None else None
    own = visit.item.code, "ordinary"
    return lane(*own) if slot is None else booked_lane(*own, slot)


def _called(world: World, day: date, visit: Service, call: Call | None) -> Service:
    if call is None:
        return replace(visit, called=CLOSING + 1)
    minute = (call.at - world.minute(day, 0)) / MINUTE_MS
    return replace(visit, called=minute, window=call.window, why=call.why)


def _write_tickets(
    world: World,
    tx: Tx,
    day: date,
    services: list[Service],
    staffed: dict[str, str],
    first: int,
) -> None:
    iso = day.isoformat()
    for place, visit in enumerate(services, first):
        item, called, missed = visit.item, visit.called, visit.missed
        prefix = world.catalogue.unit_by[item.unit].prefix
        seq = ticket_queries.take_number(tx, iso, prefix)
        late = called > CLOSING
        started = called + visit.to_start
        minutes = (visit.arrived, called, started, started + visit.takes)
        times = [world.minute(day, minute) for minute in minutes]
        ticket = replace(
            ticket_of(world, day, item, seq, place, times[0]),
            lane=_lane(visit),
            state=State.EXPIRED if missed or late else State.FINISHED,
            first_called_at=None if late else times[1],
            called_at=None if late else times[1],
            call_count=0 if late else 1,
            serving_at=None if missed or late else times[2],
            ended_at=times[1] if missed or late else times[3],
            window="" if late else visit.window,
            staff="" if late else staffed[visit.window],
            outcome="" if missed or late else "accepted",
        )
        ticket_queries.add(tx, ticket, prefix, seq)
        end = Move.FINISH if ticket.serving_at is not None else Move.EXPIRE
        write_lines(world, tx, ticket, (Move.ISSUE, Move.CALL, Move.START, end))
        if visit.why:
            store(tx, ticket, visit.why)
        if visit.expected is not None:
            visit.expected.arrived(tx.at(ticket.issued_at), ticket)


def ticket_of(world: World, day: date, item: Item, seq: int, place: int, issued_at: int) -> Ticket:
    """Return a waiting ticket for an item: the `place`-th of its day, with number `seq`."""
    iso, unit = day.isoformat(), world.catalogue.unit_by[item.unit]
    return Ticket(
        id=ticket_id(iso, number(unit.prefix, seq)),
        day=iso,
        number=number(unit.prefix, seq),
        token=world.ctx.tokens.token(),
        queue=item.unit,
        item=item.code,
        klass="ordinary",
        level=0,
        lane=lane(item.code, "ordinary"),
        ord=order_of(place),
        version=world.catalogue.version,
        kiosk=KIOSK,
        issued_at=issued_at,
        waiting_since=issued_at,
    )


def write_lines(world: World, tx: Tx, ticket: Ticket, moves: Iterable[Move]) -> None:
    """Write the journal lines of a ticket's moves, each at its own time; none for one not made."""
    clerk = world.actor(ticket.staff) if ticket.staff else SYSTEM
    made: dict[Move, tuple[int | None, Actor]] = {
        Move.ISSUE: (ticket.issued_at, Actor(SYSTEM.kind, "kiosk")),
        Move.CALL: (ticket.called_at, clerk),
        Move.START: (ticket.serving_at, clerk),
        Move.FINISH: (ticket.ended_at, clerk),
        Move.EXPIRE: (ticket.ended_at, SYSTEM),
    }
    for move in moves:
        at, actor = made[move]
        if at is not None:
            moment = tx.at(at)
            data = {"number": ticket.number}
            write_journal(
                moment, actor, f"ticket.{move}", ticket.id, window=ticket.window, data=data
            )
