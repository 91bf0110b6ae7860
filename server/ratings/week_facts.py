"""Ratings of a week and what became of its bad ones, for the bulletin."""

from __future__ import annotations

from server.core.rates import rate_text
from server.core.weeks import Fact
from server.core.working_days import is_overdue
from server.hall.week_request import WeekFacts, WeekRequest
from server.ratings import redress_queries
from server.ratings.figures import By, counts_by
from server.ratings.redress_rules import RedressMove, RedressState

PLACE = 5


def week_facts(request: WeekRequest) -> WeekFacts:
    """Return the week's ratings, and its redresses as they stand now."""
    ctx, conn, week = request.ctx, request.conn, request.week
    span = week.first.isoformat(), week.last.isoformat()
    counts = counts_by(conn, ctx.hall_id, *span, By.ALL)[""]
    rows = redress_queries.of_days(conn, ctx.hall_id, *span)
    steps = redress_queries.STEPS.of(conn, ctx.hall_id, [row.rating for row in rows])
    answered = {
        rating
        for rating, own_steps in steps.items()
        if any(step.move == RedressMove.ANSWER for step in own_steps)
    }
    granted = {row.rating for row in rows if row.state == RedressState.GRANTED}
    today = ctx.local().date()
    overdue = {
        rating
        for rating, own_steps in steps.items()
        if rating not in answered | granted and is_overdue(own_steps[-1].answer_due, today)
    }
    ratings, redresses = f"/office#ratings/{week.id}", "/office#redresses"
    values = {
        "rated": (str(counts.active), ratings),
        "rated_rate": (rate_text(counts.active_rate), ratings),
        "rated_good_rate": (rate_text(counts.good_rate), ratings),
        "rated_bad": (str(counts.bad), ratings),
        "redress_granted": (str(len(granted)), redresses),
        "redress_answered": (str(len(answered - granted)), redresses),
        "redress_overdue": (str(len(overdue)), redresses),
    }
    return WeekFacts({name: Fact(value, link) for name, (value, link) in values.items()})
