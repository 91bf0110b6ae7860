"""Facts of measures that are findings: what a person confirmed and no dispute has overturned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from server.core.measured import Measure, MeasuredFact
from server.hall.measure_request import MeasureRequest
from server.spot_checks import finding_queries
from server.spot_checks.finding_queries import StoredFinding
from server.spot_checks.finding_rules import STANDING, State
from server.spot_checks.marks import Kind
from server.spot_checks.week_facts import KINDS

ONE = Decimal(1)


def finding_facts(
    request: MeasureRequest, measures: Mapping[Kind, Measure]
) -> tuple[MeasuredFact, ...]:
    """Return the standing findings of these kinds as facts of their measures."""

    def measure_of(row: StoredFinding) -> Iterable[Measure]:
        measure = measures.get(Kind(row.kind))
        return () if measure is None else (measure,)

    return facts_by(request, measure_of)


def facts_by(
    request: MeasureRequest, measures_of: Callable[[StoredFinding], Iterable[Measure]]
) -> tuple[MeasuredFact, ...]:
    """Return the standing findings as facts of the measures that each belongs to."""
    return tuple(
        MeasuredFact(
            measure=measure.code,
            ref=row.id,
            day=row.day,
            amount=ONE,
            staff=row.staff,
            window=row.window,
            unit=row.unit,
            words=_words(row),
            link=f"/office#findings/{row.id}",
        )
        for row in _standing(request)
        for measure in measures_of(row)
    )


def _standing(request: MeasureRequest) -> list[StoredFinding]:
    """Return the standing findings of the days, read once for a request."""
    if "findings" not in request.shared:
        rows = finding_queries.of_days(request.conn, request.ctx.hall_id, *request.span)
        request.shared["findings"] = [row for row in rows if State(row.state) in STANDING]
    rows_read: list[StoredFinding] = request.shared["findings"]
    return rows_read


def faults_of(row: StoredFinding) -> tuple[str, ...]:
    """Return the conduct faults that a finding names."""
    return tuple(json.loads(row.facts).get("faults") or ())


def _words(row: StoredFinding) -> str:
    facts = json.loads(row.facts)
    detail = "、".join(faults_of(row)) or str(facts.get("note") or "")
    return KINDS.get(row.kind, row.kind) + (f"：{detail}" if detail else "")
