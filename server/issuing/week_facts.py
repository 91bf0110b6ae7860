"""Licences of a week, for the bulletin: handed out, posted, returned, and electronic ones late."""

from __future__ import annotations

from server.core.weeks import Fact
from server.hall.week_request import WeekFacts, WeekRequest
from server.issuing import entries, queries
from server.issuing.rules import LicenceMove

PLACE = 9
_MOVES = {
    "licences_counted": LicenceMove.COUNT,
    "licences_handed": LicenceMove.HAND,
    "licences_posted": LicenceMove.POST,
    "licences_delivered": LicenceMove.DELIVER,
    "licences_returned": LicenceMove.RETURN,
    "licences_missing": LicenceMove.MISS,
}


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's licences, and the electronic ones issued in it."""
    week, ctx, conn = request.week, request.ctx, request.conn
    first, last = week.first.isoformat(), week.last.isoformat()
    moves = [move.value for move in _MOVES.values()]
    made = queries.facts_of_days(conn, ctx.hall_id, moves, first, last)
    rows = entries.of_span(ctx, conn, week.first, week.last)
    total = entries.counts(ctx, rows, min(week.last, ctx.local().date()))
    values = {name: made[move.value] for name, move in _MOVES.items()}
    values |= {
        "licences_electronic": total.issued,
        "licences_entered": total.entered,
        "licences_late": total.late,
    }
    link = f"/office#issuing/{week.id}"
    return WeekFacts({name: Fact(str(value), link) for name, value in values.items()})
