"""Return of a missed number at the kiosk: the slip's code or the typed number, and the command.

A number can be guessed, so the answers hold nothing that the boards do not show: no item, no class,
no name. Tries are limited for each kiosk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from kiosk.messages import MissedNumber
from server.catalogue.refs import window_ref
from server.core.errors import HallError
from server.core.half_width import half_width
from server.hall.context import Context
from server.queue import returning, ticket_queries
from server.queue.errors import QueueCode
from server.queue.returning import Standing
from server.queue.settings import NumberSettings
from server.queue.tickets import Ticket, ticket_id
from server.web_api import Api, Call, Caller
from server.web_api.limits import MISSED

KIOSK = frozenset({Caller.KIOSK})
_NUMBER = re.compile(r"([A-Z]{1,2})([0-9]{1,3})")
_AT_WINDOW = (Standing.CALLED, Standing.SERVING, Standing.HELD)


@dataclass(frozen=True, slots=True)
class _SlipFacts:
    ticket: Ticket | None
    standing: Standing
    ahead: int


def number_of(slip: str) -> str:
    """Return the number that was typed, such as `A012` for `a12`; empty for a slip's token."""
    match = _NUMBER.fullmatch(half_width(slip).strip().upper())
    return f"{match[1]}{int(match[2]):03d}" if match else ""


def add(api: Api) -> None:
    """Register the routes of a kiosk for missed numbers."""
    ctx = api.hall.ctx

    @api.get("/missed/<slip>", who=KIOSK, answer=MissedNumber, policy=MISSED)
    def missed_number(call: Call) -> MissedNumber:
        """Return the standing of a number: may it come back, and behind how many people."""
        slip = call.args["slip"]
        facts = ctx.read(lambda conn: _facts(ctx, conn, slip))
        return _view(ctx, slip, facts)

    @api.post(
        "/missed/<slip>/return",
        who=KIOSK,
        answer=MissedNumber,
        codes=(QueueCode.TICKET_UNKNOWN, QueueCode.MOVE_NOT_ALLOWED, QueueCode.RETURN_LIMIT),
        policy=MISSED,
    )
    def return_missed_number(call: Call) -> MissedNumber:
        """Let a missed person rejoin the queue a few places later."""
        slip = call.args["slip"]
        ticket = ctx.read(lambda conn: _ticket(ctx, conn, slip))
        if ticket is None or ticket.day != ctx.day(ctx.clock.now()):
            raise HallError(QueueCode.TICKET_UNKNOWN)
        returned = returning.return_missed(ctx, call.actor, call.key, ticket.id)
        waiting = ctx.read(lambda conn: ticket_queries.get(conn, ctx.hall_id, returned.ticket_id))
        return _view(ctx, slip, _SlipFacts(waiting, Standing.WAITING, returned.ahead))


def _ticket(ctx: Context, conn: Connection, slip: str) -> Ticket | None:
    """Return the ticket of a typed number of today, or of a slip's token."""
    number = number_of(slip)
    if not number:
        return ticket_queries.by_token(conn, ctx.hall_id, slip)
    day = ctx.day(ctx.clock.now())
    return ticket_queries.get(conn, ctx.hall_id, ticket_id(day, number))


def _facts(ctx: Context, conn: Connection, slip: str) -> _SlipFacts:
    now = ctx.clock.now()
    limit = ctx.settings().of(NumberSettings).return_limit
    ticket = _ticket(ctx, conn, slip)
    standing = returning.standing(ticket, ctx.day(now), limit)
    ahead = 0
    if ticket is not None and standing is Standing.MAY_RETURN:
        ahead = returning.place_of(ctx, conn, ticket, now).ahead
    return _SlipFacts(ticket, standing, ahead)


def _view(ctx: Context, slip: str, facts: _SlipFacts) -> MissedNumber:
    ticket, standing = facts.ticket, facts.standing
    limit = ctx.settings().of(NumberSettings).return_limit
    at_window = ticket is not None and standing in _AT_WINDOW
    return MissedNumber(
        number=ticket.number if ticket else number_of(slip),
        standing=standing.value,
        ahead=facts.ahead,
        returns_left=max(0, limit - ticket.returns) if ticket else 0,
        window=window_ref(ctx.catalogue(), ticket.window) if ticket and at_window else None,
    )
