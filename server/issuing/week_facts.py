"""Licences of a week, for the bulletin: what was done in it, by the time at which it was recorded.

A step that is entered later with a day of the past counts in the week of its entry, and no setting
changes a figure: released bulletins stay what they were.
"""

from __future__ import annotations

from server.core.groups import Group, added
from server.core.weeks import Fact
from server.hall.week_request import WeekFacts, WeekRequest
from server.issuing import queries
from server.issuing.figures import licences_by, span_of
from server.issuing.week_counts import LicenceCounts

PLACE = 9


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's licences."""
    week, ctx, conn = request.week, request.ctx, request.conn
    counts = licences_by(ctx, conn, week.first, week.last, Group.UNIT)
    total = added(LicenceCounts(), counts.values())
    begin, end = span_of(ctx, week.first, week.last)
    values = {
        "licences_counted": total.counted,
        "licences_handed": total.handed,
        "licences_posted": total.posted,
        "licences_delivered": total.delivered,
        "licences_returned": total.returned,
        "licences_missing": total.missing,
        "licences_entered": total.entered,
        "licences_electronic": queries.electronic_between(conn, ctx.hall_id, begin, end),
    }
    link = f"/office#issuing/{week.id}"
    return WeekFacts({name: Fact(str(value), link) for name, value in values.items()})
