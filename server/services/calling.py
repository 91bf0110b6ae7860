"""At the window: call next, recall, start, finish, no-show, hold, resume, transfer, return, cancel.

Each act loads what it needs in its own transaction, asks the domain which move is allowed, writes
the ticket back and adds one journal line. Two windows cannot get one ticket: acts of a hall are
serial (see `server.storage.store`), and a ticket is claimed in the act that chose it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from server.domain.errors import Code, HallError
from server.domain.tickets import (
    Move,
    Outcome,
    State,
    Ticket,
    after,
    lane,
    unit_lane,
    window_lane,
)
from server.services import announcing, snapshot
from server.services.choice import check_target, choose_for
from server.services.context import Actor, Context, JsonDict
from server.services.moves import (
    at_window,
    current,
    current_at,
    do,
    known,
    move_on,
    moved,
    post_of,
    seated,
    tell,
)
from server.storage import tickets, windows
from server.storage.store import Tx

KEY_AGAIN_MS = 2000
"""The same key within this time is one press of an impatient finger."""


def call_next(ctx: Context, actor: Actor, key: str, window: str, complete: str | None) -> str:
    """Call the next person to `window`; returns the ticket's id.

    `complete` ends the service in progress first, with that outcome ("default": the setting).
    Raises NOBODY_WAITING, WINDOW_BUSY, WINDOW_PAUSED, WINDOW_NOT_SIGNED_IN, WINDOW_CLOSED.
    When nobody waits, a service that was to be completed is completed all the same.
    """
    asked: JsonDict = {"act": "call_next", "window": window, "complete": complete}

    def act(tx: Tx) -> JsonDict:
        seen = snapshot.in_act(ctx, tx, "posts")
        post, posts = seated(seen.seats.get(window), window, actor), seen.posts
        if post.paused_at is not None:
            raise HallError(Code.WINDOW_PAUSED, window=window)
        ended = _complete(ctx, tx, actor, window, complete)
        completed = ended.id if ended else ""
        chosen = choose_for(ctx, tx, window, posts)
        if chosen is None:
            if completed:
                return {"ticket": "", "completed": completed}
            raise HallError(Code.NOBODY_WAITING, window=window)
        ticket, choice = chosen
        why = {"codes": [w.value for w in choice.why], "facts": choice.facts}
        tickets.set_run(tx, ctx.day(tx.now), choice.pool, choice.run)
        called = _call(ctx, tx, actor, ticket, Move.CALL, window, why)
        snapshot.called(ctx, tx, seen, ended, called)
        return {"ticket": called.id, "completed": completed}

    return str(ctx.command(actor, key, asked, act, brief=True)["ticket"])


def next_by_key(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """Call the next person by the one key that a keypad has for it; returns a ticket's id.

    The key ends the service in progress. Within the no-show time, and while the call is still to be
    announced, it does not: the person is on the way or knows of nothing, so the key calls the same
    person again, and pressed twice it does so once.
    """
    asked: JsonDict = {"act": "next_by_key", "window": window}

    def act(tx: Tx) -> JsonDict:
        ticket = current_at(tx, window)
        post_of(tx, window, actor)
        if ticket is None or ticket.state is not State.CALLED:
            return {"ticket": "", "again": False}
        unheard = announcing.state_of(tx.conn, tx.hall_id, ticket)[0] == announcing.PENDING
        if not unheard and not _expected(ctx, tx, ticket):
            return {"ticket": "", "again": False}
        if tx.now - (ticket.called_at or 0) >= KEY_AGAIN_MS:
            _call(ctx, tx, actor, ticket, Move.RECALL, window, {"codes": []})
        return {"ticket": ticket.id, "again": True}

    answer = ctx.command(actor, f"{key}/again", asked, act, brief=True)
    return str(answer["ticket"]) or call_next(ctx, actor, key, window, "default")


def _expected(ctx: Context, tx: Tx, ticket: Ticket) -> bool:
    """Return True while a called person may still be on the way: within the no-show time."""
    since = _first_call_here(tx, ticket, ticket.called_at or tx.now)
    return tx.now - since < ctx.settings().no_show_min_seconds * 1000


def _complete(
    ctx: Context, tx: Tx, actor: Actor, window: str, outcome: str | None
) -> Ticket | None:
    """End what the window is doing, if asked to; returns the ended ticket."""
    current = current_at(tx, window)
    if current is None:
        return None
    if outcome is None:
        raise HallError(Code.WINDOW_BUSY, window=window, number=current.number)
    chosen = ctx.settings().default_outcome if outcome == "default" else outcome
    started = current
    if current.state is State.CALLED:
        started = moved(actor, _started(tx, current), Move.START)
        tell(tx, actor, started, Move.START, {}, "")
    ended = replace(started, outcome=chosen, ended_at=tx.now)
    ended = moved(actor, ended, Move.FINISH)
    tickets.change(tx, ended, current)
    tell(tx, actor, ended, Move.FINISH, {"outcome": chosen}, "")
    return ended


def _call(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    ticket: Ticket,
    move: Move,
    window: str,
    why: dict[str, Any],
    was: Ticket | None = None,
) -> Ticket:
    """Put a ticket to a window as called, with the reason as a fact; `was`: as it is stored."""
    state = after(move, ticket.state, actor.kind, holds=ticket.holds(window))
    called = replace(
        ticket,
        state=state,
        window=window,
        staff=actor.name,
        first_called_at=ticket.first_called_at or tx.now,
        called_at=tx.now,
        call_count=ticket.call_count + 1,
    )
    tickets.change(tx, called, was or ticket)
    text = json.dumps(why, ensure_ascii=False)
    # Nobody who was never called has calls to be counted.
    made = 0 if ticket.first_called_at is None else _calls_made(tx, ticket)
    tickets.add_call(tx, called, made + 1, move, text)
    announcing.ask(ctx, tx, called, made + 1)
    windows.called(tx, window)
    tell(tx, actor, called, move, {"calls": called.call_count}, text)
    return called


def _calls_made(tx: Tx, ticket: Ticket) -> int:
    return tickets.calls_made(tx.conn, tx.hall_id, ticket.id)


def _ended(tx: Tx, ticket: Ticket) -> Ticket:
    return replace(ticket, ended_at=tx.now)


def _started(tx: Tx, ticket: Ticket) -> Ticket:
    return replace(ticket, serving_at=tx.now)


def recall(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """Call the same person again. Raises WINDOW_IDLE, MOVE_NOT_ALLOWED."""

    def act(tx: Tx) -> JsonDict:
        ticket = current(tx, actor, window)
        return {"ticket": _call(ctx, tx, actor, ticket, Move.RECALL, window, {"codes": []}).id}

    return do(ctx, actor, key, {"act": "recall", "window": window}, act)


def start(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """The person is at the window. Raises WINDOW_IDLE, MOVE_NOT_ALLOWED."""
    return at_window(ctx, actor, key, window, Move.START, _started)


def finish(ctx: Context, actor: Actor, key: str, window: str, outcome: Outcome, text: str) -> str:
    """End the service. Raises WINDOW_IDLE, MOVE_NOT_ALLOWED, REASON_REQUIRED (refused, no note)."""
    if outcome is Outcome.REFUSED and not text:
        raise HallError(Code.REASON_REQUIRED, outcome=outcome)

    def ended(tx: Tx, ticket: Ticket) -> Ticket:
        return replace(ticket, outcome=outcome.value, note=text or ticket.note, ended_at=tx.now)

    data = {"outcome": outcome.value, "note": text}
    return at_window(ctx, actor, key, window, Move.FINISH, ended, data)


def no_show(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """The person did not come.

    Raises NO_SHOW_TOO_EARLY before enough calls and seconds, CALL_UNSPOKEN while the last call was
    not announced.
    """
    settings = ctx.settings()

    def missed(tx: Tx, ticket: Ticket) -> Ticket:
        if ticket.call_count < settings.no_show_min_calls or _expected(ctx, tx, ticket):
            raise HallError(
                Code.NO_SHOW_TOO_EARLY,
                calls=ticket.call_count,
                least=settings.no_show_min_calls,
                seconds=settings.no_show_min_seconds,
            )
        announcing.require_announced(tx, ticket)
        return ticket

    return at_window(ctx, actor, key, window, Move.NO_SHOW, missed)


def _first_call_here(tx: Tx, ticket: Ticket, otherwise: int) -> int:
    """When the present round of calls began: the last call that was not a recall."""
    calls = tickets.calls_of(tx.conn, tx.hall_id, ticket.id)
    begun = [c["at"] for c in calls if c["move"] != Move.RECALL]
    return int(begun[-1]) if begun else otherwise


def hold(ctx: Context, actor: Actor, key: str, window: str, text: str) -> str:
    """Set the current person aside (filling in a form, fetching a copy)."""

    def held(_tx: Tx, ticket: Ticket) -> Ticket:
        return replace(ticket, note=text or ticket.note)

    return at_window(ctx, actor, key, window, Move.HOLD, held, {"note": text})


def resume(ctx: Context, actor: Actor, key: str, window: str, ticket_id: str) -> str:
    """Call a held or missed ticket to this window again.

    A held ticket belongs to the window that holds it; a missed one to whoever may serve it.
    Raises TICKET_UNKNOWN, NOT_THE_HOLDER, WINDOW_BUSY, WINDOW_PAUSED, WINDOW_NOT_ALLOWED.
    """

    def act(tx: Tx) -> JsonDict:
        post = post_of(tx, window, actor)
        if post.paused_at is not None:
            raise HallError(Code.WINDOW_PAUSED, window=window)
        busy = current_at(tx, window)
        if busy is not None:
            raise HallError(Code.WINDOW_BUSY, window=window, number=busy.number)
        ticket = known(tx, ticket_id)
        if not ticket.holds(window):
            raise HallError(Code.NOT_THE_HOLDER, move=Move.RESUME)
        fresh = replace(ticket, call_count=0, serving_at=None)
        why = {"codes": ["resumed"]}
        return {"ticket": _call(ctx, tx, actor, fresh, Move.RESUME, window, why, was=ticket).id}

    asked: JsonDict = {"act": "resume", "window": window, "ticket": ticket_id}
    return do(ctx, actor, key, asked, act)


def transfer(
    ctx: Context,
    actor: Actor,
    key: str,
    window: str,
    *,
    to_window: str | None,
    to_item: str | None,
    to_unit: str | None,
    text: str,
) -> str:
    """Send the current ticket on; number and seniority stay.

    To a window, to the queue of another item, or to a unit's specialised windows.
    Raises TRANSFER_TARGET unless exactly one known target is given and somebody there can call.
    """
    asked: JsonDict = {
        "act": "transfer",
        "window": window,
        "to_window": to_window,
        "to_item": to_item,
        "to_unit": to_unit,
        "note": text,
    }

    def act(tx: Tx) -> JsonDict:
        ticket = current(tx, actor, window)
        moved = _aimed(ctx, tx, ticket, window, to_window, to_item, to_unit)

        def sent(tx: Tx, _ticket: Ticket) -> Ticket:
            return replace(
                moved,
                transfers=moved.transfers + 1,
                call_count=0,
                serving_at=None,
                called_at=None,
                waiting_since=tx.now,
                note=text or moved.note,
            )

        data = {"window": to_window, "item": to_item, "unit": to_unit, "note": text}
        return {"ticket": move_on(tx, actor, ticket, Move.TRANSFER, sent, data).id}

    return do(ctx, actor, key, asked, act)


def _aimed(
    ctx: Context,
    tx: Tx,
    ticket: Ticket,
    window: str,
    to_window: str | None,
    to_item: str | None,
    to_unit: str | None,
) -> Ticket:
    check_target(ctx, tx, window, to_window, to_item, to_unit)
    catalogue = ctx.catalogue()
    if to_window is not None:
        return replace(ticket, lane=window_lane(to_window, ticket.klass))
    if to_item is not None:
        unit = catalogue.item_by[to_item].unit
        return replace(ticket, lane=lane(to_item, ticket.klass), item=to_item, queue=unit)
    assert to_unit is not None
    return replace(ticket, lane=unit_lane(to_unit, ticket.klass), queue=to_unit)


def give_back(ctx: Context, actor: Actor, key: str, ticket_id: str) -> str:
    """A missed person is back: waits again, behind so many others as the setting says.

    Raises TICKET_UNKNOWN, MOVE_NOT_ALLOWED, RETURN_LIMIT.
    """
    settings = ctx.settings()

    def act(tx: Tx) -> JsonDict:
        ticket = known(tx, ticket_id)
        if ticket.state is State.MISSED and ticket.returns >= settings.return_limit:
            raise HallError(Code.RETURN_LIMIT, limit=settings.return_limit)
        order = _order_behind(tx, ticket, settings.return_places)

        def back(tx: Tx, ticket: Ticket) -> Ticket:
            return replace(
                ticket,
                returns=ticket.returns + 1,
                ord=order,
                call_count=0,
                called_at=None,
                waiting_since=tx.now,
            )

        data = {"places": settings.return_places}
        return {"ticket": move_on(tx, actor, ticket, Move.RETURN, back, data).id}

    return do(ctx, actor, key, {"act": "return", "ticket": ticket_id}, act)


def _order_behind(tx: Tx, ticket: Ticket, places: int) -> int:
    """Seniority behind the first `places` people waiting in the ticket's queue."""
    first = tickets.waiting_orders(tx.conn, tx.hall_id, ticket.queue, places)
    return max([ticket.ord, *(order + 1 for order in first)])


def cancel(ctx: Context, actor: Actor, key: str, ticket_id: str) -> str:
    """The person gives up the number. Raises TICKET_UNKNOWN, MOVE_NOT_ALLOWED."""

    def act(tx: Tx) -> JsonDict:
        ticket = known(tx, ticket_id)
        return {"ticket": move_on(tx, actor, ticket, Move.CANCEL, _ended).id}

    return do(ctx, actor, key, {"act": "cancel", "ticket": ticket_id}, act)
