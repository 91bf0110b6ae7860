"""Actions of the reception desk: print a slip, cancel with a reason, redirect a waiting ticket.

All of them concern tickets of today. A ticket that was called belongs to its window until the
window has dealt with it, so the desk refuses to change it and names the window.
"""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import slip_printing, slip_queries, snapshot, ticket_queries
from server.queue.calling import with_target
from server.queue.errors import QueueCode
from server.queue.forecasts import Forecasts
from server.queue.returning import walk_in
from server.queue.ticket_place import place_of
from server.queue.tickets import (
    FINAL,
    RULES,
    Move,
    State,
    Ticket,
    is_absent,
    read_number,
    ticket_id,
)
from server.queue.transitions import do, move_on, require_ticket
from server.queue.wait_range import Wait

OTHER = "other"
"""Reason of a cancellation that needs a note."""


def find(ctx: Context, conn: Connection, text: str) -> Ticket:
    """Return the ticket of today with a typed number or the token of a scanned address.

    Raises TICKET_NOT_TODAY.
    """
    day, number = ctx.day(), read_number(text)
    if number:
        ticket = ticket_queries.get(conn, ctx.hall_id, ticket_id(day, number))
    else:
        ticket = ticket_queries.by_token(conn, ctx.hall_id, text)
    if ticket is None or ticket.day != day:
        raise HallError(QueueCode.TICKET_NOT_TODAY, number=number)
    return ticket


def print_slip(ctx: Context, actor: Actor, key: str, ticket: str, kiosk: str) -> str:
    """Print a ticket's slip at a kiosk; return the slip's id.

    A slip that was printed before is a copy. Raises TICKET_UNKNOWN, TICKET_NOT_TODAY, TICKET_OVER,
    NO_PRINTER.
    """
    request: JsonDict = {"act": "slip", "ticket": ticket, "at": kiosk}

    def act(tx: Tx) -> JsonDict:
        stored = _of_today(ctx, tx, ticket)
        if stored.state in FINAL:
            raise HallError(QueueCode.TICKET_OVER, number=stored.number)
        device = slip_printing.require_printer(tx, kiosk)
        first = slip_queries.of_ticket(tx.conn, tx.hall_id, ticket)
        facts: JsonDict = json.loads(first[0].document) if first and not stored.transfers else {}
        slip = slip_printing.enqueue_slip(
            ctx,
            tx,
            actor,
            "ticket",
            # A ticket that was sent elsewhere, or has no slip yet, gets its place of now.
            facts or _present_facts(ctx, tx, stored),
            device,
            ticket,
            copy=bool(first),
        )
        write_journal(tx, actor, "slip.reprint", ticket, data={"slip": slip, "device": device})
        return {"slip": slip}

    return str(ctx.command(actor, key, request, act)["slip"])


def _present_facts(ctx: Context, tx: Tx, ticket: Ticket) -> JsonDict:
    seen, item = snapshot.in_act(ctx, tx, "sessions"), ctx.catalogue().item_by.get(ticket.item)
    place = place_of(seen, ticket, item, Forecasts.of(ctx).in_act(tx))
    current = replace(ticket, version=ctx.catalogue().version)
    return slip_printing.slip_facts(
        current, place.windows, place.wait or Wait(0, 0, 0), place.delay
    )


def cancel(ctx: Context, actor: Actor, key: str, ticket: str, reason: str, text: str) -> str:
    """Cancel a ticket for a reason; return its id.

    Raises REASON_REQUIRED (other, no note), TICKET_UNKNOWN, TICKET_NOT_TODAY, TICKET_AT_WINDOW,
    TICKET_OVER.
    """
    if reason == OTHER and not text:
        raise HallError(CommonCode.REASON_REQUIRED)
    request: JsonDict = {"act": "cancel", "ticket": ticket, "reason": reason, "note": text}

    def act(tx: Tx) -> JsonDict:
        stored = _require(ctx, _of_today(ctx, tx, ticket), Move.CANCEL)
        data = {"reason": reason, "note": text}
        return {"ticket": move_on(tx, actor, stored, Move.CANCEL, _ended, data).id}

    return do(ctx, actor, key, request, act)


def _ended(tx: Tx, ticket: Ticket) -> Ticket:
    return replace(ticket, ended_at=tx.now)


def redirect(
    ctx: Context,
    actor: Actor,
    key: str,
    ticket: str,
    *,
    to_window: str | None,
    to_item: str | None,
    to_unit: str | None,
    text: str,
) -> str:
    """Send a waiting ticket to another window, item or unit; return its id.

    Number, seniority and the time it has waited stay. Raises TICKET_UNKNOWN, TICKET_NOT_TODAY,
    TICKET_AT_WINDOW, TICKET_MISSED, TICKET_OVER, TRANSFER_TARGET.
    """
    target: JsonDict = {"window": to_window, "item": to_item, "unit": to_unit, "note": text}
    request: JsonDict = {"act": "redirect", "ticket": ticket, "target": target}

    def act(tx: Tx) -> JsonDict:
        stored = _require(ctx, _of_today(ctx, tx, ticket), Move.REDIRECT)
        if is_absent(stored.lane):
            raise HallError(QueueCode.MOVE_NOT_ALLOWED, move=Move.REDIRECT, state=stored.state)
        aimed = with_target(ctx, tx, stored, "", to_window, to_item, to_unit)
        if aimed.lane in (stored.lane, walk_in(stored).lane):
            raise HallError(QueueCode.TRANSFER_TARGET, reason="same")

        def sent(_tx: Tx, _ticket: Ticket) -> Ticket:
            return replace(aimed, transfers=aimed.transfers + 1, note=text or aimed.note)

        return {"ticket": move_on(tx, actor, stored, Move.REDIRECT, sent, target).id}

    return do(ctx, actor, key, request, act)


def _of_today(ctx: Context, tx: Tx, ticket: str) -> Ticket:
    stored = require_ticket(tx, ticket)
    if stored.day != ctx.day(tx.now):
        raise HallError(QueueCode.TICKET_NOT_TODAY, number=stored.number)
    return stored


def _require(ctx: Context, ticket: Ticket, move: Move) -> Ticket:
    """Return the ticket if its state permits the move; raise the refusal that names the reason."""
    if ticket.state in RULES[move].sources:
        return ticket
    if ticket.state in FINAL:
        raise HallError(QueueCode.TICKET_OVER, number=ticket.number)
    if ticket.state is State.MISSED:
        raise HallError(QueueCode.TICKET_MISSED, number=ticket.number)
    window = ctx.catalogue().window_by.get(ticket.window)
    number = window.number if window is not None else None
    raise HallError(QueueCode.TICKET_AT_WINDOW, number=ticket.number, window=number)
