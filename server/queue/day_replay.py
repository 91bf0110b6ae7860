"""Replay of a day's first calls: whom each window would have called by the rules. Pure.

Windows, times and people are the day's own: every window calls when it really called somebody for
the first time. Only the choice is made again. So two replays of one day, with appointments and
without, differ by nothing but the order, and the difference of a person's waits is what
appointments cost or gave. Whoever is not called in a replay keeps the real time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.queue.call_candidates import Moment, choose
from server.queue.memory_floor import MemoryFloor
from server.queue.tickets import State, Ticket, lane, site_of, slot_of

MINUTE_MS = 60_000
PERCENT = 95


@dataclass(frozen=True, slots=True)
class FirstCall:
    """First call of a ticket, as it was."""

    ticket: str
    window: str
    at: int
    """Time in ms."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Cost of a day's appointments to those without, and their gain to those with one."""

    walk_ins: int
    mean: float
    """Minutes that those without an appointment waited longer, on average; below 0: shorter."""
    p95: float
    """Minutes by which the wait that 95 % of them do not exceed was longer."""
    p95_wait: float
    """That wait, with the appointments, in minutes."""
    booked: int
    booked_mean: float
    """Minutes that people with an appointment waited after its start, or their later arrival."""
    booked_in_time: int
    """Those of them who were called within the promised minutes."""
    agreement: float
    """Share of the day's first calls that the replay with appointments makes again."""


def replay(
    tickets: Iterable[Ticket], calls: Sequence[FirstCall], moment_at: Callable[[int], Moment]
) -> dict[str, int]:
    """Return the time (ms) of the first call of each ticket that is called again.

    `tickets`: as they were issued, with `waiting_since` as the time from which they can be called.
    """
    coming = sorted(tickets, key=lambda ticket: (ticket.waiting_since, ticket.ord))
    floor, times, place = MemoryFloor(), dict[str, int](), 0
    for call in sorted(calls, key=lambda call: (call.at, call.window)):
        while place < len(coming) and coming[place].waiting_since <= call.at:
            floor.put(coming[place])
            place += 1
        chosen = choose(floor, moment_at(call.at), call.window)
        if chosen is None:
            continue
        ticket_id, choice = chosen
        ticket = floor.ticket(ticket_id)
        floor.count(choice)
        floor.put(replace(ticket, state=State.CALLED))
        floor.record_call(ticket, call.window, call.at)
        times[ticket_id] = call.at
    return times


def without_appointment(ticket: Ticket) -> Ticket:
    """Return a ticket as it would be if its holder had come without an appointment."""
    if slot_of(ticket.lane) is None:
        return ticket
    return replace(ticket, lane=lane(ticket.item, ticket.klass, site_of(ticket.lane)))


def effect(
    tickets: Sequence[Ticket],
    calls: Sequence[FirstCall],
    moment_at: Callable[[int], Moment],
    promised: int,
) -> Effect:
    """Return what a day's appointments cost and gave; `promised`: minutes of wait promised."""
    by_id = {ticket.id: ticket for ticket in tickets}
    own_calls = [call for call in calls if call.ticket in by_id]
    made = replay(tickets, own_calls, moment_at)
    as_was = {call.ticket: call.at for call in own_calls}
    real = as_was | made
    plain = as_was | replay(map(without_appointment, tickets), own_calls, moment_at)
    walk_ins = [t for t in (call.ticket for call in own_calls) if slot_of(by_id[t].lane) is None]
    booked = [call for call in own_calls if slot_of(by_id[call.ticket].lane) is not None]
    with_booked, without = (
        sorted((times[t] - by_id[t].waiting_since) / MINUTE_MS for t in walk_ins)
        for times in (real, plain)
    )
    waits = [_booked_wait(by_id[call.ticket], call.at) for call in booked]
    return Effect(
        walk_ins=len(walk_ins),
        mean=_mean(with_booked) - _mean(without),
        p95=_not_exceeded(with_booked) - _not_exceeded(without),
        p95_wait=_not_exceeded(with_booked),
        booked=len(booked),
        booked_mean=_mean(waits),
        booked_in_time=sum(wait <= promised for wait in waits),
        agreement=_agreement(own_calls, made),
    )


def _not_exceeded(waits: Sequence[float]) -> float:
    """Return the wait that 95 % do not exceed; `waits` in order."""
    return waits[-(-len(waits) * PERCENT // 100) - 1] if waits else 0.0


def _booked_wait(ticket: Ticket, at: int) -> float:
    slot = slot_of(ticket.lane)
    assert slot is not None, "the ticket has an appointment"
    return max(0.0, (at - max(slot, ticket.waiting_since)) / MINUTE_MS)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _agreement(calls: Sequence[FirstCall], times: Mapping[str, int]) -> float:
    same = sum(times.get(call.ticket) == call.at for call in calls)
    return same / len(calls) if calls else 1.0
