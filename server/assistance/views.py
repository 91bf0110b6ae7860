"""Messages of assistance, made from what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.assistance import actions, green_actions, helper_actions, queries
from server.assistance.messages import (
    AskStepView,
    AskView,
    AssistanceList,
    CaseAssistance,
    CaseJob,
    GreenCase,
    GreenCount,
    GreenStepView,
    GreenView,
    HelpedCase,
    JobStepView,
    JobView,
    MyAssistance,
)
from server.assistance.queries import (
    StoredAsk,
    StoredAskStep,
    StoredGreen,
    StoredGreenStep,
    StoredJob,
    StoredJobStep,
    StoredPerson,
)
from server.assistance.rules import (
    AskMove,
    AskState,
    GreenMove,
    GreenState,
    JobMove,
    JobState,
)
from server.assistance.settings import AssistSettings
from server.assistance.workflow import FIRST_ASK, GREEN, HELPER_JOB
from server.cases import access, materials
from server.cases import queries as case_queries
from server.cases import views as case_views
from server.cases.clocks import Clock
from server.cases.queries import StoredCase
from server.cases.rules import CaseState
from server.cases.views import name_of
from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.core.sealed_text import unseal
from server.core.working_days import is_overdue
from server.hall.composition import Hall
from server.leave import step_papers
from server.leave.messages import PaperRef

FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"
SHOWN_MONTHS = 2


def everything(hall: Hall, conn: Connection, actor: Actor) -> AssistanceList:
    """Return questions, jobs and green channels for the office."""
    ctx = hall.ctx
    return AssistanceList(
        today=ctx.day(),
        every=ctx.settings().of(AssistSettings).green_every,
        asks=_asks(hall, conn, actor, queries.asks(conn, ctx.hall_id)),
        jobs=_jobs(hall, conn, actor, queries.jobs(conn, ctx.hall_id), with_progress=False),
        greens=_green_cases(hall, conn, actor),
        counts=_counts(hall, conn),
    )


def own(hall: Hall, conn: Connection, actor: Actor) -> MyAssistance:
    """Return the questions that a person recorded or receives, and the own jobs."""
    ctx = hall.ctx
    unit = actions.unit_of(ctx, actor.name)
    return MyAssistance(
        today=ctx.day(),
        staff=actor.name,
        asks=_asks(hall, conn, actor, queries.asks_of(conn, ctx.hall_id, actor.name, unit)),
        jobs=_jobs(hall, conn, actor, queries.jobs_of(conn, ctx.hall_id, actor.name)),
    )


def _unit_name(catalogue: Catalogue, code: str) -> str:
    unit = catalogue.unit_by.get(code)
    return unit.name if unit else code


def _item_name(catalogue: Catalogue, code: str) -> str:
    item = catalogue.item_by.get(code)
    return item.name if item else code


def _phone(hall: Hall, person: StoredPerson | None) -> str:
    phone = unseal(hall.config.data, hall.ctx.tokens, person.phone) if person else ""
    return phone or ""


# -- questions -------------------------------------------------------------------------------------


def single_ask(hall: Hall, conn: Connection, actor: Actor, ask_id: str) -> AskView:
    """Return one question. Raises FIRST_ASK_UNKNOWN."""
    row, _steps = actions.accessible(hall.ctx, conn, actor, ask_id)
    return _asks(hall, conn, actor, [row])[0]


def _asks(hall: Hall, conn: Connection, actor: Actor, rows: Sequence[StoredAsk]) -> list[AskView]:
    ids = [row.id for row in rows]
    steps = queries.ASK_STEPS.of(conn, hall.ctx.hall_id, ids)
    people = queries.people(conn, hall.ctx.hall_id, ids)
    return [_ask(hall, actor, row, steps[row.id], people.get(row.id)) for row in rows]


def _ask(
    hall: Hall,
    actor: Actor,
    row: StoredAsk,
    steps: Sequence[StoredAskStep],
    person: StoredPerson | None,
) -> AskView:
    ctx = hall.ctx
    catalogue, state = ctx.catalogue(), AskState(row.state)
    attempt = actions.attempt_of(ctx, actor, row, None)
    return AskView(
        id=row.id,
        at=row.at,
        day=row.day,
        subject=row.subject,
        item=row.item,
        item_name=_item_name(catalogue, row.item),
        name=person.name if person else "",
        phone="" if state is AskState.ENDED else _phone(hall, person),
        staff=row.staff,
        staff_name=name_of(catalogue, row.staff),
        to=_receiver(catalogue, row.unit, row.receiver),
        state=state,
        due=row.due,
        overdue=is_overdue(row.due, ctx.local().date()),
        steps=[
            AskStepView(
                n=step.n,
                move=AskMove(step.move),
                state=AskState(step.state),
                at=step.at,
                due=step.due,
                to=_receiver(catalogue, step.unit, step.receiver),
                words=step.words,
                by=_by(step.by_actor),
                by_name=name_of(catalogue, _by(step.by_actor)),
            )
            for step in steps
        ],
        moves=[
            move
            for move in AskMove
            if move is not AskMove.RECORD and FIRST_ASK.allows(move, attempt)
        ],
    )


def _receiver(catalogue: Catalogue, unit: str, staff: str) -> str:
    names = [_unit_name(catalogue, unit), name_of(catalogue, staff)]
    return " ".join(name for name in names if name)


def _by(actor_key: str) -> str:
    return actor_key.partition(":")[2]


# -- jobs ------------------------------------------------------------------------------------------


def single_job(hall: Hall, conn: Connection, actor: Actor, job_id: str) -> JobView:
    """Return one job. Raises HELPER_UNKNOWN."""
    row, _steps = helper_actions.accessible(hall.ctx, conn, actor, job_id)
    return _jobs(hall, conn, actor, [row])[0]


def _jobs(
    hall: Hall,
    conn: Connection,
    actor: Actor,
    rows: Sequence[StoredJob],
    *,
    with_progress: bool = True,
) -> list[JobView]:
    """Return jobs; whoever sees the cases themselves needs no `with_progress`."""
    ctx = hall.ctx
    ids = [row.id for row in rows]
    steps = queries.JOB_STEPS.of(conn, ctx.hall_id, ids)
    people = queries.people(conn, ctx.hall_id, ids)
    cases = case_queries.among(conn, ctx.hall_id, sorted({row.case for row in rows if row.case}))
    by_id = {case.id: case for case in cases}
    helped = {row.case for row in rows if row.state not in queries.OVER and with_progress}
    progress = _progress(hall, conn, [case for case in cases if case.id in helped])
    papers = step_papers.papers_of(
        conn, ctx.hall_id, [step for own_steps in steps.values() for step in own_steps]
    )
    return [
        _job(
            hall,
            actor,
            row,
            steps[row.id],
            people.get(row.id),
            by_id.get(row.case),
            progress.get(row.case) if row.state not in queries.OVER else None,
            papers,
        )
        for row in rows
    ]


def _progress(hall: Hall, conn: Connection, cases: Sequence[StoredCase]) -> dict[str, HelpedCase]:
    """Return of each case what its helper needs."""
    ctx = hall.ctx
    catalogue = ctx.catalogue()
    dues = case_queries.dues(conn, ctx.hall_id, [case.id for case in cases])
    return {
        case.id: HelpedCase(
            state=CaseState(case.state),
            unit_name=_unit_name(catalogue, case.unit),
            due=next((due.earliest for due in dues[case.id] if due.clock == Clock.PROMISED), ""),
            missing=materials.faulty(conn, ctx.hall_id, case) or [],
        )
        for case in cases
    }


def _job(
    hall: Hall,
    actor: Actor,
    row: StoredJob,
    steps: Sequence[StoredJobStep],
    person: StoredPerson | None,
    case: StoredCase | None,
    progress: HelpedCase | None,
    papers: Mapping[str, PaperRef],
) -> JobView:
    ctx = hall.ctx
    catalogue, state = ctx.catalogue(), JobState(row.state)
    attempt = helper_actions.attempt_of(ctx, actor, row, None, ctx.clock.now())
    is_over = row.state in queries.OVER
    return JobView(
        id=row.id,
        at=row.at,
        day=row.day,
        case=row.case,
        case_number=case.number if case else "",
        about=about(catalogue, row, case),
        progress=progress,
        scope=row.scope,
        until=row.until,
        expired=not is_over and row.until < ctx.day(),
        name=person.name if person else "",
        phone="" if is_over else _phone(hall, person),
        helper=row.helper,
        helper_name=name_of(catalogue, row.helper),
        staff_name=name_of(catalogue, row.staff),
        state=state,
        steps=[
            JobStepView(
                n=step.n,
                move=JobMove(step.move),
                state=JobState(step.state),
                at=step.at,
                signed=bool(step.signed),
                words=step.words,
                evidence=step_papers.of_step(step, papers),
                by=_by(step.by_actor),
                by_name=name_of(catalogue, _by(step.by_actor)),
            )
            for step in steps
        ],
        moves=[]
        if is_over
        else [
            move
            for move in JobMove
            if move is not JobMove.ENTRUST and HELPER_JOB.allows(move, attempt)
        ],
    )


def about(catalogue: Catalogue, row: StoredJob, case: StoredCase | None) -> str:
    """Return what a job is about: the item of its case, its item, or the project's name."""
    return row.project or _item_name(catalogue, case.item if case else row.item)


