"""View of one year of the working calendar_import."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection

from server.catalogue import calendar_import
from server.catalogue import calendar_queries as stored_calendar
from server.catalogue.messages import CalendarYear, StateDay
from server.hall.context import Context


def calendar_year(ctx: Context, conn: Connection, year: int) -> CalendarYear:
    """Return one year of the working calendar with the hall's own special days."""
    rows = stored_calendar.of_year(conn, ctx.hall_id, year)
    days, catalogue = ctx.workdays(), ctx.catalogue()
    own = {s.day: s for s in catalogue.special_days if s.day.year == year}
    state = {s.day: s for s in catalogue.state_days if s.day.year == year}
    merged = sorted((state | own).values(), key=lambda s: s.day)
    known_years = ctx.calendar_years()
    return CalendarYear(
        year=year,
        known=year in known_years,
        source=rows[0].source if rows else "",
        imported_at=rows[0].at if rows else None,
        week=sorted(days.week),
        days=[
            StateDay(
                day=s.day.isoformat(),
                opens=s.opens,
                note=s.note,
                like_weekday=s.like_weekday if s.opens else 0,
                own=s.day in own,
            )
            for s in merged
        ],
        working_days=[days.count(*_month(year, month)) for month in range(1, 13)],
        years=sorted(known_years),
        missing=[m.year for m in calendar_import.missing(ctx, ctx.local().date())],
    )


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    after = (first + timedelta(days=31)).replace(day=1)
    return first, after - timedelta(days=1)
