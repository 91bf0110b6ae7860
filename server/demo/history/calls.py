"""Calls of a past day: whom each window of the demo history called, by the hall's own rules.

The day is played in memory, from one call to the next. The windows' work is drawn beforehand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count

from server.core.store import Tx
from server.queue import call_queries
from server.queue.call_candidates import Moment, choose
from server.queue.call_order import Choice, Why
from server.queue.memory_floor import MemoryFloor
from server.queue.tickets import Move, State, Ticket

KIOSK_MS = 8_000
"""Time until an idle clerk calls a person who has just taken a number."""
Opens = Callable[[int], int | None]
"""Time (ms) from which a window may call again, given a time; None: not any more that day."""


@dataclass(frozen=True, slots=True)
class Coming:
    """Person who comes with a ticket: the windows that serve it, and how long that takes (ms)."""

    ticket: Ticket
    windows: tuple[str, ...]
    takes: int


@dataclass(frozen=True, slots=True)
class Call:
    """First call of a ticket: its window, its time in ms, and the reason as it is stored."""

    window: str
    at: int
    why: str


class PlayedDay:
    """One day of calls. `free`: time (ms) from which each window calls."""

    def __init__(
        self, moment_at: Callable[[int], Moment], opens: Opens, free: Mapping[str, int]
    ) -> None:
        self._moment_at, self._opens = moment_at, opens
        self._floor, self._idle = MemoryFloor(), set[str]()
        self._agenda: list[tuple[int, int, str | Coming]] = []
        self._places = count()
        self._takes: dict[str, int] = {}
        self._calls: dict[str, Call] = {}
        for window, at in sorted(free.items()):
            self._plan(at, window)

    def play(self, people: Iterable[Coming]) -> dict[str, Call]:
        """Return the first call of each ticket; tickets that no window called are left out."""
        for person in people:
            self._takes[person.ticket.id] = person.takes
            self._plan(person.ticket.waiting_since, person)
        while self._agenda:
            at, _, event = heappop(self._agenda)
            if isinstance(event, str):
                self._call(at, event)
                continue
            self._floor.put(event.ticket)
            for window in sorted(self._idle.intersection(event.windows)):
                self._idle.remove(window)
                self._plan(at + KIOSK_MS, window)
        return self._calls

    def _plan(self, at: int, event: str | Coming) -> None:
        heappush(self._agenda, (at, next(self._places), event))

    def _call(self, at: int, window: str) -> None:
        opens = self._opens(at)
        if opens is None:
            return
        if opens > at:
            self._plan(opens, window)
            return
        chosen = choose(self._floor, self._moment_at(at), window)
        if chosen is None:
            self._idle.add(window)
            return
        ticket_id, choice = chosen
        ticket = self._floor.ticket(ticket_id)
        self._floor.count(choice)
        self._floor.put(replace(ticket, state=State.CALLED))
        self._floor.record_call(ticket, window, at)
        self._calls[ticket_id] = Call(window, at, _reason(choice))
        self._plan(at + self._takes[ticket_id], window)


def _reason(choice: Choice) -> str:
    why = {"codes": [code.value for code in choice.why], "facts": choice.facts}
    return json.dumps(why, ensure_ascii=False)


def first_in_line(tx: Tx, ticket: Ticket) -> None:
    """Store the call of a ticket that was the first of its window's queue."""
    store(tx, ticket, json.dumps({"codes": [Why.FIRST.value], "facts": {}}))


def store(tx: Tx, ticket: Ticket, why: str) -> None:
    """Store the first call of a ticket."""
    assert ticket.first_called_at is not None, "the ticket was called"
    call_queries.add_call(tx.at(ticket.first_called_at), ticket, 1, Move.CALL.value, why)
