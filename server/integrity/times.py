"""Integrity check of times: too old, outside their day, or a later step before an earlier one.

A server's clock is stepped now and then (fault injection does it by an hour), so steps may be out
of order by a little. Times invented by a person or a device are further off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Select, Table, func, select

from server.core import setting_queries as stored_settings
from server.core.all_tables import EXTERNAL_TIMES, TIME_STEPS, metadata
from server.core.clock import instant
from server.core.settings import GeneralSettings, Settings
from server.queue.tables import call, ticket

EARLIEST = 1_577_836_800_000
"""Start of the year 2020 (ms): no record of this program is older."""
STEP_MS = 2 * 3_600_000
"""Milliseconds by which a clock may have been stepped between two actions."""
NON_TIME_COLUMNS = frozenset(
    {"id", "seq", "ord", "amount", "price", "applied", "lines", "delivered", "received"}
)


def problems(conn: Connection, hall_id: str) -> Iterator[tuple[str, str]]:
    """Yield every kind of impossible time with its count, in both languages."""
    for table in metadata.sorted_tables:
        yield from _too_old(conn, hall_id, table)
    for name, earlier, later in TIME_STEPS:
        yield from _backwards(conn, hall_id, metadata.tables[name], earlier, later)
    yield from _outside_their_day(conn, hall_id)


def _too_old(conn: Connection, hall_id: str, table: Table) -> Iterator[tuple[str, str]]:
    if "hall_id" not in table.c:
        return
    columns = [
        column
        for column in table.c
        if isinstance(column.type, BigInteger)
        and column.name not in NON_TIME_COLUMNS
        and (table.name, column.name) not in EXTERNAL_TIMES
    ]
    if not columns:
        return
    oldest = conn.execute(
        select(*(func.min(column).label(column.name) for column in columns)).where(
            table.c.hall_id == hall_id
        )
    ).one()
    for column in columns:
        if (getattr(oldest, column.name) or EARLIEST) < EARLIEST:
            column_name = f"{table.name}.{column.name}"
            yield f"{column_name} 里有不可能的时间", f"{column_name} has a time that cannot be"


def _backwards(
    conn: Connection, hall_id: str, table: Table, earlier: str, later: str
) -> Iterator[tuple[str, str]]:
    wrong_count = conn.execute(
        select(func.count()).where(
            table.c.hall_id == hall_id, table.c[later] < table.c[earlier] - STEP_MS
        )
    ).scalar_one()
    if wrong_count:
        yield (
            f"{table.name} 里有 {wrong_count} 条记录的 {later} 早于 {earlier}",
            f"{wrong_count} records of {table.name} have {later} before {earlier}",
        )


def _outside_their_day(conn: Connection, hall_id: str) -> Iterator[tuple[str, str]]:
    """Yield days whose tickets or calls have times of another day.

    Only an end may be recorded later.
    """
    zone = str(
        stored_settings.current(conn, hall_id).get(
            "timezone", Settings().of(GeneralSettings).timezone
        )
    )
    t, c = ticket.c, call.c
    steps = [t.issued_at, t.waiting_since, t.first_called_at, t.called_at, t.serving_at]
    own = _extremes([*steps, t.ended_at], steps).where(t.hall_id == hall_id).group_by(t.day)
    called = (
        _extremes([c.at], [c.at])
        .join(ticket, (t.hall_id == c.hall_id) & (t.id == c.ticket_id))
        .where(c.hall_id == hall_id)
        .group_by(t.day)
    )
    wrong_days = set()
    for day, *times in [*conn.execute(own), *conn.execute(called)]:
        middle = (len(times) + 1) // 2
        first = min(at for at in times[:middle] if at is not None)
        last = max(at for at in times[middle:] if at is not None)
        begins, ends = _span(day, zone)
        if first < begins - STEP_MS or last >= ends + STEP_MS:
            wrong_days.add(day)
    for day in sorted(wrong_days):
        yield f"{day} 的号有当日以外的时间", f"tickets of {day} have times outside that day"


def _extremes(first: Sequence[Column[Any]], last: Sequence[Column[Any]]) -> Select[Any]:
    """Return a query for each day's smallest value of some columns and largest of others."""
    return select(ticket.c.day, *map(func.min, first), *map(func.max, last))


def _span(day: str, zone: str) -> tuple[int, int]:
    midnight = datetime.combine(date.fromisoformat(day), time.min)
    return instant(midnight, zone), instant(midnight + timedelta(days=1), zone)
