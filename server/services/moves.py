"""What the acts at a window share: load, check the move, write back, journal, tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from server.domain.errors import Code, HallError
from server.domain.tickets import AT_WINDOW, Move, Ticket, after
from server.services.bus import TicketMoved
from server.services.context import Actor, Context, JsonDict, note
from server.storage import tickets, windows
from server.storage.store import Tx

Change = Callable[[Tx, Ticket], Ticket]


def moved(actor: Actor, ticket: Ticket, move: Move) -> Ticket:
    """In the state after a move; raises MOVE_NOT_ALLOWED."""
    state = after(move, ticket.state, actor.kind, holds=bool(ticket.window))
    return replace(ticket, state=state)


def current_at(tx: Tx, window: str) -> Ticket | None:
    """The ticket a window has called or serves."""
    held = tickets.at_window(tx.conn, tx.hall_id, window)
    return next((t for t in held if t.state in AT_WINDOW), None)


def post_of(tx: Tx, window: str, actor: Actor) -> Any:
    """The actor's seat; raises WINDOW_NOT_SIGNED_IN, WINDOW_TAKEN."""
    return seated(windows.post(tx.conn, tx.hall_id, window), window, actor)


def seated(post: Any, window: str, actor: Actor) -> Any:
    """A seat that was read, if it is the actor's; raises as `post_of`."""
    if post is None:
        raise HallError(Code.WINDOW_NOT_SIGNED_IN, window=window)
    if post.staff != actor.name:
        raise HallError(Code.WINDOW_TAKEN, window=window)
    return post


def current(tx: Tx, actor: Actor, window: str) -> Ticket:
    """The ticket at the actor's window; raises WINDOW_IDLE and as `post_of`."""
    post_of(tx, window, actor)
    ticket = current_at(tx, window)
    if ticket is None:
        raise HallError(Code.WINDOW_IDLE, window=window)
    return ticket


def known(tx: Tx, ticket_id: str) -> Ticket:
    """A ticket by id; raises TICKET_UNKNOWN."""
    ticket = tickets.get(tx.conn, tx.hall_id, ticket_id)
    if ticket is None:
        raise HallError(Code.TICKET_UNKNOWN, ticket=ticket_id)
    return ticket


def do(ctx: Context, actor: Actor, key: str, asked: JsonDict, act: Callable[[Tx], JsonDict]) -> str:
    """Run an act of one ticket under its key; returns the ticket's id."""
    return str(ctx.command(actor, key, asked, act, brief=True)["ticket"])


def at_window(
    ctx: Context,
    actor: Actor,
    key: str,
    window: str,
    move: Move,
    change: Change,
    data: JsonDict | None = None,
) -> str:
    """A move of the window's current ticket by the person who sits there."""

    def act(tx: Tx) -> JsonDict:
        ticket = current(tx, actor, window)
        return {"ticket": move_on(tx, actor, ticket, move, change, data).id}

    asked: JsonDict = {"act": move.value, "window": window, "data": data}
    return do(ctx, actor, key, asked, act)


def move_on(
    tx: Tx,
    actor: Actor,
    ticket: Ticket,
    move: Move,
    change: Change,
    data: JsonDict | None = None,
) -> Ticket:
    """Check, change, write back, journal, tell."""
    changed = moved(actor, change(tx, ticket), move)
    tickets.change(tx, changed, ticket)
    tell(tx, actor, changed, move, data or {}, "")
    return changed


def tell(tx: Tx, actor: Actor, ticket: Ticket, move: Move, data: JsonDict, why: str) -> None:
    """A journal line, and the event for after the commit."""
    line = note(
        tx,
        actor,
        f"ticket.{move}",
        ticket.id,
        window=ticket.window,
        data={"number": ticket.number} | data,
        why=why,
    )
    tx.events.append(event_of(ticket, move, line))


def event_of(ticket: Ticket, move: str, line: int, window: str | None = None) -> TicketMoved:
    """What is told of a move whose journal line is `line`; `window`: where, if not the ticket's."""
    return TicketMoved(
        ticket.id,
        ticket.number,
        ticket.token,
        move,
        ticket.queue,
        ticket.window if window is None else window,
        ticket.call_count,
        ticket.kiosk,
        line,
    )
