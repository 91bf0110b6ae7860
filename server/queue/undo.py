"""Undo of a window's last act: a person was started, finished or marked as missed by mistake.

The window session stores the act. The ticket goes back to its state before, at the same window, as
if the act had not been done: no figure counts it. The undo is an act of its own in the journal.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from server.core.actors import Actor
from server.core.errors import HallError
from server.core.settings import Settings
from server.core.store import Tx
from server.hall.context import Context, JsonDict
from server.queue import visits, window_session_queries
from server.queue.errors import QueueCode
from server.queue.settings import CounterSettings
from server.queue.tickets import UNDO_OF, Move, Ticket
from server.queue.transitions import current_at, do, move_on, own_session, require_ticket
from server.queue.window_session_queries import StoredSession


@dataclass(frozen=True, slots=True)
class Undoable:
    """Act that the window can undo until a time (ms)."""

    ticket: str
    move: Move
    until: int


def undoable(session: StoredSession, settings: Settings) -> Undoable | None:
    """Return the stored act of a session with its time limit, also after it; None without one."""
    if not session.undo_ticket or session.undo_at is None:
        return None
    seconds = settings.of(CounterSettings).undo_seconds
    until = session.undo_at + seconds * 1000
    return Undoable(session.undo_ticket, Move(session.undo_move), until)


def offer(
    session: StoredSession,
    settings: Settings,
    current: Ticket | None,
    missed: Collection[str],
    now: int,
) -> Undoable | None:
    """Return the act that a window can undo now; `missed`: ids of its missed tickets."""
    act = undoable(session, settings)
    if act is None or now >= act.until or session.paused_at is not None:
        return None
    if act.move is Move.START:
        return act if current is not None and current.id == act.ticket else None
    if current is not None or (act.move is Move.NO_SHOW and act.ticket not in missed):
        return None
    return act


def undo(ctx: Context, actor: Actor, key: str, window: str) -> str:
    """Undo the last act at the actor's window; return the ticket's id.

    Raises WINDOW_NOT_SIGNED_IN, WINDOW_TAKEN, WINDOW_PAUSED, NOTHING_TO_UNDO, UNDO_TOO_LATE,
    UNDO_NEXT_CALLED, MOVE_NOT_ALLOWED if the ticket has gone on meanwhile, and TICKET_AT_WINDOW if
    the person has been called with another number.
    """
    settings = ctx.settings()

    def act(tx: Tx) -> JsonDict:
        session = own_session(tx, window, actor)
        last = undoable(session, settings)
        if last is None:
            raise HallError(QueueCode.NOTHING_TO_UNDO, window=window)
        if session.paused_at is not None:
            raise HallError(QueueCode.WINDOW_PAUSED, window=window)
        busy = current_at(tx, window)
        if busy is not None and busy.id != last.ticket:
            raise HallError(QueueCode.UNDO_NEXT_CALLED, window=window, number=busy.number)
        ticket = require_ticket(tx, last.ticket)
        if tx.now >= last.until or ticket.day != ctx.day(tx.now):
            seconds = settings.of(CounterSettings).undo_seconds
            raise HallError(QueueCode.UNDO_TOO_LATE, seconds=seconds, number=ticket.number)
        if not ticket.holds(window):
            raise HallError(QueueCode.NOT_THE_HOLDER, move=UNDO_OF[last.move])
        visits.require_not_elsewhere(ctx, tx, ticket)

        def restored(_tx: Tx, ticket: Ticket) -> Ticket:
            return as_before(ticket, last.move, session.undo_note)

        window_session_queries.clear_undo(tx, window)
        return {"ticket": move_on(tx, actor, ticket, UNDO_OF[last.move], restored).id}

    return do(ctx, actor, key, {"act": "undo", "window": window}, act)


def as_before(ticket: Ticket, move: Move, note: str) -> Ticket:
    """Return the ticket without what `move` wrote, apart from its state."""
    if move is Move.START:
        return replace(ticket, serving_at=None)
    if move is Move.FINISH:
        return replace(ticket, ended_at=None, outcome="", note=note)
    return ticket
