"""Trial of a score sheet on a past month: who would gain or lose, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import Connection

from server.assessment import sheet_actions
from server.assessment.errors import AssessmentCode
from server.assessment.forms import plain
from server.assessment.frozen import sheet_of
from server.assessment.months import month_now, sheets_of
from server.assessment.periods import Period
from server.assessment.ranking import ranked, result_of
from server.assessment.rules import Month, Score, fold
from server.assessment.sheet_messages import (
    TrialLine,
    TrialRow,
    TrialView,
)
from server.assessment.sheets import Sheet
from server.core.errors import HallError
from server.core.measured import Subject
from server.hall.context import Context

YEARLY = "（只计入年度得分）"


def trial(ctx: Context, conn: Connection, sheet_id: str, month: Period) -> TrialView:
    """Return a month by the sheets in force and by one on trial. Raises SHEET_UNKNOWN.

    PERIOD_STATE (running) for a month that has not begun.
    """
    row, _ = sheet_actions.access(conn, ctx.hall_id, sheet_id)
    if month.first > ctx.local().date():
        raise HallError(AssessmentCode.PERIOD_STATE, state="running")
    tried = sheet_of(row.content)
    in_force = sheets_of(ctx, conn, month)
    others = tuple(sheet for sheet in in_force if sheet.subject is not tried.subject)
    # Facts of both sheets, read once: a sheet counts only those that its lines cite.
    read = month_now(ctx, conn, month, (*in_force, tried))
    before = _scores(replace(read, sheets=in_force), tried.subject)
    after = _scores(replace(read, sheets=(*others, tried)), tried.subject)
    ranks_before, ranks_after = _ranks(tried.subject, before), _ranks(tried.subject, after)
    rows = [
        _row(score, before.get(code), ranks_before.get(code, 0), ranks_after[code])
        for code, score in after.items()
    ]
    rows.sort(key=lambda row: (Decimal(row.change or 0), row.code))
    return TrialView(
        month=month.id,
        words=month.words,
        subject=tried.subject,
        has_before=_has(in_force, tried.subject),
        rows=rows,
    )


def _has(sheets: tuple[Sheet, ...], subject: Subject) -> bool:
    return any(sheet.subject is subject for sheet in sheets)


def _scores(month: Month, subject: Subject) -> dict[str, Score]:
    return {score.code: score for score in fold(month).get(subject, ())}


def _ranks(subject: Subject, scores: Mapping[str, Score]) -> dict[str, int]:
    standings = ranked(subject, [result_of(score) for score in scores.values()])
    return {standing.code: standing.rank for standing in standings}


def _row(score: Score, before: Score | None, rank_was: int, rank_now: int) -> TrialRow:
    now = score.total.value
    was = None if before is None else before.total.value
    return TrialRow(
        code=score.code,
        name=score.name,
        was="" if was is None else str(was),
        now=str(now),
        change="" if was is None else str(now - was),
        rank_was=rank_was,
        rank_now=rank_now,
        lines=_lines(before, score),
    )


def _lines(before: Score | None, after: Score) -> list[TrialLine]:
    """Return the lines whose points differ between the sheets, by their names."""
    was = {} if before is None else _points(before)
    now = _points(after)
    return [
        TrialLine(
            name=name,
            was=plain(was[name]) if name in was else "",
            now=plain(now[name]) if name in now else "",
        )
        for name in [*now, *(name for name in was if name not in now)]
        if was.get(name, Decimal(0)) != now.get(name, Decimal(0))
    ]


def _points(score: Score) -> dict[str, Decimal]:
    points: dict[str, Decimal] = {}
    for line in score.lines:
        name = f"{line.line.name}{YEARLY if line.line.is_yearly else ''}"
        points[name] = points.get(name, Decimal(0)) + line.points
    return points