# -- green channels --------------------------------------------------------------------------------


def of_case(hall: Hall, conn: Connection, actor: Actor, case_id: str) -> CaseAssistance:
    """Return helpers and green channel of a case. Raises CASE_UNKNOWN."""
    ctx = hall.ctx
    row, _facts, _posts = access.accessible(ctx, conn, actor, case_id)
    steps = queries.GREEN_STEPS.of(conn, ctx.hall_id, [case_id])[case_id]
    stored = queries.green(conn, ctx.hall_id, case_id)
    catalogue = ctx.catalogue()
    return CaseAssistance(
        case=case_id,
        green=_green(catalogue, actor, row, stored, steps),
        jobs=[
            CaseJob(
                id=job.id,
                helper=job.helper,
                helper_name=name_of(catalogue, job.helper),
                until=job.until,
                state=JobState(job.state),
            )
            for job in queries.jobs_of_case(conn, ctx.hall_id, case_id)
        ],
    )


def _green(
    catalogue: Catalogue,
    actor: Actor,
    row: StoredCase,
    stored: StoredGreen | None,
    steps: Sequence[StoredGreenStep],
) -> GreenView:
    attempt = green_actions.attempt_of(actor, stored, steps, None)
    over = {GreenMove.PROPOSE, GreenMove.GRANT} if green_actions.is_over(row) else set()
    return GreenView(
        state=GreenState(stored.state) if stored else None,
        steps=[
            GreenStepView(
                n=step.n,
                move=GreenMove(step.move),
                state=GreenState(step.state),
                at=step.at,
                words=step.words,
                by=_by(step.by_actor),
                by_name=name_of(catalogue, _by(step.by_actor)),
            )
            for step in steps
        ],
        moves=[move for move in GreenMove if move not in over and GREEN.allows(move, attempt)],
    )


