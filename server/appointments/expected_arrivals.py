"""People with an appointment today who are not here yet, for the waits that others are told."""

from __future__ import annotations

from sqlalchemy import Connection

from server.appointments import plan_queries, queries
from server.appointments.claims import begins
from server.appointments.rules import AppointmentState
from server.appointments.settings import AppointmentSettings
from server.hall.context import Context
from server.queue import sites
from server.queue.forecasts import ExpectedArrival

MINUTE_MS = 60_000


def expected_arrivals(ctx: Context, conn: Connection, day: str, now: int) -> list[ExpectedArrival]:
    """Return those who can still come in time."""
    late = ctx.settings().of(AppointmentSettings).appointment_late_minutes * MINUTE_MS
    catalogue, settings = ctx.catalogue(), ctx.settings()
    classes = catalogue.class_by
    planned = plan_queries.sites_of_plans(conn, ctx.hall_id)
    arrivals = []
    for row in queries.of_days(conn, ctx.hall_id, day, day):
        begin = begins(ctx, day, row.start)
        if row.state == AppointmentState.BOOKED and begin + late >= now:
            level = classes[row.klass].level if row.klass in classes else 0
            item = catalogue.item_by.get(row.item)
            site = sites.of_item(catalogue, settings, item, ctx.local(begin), {}) if item else ""
            chosen = planned.get(row.plan, "")
            if site and chosen in catalogue.site_by:  # it is empty while not told apart
                site = chosen
            arrivals.append(ExpectedArrival(row.item, row.klass, level, begin, site))
    return arrivals
