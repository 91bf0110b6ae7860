"""Views of marks by hand and of disputes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from server.assessment import dispute_actions, mark_actions, mark_kinds, queries
from server.assessment.messages import (
    ScoreDisputeList,
    ScoreDisputeView,
    ScoreMarkKind,
    ScoreMarkList,
    ScoreMarkView,
)
from server.assessment.periods import Period
from server.assessment.queries import StoredDispute, StoredDisputeStep, StoredMark
from server.assessment.subject_views import all_choices
from server.assessment.views import steps_view, unit_name
from server.assessment.workflow import DISPUTE, DisputeMove, DisputeState, MarkMove, MarkState
from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.core.measured import Subject
from server.hall.context import Context
from server.hall.measure_request import measures
from server.leave import step_papers


def mark_list(ctx: Context, conn: Connection, actor: Actor, month: Period) -> ScoreMarkList:
    """Return the marks that wait for a second person, and those of a month."""
    waiting = queries.open_marks(conn, ctx.hall_id)
    days = month.first.isoformat(), month.last.isoformat()
    of_month = queries.marks(conn, ctx.hall_id, *days)
    return ScoreMarkList(
        month=month.id,
        waiting=_marks(ctx, conn, actor, waiting),
        marks=_marks(ctx, conn, actor, of_month),
        kinds=[
            ScoreMarkKind(kind=kind, name=measure.name, name_en=measure.name_en)
            for kind, measure in mark_kinds.MEASURES.items()
        ],
        choices=all_choices(ctx.catalogue()),
    )


def mark_view(ctx: Context, conn: Connection, actor: Actor, mark_id: str) -> ScoreMarkView:
    """Return one mark; raises MARK_UNKNOWN."""
    row, _ = mark_actions.access(conn, ctx.hall_id, mark_id)
    return _marks(ctx, conn, actor, [row])[0]


def _marks(
    ctx: Context, conn: Connection, actor: Actor, rows: list[StoredMark]
) -> list[ScoreMarkView]:
    catalogue = ctx.catalogue()
    steps = queries.MARK_STEPS.of(conn, ctx.hall_id, [row.id for row in rows])
    papers = step_papers.papers_of(
        conn, ctx.hall_id, [step for own in steps.values() for step in own]
    )
    return [
        ScoreMarkView(
            id=row.id,
            kind=row.kind,
            kind_name=mark_kinds.MEASURES[row.kind].name,
            day=row.day,
            about_name=_about(catalogue, row),
            unit_name=unit_name(catalogue, row.unit),
            times=row.times,
            state=MarkState(row.state),
            words=steps[row.id][0].words,
            evidence=step_papers.of_step(steps[row.id][0], papers),
            steps=steps_view(catalogue, steps[row.id]),
            moves=[
                move
                for move in (MarkMove.CONFIRM, MarkMove.DISMISS)
                if mark_actions.may(actor, move, row, steps[row.id])
            ],
        )
        for row in rows
    ]


def _about(catalogue: Catalogue, row: StoredMark) -> str:
    if row.staff:
        return subject_name(catalogue, Subject.PERSON, row.staff)
    if row.window:
        return subject_name(catalogue, Subject.WINDOW, row.window)
    return subject_name(catalogue, Subject.UNIT, row.unit)


def subject_name(catalogue: Catalogue, subject: Subject, code: str) -> str:
    """Return the name of a person, window or unit."""
    if subject is Subject.PERSON:
        person = catalogue.staff_by.get(code)
        return person.name if person else code
    if subject is Subject.WINDOW:
        window = catalogue.window_by.get(code)
        return f"{window.number}号窗口" if window else code
    return unit_name(catalogue, code)


def dispute_list(ctx: Context, conn: Connection, actor: Actor) -> ScoreDisputeList:
    """Return all disputes, open ones first."""
    rows = queries.disputes(conn, ctx.hall_id)
    rows.sort(key=lambda row: row.state != DisputeState.OPEN)
    return ScoreDisputeList(disputes=_disputes(ctx, conn, actor, rows))


def dispute_view(ctx: Context, conn: Connection, actor: Actor, dispute_id: str) -> ScoreDisputeView:
    """Return one dispute; raises DISPUTE_UNKNOWN."""
    row, _ = dispute_actions.access(conn, ctx.hall_id, dispute_id)
    return _disputes(ctx, conn, actor, [row])[0]


def _disputes(
    ctx: Context, conn: Connection, actor: Actor, rows: Iterable[StoredDispute]
) -> list[ScoreDisputeView]:
    rows = list(rows)
    steps = queries.DISPUTE_STEPS.of(conn, ctx.hall_id, [row.id for row in rows])
    return [_dispute(ctx, conn, actor, row, steps[row.id]) for row in rows]


def _dispute(
    ctx: Context,
    conn: Connection,
    actor: Actor,
    row: StoredDispute,
    steps: list[StoredDisputeStep],
) -> ScoreDisputeView:
    catalogue, subject = ctx.catalogue(), Subject(row.subject)
    measure = measures().get(row.measure)
    attempt = dispute_actions.attempt_of(ctx, conn, actor, row, steps, "reason")
    return ScoreDisputeView(
        id=row.id,
        month=row.month,
        subject=subject,
        code=row.concerned,
        name=subject_name(catalogue, subject, row.concerned),
        measure_name=measure.name if measure else row.measure,
        fact=row.evidence_words,
        link=f"/office#assessment/{row.month}/{row.subject}/{row.concerned}",
        state=DisputeState(row.state),
        steps=steps_view(catalogue, steps),
        may_settle=actor.manages and DISPUTE.allows(DisputeMove.UPHOLD, attempt),
    )
