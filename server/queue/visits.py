"""Visits with several errands: one person holds several numbers, called one after the other.

The rules of choice hold a number back while another one of its visit is at a window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from server.catalogue.model import Catalogue, Item
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context
from server.queue import ticket_queries
from server.queue.errors import QueueCode
from server.queue.forecasts import Latest
from server.queue.tickets import AT_WINDOW, State, Ticket
from server.queue.turns import Turn
from server.queue.wait_forecast import RESIDUAL


def others_of(conn: Connection, hall_id: str, ticket: Ticket) -> list[Ticket]:
    """Return the other tickets of a ticket's visit, in order of issue."""
    if not ticket.visit:
        return []
    tickets = ticket_queries.of_visit(conn, hall_id, ticket.visit)
    return [other for other in tickets if other.id != ticket.id]


def at_window(others: Sequence[Ticket]) -> Ticket | None:
    """Return the ticket of a visit that is called or served; None if there is none."""
    return next((other for other in others if other.state in AT_WINDOW), None)


def require_not_elsewhere(ctx: Context, tx: Tx, ticket: Ticket) -> None:
    """Raise TICKET_AT_WINDOW while another number of the visit is called or served."""
    other = at_window(others_of(tx.conn, tx.hall_id, ticket))
    if other is None:
        return
    window = ctx.catalogue().window_by.get(other.window)
    raise HallError(
        QueueCode.TICKET_AT_WINDOW,
        number=other.number,
        window=window.number if window is not None else None,
        companion=ticket.number,
    )


def join(tx: Tx, day: str, token: str) -> list[Ticket]:
    """Return the tickets of the visit of a token of today; their first number opens it.

    Raises TICKET_UNKNOWN.
    """
    tickets = join_if_known(tx, day, token)
    if not tickets:
        raise HallError(QueueCode.TICKET_UNKNOWN)
    return tickets


def join_if_known(tx: Tx, day: str, token: str) -> list[Ticket]:
    """Return the tickets of a visit as `join` does; none for a token that is not of the day."""
    ticket = ticket_queries.by_token(tx.conn, tx.hall_id, token) if token else None
    if ticket is None or ticket.day != day:
        return []
    if ticket.visit:
        return ticket_queries.of_visit(tx.conn, tx.hall_id, ticket.visit)
    first = replace(ticket, visit=ticket.id)
    ticket_queries.change(tx, first, ticket)
    return [first]


def after_others(
    turn: Turn, others: Sequence[Ticket], latest: Latest, catalogue: Catalogue
) -> Turn:
    """Return the turn of a new errand, not while another one of the visit is expected to run."""
    for other in others:
        item = catalogue.item_by.get(other.item)
        if item is None:
            continue
        begin, end = _expected_service(other, item, latest)
        if begin <= turn.minutes < end:
            turn = replace(turn, ahead=max(1, turn.ahead), minutes=end)
    return turn


def _expected_service(ticket: Ticket, item: Item, latest: Latest) -> tuple[float, float]:
    """Return the minutes until a service begins and ends; both 0 for one that will not be."""
    minutes = latest.minutes_of(item.code, ticket.queue)
    if ticket.state in AT_WINDOW:
        return 0.0, minutes * RESIDUAL
    if ticket.state is not State.WAITING:
        return 0.0, 0.0
    begin = latest.turn_of(ticket, item).minutes
    return begin, begin + minutes
