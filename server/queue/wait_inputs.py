"""Inputs of the forecast, and counts of waiting people, from the present state of the hall."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection

from server.queue import ticket_counts
from server.queue.ticket_queries import LaneCount
from server.queue.wait_range import Service


class Floor(Protocol):
    """Waiting people by lane."""

    @property
    def waiting(self) -> list[LaneCount]:
        """Waiting tickets, counted by lane."""
        ...


def services(conn: Connection, hall_id: str, day: str) -> dict[str, Service]:
    """Return the finished services of a day by queue."""
    return {
        row.queue: Service(row.served, row.millis / 60_000)
        for row in ticket_counts.served_today(conn, hall_id, day)
    }


def waiting_in(floor: Floor, queue: str) -> int:
    """Return the number of people waiting in a unit's queue."""
    return sum(int(row.waiting) for row in floor.waiting if row.queue == queue)
