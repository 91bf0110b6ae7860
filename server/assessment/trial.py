"""Trial of a score sheet on a past month: who would gain or lose, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import Connection

from server.assessment import sheet_actions
from server.assessment.errors import AssessmentCode
from server.assessment.forms import plain
from server.assessment.frozen import sheet_of
from server.assessment.months import Scores, month_now, sheets_of
from server.assessment.periods import Period
from server.assessment.ranking import ranked, result_of
from server.assessment.rules import Score, fold, rounded
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
    folded_before = fold(replace(read, sheets=in_force))
    folded_after = fold(replace(read, sheets=(*others, tried)))
    before = _scores(folded_before, tried.subject)
    after = _scores(folded_after, tried.subject)
    current = next((sheet for sheet in in_force if sheet.subject is tried.subject), None)
    ranks_before, ranks_after = _ranks(tried.subject, before), _ranks(tried.subject, after)
    rows = [
        _row(
            _Side(before.get(code), current, folded_before),
            _Side(score, tried, folded_after),
            ranks_before.get(code, 0),
            ranks_after[code],
        )
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


def _scores(folded: Scores, subject: Subject) -> dict[str, Score]:
    return {score.code: score for score in folded.get(subject, ())}


def _ranks(subject: Subject, scores: Mapping[str, Score]) -> dict[str, int]:
    standings = ranked(subject, [result_of(score) for score in scores.values()])
    return {standing.code: standing.rank for standing in standings}


@dataclass(frozen=True, slots=True)
class _Side:
    """Score by one of the two sheets, and those of the people and windows that enter it."""

    score: Score | None
    sheet: Sheet | None
    folded: Scores

    def points(self) -> dict[str, Decimal]:
        """Return the points of each line, and what else makes the total, by name."""
        score, sheet = self.score, self.sheet
        if score is None or sheet is None:
            return {}
        points: dict[str, Decimal] = {}
        for line in score.lines:
            name = f"{line.line.name}{YEARLY if line.line.is_yearly else ''}"
            points[name] = points.get(name, Decimal(0)) + line.points
        groups = (
            ("人员平均", sheet.people_share, Subject.PERSON, score.people),
            ("窗口平均", sheet.windows_share, Subject.WINDOW, score.windows),
        )
        for name, share, subject, codes in groups:
            own = [each for each in self.folded.get(subject, ()) if each.code in codes]
            if share and own:
                total = sum((Fraction(each.total.value) for each in own), Fraction(0))
                points[f"{name}（占{plain(share * 100)}%）"] = rounded(total / len(own))
        if sheet.coefficient(score.code) != 1:
            points["系数"] = sheet.coefficient(score.code)
        return points


def _row(before: _Side, after: _Side, rank_was: int, rank_now: int) -> TrialRow:
    assert after.score is not None, "it is scored by the sheet on trial"
    now = after.score.total.value
    was = None if before.score is None else before.score.total.value
    return TrialRow(
        code=after.score.code,
        name=after.score.name,
        was="" if was is None else str(was),
        now=str(now),
        change="" if was is None else str(now - was),
        rank_was=rank_was,
        rank_now=rank_now,
        lines=_lines(before.points(), after.points()),
    )


def _lines(was: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> list[TrialLine]:
    """Return what differs between the sheets, by name: lines, means of members, the coefficient."""
    return [
        TrialLine(
            name=name,
            was=plain(was[name]) if name in was else "",
            now=plain(now[name]) if name in now else "",
        )
        for name in [*now, *(name for name in was if name not in now)]
        if was.get(name, Decimal(0)) != now.get(name, Decimal(0))
    ]
