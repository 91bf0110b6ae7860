"""Messages of vetoes, made from what was read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain

from sqlalchemy import Connection

from server.assessment.standings import Subject
from server.cases.views import name_of
from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.hall.context import Context
from server.honours import queries, veto_actions
from server.honours.messages import MyVetoes, SubjectChoice, VetoPage, VetoStepView, VetoView
from server.honours.queries import StoredVeto, StoredVetoStep
from server.honours.rules import VetoKind, VetoMove, VetoState
from server.honours.workflow import VETO
from server.leave import step_papers
from server.leave.messages import PaperRef


def everything(ctx: Context, conn: Connection, actor: Actor) -> VetoPage:
    """Return the vetoes that a manager sees, and whom one may be about."""
    rows = [
        row for row in queries.vetoes(conn, ctx.hall_id) if veto_actions.may_see(ctx, actor, row)
    ]
    return VetoPage(
        today=ctx.local().date().isoformat(),
        vetoes=_views(ctx, conn, actor, rows),
        choices=list(_choices(ctx.catalogue())),
    )


def own(ctx: Context, conn: Connection, actor: Actor) -> MyVetoes:
    """Return the vetoes about a person, the person's windows, or the unit one represents."""
    person = ctx.catalogue().staff_by.get(actor.name)
    windows = person.windows if person else ()
    unit = ctx.catalogue().unit_led_by(actor.name)
    rows = queries.vetoes_of(conn, ctx.hall_id, actor.name, windows, [unit] if unit else [])
    return MyVetoes(vetoes=_views(ctx, conn, actor, rows))


def single(ctx: Context, conn: Connection, actor: Actor, veto_id: str) -> VetoView:
    """Return one veto to whoever may see it. Raises VETO_UNKNOWN."""
    row, _ = veto_actions.access(ctx, conn, actor, veto_id)
    return _views(ctx, conn, actor, [row])[0]


def _views(
    ctx: Context, conn: Connection, actor: Actor, rows: Sequence[StoredVeto]
) -> list[VetoView]:
    steps = queries.VETO_STEPS.of(conn, ctx.hall_id, [row.id for row in rows])
    papers = step_papers.papers_of(conn, ctx.hall_id, chain.from_iterable(steps.values()))
    return [_view(ctx, actor, row, steps[row.id], papers) for row in rows]


def _view(
    ctx: Context,
    actor: Actor,
    row: StoredVeto,
    steps: Sequence[StoredVetoStep],
    papers: Mapping[str, PaperRef],
) -> VetoView:
    catalogue = ctx.catalogue()
    attempt = veto_actions.attempt_of(ctx, actor, row, steps, ctx.clock.now())
    unit = catalogue.unit_by.get(row.unit)
    return VetoView(
        id=row.id,
        kind=VetoKind(row.kind),
        subject=Subject(row.subject),
        name=subject_name(catalogue, row),
        unit_name=unit.name if unit else row.unit,
        window_name=window_words(catalogue, row.window),
        day=row.day,
        state=VetoState(row.state),
        complaints=json.loads(row.complaints),
        findings=json.loads(row.findings),
        windows=[window_words(catalogue, code) for code in json.loads(row.windows)],
        strikes_unit=bool(row.strikes_unit),
        first_quarter=row.first_quarter,
        last_quarter=row.last_quarter,
        dispute_until=row.dispute_until,
        steps=[
            VetoStepView(
                move=VetoMove(step.move),
                at=step.at,
                words=step.words,
                evidence=step_papers.of_step(step, papers),
                by_name=_by_name(catalogue, actor, step),
            )
            for step in steps
        ],
        moves=[
            move for move in VetoMove if move is not VetoMove.PROPOSE and VETO.allows(move, attempt)
        ],
    )


def _by_name(catalogue: Catalogue, actor: Actor, step: StoredVetoStep) -> str:
    """Return who took a step; whom it concerns learns only that the office did."""
    number = step.by_actor.partition(":")[2]
    return name_of(catalogue, number) if actor.manages or number == actor.name else ""


def subject_name(catalogue: Catalogue, row: StoredVeto) -> str:
    """Return the name of the person, window or unit of a veto."""
    if row.subject == Subject.PERSON:
        return name_of(catalogue, row.staff)
    if row.subject == Subject.UNIT:
        unit = catalogue.unit_by.get(row.unit)
        return unit.name if unit else row.unit
    return window_words(catalogue, row.window)


def window_words(catalogue: Catalogue, code: str) -> str:
    """Return a window by its number; its code if it is gone, "" for none."""
    window = catalogue.window_by.get(code)
    return f"{window.number}号窗口" if window else code


def _choices(catalogue: Catalogue) -> chain[SubjectChoice]:
    return chain(
        (
            SubjectChoice(subject=Subject.PERSON, code=p.number, name=f"{p.name} {p.number}")
            for p in catalogue.staff
        ),
        (
            SubjectChoice(subject=Subject.WINDOW, code=w.code, name=f"{w.number}号窗口 {w.name}")
            for w in catalogue.windows
        ),
        (SubjectChoice(subject=Subject.UNIT, code=u.code, name=u.name) for u in catalogue.units),
    )
