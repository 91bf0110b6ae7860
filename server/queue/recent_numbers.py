"""Numbers that a kiosk gave a moment ago: the question before a second one, and the copy of a slip.

There is no reader of identity cards, so nobody knows who took the number before. A copy of a slip
that was printed therefore bears no code for the phone: whoever holds it can cancel nothing.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import slip_queries, ticket_queries
from server.queue.errors import QueueCode
from server.queue.settings import NumberSettings
from server.queue.slip_printing import enqueue_slip, require_printer
from server.queue.tickets import State, Ticket

MINUTE_MS = 60_000
MOST_COPIES = 2
"""Most copies of a slip that a kiosk prints by itself."""


def recent_number(ctx: Context, conn: Connection, kiosk: str, item: str) -> Ticket | None:
    """Return the waiting number of an item that a kiosk gave within the set minutes, or None."""
    now = ctx.clock.now()
    since = now - ctx.settings().of(NumberSettings).again_minutes * MINUTE_MS
    tickets = ticket_queries.given_at(conn, ctx.hall_id, ctx.day(now), kiosk, since)
    waiting = (t for t in tickets if t.item == item and t.state is State.WAITING)
    return max(waiting, key=lambda ticket: ticket.ord, default=None)


def print_copy(ctx: Context, actor: Actor, key: str, ticket_id: str) -> str:
    """Print a copy of a slip at the kiosk that gave the number a moment ago; return its id.

    Raises TICKET_UNKNOWN, SLIP_UNKNOWN (no more copies), NO_PRINTER.
    """
    request: JsonDict = {"act": "copy", "ticket": ticket_id}

    def act(tx: Tx) -> JsonDict:
        ticket = ticket_queries.get(tx.conn, tx.hall_id, ticket_id)
        if ticket is None or ticket != recent_number(ctx, tx.conn, actor.name, ticket.item):
            raise HallError(QueueCode.TICKET_UNKNOWN, ticket=ticket_id)
        slips = slip_queries.of_ticket(tx.conn, tx.hall_id, ticket_id)
        facts = json.loads(slips[0].document) if slips else {}
        if not facts or sum(bool(slip.copy) for slip in slips) >= MOST_COPIES:
            raise HallError(QueueCode.SLIP_UNKNOWN, ticket=ticket_id)
        if any(slip.state in ("printed", "unknown") for slip in slips):
            facts["token"] = ""
        device = require_printer(tx, actor.name)
        slip = enqueue_slip(ctx, tx, actor, "ticket", facts, device, ticket_id, copy=True)
        write_journal(tx, actor, "slip.reprint", ticket_id, data={"slip": slip, "device": device})
        return {"slip": slip}

    return str(ctx.command(actor, key, request, act)["slip"])
