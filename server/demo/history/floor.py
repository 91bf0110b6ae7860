"""Windows of the demo history: who was signed in where, and finished tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time

from server.catalogue import hours as catalogue_hours
from server.catalogue.model import Handling, Item
from server.core.actors import SYSTEM, Actor
from server.core.store import Tx
from server.demo.history.world import Event, World
from server.hall.context import write_journal
from server.queue import ticket_queries
from server.queue.routing import windows_for
from server.queue.tickets import Move, State, Ticket, lane, number, order_of, ticket_id

VISITS = 76
MINUTE_MS = 60_000
KIOSK = "1"


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


def visits(
    world: World,
    day: date,
    day_seats: list[WindowSession],
    busy: Mapping[str, float],
) -> list[Event]:
    """Return the event that writes a day's finished tickets and their journal lines.

    It runs in the evening. `busy`: windows at which one person each was served before, with the
    minute of the day at which that ended.
    """
    chance = world.chance
    free: dict[str, float] = defaultdict(lambda: 8 * 60 + 30, busy)
    staffed = {seat.window: seat.staff for seat in day_seats}
    items = [i for i in world.catalogue.items if i.handling is Handling.ACCEPTED]
    arrivals = sorted(
        [chance.uniform(8 * 60 + 25, 11 * 60 + 30) for _ in range(VISITS // 2 + 6)]
        + [chance.uniform(14 * 60 + 25, 16 * 60 + 50) for _ in range(VISITS // 2 - 6)]
    )
    served: list[tuple[Item, float, str, float, float]] = []
    for arrived in arrivals:
        item = chance.choice(items)
        noon = world.ctx.local(world.at(day, time(10)))
        able = [w.code for w in windows_for(world.catalogue, item, noon) if w.code in staffed]
        if not able:
            continue
        window = min(able, key=lambda code: free[code])
        called = max(arrived + chance.uniform(0.2, 2), free[window])
        if 12 * 60 <= called < 14 * 60 + 30 and arrived < 12 * 60:
            called = 14 * 60 + 30 + chance.uniform(0, 4)
        service = max(1.5, chance.gauss(item.service_minutes, item.service_minutes * 0.35))
        free[window] = called + service
        served.append((item, arrived, window, called, service))

    def write() -> None:
        first = len(busy) + 1
        world.ctx.write(lambda tx: _write_tickets(world, tx, day, served, staffed, first))

    return [(world.at(day, time(18, 30)), write)]


def _write_tickets(
    world: World,
    tx: Tx,
    day: date,
    served: list[tuple[Item, float, str, float, float]],
    staffed: dict[str, str],
    first: int,
) -> None:
    iso = day.isoformat()
    for place, (item, arrived, window, called, service) in enumerate(served, first):
        prefix = world.catalogue.unit_by[item.unit].prefix
        seq = ticket_queries.take_number(tx, iso, prefix)
        missed = world.chance.random() < 0.03
        late = called > 17 * 60 + 30
        started = called + world.chance.uniform(0.3, 1.5)
        times = [round(world.minute(day, m)) for m in (arrived, called, started, started + service)]
        ticket = replace(
            ticket_of(world, day, item, seq, place, times[0]),
            state=State.EXPIRED if missed or late else State.FINISHED,
            first_called_at=None if late else times[1],
            called_at=None if late else times[1],
            call_count=0 if late else 1,
            serving_at=None if missed or late else times[2],
            ended_at=times[1] if missed or late else times[3],
            window="" if late else window,
            staff="" if late else staffed[window],
            outcome="" if missed or late else "accepted",
        )
        ticket_queries.add(tx, ticket, prefix, seq)
        end = Move.FINISH if ticket.serving_at is not None else Move.EXPIRE
        write_lines(world, tx, ticket, (Move.ISSUE, Move.CALL, Move.START, end))


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
