"""Assessment of a week, for the bulletin: the units of the period that was released in it."""

from __future__ import annotations

from server.assessment import queries
from server.assessment.frozen import results_of
from server.assessment.periods import PeriodKind, parse_period
from server.assessment.ranking import ranked
from server.assessment.week_lines import ScoreLine
from server.core.measured import Subject
from server.hall.week_request import WeekFacts, WeekRequest

PLACE = 10


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the ranking of units that was released in the week, the longest period of several.

    It is shown as it was released: a later amendment is published by itself.
    """
    ctx, week = request.ctx, request.week
    rows = [
        row
        for row in queries.releases(request.conn, ctx.hall_id)
        if row.released_at is not None
        and week.first <= ctx.local(row.released_at).date() <= week.last
    ]
    if not rows:
        return WeekFacts({})
    order = list(PeriodKind)
    row = max(rows, key=lambda row: order.index(parse_period(row.period).kind))
    period = parse_period(row.period)
    standings = ranked(Subject.UNIT, results_of(row.results).get(Subject.UNIT, ()))
    lines = tuple(
        ScoreLine(
            unit=standing.code,
            name=standing.name,
            period=period.words,
            rank=standing.rank,
            score=str(standing.score),
            deductions=str(standing.deductions),
            link=f"/office#assessment/{period.id}/unit/{standing.code}",
        )
        for standing in standings
    )
    return WeekFacts({}, {"score_units": lines})
