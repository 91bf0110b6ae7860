"""People ahead and expected waiting time, from the present state of the hall."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from server.catalogue.model import Catalogue, Item
from server.core.settings import Settings
from server.queue import ticket_counts
from server.queue.routing import WindowSessions, servers
from server.queue.settings import CounterSettings
from server.queue.ticket_queries import LaneCount
from server.queue.wait_formula import Service, Wait, expected_wait, mean_service


class Floor(Protocol):
    """Data on which the waiting time depends."""

    @property
    def waiting(self) -> list[LaneCount]:
        """Waiting tickets, counted by lane."""
        ...

    @property
    def service(self) -> dict[str, Service]:
        """Finished services today by queue."""
        ...

    @property
    def busy(self) -> frozenset[str]:
        """Windows with a called or served ticket."""
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


def ahead_of_newcomer(floor: Floor, catalogue: Catalogue, queue: str, level: int) -> int:
    """Return the number of people ahead of a newcomer of `level`: same level or higher."""
    levels = {c.code: c.level for c in catalogue.classes}
    rows = (row for row in floor.waiting if row.queue == queue)
    return sum(int(row.waiting) for row in rows if levels.get(row.klass, 0) >= level)


def wait_for(
    floor: Floor,
    catalogue: Catalogue,
    item: Item,
    now: datetime,
    sessions: WindowSessions,
    settings: Settings,
    ahead: int | None = None,
) -> Wait:
    """Return the wait of a newcomer (`ahead` None), or of a person behind `ahead` people."""
    codes = servers(catalogue, item, now, sessions)
    people = waiting_in(floor, item.unit) if ahead is None else ahead
    service = floor.service.get(item.unit, Service())
    minutes = mean_service(
        item.service_minutes, settings.of(CounterSettings).service_prior, service
    )
    free = any(code not in floor.busy for code in codes)
    return expected_wait(people, len(codes), minutes, free)
