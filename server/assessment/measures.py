"""Measures of the assessment itself: marks by hand that a second person confirmed."""

from __future__ import annotations

from decimal import Decimal

from server.assessment import mark_kinds, queries
from server.assessment.queries import StoredMark, StoredMarkStep
from server.assessment.workflow import MarkState
from server.core.measured import MeasuredFact
from server.hall.measure_request import Measured, MeasureRequest

MEASURES = tuple(mark_kinds.MEASURES.values())


def measured(request: MeasureRequest) -> Measured:
    """Return the confirmed marks of the days."""
    conn, hall_id = request.conn, request.ctx.hall_id
    rows = [
        row
        for row in queries.marks(conn, hall_id, *request.span)
        if row.state == MarkState.CONFIRMED
    ]
    steps = queries.MARK_STEPS.of(conn, hall_id, [row.id for row in rows])
    return Measured(tuple(_fact(row, steps[row.id]) for row in rows))


def _fact(row: StoredMark, steps: list[StoredMarkStep]) -> MeasuredFact:
    return MeasuredFact(
        measure=mark_kinds.MEASURES[row.kind].code,
        ref=row.id,
        day=row.day,
        amount=Decimal(row.times),
        staff=row.staff,
        window=row.window,
        unit=row.unit,
        words=steps[0].words,
        link=f"/office#assessment-marks/{row.id}",
    )
