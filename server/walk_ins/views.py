"""Views of the price of appointments."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection

from server.core.rounding import tenths
from server.hall.context import Context
from server.queue.settings import NumberSettings
from server.walk_ins import queries
from server.walk_ins.messages import PriceDay, PriceDays
from server.walk_ins.queries import StoredPrice
from server.walk_ins.settings import WalkInSettings

OFFICE_DAYS, PUBLIC_DAYS = 90, 7
HUNDREDTHS = 100


def price_days(ctx: Context, conn: Connection, days: int) -> PriceDays:
    """Return the prices of the last days before today."""
    today = date.fromisoformat(ctx.day())
    first = (today - timedelta(days=days)).isoformat()
    rows = queries.prices(conn, ctx.hall_id, first, today.isoformat())
    settings = ctx.settings().of(WalkInSettings)
    return PriceDays(
        # A day of which the books hold no call says nothing about a promise.
        days=[price_day(row) for row in rows if row.walk_ins or row.booked],
        bound=settings.walk_in_extra_minutes,
        promised=settings.appointment_wait_minutes,
        every=ctx.settings().of(NumberSettings).booked_every,
    )


def price_day(row: StoredPrice) -> PriceDay:
    """Return a day as shown."""
    return PriceDay(
        day=row.day,
        walk_ins=row.walk_ins,
        mean=_minutes(row.mean),
        p95=_minutes(row.p95),
        p95_wait=_minutes(row.p95_wait),
        bound=row.bound,
        kept=is_kept(row),
        booked=row.booked,
        booked_mean=_minutes(row.booked_mean),
        booked_in_time=row.booked_in_time,
        promised=row.promised,
        agreement=_minutes(row.agreement),
    )


def is_kept(row: StoredPrice) -> bool:
    """Return True if the bound that was published on the day held."""
    return row.p95 <= row.bound * HUNDREDTHS


def _minutes(hundredths: int) -> float:
    return float(tenths(hundredths / HUNDREDTHS))
