"""Correction of a finished service: a wrong outcome or a wrong item, with a reason.

The person who served corrects the own services, the office any. On the same day it is done at once;
on a day that is over the guard of past days holds it for a second person.
"""

from __future__ import annotations

from dataclasses import replace

from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict
from server.queue.errors import QueueCode
from server.queue.events import TicketCorrected
from server.queue.tickets import Move, Outcome, State, Ticket
from server.queue.transitions import move_on, require_ticket


def correct(
    ctx: Context,
    actor: Actor,
    key: str,
    ticket: str,
    *,
    outcome: Outcome,
    item: str | None,
    text: str,
) -> str:
    """Correct the outcome and, if given, the item of a finished ticket; return its id.

    Raises REASON_REQUIRED, TICKET_UNKNOWN, FORBIDDEN (another person's service), NOT_FINISHED,
    ITEM_UNKNOWN, NOTHING_CORRECTED; on a past day PAST_ASKED.
    """
    if not text:
        raise HallError(CommonCode.REASON_REQUIRED)
    request: JsonDict = {
        "act": "ticket.correct",
        "ticket": ticket,
        "outcome": outcome.value,
        "item": item,
        "reason": text,
    }

    def act(tx: Tx) -> JsonDict:
        stored = require_ticket(tx, ticket)
        _check(actor, stored)
        corrected = _corrected(ctx, stored, outcome, item)
        data = {
            "outcome": corrected.outcome,
            "item": corrected.item,
            "was_outcome": stored.outcome,
            "was_item": stored.item,
            "note": text,
        }
        move_on(tx, actor, stored, Move.CORRECT, lambda _tx, _ticket: corrected, data)
        tx.events.append(TicketCorrected(stored.id, stored.day, stored.staff))
        return {"ticket": stored.id}

    named = replace(actor, why=actor.why or text)
    return str(ctx.command(named, key, request, act)["ticket"])


def _check(actor: Actor, ticket: Ticket) -> None:
    if actor.kind is ActorKind.CLERK and ticket.staff != actor.name:
        raise HallError(CommonCode.FORBIDDEN, move=Move.CORRECT)
    if ticket.state is not State.FINISHED:
        raise HallError(QueueCode.NOT_FINISHED, number=ticket.number)


def _corrected(ctx: Context, ticket: Ticket, outcome: Outcome, item: str | None) -> Ticket:
    corrected = replace(ticket, outcome=outcome.value)
    if item is not None and item != ticket.item:
        entry = ctx.catalogue().item_by.get(item)
        if entry is None:
            raise HallError(QueueCode.ITEM_UNKNOWN, item=item)
        corrected = replace(corrected, item=item, queue=entry.unit)
    if corrected == ticket:
        raise HallError(QueueCode.NOTHING_CORRECTED, number=ticket.number)
    return corrected
