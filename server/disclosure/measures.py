"""Measure of disclosure: guides of items with missing or contradictory fields."""

from __future__ import annotations

from decimal import Decimal

from server.core.measured import UNIT, Measure, MeasuredFact
from server.disclosure.rules import findings_of
from server.hall.measure_request import Measured, MeasureRequest

GUIDE_GAP = Measure("guide_gap", "办事指南不完整", "Guide incomplete", "项", UNIT)
MEASURES = (GUIDE_GAP,)


def measured(request: MeasureRequest) -> Measured:
    """Return a fact for each item whose guide, at the end of the days, has findings."""
    catalogue, month = request.catalogue, request.first.isoformat()[:7]
    facts = []
    for unit in catalogue.units:
        for item in catalogue.items_of(unit.code):
            count = len(list(findings_of(item, unit)))
            if count:
                fact = MeasuredFact(
                    measure=GUIDE_GAP.code,
                    ref=f"{month}/{item.code}",
                    day=request.last.isoformat(),
                    amount=Decimal(1),
                    staff="",
                    window="",
                    unit=unit.code,
                    words=f"{item.name}：{count}处不完整",
                    link=f"/office#disclosure/{unit.code}",
                )
                facts.append(fact)
    return Measured(tuple(facts))
