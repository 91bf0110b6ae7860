"""State Council calendar: a row per holiday or make-up working day, by year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select

from server.catalogue.tables import calendar_day
from server.core.records import Records
from server.core.statement import precompiled
from server.core.store import Tx
from server.core.working_days import SpecialDay


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """Day of the State Council calendar, with its source."""

    day: str
    year: int
    opens: int
    note: str
    like_weekday: int
    source: str
    by_actor: str
    at: int


_days = Records(CalendarDay, calendar_day)

_d = calendar_day.c
_every = _days.select().where(_d.hall_id == bindparam("hall_id")).order_by(_d.day)
_mark = precompiled(
    select(func.count(), func.coalesce(func.max(_d.at), 0)).where(
        _d.hall_id == bindparam("hall_id")
    )
)


def every(conn: Connection, hall_id: str, makeup_weekday: int) -> tuple[SpecialDay, ...]:
    """Return every stored day.

    A make-up day without a weekday of its own uses the hours of `makeup_weekday`.
    """
    return tuple(
        SpecialDay(
            date.fromisoformat(row.day),
            bool(row.opens),
            row.note,
            row.like_weekday or makeup_weekday,
        )
        for row in _days.all(conn, _every, {"hall_id": hall_id})
    )


def of_year(conn: Connection, hall_id: str, year: int) -> list[CalendarDay]:
    """Return the days of one year with their sources."""
    query = _days.select().where(_d.hall_id == hall_id, _d.year == year).order_by(_d.day)
    return _days.all(conn, query)


def years(conn: Connection, hall_id: str) -> frozenset[int]:
    """Return the years that have calendar days."""
    query = select(_d.year).where(_d.hall_id == hall_id).distinct()
    return frozenset(conn.execute(query).scalars())


def mark(conn: Connection, hall_id: str) -> tuple[int, int]:
    """Return a version of the calendar: number of rows and time of the newest row."""
    row = conn.execute(_mark, {"hall_id": hall_id}).one()
    return int(row[0]), int(row[1])


def put_year(tx: Tx, year: int, days: Iterable[SpecialDay], source: str, by: str) -> int:
    """Replace a year's days; return their number.

    `like_weekday` 0 means the weekday of the setting.
    """
    rows = [
        {
            "hall_id": tx.hall_id,
            "day": special.day.isoformat(),
            "year": year,
            "opens": int(special.opens),
            "note": special.note,
            "like_weekday": special.like_weekday,
            "source": source,
            "by_actor": by,
            "at": tx.now,
        }
        for special in days
    ]
    # The next year's notice may contain the last days of December: the newer notice wins.
    replaced = or_(_d.year == year, _d.day.in_([row["day"] for row in rows]))
    tx.conn.execute(delete(calendar_day).where(_d.hall_id == tx.hall_id, replaced))
    if rows:
        tx.conn.execute(insert(calendar_day), rows)
    return len(rows)
