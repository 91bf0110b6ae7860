"""Measures of complaints: those at fault, and answers that came too late."""

from __future__ import annotations

from decimal import Decimal

from server.complaints import queries
from server.complaints.rules import ComplaintMove
from server.core.measured import POST, UNIT, Measure, MeasuredFact
from server.hall.measure_request import Measured, MeasureRequest
from server.spot_checks.finding_measures import finding_facts
from server.spot_checks.marks import Kind

AT_FAULT = Measure("complaint_at_fault", "有责投诉", "Complaint at fault", "件", POST)
LATE_ANSWER = Measure("complaint_late", "投诉答复超期", "Complaint answered late", "件", UNIT)
MEASURES = (AT_FAULT, LATE_ANSWER)


def measured(request: MeasureRequest) -> Measured:
    """Return the complaints whose finding was confirmed, and the late answers."""
    return Measured(finding_facts(request, {Kind.COMPLAINT: AT_FAULT}) + _late_answers(request))


def _late_answers(request: MeasureRequest) -> tuple[MeasuredFact, ...]:
    """Return the answers of the days that came after the day that was set."""
    first, last = request.span
    rows = queries.of_week(request.conn, request.ctx.hall_id, first, last)
    steps = queries.STEPS.of(request.conn, request.ctx.hall_id, [row.id for row in rows])
    return tuple(
        MeasuredFact(
            measure=LATE_ANSWER.code,
            ref=row.id,
            day=step.day,
            amount=Decimal(1),
            staff="",
            window="",
            unit=row.unit,
            words=f"投诉{row.number}应于{step.answer_due}前答复，{step.day}答复",
            link=f"/office#complaints/{row.id}",
        )
        for row in rows
        for step in steps[row.id]
        if step.move == ComplaintMove.ANSWER
        and first <= step.day <= last
        and "" < step.answer_due < step.day
        and row.unit
    )
