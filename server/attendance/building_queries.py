"""Buildings in which people worked on days, by the windows that they signed in to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from server.attendance.buildings import on_days, two_site_people
from server.catalogue.model import Catalogue
from server.core.clock import instant
from server.core.settings import GeneralSettings
from server.hall.context import Context
from server.queue import seat_lines


def building_on(
    ctx: Context, conn: Connection, catalogue: Catalogue, first: date, last: date
) -> Callable[[str, str], str]:
    """Return the function of staff number and ISO day that gives the building of that day.

    `catalogue`: business data that name windows and buildings. Sign-ins are read only of people
    with windows in several buildings.
    """
    people = two_site_people(catalogue)
    signed_in: dict[tuple[str, str], str] = {}
    if people:
        zone = ctx.settings().of(GeneralSettings).timezone
        begin = instant(datetime.combine(first, time()), zone)
        end = instant(datetime.combine(last + timedelta(days=1), time()), zone)
        windows = {window for codes in people.values() for window in codes}
        for line in seat_lines.between(conn, ctx.hall_id, windows, begin, end):
            if line.act == seat_lines.SIGN_IN and line.actor in people:
                signed_in.setdefault((line.actor, ctx.day(line.at)), line.subject)
    return on_days(catalogue, signed_in)
