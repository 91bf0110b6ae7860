"""Replay of a day's calls: whom each window would have called by the rules. Pure.

Windows, times and people are the day's own: every window calls when it really called somebody by
the rules. Only the choice is made again. So two replays of one day, with appointments and without,
differ by nothing but the order, and the difference of a person's waits is what appointments cost or
gave. Whoever is not called in a replay keeps the real time.

A person who missed a call and came back, or was transferred, waits once more from the real time
on: such waits compete and are counted by the rules as on the day, but no figure is made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count

from server.queue.call_candidates import Moment, choose
from server.queue.memory_floor import MemoryFloor
from server.queue.tickets import State, Ticket, lane, site_of, slot_of

MINUTE_MS = 60_000
PERCENT = 95


@dataclass(frozen=True, slots=True)
class FirstCall:
    """Call of a waiting ticket by the rules, as it was: the first one of a wait."""

    ticket: str
    """Id of the wait's ticket."""
    window: str
    at: int
    """Time in ms."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Time at a window, in milliseconds from the call on."""

    first: int
    last: int | None
    """None: until the day's end."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait of a ticket for a call by the rules."""

    ticket: Ticket
    """As it waited; of a later wait its id is marked, so that each wait has its own."""
    comes: int
    """Time (ms) from which it can be called."""
    gone: int | None = None
    """Time at which it left the queue without such a call: cancelled, or called out of turn."""
    stays: tuple[Stay, ...] = ()
    """Times at windows after a call of any kind; counted only for a visit with other numbers."""
    again: bool = False
    """True if it is not the ticket's first one."""


def first_waits(tickets: Iterable[Ticket]) -> list[Wait]:
    """Return waits of tickets that can be called from `waiting_since` on, and do not leave."""
    return [Wait(ticket, ticket.waiting_since) for ticket in tickets]


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
    waits: Iterable[Wait], calls: Sequence[FirstCall], moment_at: Callable[[int], Moment]
) -> dict[str, int]:
    """Return the time (ms) of the call of each ticket that is called again, by the wait's id."""
    floor, times, day = MemoryFloor(), dict[str, int](), _Day(waits)
    for call in sorted(calls, key=lambda call: (call.at, call.window)):
        day.move_to(call.at, floor)
        chosen = choose(floor, moment_at(call.at), call.window)
        if chosen is None:
            continue
        ticket_id, choice = chosen
        ticket = floor.ticket(ticket_id)
        floor.count(choice)
        floor.put(replace(ticket, state=State.CALLED))
        if not day.call(ticket_id, call.at):
            floor.record_call(ticket, call.window, call.at)
        times[ticket_id] = call.at
    return times


class _Day:
    """Arrivals, departures and services of a replayed day, in the order of time."""

    def __init__(self, waits: Iterable[Wait]) -> None:
        self._by_id = {wait.ticket.id: wait for wait in waits}
        waiting = self._by_id.values()
        self._coming = sorted(waiting, key=lambda wait: (wait.comes, wait.ticket.ord))
        self._leaving = sorted((w.gone, w.ticket.id) for w in waiting if w.gone is not None)
        self._place, self._left = 0, 0
        self._changes: list[tuple[int, int, str, State]] = []
        """Times (ms) at which people whose visit has other numbers come to a window or leave it.

        In a heap; the number keeps the order of those at one time.
        """
        self._numbers = count()

    def move_to(self, at: int, floor: MemoryFloor) -> None:
        """Let those come, leave, and end at a window who do so up to a time."""
        while self._place < len(self._coming) and self._coming[self._place].comes <= at:
            floor.put(self._coming[self._place].ticket)
            self._place += 1
        while self._left < len(self._leaving) and self._leaving[self._left][0] <= at:
            gone, ticket_id = self._leaving[self._left]
            if floor.ticket(ticket_id).state is State.WAITING:
                floor.put(replace(floor.ticket(ticket_id), state=State.FINISHED))
                self.call(ticket_id, gone)
            self._left += 1
        while self._changes and self._changes[0][0] <= at:
            _, _, ticket_id, state = heappop(self._changes)
            floor.put(replace(floor.ticket(ticket_id), state=state))

    def call(self, ticket_id: str, at: int) -> bool:
        """Let a person go to a window; return True if the ticket was called before."""
        wait = self._by_id[ticket_id]
        for stay in wait.stays if wait.ticket.visit else ():
            self._change(at + stay.first, ticket_id, State.CALLED)
            if stay.last is not None:
                self._change(at + stay.last, ticket_id, State.FINISHED)
        return wait.again

    def _change(self, at: int, ticket_id: str, state: State) -> None:
        heappush(self._changes, (at, next(self._numbers), ticket_id, state))


def without_appointment(wait: Wait) -> Wait:
    """Return a wait as it would be if its holder had come without an appointment."""
    ticket = wait.ticket
    if slot_of(ticket.lane) is None:
        return wait
    plain = lane(ticket.item, ticket.klass, site_of(ticket.lane))
    return replace(wait, ticket=replace(ticket, lane=plain))


def effect(
    waits: Sequence[Wait],
    calls: Sequence[FirstCall],
    moment_at: Callable[[int], Moment],
    promised: int,
) -> Effect:
    """Return what a day's appointments cost and gave; `promised`: minutes of wait promised."""
    first = {wait.ticket.id for wait in waits if not wait.again}
    by_id = {wait.ticket.id: wait.ticket for wait in waits}
    all_calls = [call for call in calls if call.ticket in by_id]
    own_calls = [call for call in all_calls if call.ticket in first]
    made = replay(waits, all_calls, moment_at)
    as_was = {call.ticket: call.at for call in own_calls}
    real = as_was | made
    plain = as_was | replay(map(without_appointment, waits), all_calls, moment_at)
    walk_ins = [t for t in (call.ticket for call in own_calls) if slot_of(by_id[t].lane) is None]
    booked = [call for call in own_calls if slot_of(by_id[call.ticket].lane) is not None]
    with_booked, without = (
        sorted((times[t] - by_id[t].waiting_since) / MINUTE_MS for t in walk_ins)
        for times in (real, plain)
    )
    booked_waits = [_booked_wait(by_id[call.ticket], call.at) for call in booked]
    return Effect(
        walk_ins=len(walk_ins),
        mean=_mean(with_booked) - _mean(without),
        p95=_not_exceeded(with_booked) - _not_exceeded(without),
        p95_wait=_not_exceeded(with_booked),
        booked=len(booked),
        booked_mean=_mean(booked_waits),
        booked_in_time=sum(wait <= promised for wait in booked_waits),
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
