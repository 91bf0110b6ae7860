"""Views of the assessment: messages from what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, Protocol

from sqlalchemy import Connection

from server.assessment import actions, queries, sheet_actions
from server.assessment.actions import Assessment
from server.assessment.differences import Change
from server.assessment.forms import form_of, plain
from server.assessment.frozen import Results, sheet_of
from server.assessment.messages import (
    ScoreAmendmentView,
    ScoreChange,
    ScoreOverview,
    ScorePeriodBrief,
    ScorePeriodView,
    ScoreStanding,
    ScoreStandings,
    ScoreStep,
)
from server.assessment.packs import packs
from server.assessment.periods import Period, PeriodKind, parse_period, period_of
from server.assessment.queries import ListedAmendment, ListedRelease, StoredSheet
from server.assessment.ranking import Result, Standing, ranked
from server.assessment.sheet_messages import (
    ScoreMeasure,
    ScorePack,
    ScoreSheetBrief,
    ScoreSheetList,
    ScoreSheetView,
)
from server.assessment.workflow import (
    AMENDMENT,
    CHECKER,
    AmendmentMove,
    AmendmentState,
    DisputeState,
    ReleaseMove,
    ReleaseState,
    SheetMove,
    SheetState,
)
from server.catalogue.model import Catalogue
from server.core.actors import SYSTEM, Actor
from server.core.measured import Subject
from server.core.workflow import Attempt
from server.hall.context import Context
from server.hall.measure_request import measures

SHOWN_MONTHS = 12
PeriodState = Literal["running", "open", "checked", "released"]


def name_of(catalogue: Catalogue, actor_key: str) -> str:
    """Return the name of an actor or staff number; 系统 for the hall itself."""
    if actor_key == SYSTEM.key:
        return "系统"
    number = actor_key.partition(":")[2] or actor_key
    person = catalogue.staff_by.get(number)
    return person.name if person else number


def unit_name(catalogue: Catalogue, code: str) -> str:
    """Return the name of a unit; "" for none."""
    entry = catalogue.unit_by.get(code)
    return entry.name if entry else code


class WordedStep(Protocol):
    """Step of a sheet, mark or dispute as stored."""

    @property
    def move(self) -> str: ...
    @property
    def at(self) -> int: ...
    @property
    def words(self) -> str: ...
    @property
    def by_actor(self) -> str: ...


def steps_view(catalogue: Catalogue, steps: Iterable[WordedStep]) -> list[ScoreStep]:
    """Return the steps of a sheet, mark or dispute."""
    return [
        ScoreStep(
            move=step.move,
            at=step.at,
            by_name=name_of(catalogue, step.by_actor),
            words=step.words,
        )
        for step in steps
    ]


# -- sheets ---------------------------------------------------------------------------------------


def sheet_list(ctx: Context, conn: Connection) -> ScoreSheetList:
    """Return all sheets, packs and measures."""
    return ScoreSheetList(
        sheets=[_sheet_brief(row) for row in queries.sheets(conn, ctx.hall_id)],
        packs=[
            ScorePack(
                id=name,
                subject=sheet.subject,
                name=sheet.name,
                source=sheet.source,
                lines=len(sheet.lines),
            )
            for name, sheet in packs().items()
        ],
        measures=[
            ScoreMeasure(
                code=measure.code,
                name=measure.name,
                name_en=measure.name_en,
                counted_in=measure.counted_in,
                subjects=sorted(measure.subjects),
                typed=measure.typed,
            )
            for measure in measures().values()
        ],
    )


def _sheet_brief(row: StoredSheet) -> ScoreSheetBrief:
    sheet = sheet_of(row.content)
    return ScoreSheetBrief(
        id=row.id,
        subject=sheet.subject,
        name=row.name,
        since=row.since,
        state=SheetState(row.state),
        base=plain(sheet.base),
        lines=len(sheet.lines),
    )


def sheet_view(ctx: Context, conn: Connection, actor: Actor, sheet_id: str) -> ScoreSheetView:
    """Return one sheet; raises SHEET_UNKNOWN."""
    row, steps = sheet_actions.access(conn, ctx.hall_id, sheet_id)
    moves = (SheetMove.EDIT, SheetMove.START, SheetMove.WITHDRAW)
    return ScoreSheetView(
        id=row.id,
        state=SheetState(row.state),
        digest=steps[-1].digest,
        form=form_of(sheet_of(row.content), row.since),
        steps=steps_view(ctx.catalogue(), steps),
        moves=[move for move in moves if sheet_actions.may(actor, move, row, steps)],
    )


# -- periods --------------------------------------------------------------------------------------


def overview(ctx: Context, conn: Connection) -> ScoreOverview:
    """Return the periods of the last months and what waits for somebody."""
    disputes = queries.disputes(conn, ctx.hall_id)
    return ScoreOverview(
        periods=period_list(ctx, conn),
        marks_open=len(queries.open_marks(conn, ctx.hall_id)),
        disputes_open=sum(row.state == DisputeState.OPEN for row in disputes),
        has_sheet=bool(queries.sheets_in_force(conn, ctx.hall_id, ctx.day()[:7])),
    )


def period_list(ctx: Context, conn: Connection) -> list[ScorePeriodBrief]:
    """Return the periods with a sheet or a release, newest and longest first."""
    today = ctx.local().date()
    rows = {row.period: row for row in queries.releases(conn, ctx.hall_id)}
    months = [period_of(PeriodKind.MONTH, today)]
    while len(months) < SHOWN_MONTHS:
        months.append(months[-1].before())
    shown = [
        month
        for month in months
        if month.id in rows or queries.sheets_in_force(conn, ctx.hall_id, month.id)
    ]
    periods = {period_of(kind, month.first) for kind in PeriodKind for month in shown}
    periods |= {parse_period(period) for period in rows}
    order = list(PeriodKind)
    return [
        _brief(period, rows.get(period.id), today)
        for period in sorted(
            periods, key=lambda p: (p.last, order.index(p.kind), p.first), reverse=True
        )
    ]


def _brief(period: Period, row: ListedRelease | None, today: date) -> ScorePeriodBrief:
    return ScorePeriodBrief(
        id=period.id,
        kind=period.kind,
        words=period.words,
        words_en=period.words_en,
        state=state_of(period, row, today),
    )


def state_of(period: Period, row: ListedRelease | None, today: date) -> PeriodState:
    """Return the state of a period as pages show it."""
    if row is not None:
        return "released" if row.state == ReleaseState.RELEASED else "checked"
    return "running" if period.last >= today else "open"


def period_view(
    ctx: Context, conn: Connection, actor: Actor, assessment: Assessment
) -> ScorePeriodView:
    """Return a period with its standings."""
    catalogue, row, period = ctx.catalogue(), assessment.row, assessment.period
    released = assessment.released
    shown = released.results if released is not None else assessment.contents.results
    seen = assessment.contents.digest
    checked_changed = row is not None and released is None and row.checked_digest != seen
    amendments = queries.amendments(conn, ctx.hall_id, period.id)
    clear = not assessment.obstacle
    return ScorePeriodView(
        id=period.id,
        kind=period.kind,
        words=period.words,
        words_en=period.words_en,
        state=state_of(period, row, ctx.local().date()),
        obstacle=assessment.obstacle,
        seen=seen,
        digest=released.digest if released is not None else "",
        checked_by_name=name_of(catalogue, row.checked_by) if row is not None else "",
        checked_at=row.checked_at if row is not None else None,
        is_changed=checked_changed or bool(assessment.changes),
        released_by_name=name_of(catalogue, row.released_by)
        if released is not None and row
        else "",
        released_at=row.released_at if row is not None else None,
        may_check=clear and actions.may(actor, ReleaseMove.CHECK, row),
        may_release=clear and not checked_changed and actions.may(actor, ReleaseMove.RELEASE, row),
        may_amend=bool(assessment.changes) and actions.may(actor, ReleaseMove.AMEND, row),
        standings=standings_view(catalogue, shown),
        changes=[_change(change) for change in assessment.changes],
        amendments=[_amendment(catalogue, actor, each) for each in amendments],
    )


def standings_view(catalogue: Catalogue, results: Results) -> list[ScoreStandings]:
    """Return the standings of each kind of subject."""
    return [
        ScoreStandings(subject=subject, rows=rows)
        for subject in Subject
        if (rows := standing_rows(catalogue, subject, results.get(subject, ())))
    ]


def standing_rows(
    catalogue: Catalogue, subject: Subject, results: Sequence[Result]
) -> list[ScoreStanding]:
    """Return the rows of a ranking."""
    by_code: Mapping[str, Result] = {result.code: result for result in results}
    return [
        _standing(catalogue, standing, by_code[standing.code])
        for standing in ranked(subject, results)
    ]


def _standing(catalogue: Catalogue, standing: Standing, result: Result) -> ScoreStanding:
    return ScoreStanding(
        code=standing.code,
        name=standing.name,
        unit_name=unit_name(catalogue, standing.unit),
        score=str(standing.score),
        low=str(result.score.low),
        high=str(result.score.high),
        rank=standing.rank,
        rank_best=standing.rank_best,
        rank_worst=standing.rank_worst,
        deductions=str(standing.deductions),
        bad_ratings=standing.bad_ratings,
        unmeasured=list(standing.unmeasured),
    )


def _change(change: Change) -> ScoreChange:
    return ScoreChange(
        subject=change.subject,
        code=change.code,
        name=change.name,
        was="" if change.was is None else str(change.was),
        now="" if change.now is None else str(change.now),
        facts=list(change.facts),
    )


def _amendment(catalogue: Catalogue, actor: Actor, row: ListedAmendment) -> ScoreAmendmentView:
    is_draft = row.released_at is None
    attempt = Attempt(
        AmendmentState.DRAFT if is_draft else AmendmentState.RELEASED,
        actor.name,
        earlier={CHECKER: (row.drafted_by,)},
    )
    return ScoreAmendmentView(
        n=row.n,
        words=row.words,
        changes=[_change(change) for change in actions.changes_of(row.changes)],
        drafted_by_name=name_of(catalogue, row.drafted_by),
        drafted_at=row.drafted_at,
        released_by_name="" if is_draft else name_of(catalogue, row.released_by),
        released_at=row.released_at,
        digest=row.digest,
        may_release=AMENDMENT.allows(AmendmentMove.RELEASE, attempt),
    )
