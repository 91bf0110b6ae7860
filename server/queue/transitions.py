"""Shared steps of window actions: load, check the move, store, journal, publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import ticket_queries, window_session_queries
from server.queue.errors import QueueCode
from server.queue.events import TicketMoved, WindowChanged
from server.queue.tickets import AT_WINDOW, UNDO_OF, Move, Ticket, state_after
from server.queue.window_session_queries import StoredSession

Change = Callable[[Tx, Ticket], Ticket]


def after_move(actor: Actor, ticket: Ticket, move: Move) -> Ticket:
    """Return the ticket in the state after a move; raise MOVE_NOT_ALLOWED."""
    state = state_after(move, ticket.state, actor.kind, holds=bool(ticket.window))
    return replace(ticket, state=state)


def current_at(tx: Tx, window: str) -> Ticket | None:
    """Return the ticket that a window has called or serves, or None."""
    tickets_here = ticket_queries.at_window(tx.conn, tx.hall_id, window)
    return next((t for t in tickets_here if t.state in AT_WINDOW), None)


def own_session(tx: Tx, window: str, actor: Actor) -> StoredSession:
    """Return the actor's window session; raise WINDOW_NOT_SIGNED_IN, WINDOW_TAKEN."""
    return require_own_session(
        window_session_queries.session(tx.conn, tx.hall_id, window), window, actor
    )


def require_free(tx: Tx, window: str, actor: Actor) -> None:
    """Raise WINDOW_NOT_SIGNED_IN, WINDOW_TAKEN, WINDOW_PAUSED or WINDOW_BUSY."""
    session = own_session(tx, window, actor)
    if session.paused_at is not None:
        raise HallError(QueueCode.WINDOW_PAUSED, window=window)
    busy = current_at(tx, window)
    if busy is not None:
        raise HallError(QueueCode.WINDOW_BUSY, window=window, number=busy.number)


def require_own_session(session: StoredSession | None, window: str, actor: Actor) -> StoredSession:
    """Return a window session that was read, if it is the actor's; raise as `own_session`."""
    if session is None:
        raise HallError(QueueCode.WINDOW_NOT_SIGNED_IN, window=window)
    if session.staff != actor.name:
        raise HallError(QueueCode.WINDOW_TAKEN, window=window)
    return session


def current(tx: Tx, actor: Actor, window: str) -> Ticket:
    """Return the ticket at the actor's window; raise WINDOW_IDLE and as `post_of`."""
    own_session(tx, window, actor)
    return require_current(tx, window)


def require_current(tx: Tx, window: str) -> Ticket:
    """Return the ticket at a window; raise WINDOW_IDLE."""
    ticket = current_at(tx, window)
    if ticket is None:
        raise HallError(QueueCode.WINDOW_IDLE, window=window)
    return ticket


def note_undo(tx: Tx, session: StoredSession, ticket: Ticket, move: Move) -> None:
    """Record for the window that `move` can be undone, or that nothing can any more."""
    if move in UNDO_OF:
        window_session_queries.set_undo(tx, session.window, ticket.id, move, ticket.note)
    elif session.undo_ticket:
        window_session_queries.clear_undo(tx, session.window)


def require_ticket(tx: Tx, ticket_id: str) -> Ticket:
    """Return a ticket by id; raise TICKET_UNKNOWN."""
    ticket = ticket_queries.get(tx.conn, tx.hall_id, ticket_id)
    if ticket is None:
        raise HallError(QueueCode.TICKET_UNKNOWN, ticket=ticket_id)
    return ticket


def do(
    ctx: Context, actor: Actor, key: str, request: JsonDict, act: Callable[[Tx], JsonDict]
) -> str:
    """Run an action on one ticket under its idempotency key; return the ticket's id."""
    return str(ctx.command(actor, key, request, act, brief=True)["ticket"])


def at_window(
    ctx: Context,
    actor: Actor,
    key: str,
    window: str,
    move: Move,
    change: Change,
    data: JsonDict | None = None,
) -> str:
    """Move the window's current ticket on behalf of the person signed in there; return its id."""

    def act(tx: Tx) -> JsonDict:
        session = own_session(tx, window, actor)
        ticket = require_current(tx, window)
        note_undo(tx, session, ticket, move)
        return {"ticket": move_on(tx, actor, ticket, move, change, data).id}

    request: JsonDict = {"act": move.value, "window": window, "data": data}
    return do(ctx, actor, key, request, act)


def move_on(
    tx: Tx,
    actor: Actor,
    ticket: Ticket,
    move: Move,
    change: Change,
    data: JsonDict | None = None,
) -> Ticket:
    """Check the move, change the ticket, store, journal and publish it."""
    moved_ticket = after_move(actor, change(tx, ticket), move)
    ticket_queries.change(tx, moved_ticket, ticket)
    record_move(tx, actor, moved_ticket, move, data or {}, "")
    if ticket.state in AT_WINDOW and moved_ticket.state not in AT_WINDOW:
        begin_next_pause(tx, actor, ticket.window)
    return moved_ticket


def begin_next_pause(tx: Tx, actor: Actor, window: str) -> bool:
    """Pause a window that has become free, if its clerk asked for it before; True if it did."""
    session = window_session_queries.session(tx.conn, tx.hall_id, window)
    if session is None or not session.pause_next or current_at(tx, window) is not None:
        return False
    minutes = session.pause_minutes
    until = tx.now + minutes * 60_000 if minutes else session.pause_until
    window_session_queries.set_pause(tx, window, tx.now, session.pause_next, until)
    data: JsonDict = {"reason": session.pause_next, "note": "", "until": until, "planned": True}
    write_journal(tx, actor, "window.pause", window, window=window, data=data)
    tx.events.append(WindowChanged(window))
    return True


def record_move(tx: Tx, actor: Actor, ticket: Ticket, move: Move, data: JsonDict, why: str) -> None:
    """Write a journal line, and queue the event that is published after the commit."""
    line = write_journal(
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
    """Return the event of a move whose journal line is `line`.

    `window`: the window of the move, if not the ticket's.
    """
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
