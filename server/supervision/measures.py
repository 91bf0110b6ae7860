"""Measures of supervision: overdue clocks, late extensions, acceptance outside the hall."""

from __future__ import annotations

import json
from collections.abc import Iterator

from server.cases.clocks import Clock
from server.core.measured import POST, Measure
from server.hall.measure_request import Measured, MeasureRequest
from server.spot_checks.finding_measures import facts_by
from server.spot_checks.finding_queries import StoredFinding
from server.spot_checks.marks import Kind

STAGE = Measure("case_overdue_stage", "办件环节超期", "Stage of a case overdue", "件", POST)
PROMISED = Measure("case_overdue_promised", "办件超承诺时限", "Case past its promise", "件", POST)
LEGAL = Measure("case_overdue_legal", "办件超法定时限", "Case past the legal limit", "件", POST)
TOLD_LATE = Measure("case_told_late", "未在规定时间告知", "Defects told too late", "件", POST)
SERVED_LATE = Measure("case_served_late", "决定送达超期", "Decision served late", "件", POST)
EXTENSION = Measure("extension_late", "延期申请过期", "Extension requested late", "件", POST)
OUTSIDE = Measure("accepted_outside", "体外循环", "Accepted outside the hall", "件", POST)
MEASURES = (STAGE, PROMISED, LEGAL, TOLD_LATE, SERVED_LATE, EXTENSION, OUTSIDE)
_BY_CLOCK = {
    Clock.STAGE: STAGE,
    Clock.PROMISED: PROMISED,
    Clock.DIRECT: PROMISED,
    Clock.LEGAL: LEGAL,
    Clock.TELL: TOLD_LATE,
    Clock.SERVE: SERVED_LATE,
}


def measured(request: MeasureRequest) -> Measured:
    """Return the confirmed findings of lamps and signs."""
    return Measured(facts_by(request, _measures_of))


def _measures_of(row: StoredFinding) -> Iterator[Measure]:
    if row.kind == Kind.EXTENSION_LATE:
        yield EXTENSION
    elif row.kind == Kind.OUTSIDE:
        yield OUTSIDE
    elif row.kind == Kind.CASE_OVERDUE:
        measure = _BY_CLOCK.get(Clock(json.loads(row.facts)["clock"]))
        if measure is not None:
            yield measure
