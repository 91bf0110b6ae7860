"""Waits of a recorded day for its replay, from the journal's lines about its tickets. Pure.

A ticket waits from its issue, or from its holder's check-in; again after a transfer, another place
named at the reception, or its return. A wait ends with a call, or with leaving the queue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.queue.day_replay import FirstCall, Stay, Wait
from server.queue.tickets import (
    ORDER_STEP,
    Move,
    State,
    Ticket,
    booked_lane,
    lane,
    slot_of,
    unit_lane,
    window_lane,
)

CHOSEN = '"chosen"'
"""Mark of the reason of a call out of turn."""
PREFIX = "ticket."
BEGINS = frozenset({Move.ISSUE, Move.CHECK_IN, Move.TRANSFER, Move.REDIRECT, Move.RETURN})
LEAVES = frozenset({Move.CANCEL, Move.EXPIRE, Move.REDIRECT})
AWAY = frozenset({Move.FINISH, Move.NO_SHOW, Move.HOLD, Move.TRANSFER, Move.EXPIRE})
"""Moves after which a person is not at the window any more."""
BACK = frozenset({Move.RESUME, Move.UNDO_FINISH, Move.UNDO_NO_SHOW})
"""Moves after which a person is at the window again, without a call by the rules."""


@dataclass(frozen=True, slots=True)
class MoveLine:
    """Journal line about a ticket or a window."""

    at: int
    act: str
    subject: str
    window: str
    data: str
    why: str


@dataclass(frozen=True, slots=True)
class Issued:
    """Ticket of the day as it is stored at its end, with the facts of its first wait."""

    ticket: Ticket
    place: int
    """Its place in the order of issue, from 1."""
    slot: int | None
    """Start (ms) of the appointment of a person who came in time."""
    site: str
    """Building of the window that called it first; empty if the hall does not tell them apart."""
    units: Mapping[str, str]
    """Unit of each item, for tickets that are sent to another one."""


def waits_of(issued: Issued, lines: Sequence[MoveLine]) -> tuple[list[Wait], list[FirstCall]]:
    """Return the waits of a ticket with their calls by the rules.

    `lines`: all about the ticket, in the journal's order. None of a number from afar whose holder
    never came.
    """
    moves = [(line, line.act.removeprefix(PREFIX), json.loads(line.data)) for line in lines]
    record = _Record(issued, moved=any(_is_moved(move, data) for _, move, data in moves))
    for line, move, data in moves:
        record.read(line, move, data)
    return record.result()


def _is_moved(move: str, data: Mapping[str, object]) -> bool:
    """Return True if the ticket has another seniority since: it came back, or checked in late."""
    return move == Move.RETURN or (move == Move.CHECK_IN and bool(data.get("late")))


class _Record:
    """Waits and calls of one ticket, while its lines are read."""

    def __init__(self, issued: Issued, *, moved: bool) -> None:
        self._issued = issued
        self._ticket = _as_issued(issued, moved=moved)
        self._since = issued.ticket.issued_at
        self._current: Wait | None = None
        self._waits: list[Wait] = []
        self._calls: list[FirstCall] = []
        self._called_at: int | None = None
        """Time of the last call, by the rules or not."""

    def read(self, line: MoveLine, move: str, data: Mapping[str, object]) -> None:
        """Read the next line."""
        self._end(line, move)
        if move in BEGINS and not data.get("remote"):
            self._begin(line, move, data)

    def result(self) -> tuple[list[Wait], list[FirstCall]]:
        """Return what was read."""
        return [*self._waits, *filter(None, [self._current])], self._calls

    def _end(self, line: MoveLine, move: str) -> None:
        """End the wait with a call or without one; later the time at the window."""
        current = self._current
        is_by_rules = move == Move.CALL and CHOSEN not in line.why
        if current is not None and is_by_rules:
            self._waits.append(current)
            self._calls.append(FirstCall(current.ticket.id, line.window, line.at))
        elif current is not None and (move in LEAVES or move == Move.CALL):
            self._waits.append(replace(current, gone=line.at))
        if move in LEAVES or move == Move.CALL:
            self._current = None
        if move == Move.CALL:
            self._called_at = line.at
        if self._called_at is not None:
            self._stay(move, line.at - self._called_at)

    def _stay(self, move: str, after: int) -> None:
        """Begin or end a time at the window, so long after the call."""
        wait = self._waits[-1]
        if move == Move.CALL or move in BACK:
            self._waits[-1] = replace(wait, stays=(*wait.stays, Stay(after, None)))
        elif move in AWAY and wait.stays and wait.stays[-1].last is None:
            ended = replace(wait.stays[-1], last=after)
            self._waits[-1] = replace(wait, stays=(*wait.stays[:-1], ended))

    def _begin(self, line: MoveLine, move: str, data: Mapping[str, object]) -> None:
        """Begin another wait, in the lane that the move leads to."""
        if move in (Move.TRANSFER, Move.REDIRECT):
            self._ticket = _sent(self._ticket, data, self._issued)
        if move == Move.RETURN and slot_of(self._ticket.lane) is not None:
            plain = lane(self._ticket.item, self._ticket.klass, self._issued.site)
            self._ticket = replace(self._ticket, lane=plain)
        if _is_moved(move, data):  # old lines do not name it: the last one counts
            order = int(str(data.get("order", self._issued.ticket.ord)))
            self._ticket = replace(self._ticket, ord=order)
        if move in (Move.CHECK_IN, Move.TRANSFER, Move.RETURN):
            self._since = line.at
        ticket, n = replace(self._ticket, waiting_since=self._since), len(self._waits) + 1
        if n > 1:
            ticket = replace(ticket, id=f"{ticket.id}#{n}")
        self._current = Wait(ticket, max(self._since, line.at), again=self._called_at is not None)


def _as_issued(issued: Issued, *, moved: bool) -> Ticket:
    """Return a ticket as it waited for its first call; `moved`: it has another seniority now."""
    ticket, slot = issued.ticket, issued.slot
    own = lane(ticket.item, ticket.klass, issued.site)
    if slot:
        own = booked_lane(ticket.item, ticket.klass, slot, issued.site)
    order = issued.place * ORDER_STEP if moved else ticket.ord
    return replace(ticket, state=State.WAITING, lane=own, ord=order)


def _sent(ticket: Ticket, data: Mapping[str, object], issued: Issued) -> Ticket:
    """Return a ticket in the lane that it was transferred or sent to."""
    site = issued.site
    if window := data.get("window"):
        return replace(ticket, lane=window_lane(str(window), ticket.klass))
    if unit := data.get("unit"):
        return replace(ticket, lane=unit_lane(str(unit), ticket.klass, site), queue=str(unit))
    item = str(data.get("item") or ticket.item)
    unit = issued.units.get(item, ticket.queue)
    return replace(ticket, item=item, queue=unit, lane=lane(item, ticket.klass, site))
