"""Immediate end of a window session, because the person may not act any more.

Nobody is left waiting for an unstaffed window: tickets called, served or held there, or sent to it,
return to the queue of their item, with their seniority.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from server.core.actors import Actor
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue import ticket_queries, window_session_queries
from server.queue.events import WindowChanged
from server.queue.sites import of_return
from server.queue.tickets import Move, State, Ticket, lane, window_lane
from server.queue.transitions import event_of

MOST = 999
"""Most tickets of one lane; a prefix has no more numbers a day."""


def end_work(ctx: Context, tx: Tx, actor: Actor, staff: str, reason: str) -> None:
    """End the window session of `staff`, if any, and return its tickets to their queues."""
    session = window_session_queries.session_of(tx.conn, tx.hall_id, staff)
    if session is None:
        return
    for ticket in _of_window(ctx, tx, session.window):
        _return_to_queue(ctx, tx, actor, ticket, session.window, reason)
    window_session_queries.sign_out(tx, session.window)
    data: JsonDict = {"staff": staff, "reason": reason}
    write_journal(tx, actor, "window.release", session.window, window=session.window, data=data)
    tx.events.append(WindowChanged(session.window))


def _of_window(ctx: Context, tx: Tx, window: str) -> Iterator[Ticket]:
    yield from ticket_queries.at_window(tx.conn, tx.hall_id, window)
    for klass in ctx.catalogue().classes:
        of_class = window_lane(window, klass.code)
        yield from ticket_queries.first_in_lane(tx.conn, tx.hall_id, of_class, MOST)


def _return_to_queue(
    ctx: Context, tx: Tx, actor: Actor, ticket: Ticket, window: str, reason: str
) -> None:
    catalogue, settings = ctx.catalogue(), ctx.settings()
    site = of_return(catalogue, settings, ticket.item, window, ctx.local(tx.now))
    waiting = replace(
        ticket,
        state=State.WAITING,
        lane=lane(ticket.item, ticket.klass, site),
        window="",
        call_count=0,
        called_at=None,
        serving_at=None,
        waiting_since=tx.now,
    )
    ticket_queries.change(tx, waiting, ticket)
    data: JsonDict = {"number": ticket.number, "from": ticket.state.value, "reason": reason}
    line = write_journal(tx, actor, f"ticket.{Move.TRANSFER}", ticket.id, window=window, data=data)
    tx.events.append(event_of(waiting, Move.TRANSFER, line, window))
