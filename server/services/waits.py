"""People ahead and the expected wait, from the hall as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from server.domain.catalogue import Catalogue, Item
from server.domain.routing import Posts, servers
from server.domain.settings import Settings
from server.domain.waiting import Service, Wait, expected_wait, mean_service
from server.storage import tickets


@dataclass(frozen=True, slots=True)
class Floor:
    """What the waiting time depends on, read once."""

    waiting: list[Any]
    """Rows lane, queue, item, klass, waiting, since."""
    service: dict[str, Service]
    """Finished services today by queue."""
    busy: frozenset[str]
    """Windows that have somebody."""


def read_floor(conn: Connection, hall_id: str, day: str) -> Floor:
    """Read the floor."""
    served = {
        row.queue: Service(row.served, float(row.millis or 0) / 60_000)
        for row in tickets.served_today(conn, hall_id, day)
    }
    return Floor(
        tickets.waiting_by_lane(conn, hall_id), served, tickets.busy_windows(conn, hall_id)
    )


def waiting_in(floor: Floor, queue: str) -> int:
    """People waiting in a unit's queue."""
    return sum(int(row.waiting) for row in floor.waiting if row.queue == queue)


def ahead_of_newcomer(floor: Floor, catalogue: Catalogue, queue: str, level: int) -> int:
    """People a newcomer of `level` would stand behind: of the same level or a higher one."""
    levels = {c.code: c.level for c in catalogue.classes}
    rows = (row for row in floor.waiting if row.queue == queue)
    return sum(int(row.waiting) for row in rows if levels.get(row.klass, 0) >= level)


def wait_for(
    floor: Floor,
    catalogue: Catalogue,
    item: Item,
    now: datetime,
    posts: Posts,
    settings: Settings,
    ahead: int | None = None,
) -> Wait:
    """The wait of somebody who comes now (`ahead` None) or stands behind `ahead` people."""
    codes = servers(catalogue, item, now, posts)
    people = waiting_in(floor, item.unit) if ahead is None else ahead
    service = floor.service.get(item.unit, Service())
    minutes = mean_service(item.service_minutes, settings.service_prior, service)
    free = any(code not in floor.busy for code in codes)
    return expected_wait(people, len(codes), minutes, free)
