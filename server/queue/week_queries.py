"""Tickets of a week. Queries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from server.queue import tables

_t = tables.ticket.c
_tickets = (
    select(
        _t.id,
        _t.number,
        _t.day,
        _t.queue,
        _t.item,
        _t.window,
        _t.state,
        _t.outcome,
        _t.issued_at,
        _t.first_called_at,
        _t.serving_at,
        _t.ended_at,
    )
    .where(
        _t.hall_id == bindparam("hall_id"),
        _t.day >= bindparam("first"),
        _t.day <= bindparam("last"),
    )
    .order_by(_t.day, _t.issued_at, _t.id)
)


def tickets_of(conn: Connection, hall_id: str, first: str, last: str) -> list[Row[Any]]:
    """Return the tickets of ISO days `first`..`last` with times in ms, oldest first."""
    values = {"hall_id": hall_id, "first": first, "last": last}
    return list(conn.execute(_tickets, values))
