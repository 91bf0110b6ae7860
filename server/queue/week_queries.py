"""Tickets of a week. Queries."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam

from server.core.records import Records
from server.queue import tables


@dataclass(frozen=True, slots=True)
class TicketOfWeek:
    """Ticket as the week's figures need it; times in ms."""

    id: str
    number: str
    day: str
    queue: str
    item: str
    window: str
    state: str
    outcome: str
    issued_at: int
    first_called_at: int | None
    serving_at: int | None
    ended_at: int | None
    lane: str


_t = tables.ticket.c
_rows = Records(
    TicketOfWeek,
    *(_t.id, _t.number, _t.day, _t.queue, _t.item, _t.window, _t.state, _t.outcome),
    *(_t.issued_at, _t.first_called_at, _t.serving_at, _t.ended_at, _t.lane),
)
_tickets = (
    _rows.select()
    .where(
        _t.hall_id == bindparam("hall_id"),
        _t.day >= bindparam("first"),
        _t.day <= bindparam("last"),
    )
    .order_by(_t.day, _t.issued_at, _t.id)
)


def tickets_of(conn: Connection, hall_id: str, first: str, last: str) -> list[TicketOfWeek]:
    """Return the tickets of ISO days `first`..`last` with times in ms, oldest first."""
    values = {"hall_id": hall_id, "first": first, "last": last}
    return _rows.all(conn, _tickets, values)
