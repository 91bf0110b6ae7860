"""Licences of a week, for the bulletin: what was done in it, by the time at which it was recorded.

A step that is entered later with a day of the past counts in the week of its entry, and no setting
changes a figure: released bulletins stay what they were.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from server.core.clock import instant
from server.core.settings import GeneralSettings
from server.core.weeks import Fact
from server.hall.week_request import WeekFacts, WeekRequest
from server.issuing import queries
from server.issuing.rules import LicenceMove

PLACE = 9
_MOVES = {
    "licences_counted": LicenceMove.COUNT,
    "licences_handed": LicenceMove.HAND,
    "licences_posted": LicenceMove.POST,
    "licences_delivered": LicenceMove.DELIVER,
    "licences_returned": LicenceMove.RETURN,
    "licences_missing": LicenceMove.MISS,
    "licences_entered": LicenceMove.ENTER,
}


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's licences."""
    week, ctx, conn = request.week, request.ctx, request.conn
    zone = ctx.settings().of(GeneralSettings).timezone
    begin, end = (
        instant(datetime.combine(day, time()), zone)
        for day in (week.first, week.last + timedelta(days=1))
    )
    made = queries.moves_between(conn, ctx.hall_id, begin, end)
    values = {name: made[move] for name, move in _MOVES.items()}
    values["licences_electronic"] = queries.electronic_between(conn, ctx.hall_id, begin, end)
    link = f"/office#issuing/{week.id}"
    return WeekFacts({name: Fact(str(value), link) for name, value in values.items()})
