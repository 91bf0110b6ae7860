"""Place of a missed person who comes back, behind so many others who compete with them. Pure.

A ticket competes with the waiting tickets that a window may call that may call this one: for an
ordinary ticket all of them, for a priority ticket those of its level or higher. Who is called
before it is played forward by the rules of choice, as windows call in turn. The place is the most
senior one at which enough of them are called first. If too few wait, it is behind all of them.
How many is set by the hall: `return_places` in `settings`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile

from server.queue.call_candidates import ChoosingFloor, Moment, choose, takes
from server.queue.call_order import Choice
from server.queue.memory_floor import MemoryFloor
from server.queue.tickets import State, Ticket

MOST_PLAYED = 150
"""Most calls played forward: more would take longer than a person at a kiosk should wait."""


@dataclass(frozen=True, slots=True)
class ReturnPlace:
    """Seniority of a returned ticket, and the number of people called before it."""

    order: int
    ahead: int


class PlayedFloor:
    """Floor whose calls are played forward from the runs and priority calls of the day so far."""

    def __init__(self, past: ChoosingFloor, waiting: Iterable[Ticket]) -> None:
        self._past = past
        self._past_calls: dict[tuple[str, int, int], list[str]] = {}
        self._runs: dict[str, int] = {}
        self._memory = MemoryFloor()
        for ticket in waiting:
            self._memory.put(ticket)

    def heads(self, without: Collection[str] = ()) -> Sequence[Ticket]:
        """Return the most senior waiting ticket of every lane, but none of some visits."""
        return self._memory.heads(without)

    def busy_visits(self) -> Collection[str]:
        """Return no visit: in this play a service is over at the next call."""
        return ()

    def priority_calls_over(self, queue: str, order: int, since: int) -> list[str]:
        """Return the windows of a queue's priority calls since a time, over a seniority."""
        place = (queue, order, since)
        if place not in self._past_calls:
            self._past_calls[place] = list(self._past.priority_calls_over(*place))
        return self._past_calls[place] + self._memory.priority_calls_over(*place)

    def run_of(self, pool: str) -> int:
        """Return a counter of the calls so far; 0: never counted."""
        return self._runs[pool] if pool in self._runs else self._past.run_of(pool)

    def call(self, ticket_id: str, choice: Choice, window: str, at: int) -> Ticket:
        """Take a ticket from its lane; return it as it waited."""
        ticket = self._memory.ticket(ticket_id)
        self._memory.put(replace(ticket, state=State.CALLED))
        self._memory.record_call(ticket, window, at)
        self._runs.update(choice.counts)
        return ticket


def return_place(
    ticket: Ticket, waiting: Sequence[Ticket], past: ChoosingFloor, moment: Moment, places: int
) -> ReturnPlace:
    """Return the place of a missed ticket behind `places` others, and how many are called first.

    `past` gives the runs and priority calls of the day; its heads are not read.
    """
    windows = calling_windows(ticket, moment)
    rivals = _rivals(waiting, moment, windows)
    needed = min(places, sum(1 for other in rivals if other.level >= ticket.level))
    calls = _calls(PlayedFloor(past, rivals), moment, windows)
    orders = _orders(ticket, rivals, _until(calls, ticket.level, needed))

    @cache
    def people_before(order: int) -> list[Ticket]:
        again = replace(ticket, state=State.WAITING, ord=order, waiting_since=moment.millis)
        calls = _calls(PlayedFloor(past, [*rivals, again]), moment, windows)
        return list(takewhile(lambda called: called.id != ticket.id, calls))

    def counted(order: int) -> int:
        return sum(1 for other in people_before(order) if other.level >= ticket.level)

    # Nobody is called earlier when a ticket is placed later, so the places can be halved.
    order = orders[min(bisect_left(orders, needed, key=counted), len(orders) - 1)]
    return ReturnPlace(order, len(people_before(order)))


def calling_windows(ticket: Ticket, moment: Moment) -> tuple[str, ...]:
    """Return the windows that may call a ticket: those that call now, else those that could."""
    able_windows = [
        window.code
        for window in moment.catalogue.windows
        if takes(moment.catalogue, window, ticket, moment.now)
    ]
    staffed = [code for code in able_windows if code in moment.sessions]
    ready = [code for code in staffed if not moment.sessions[code].paused]
    return tuple(ready or staffed or able_windows)


def _rivals(waiting: Sequence[Ticket], moment: Moment, windows: Sequence[str]) -> list[Ticket]:
    """Return the waiting tickets that one of the windows may call; tickets of a lane are alike."""
    window_by, competes = moment.catalogue.window_by, dict[tuple[str, str, str], bool]()
    for ticket in waiting:
        alike = (ticket.lane, ticket.queue, ticket.item)
        if alike not in competes:
            competes[alike] = any(
                takes(moment.catalogue, window_by[code], ticket, moment.now) for code in windows
            )
    return [ticket for ticket in waiting if competes[ticket.lane, ticket.queue, ticket.item]]


def _calls(floor: PlayedFloor, moment: Moment, windows: Sequence[str]) -> Iterator[Ticket]:
    """Yield the tickets that windows call in turn, until they may call nobody who waits."""
    played = 0
    while played < MOST_PLAYED:
        before = played
        for window in windows:
            chosen_ticket = choose(floor, moment, window)
            if chosen_ticket is not None:
                played += 1
                yield floor.call(*chosen_ticket, window, moment.millis)
        if played == before:
            return


def _until(calls: Iterator[Ticket], level: int, needed: int) -> list[Ticket]:
    """Return the calls until `needed` tickets of `level` or higher were called."""
    played: list[Ticket] = []
    while needed and (ticket := next(calls, None)) is not None:
        played.append(ticket)
        needed -= ticket.level >= level
    return played


def _orders(ticket: Ticket, rivals: Sequence[Ticket], played: Sequence[Ticket]) -> list[int]:
    """Return the possible seniorities: the ticket's own, and right behind each equal called."""
    occupied = {other.ord for other in rivals}
    orders = {ticket.ord}
    for other in played:
        if other.level == ticket.level:
            order = other.ord + 1
            while order in occupied:  # people who came back to this place before stay in front
                order += 1
            orders.add(max(order, ticket.ord))
    return sorted(orders)
