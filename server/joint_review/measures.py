"""Measures of joint review: opinions that came too late, and meetings that a unit missed."""

from __future__ import annotations

from decimal import Decimal

from server.core.measured import UNIT, Measure, MeasuredFact
from server.hall.measure_request import Measured, MeasureRequest
from server.joint_review import queries
from server.joint_review.rules import MeetingMove
from server.joint_review.week_counts import attended
from server.spot_checks.finding_measures import finding_facts
from server.spot_checks.marks import Kind

PART_LATE = Measure("joint_late", "并联审批、上报超时", "Joint opinion overdue", "件", UNIT)
ABSENT = Measure("joint_absent", "联合踏勘、会审缺席", "Joint meeting missed", "次", UNIT)
MEASURES = (PART_LATE, ABSENT)


def measured(request: MeasureRequest) -> Measured:
    """Return the confirmed findings about parts, and the absences of the days."""
    return Measured(finding_facts(request, {Kind.PART_OVERDUE: PART_LATE}) + _absences(request))


def _absences(request: MeasureRequest) -> tuple[MeasuredFact, ...]:
    hall_id = request.ctx.hall_id
    rows = queries.meetings_recorded(request.conn, hall_id, *request.span)
    steps = queries.facts_of_meetings(request.conn, hall_id, [row.id for row in rows])
    return tuple(
        MeasuredFact(
            measure=ABSENT.code,
            ref=f"{row.id}/{unit}",
            day=next(fact.day for fact in facts if fact.move is MeetingMove.RECORD),
            amount=Decimal(1),
            staff="",
            window="",
            unit=unit,
            words=f"{row.day}的联合踏勘或会审缺席",
            link=f"/office#cases/{row.case}",
        )
        for row, facts in zip(rows, steps, strict=True)
        for unit, is_present in attended(facts, *request.span)
        if not is_present
    )
