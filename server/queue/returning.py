"""Return of a missed ticket: its standing, the place that it would get, and the action."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict
from server.queue import ticket_queries, window_session_queries
from server.queue.call_candidates import Moment
from server.queue.errors import QueueCode
from server.queue.return_place import ReturnPlace, return_place
from server.queue.settings import NumberSettings
from server.queue.stored_floor import StoredFloor
from server.queue.tickets import PASSED, Move, State, Ticket, is_absent, lane, site_of, slot_of
from server.queue.transitions import move_on, require_ticket


class Standing(StrEnum):
    """Standing of a number for a person who asks to come back."""

    MAY_RETURN = "may_return"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    NO_RETURNS = "no_returns"
    OVER = "over"
    OTHER_DAY = "other_day"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Returned:
    """Ticket that waits again, and the number of people called before it."""

    ticket_id: str
    ahead: int


def standing(ticket: Ticket | None, day: str, return_limit: int) -> Standing:
    """Return the standing of a ticket on a day."""
    if ticket is None:
        return Standing.UNKNOWN
    if ticket.day != day:
        return Standing.OTHER_DAY
    if ticket.state is State.MISSED:
        return Standing.MAY_RETURN if ticket.returns < return_limit else Standing.NO_RETURNS
    open_states = (State.WAITING, State.CALLED, State.SERVING, State.HELD)
    return Standing(ticket.state.value) if ticket.state in open_states else Standing.OVER


def place_of(ctx: Context, conn: Connection, ticket: Ticket, now: int) -> ReturnPlace:
    """Return the place that a missed ticket would get now."""
    seats = window_session_queries.sessions(conn, ctx.hall_id)
    sessions = window_session_queries.for_rules(seats)
    settings = ctx.settings()
    moment = Moment(ctx.catalogue(), settings, sessions, ctx.local(now), now)
    past = StoredFloor(conn, ctx.hall_id, ctx.day(now))
    waiting = ticket_queries.all_waiting(conn, ctx.hall_id)
    return return_place(ticket, waiting, past, moment, settings.of(NumberSettings).return_places)


def walk_in(ticket: Ticket) -> Ticket:
    """Return a ticket among those without an appointment: its time is over."""
    if slot_of(ticket.lane) is None:
        return ticket
    return replace(ticket, lane=lane(ticket.item, ticket.klass, site_of(ticket.lane)))


def check_in(ctx: Context, actor: Actor, key: str, ticket_id: str) -> Returned:
    """Check in the holder of a remote number, who is in the hall now.

    Before its turn the number keeps its place; after it, it waits like a missed number that comes
    back. Raises TICKET_UNKNOWN, MOVE_NOT_ALLOWED.
    """

    def act(tx: Tx) -> JsonDict:
        ticket = require_ticket(tx, ticket_id)
        if not is_absent(ticket.lane):
            raise HallError(QueueCode.MOVE_NOT_ALLOWED, move=Move.CHECK_IN, state=ticket.state)
        is_late = ticket.lane.startswith(PASSED)
        here = site_of(ticket.lane)
        present = replace(ticket, lane=lane(ticket.item, ticket.klass, here))
        place = ReturnPlace(ticket.ord, 0)
        if is_late and ticket.state is State.WAITING:
            place = place_of(ctx, tx.conn, present, tx.now)

        def arrived(tx: Tx, _ticket: Ticket) -> Ticket:
            return replace(present, ord=place.order, waiting_since=tx.now)

        data: JsonDict = {"late": is_late} | ({"order": place.order} if is_late else {})
        moved = move_on(tx, actor, ticket, Move.CHECK_IN, arrived, data)
        return {"ticket": moved.id, "ahead": place.ahead}

    answer = ctx.command(actor, key, {"act": "check_in", "ticket": ticket_id}, act, brief=True)
    return Returned(str(answer["ticket"]), int(answer["ahead"]))


def return_missed(ctx: Context, actor: Actor, key: str, ticket_id: str) -> Returned:
    """Return a missed ticket to its queue, behind as many others as the setting says.

    Raises TICKET_UNKNOWN, MOVE_NOT_ALLOWED, RETURN_LIMIT.
    """
    numbers = ctx.settings().of(NumberSettings)

    def act(tx: Tx) -> JsonDict:
        ticket = require_ticket(tx, ticket_id)
        if ticket.state is State.MISSED and ticket.returns >= numbers.return_limit:
            raise HallError(QueueCode.RETURN_LIMIT, limit=numbers.return_limit)
        place = ReturnPlace(ticket.ord, 0)
        if ticket.state is State.MISSED:
            place = place_of(ctx, tx.conn, walk_in(ticket), tx.now)

        def back(tx: Tx, ticket: Ticket) -> Ticket:
            return replace(
                walk_in(ticket),
                returns=ticket.returns + 1,
                ord=place.order,
                call_count=0,
                called_at=None,
                waiting_since=tx.now,
            )

        data = {"places": numbers.return_places, "ahead": place.ahead, "order": place.order}
        moved = move_on(tx, actor, ticket, Move.RETURN, back, data)
        return {"ticket": moved.id, "ahead": place.ahead}

    request: JsonDict = {"act": "return", "ticket": ticket_id}
    answer = ctx.command(actor, key, request, act, brief=True)
    # The first answer of an older version holds no number of people.
    return Returned(str(answer["ticket"]), int(answer.get("ahead", 0)))
