"""Measures of ratings: confirmed bad ratings, late redress, ratings given to oneself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from server.core.measured import POST, UNIT, Measure, MeasuredFact
from server.hall.measure_request import Measured, MeasureRequest
from server.ratings import queries, redress_queries
from server.ratings.queries import StoredRating
from server.ratings.redress_queries import StoredStep
from server.ratings.redress_rules import RedressMove, RedressState
from server.spot_checks.finding_measures import finding_facts
from server.spot_checks.marks import Kind

BAD_RATING = Measure("bad_rating", "差评查实", "Confirmed bad rating", "件", POST)
LATE_REDRESS = Measure("redress_late", "差评整改超期", "Redress too late", "件", UNIT)
SELF_RATED = Measure("self_rated", "评价弄虚作假", "Ratings not given by the public", "次", POST)
MEASURES = (BAD_RATING, LATE_REDRESS, SELF_RATED)
UNDECIDED = frozenset({RedressState.OPEN, RedressState.CONTACTED, RedressState.APPEALED})
"""States in which the unit may still appeal, or waits for the decision."""


def measured(request: MeasureRequest) -> Measured:
    """Return the bad ratings that stand, the late redress, and confirmed findings."""
    rows = redress_queries.of_days(request.conn, request.ctx.hall_id, *request.span)
    steps = redress_queries.STEPS.of(request.conn, request.ctx.hall_id, [r.rating for r in rows])
    ratings = {
        row.id: row for row in queries.of_days(request.conn, request.ctx.hall_id, *request.span)
    }
    facts = [
        fact
        for row in rows
        if row.state != RedressState.GRANTED
        for fact in _facts(ratings[row.rating], row.unit, row.state, steps[row.rating])
    ]
    return Measured((*facts, *finding_facts(request, {Kind.SELF_RATED: SELF_RATED})))


def _facts(
    rating: StoredRating, unit: str, state: str, steps: list[StoredStep]
) -> Iterator[MeasuredFact]:
    """Yield the facts of a bad rating: it counts once its unit did not or cannot appeal."""
    if RedressState(state) not in UNDECIDED:
        words = "差评，未申诉或申诉不成立"
        yield _fact(rating, BAD_RATING, rating.staff, rating.window, unit, words)
    answer = next((step for step in steps if step.move == RedressMove.ANSWER), None)
    if answer is not None and "" < answer.answer_due < answer.day:
        words = f"应于{answer.answer_due}前整改，{answer.day}答复"
        yield _fact(rating, LATE_REDRESS, "", "", unit, words)


def _fact(
    rating: StoredRating, measure: Measure, staff: str, window: str, unit: str, words: str
) -> MeasuredFact:
    return MeasuredFact(
        measure=measure.code,
        ref=rating.id,
        day=rating.day,
        amount=Decimal(1),
        staff=staff,
        window=window,
        unit=unit,
        words=words,
        link=f"/office#redresses/{rating.id}",
    )
