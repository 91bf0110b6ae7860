"""Red flag of a week, for the bulletin: where it went in the week."""

from __future__ import annotations

from server.assessment.periods import parse_period
from server.hall.week_request import WeekFacts, WeekRequest
from server.honours import queries
from server.honours.veto_views import window_words
from server.honours.week_lines import FlagLine

PLACE = 11
IN_OFFICE = "中心收回"
NONE = "—"


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the walks of the flag in the week; grounds of vetoes are not named."""
    span = request.week.first.isoformat(), request.week.last.isoformat()
    walks = queries.moves_of(request.conn, request.ctx.hall_id, *span)
    lines = tuple(
        FlagLine(
            walk.n,
            parse_period(walk.quarter).words if walk.quarter else NONE,
            window_words(request.catalogue, walk.to_window) or IN_OFFICE,
            window_words(request.catalogue, walk.from_window) or NONE,
            walk.day,
            f"/office#honours/flag/{walk.quarter}",
        )
        for walk in walks
    )
    return WeekFacts({}, {"flag_moves": lines})
