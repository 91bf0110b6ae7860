"""Counts of ratings by window, unit, item or person, read from the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import Column, ColumnElement, Connection, and_, func, select

from server.queue.tables import ticket
from server.ratings.levels import Channel, Level
from server.ratings.rates import Counts, tally
from server.ratings.tables import rating

_t, _r = ticket.c, rating.c


class By(StrEnum):
    """Grouping of figures."""

    ALL = "all"
    WINDOW = "window"
    UNIT = "unit"
    ITEM = "item"
    STAFF = "staff"
    MONTH = "month"


_KEYS: Mapping[By, Column[str]] = {
    By.WINDOW: _t.window,
    By.UNIT: _t.queue,
    By.ITEM: _t.item,
    By.STAFF: _t.staff,
}


def counts_by(
    conn: Connection,
    hall_id: str,
    first: str,
    last: str,
    by: By | ColumnElement[str],
    staff: str = "",
    unit: str = "",
    services: Mapping[str, int] | None = None,
) -> dict[str, Counts]:
    """Return the counts of services of ISO days `first`..`last` by key; `ALL` has the key "".

    A service counts where it was finished: by its window, its item, its item's unit, and who
    served. With `staff` only this person's services count, with `unit` only this unit's.
    `services`: their numbers by key, of a caller that has counted them. `by` may be an expression
    on tickets.
    """
    if not isinstance(by, By):
        key = by.label("key")
    elif by is By.ALL:  # PostgreSQL does not group by a constant
        key = func.substr(_t.day, 1, 0).label("key")
    elif by is By.MONTH:
        key = func.substr(_t.day, 1, 7).label("key")
    else:
        key = _KEYS[by].label("key")
    wanted = [_t.hall_id == hall_id, _t.day >= first, _t.day <= last, _t.state == "finished"]
    if staff:
        wanted.append(_t.staff == staff)
    if unit:
        wanted.append(_t.queue == unit)
    if services is None:
        services = {
            row[0]: int(row[1])
            for row in conn.execute(select(key, func.count()).where(*wanted).group_by(key))
        }
    numbers: dict[str, list[tuple[Level, Channel, int]]] = defaultdict(list)
    rows = conn.execute(
        select(key, _r.level, _r.channel, func.count())
        .select_from(rating.join(ticket, and_(_t.hall_id == _r.hall_id, _t.id == _r.ticket)))
        # A rating has the day of its service, by which the database finds it sooner.
        .where(*wanted, _r.second_of == "", _r.day >= first, _r.day <= last)
        .group_by(key, _r.level, _r.channel)
    )
    for group, level, channel, number in rows:
        numbers[group].append((Level(level), Channel(channel), int(number)))
    if by is By.ALL:
        services = services or {"": 0}
    return {group: tally(number, numbers[group]) for group, number in services.items()}
