"""Measure of one-time notices: a second notice of what the first should have named."""

from __future__ import annotations

from server.core.measured import POST, Measure
from server.hall.measure_request import Measured, MeasureRequest
from server.spot_checks.finding_measures import finding_facts
from server.spot_checks.marks import Kind

TOLD_TWICE = Measure("told_twice", "未一次性告知", "Not told once", "次", POST)
MEASURES = (TOLD_TWICE,)


def measured(request: MeasureRequest) -> Measured:
    """Return the confirmed findings about later notices."""
    return Measured(finding_facts(request, {Kind.NOT_TOLD_ONCE: TOLD_TWICE}))
