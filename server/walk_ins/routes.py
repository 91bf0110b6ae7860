"""Routes of the price of appointments: the office's days, and what the public sees."""

from __future__ import annotations

from server.walk_ins import views
from server.walk_ins.messages import PriceDays
from server.web_api import ANYONE, MANAGERS, Api, Call
from server.web_api.limits import PHONES


def add(api: Api) -> None:
    """Register the routes."""
    ctx = api.hall.ctx

    @api.get("/office/appointment-price", who=MANAGERS, answer=PriceDays)
    def appointment_price(_call: Call) -> PriceDays:
        """Return what appointments cost people without one, day by day, for three months."""
        return ctx.read(lambda c: views.price_days(ctx, c, views.OFFICE_DAYS))

    @api.get("/appointments-price", who=ANYONE, answer=PriceDays, policy=PHONES)
    def published_price(_call: Call) -> PriceDays:
        """Return the published bounds, and whether they held in the last week."""
        return ctx.read(lambda c: views.price_days(ctx, c, views.PUBLIC_DAYS))
