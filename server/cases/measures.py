"""Measures of cases: the share that a unit finished early, and working days past the promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from server.cases.rules import DECISIVE
from server.cases.week_counts import IN_HAND, CaseCounts, DatedFact, case_counts
from server.cases.week_facts import WeekCase, cases_of
from server.core.measured import UNIT, Measure, MeasuredFact
from server.core.working_days import Workdays
from server.hall.measure_request import Measured, MeasureRequest

EARLY_SHARE = Measure("early_share", "提前办结率", "Share finished early", "%", UNIT)
DAYS_OVER = Measure("case_days_over", "办件超期天数", "Working days past the promise", "天", UNIT)
MEASURES = (EARLY_SHARE, DAYS_OVER)
FEWEST = 10
"""Decided cases below which a unit's share says nothing."""
HUNDRED = Decimal(100)


def measured(request: MeasureRequest) -> Measured:
    """Return each unit's share of the days, and the days over of each case."""
    by_unit: dict[str, list[WeekCase]] = defaultdict(list)
    for case in cases_of(request.ctx, request.conn, *request.span):
        by_unit[case.unit].append(case)
    calendar = request.ctx.workdays().statutory()
    until = min(request.last, request.ctx.local().date())
    facts: list[MeasuredFact] = []
    for unit, cases in by_unit.items():
        counts = case_counts((case.facts for case in cases), *request.span)
        facts += _early(request, unit, counts)
        for case in cases:
            days = _days_over(calendar, case.facts, request.first, until)
            if days:
                words = f"办件本期超过承诺时限{days}个工作日"
                facts.append(_fact(request, DAYS_OVER, unit, Decimal(days), words, case.id))
    return Measured(tuple(facts))


def _early(request: MeasureRequest, unit: str, counts: CaseCounts) -> Iterator[MeasuredFact]:
    if counts.promised >= FEWEST:
        share = (HUNDRED * counts.early / counts.promised).quantize(Decimal("0.1"))
        words = f"承诺件办结{counts.promised}件，提前办结{counts.early}件"
        yield _fact(request, EARLY_SHARE, unit, share, words)


def _days_over(calendar: Workdays, facts: Sequence[DatedFact], first: date, until: date) -> int:
    """Return the working days of the span on which a case was in hand after its promised day."""
    days, day = 0, first
    while day <= until:
        iso = day.isoformat()
        latest = next((fact for fact in reversed(facts) if fact.day <= iso), None)
        is_over = latest is not None and latest.state in IN_HAND and "" < latest.due < iso
        decided = latest is not None and latest.move in DECISIVE and latest.day == iso
        is_over = is_over or (decided and latest is not None and "" < latest.due < iso)
        days += is_over and calendar.works(day)
        day += timedelta(days=1)
    return days


def _fact(
    request: MeasureRequest,
    measure: Measure,
    unit: str,
    amount: Decimal,
    words: str,
    case: str = "",
) -> MeasuredFact:
    """Return a fact about a unit, or about one of its cases."""
    month = request.first.isoformat()[:7]
    return MeasuredFact(
        measure=measure.code,
        ref=f"{month}/{case or unit}",
        day=request.last.isoformat(),
        amount=amount,
        staff="",
        window="",
        unit=unit,
        words=words,
        link=f"/office#cases/{case}" if case else f"/office#cases/{month}/{unit}",
    )