def _green_cases(hall: Hall, conn: Connection, actor: Actor) -> list[GreenCase]:
    """Return the green channels, those that wait for a decision first, then the granted ones."""
    ctx = hall.ctx
    order = [GreenState.PROPOSED, GreenState.GRANTED, GreenState.REFUSED, GreenState.LIFTED]
    stored = {row.case: row for row in queries.greens(conn, ctx.hall_id)}
    rows = case_queries.among(conn, ctx.hall_id, sorted(stored))
    rows.sort(key=lambda row: (order.index(GreenState(stored[row.id].state)), -row.at, row.id))
    rows = rows[: queries.MOST_GREEN]
    steps = queries.GREEN_STEPS.of(conn, ctx.hall_id, [row.id for row in rows])
    catalogue = ctx.catalogue()
    return [
        GreenCase(case=brief, green=_green(catalogue, actor, row, stored[row.id], steps[row.id]))
        for brief, row in zip(case_views.briefs(hall, conn, rows), rows, strict=True)
    ]


def _counts(hall: Hall, conn: Connection) -> list[GreenCount]:
    """Return the green channels granted in this month and the one before, by unit."""
    catalogue = hall.ctx.catalogue()
    months = Counter(
        (day[:7], unit) for unit, day in queries.grants(conn, hall.ctx.hall_id, FIRST_DAY, LAST_DAY)
    )
    shown = sorted({month for month, _unit in months}, reverse=True)[:SHOWN_MONTHS]
    return [
        GreenCount(unit=unit, unit_name=_unit_name(catalogue, unit), month=month, granted=granted)
        for (month, unit), granted in sorted(months.items(), reverse=True)
        if month in shown
    ]
