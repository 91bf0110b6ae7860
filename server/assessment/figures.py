"""Figures of charts: scores over the last months, parts of the sheet, deductions by measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import Connection

from server.assessment.errors import AssessmentCode
from server.assessment.forms import plain
from server.assessment.messages import (
    ScoreDeduction,
    ScoreFigures,
    ScoreMonthFigure,
    ScorePartFigure,
)
from server.assessment.months import PeriodReader, released_of
from server.assessment.periods import Period, PeriodKind
from server.assessment.ranking import Result
from server.assessment.rules import Score, rounded
from server.assessment.sheets import ZERO
from server.core.errors import HallError
from server.core.measured import Measure, Subject
from server.hall.context import Context
from server.hall.measure_request import measures

SHOWN_MONTHS = 12


def figures(
    ctx: Context, conn: Connection, period: Period, subject: Subject, code: str = ""
) -> ScoreFigures:
    """Return the figures of one subject in a period; code "": of all of its kind.

    Months before the period count as they were released; others are not computed anew. Raises
    SUBJECT_UNKNOWN.
    """
    reader = PeriodReader(ctx, conn)
    own = reader.months(period)
    scores = [
        score
        for month in own
        for score in reader.scores(month, released=True).get(subject, ())
        if not code or score.code == code
    ]
    if code and not scores:
        raise HallError(AssessmentCode.SUBJECT_UNKNOWN)
    return ScoreFigures(
        months=_months(ctx, conn, reader, period, subject, code),
        parts=part_figures(scores),
        deductions=deductions(scores, measures(), is_year=period.kind is PeriodKind.YEAR),
    )


def _months(
    ctx: Context,
    conn: Connection,
    reader: PeriodReader,
    period: Period,
    subject: Subject,
    code: str,
) -> list[ScoreMonthFigure]:
    months = [period.months[-1]]
    while len(months) < SHOWN_MONTHS:
        months.append(months[-1].before())
    own, shown = reader.months(period), []
    for month in reversed(months):
        released = released_of(conn, ctx.hall_id, month)
        if released is None and month not in own:
            continue
        results = released.results if released is not None else reader.results(month)
        rows = [row for row in results.get(subject, ()) if not code or row.code == code]
        if rows:
            shown.append(month_figure(month.id, rows, released=released is not None))
    return shown


def month_figure(month: str, rows: Sequence[Result], *, released: bool) -> ScoreMonthFigure:
    """Return the score of a single subject with its range, or mean, lowest and highest of many."""
    values = [row.score.value for row in rows]
    single = rows[0].score if len(rows) == 1 else None
    return ScoreMonthFigure(
        month=month,
        released=released,
        score=str(_mean(values)),
        low=str(single.low if single else min(values)),
        high=str(single.high if single else max(values)),
    )


def part_figures(scores: Iterable[Score]) -> list[ScorePartFigure]:
    """Return what is left of each part, on the mean of those in whom it was measured."""
    points: dict[str, Decimal] = {}
    left: dict[str, list[Decimal]] = defaultdict(list)
    for part in (part for score in scores for part in score.parts):
        points[part.part.name] = part.part.points
        if not part.left_out:
            left[part.part.name].append(part.total)
    return [
        ScorePartFigure(
            name=name,
            points=plain(most),
            left=str(_mean(left[name])) if left[name] else None,
        )
        for name, most in points.items()
        if most
    ]


def deductions(
    scores: Iterable[Score], names: Mapping[str, Measure], *, is_year: bool = False
) -> list[ScoreDeduction]:
    """Return the points that each measure cost and the number of its facts, the most first.

    Lines of the year count in its figures alone.
    """
    cost: dict[str, Decimal] = defaultdict(Decimal)
    facts: dict[str, set[str]] = defaultdict(set)
    for score in scores:
        lines = [line for line in score.lines if is_year or not line.line.is_yearly]
        charges = [charge for line in lines for charge in line.charges]
        for fact, points in [
            *((charge.fact, charge.points) for charge in charges),
            *((entry.fact, entry.points) for entry in score.carried),
        ]:
            if points < ZERO:
                cost[fact.measure] -= points
                facts[fact.measure].add(fact.ref)
    return [
        ScoreDeduction(
            measure=code,
            name=names[code].name if code in names else code,
            name_en=names[code].name_en if code in names else code,
            points=str(rounded(Fraction(cost[code]))),
            facts=len(facts[code]),
        )
        for code in sorted(cost, key=lambda code: (-cost[code], code))
    ]


def _mean(values: Sequence[Decimal]) -> Decimal:
    return rounded(sum(map(Fraction, values), Fraction(0)) / len(values))
