"""Acts on jobs of helpers: entrusted, accepted, done, delivered, filed, reported, called back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from server.assistance import people, queries, workflow
from server.assistance.errors import AssistCode
from server.assistance.queries import StoredJob, StoredJobStep, StoredPerson
from server.assistance.rules import JobMove, JobState, is_barred
from server.assistance.settings import AssistSettings
from server.assistance.workflow import HELPER_JOB
from server.cases import access as case_access
from server.cases import queries as case_queries
from server.cases.rules import CaseMove, CaseState
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt, Moment
from server.hall.context import Context, JsonDict, write_journal
from server.leave import file_queries
from server.queue.errors import QueueCode

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Job:
    """Job as it is entrusted: about a case, an item, or a project by its name.

    `name` empty: the applicant of the case; `phone` is sealed. `until`: last day of the
    authorisation.
    """

    helper: str
    scope: str
    until: date
    case: str = ""
    item: str = ""
    project: str = ""
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class JobWish:
    """Step of a job that a person wants to take; `signed`: the printed authorisation is.

    `helper`: of a job that is handed on, the next one.
    """

    move: JobMove
    words: str = ""
    signed: bool = False
    evidence: tuple[str, ...] = ()
    helper: str = ""


def entrust(ctx: Context, actor: Actor, key: str, job: Job) -> str:
    """Record a job that a person entrusts to a helper; return its id.

    Raises INVALID (not exactly one of case, item and project; no name; a helper who is not on the
    staff list; a day that has passed), CASE_UNKNOWN, ITEM_UNKNOWN, ASSIST_PERSON, HELPER_TAKEN.
    """
    request: JsonDict = {
        "act": "helper.entrust",
        "case": job.case,
        "item": job.item,
        "project": job.project,
        "helper": job.helper,
        "scope": job.scope,
        "until": job.until.isoformat(),
    }

    def act(tx: Tx) -> JsonDict:
        name = _checked(ctx, tx, actor, job)
        state = HELPER_JOB.after(JobMove.ENTRUST, Attempt(None))
        row = StoredJob(
            id=f"HJ{ctx.tokens.token(9)}",
            at=tx.now,
            day=ctx.day(tx.now),
            case=job.case,
            item=job.item,
            project=job.project,
            scope=job.scope,
            until=job.until.isoformat(),
            helper=job.helper,
            staff=actor.name,
            state=state.value,
        )
        queries.add_job(tx, row)
        days = ctx.settings().of(AssistSettings).keep_assistance_person_days
        queries.add_person(tx, StoredPerson(row.id, name, job.phone, tx.now + days * DAY_MS))
        _add_step(tx, actor, row, [], state, JobWish(JobMove.ENTRUST))
        return {"job": row.id}

    return str(ctx.command(actor, key, request, act)["job"])


def _checked(ctx: Context, tx: Tx, actor: Actor, job: Job) -> str:
    """Return the name of who entrusts a job; raises as `entrust` does."""
    if [bool(job.case), bool(job.item), bool(job.project)].count(True) != 1:
        raise HallError(CommonCode.INVALID, field="project")
    if job.helper not in ctx.catalogue().staff_by:
        raise HallError(CommonCode.INVALID, field="helper")
    people.require(ctx, tx.conn, actor, job.helper, case=job.case, is_job=True)
    if job.until < ctx.local(tx.now).date():
        raise HallError(CommonCode.INVALID, field="until")
    if job.item and job.item not in ctx.catalogue().item_by:
        raise HallError(QueueCode.ITEM_UNKNOWN, item=job.item)
    name = job.name
    if job.case:
        case_access.accessible(ctx, tx.conn, actor, job.case)
        _check_free(ctx, tx.conn, job.case, job.helper)
        person = case_queries.applicants(tx.conn, tx.hall_id, [job.case]).get(job.case)
        name = name or (person.name if person else "")
    if not name:
        raise HallError(CommonCode.INVALID, field="name")
    return name


def _check_free(ctx: Context, conn: Connection, case: str, helper: str) -> None:
    """Raise HELPER_TAKEN for a helper who reviewed or approved the case."""
    if helper in reviewers(ctx, conn, case):
        raise HallError(AssistCode.HELPER_TAKEN)


def reviewers(ctx: Context, conn: Connection, case: str) -> set[str]:
    """Return the staff numbers of those who took a step that a helper never takes."""
    names: set[str] = set()
    before = CaseState.FILED
    for fact in case_queries.FACTS.of(conn, ctx.hall_id, [case])[case]:
        if is_barred(CaseMove(fact.move), before):
            names.add(fact.by_actor.partition(":")[2])
        before = CaseState(fact.state)
    return names


def move(ctx: Context, actor: Actor, key: str, job_id: str, wish: JobWish) -> None:
    """Take a step of a job.

    A job that is handed on ends, and the same is entrusted to another helper, who needs an
    authorisation of their own. Raises HELPER_UNKNOWN, the codes of the workflow, HELPER_TAKEN,
    ASSIST_PERSON, FILE_UNKNOWN, INVALID (a second entrusting; a helper who is not on the list).
    """
    request: JsonDict = {
        "act": f"helper.{wish.move}",
        "job": job_id,
        "words": wish.words,
        "signed": wish.signed,
        "evidence": list(wish.evidence),
        "helper": wish.helper,
    }

    def act(tx: Tx) -> JsonDict:
        row, steps = accessible(ctx, tx.conn, actor, job_id)
        if wish.move is JobMove.ENTRUST:
            raise HallError(CommonCode.INVALID, field="move")
        file_queries.require_all(tx, wish.evidence)
        state = HELPER_JOB.after(wish.move, attempt_of(ctx, actor, row, wish, tx.now))
        if wish.move is JobMove.ACCEPT and row.case:
            _check_free(ctx, tx.conn, row.case, row.helper)
        _add_step(tx, actor, row, steps, state, wish)
        if wish.move is JobMove.HAND_ON:
            _entrust_anew(ctx, tx, actor, row, wish)
        return {}

    ctx.command(actor, key, request, act)


def _entrust_anew(ctx: Context, tx: Tx, actor: Actor, row: StoredJob, wish: JobWish) -> None:
    """Entrust the same to another helper; raises HELPER_TAKEN, ASSIST_PERSON, INVALID."""
    if wish.helper not in ctx.catalogue().staff_by or wish.helper == row.helper:
        raise HallError(CommonCode.INVALID, field="helper")
    people.require(ctx, tx.conn, actor, wish.helper, case=row.case, is_job=True)
    if row.case:
        _check_free(ctx, tx.conn, row.case, wish.helper)
    state = HELPER_JOB.after(JobMove.ENTRUST, Attempt(None))
    anew = replace(
        row,
        id=f"HJ{ctx.tokens.token(9)}",
        at=tx.now,
        day=ctx.day(tx.now),
        helper=wish.helper,
        staff=actor.name,
        state=state.value,
    )
    queries.add_job(tx, anew)
    person = queries.people(tx.conn, tx.hall_id, [row.id]).get(row.id)
    if person is not None:
        queries.add_person(tx, replace(person, subject=anew.id))
    _add_step(tx, actor, anew, [], state, JobWish(JobMove.ENTRUST, wish.words))


def leave(tx: Tx, actor: Actor, staff: str, reason: str) -> None:
    """List the jobs of a helper who may not act any more, so that they are handed on."""
    for row in queries.jobs_helped_by(tx.conn, tx.hall_id, staff, workflow.HELPED):
        steps = queries.JOB_STEPS.of(tx.conn, tx.hall_id, [row.id])[row.id]
        attempt = Attempt(JobState(row.state), holds=lambda role: role == workflow.HALL)
        state = HELPER_JOB.after(JobMove.LEAVE, attempt)
        _add_step(tx, actor, row, steps, state, JobWish(JobMove.LEAVE, reason))


def accessible(
    ctx: Context, conn: Connection, actor: Actor, job_id: str
) -> tuple[StoredJob, list[StoredJobStep]]:
    """Return a job with its steps to the office, the helper, and whoever recorded it.

    Raises HELPER_UNKNOWN for everybody else.
    """
    row = queries.job(conn, ctx.hall_id, job_id)
    if row is None or not (actor.manages or actor.name in (row.helper, row.staff)):
        raise HallError(AssistCode.HELPER_UNKNOWN)
    return row, queries.JOB_STEPS.of(conn, ctx.hall_id, [row.id])[row.id]


def attempt_of(
    ctx: Context, actor: Actor, row: StoredJob, wish: JobWish | None, now: int
) -> Attempt[JobState]:
    """Return a step as the actor attempts it; with `wish` None whatever it needs is given."""
    roles = {
        workflow.HELPER: actor.name == row.helper,
        workflow.OPENER: actor.name == row.staff,
        workflow.OFFICE: actor.manages,
        workflow.HALL: False,
    }
    given = [workflow.WORDS] if wish is None or wish.words else []
    given += [workflow.SIGNED] if wish is None or wish.signed or wish.evidence else []
    end = datetime.fromisoformat(row.until) + timedelta(days=1)
    return Attempt(
        state=JobState(row.state),
        person=actor.name,
        holds=lambda role: roles[role],
        earlier={workflow.HELPER: (row.helper,)},
        given=given,
        deadlines={workflow.AUTHORISATION: Moment(end, ctx.local(now).replace(tzinfo=None))},
    )


def _add_step(
    tx: Tx,
    actor: Actor,
    row: StoredJob,
    steps: Sequence[StoredJobStep],
    state: JobState,
    wish: JobWish,
) -> None:
    n = len(steps) + 1
    step = StoredJobStep(
        job=row.id,
        n=n,
        move=wish.move.value,
        state=state.value,
        at=tx.now,
        signed=int(wish.signed),
        words=wish.words,
        evidence=json.dumps(list(wish.evidence)),
        by_actor=actor.key,
    )
    queries.JOB_STEPS.add(tx, step)
    data: JsonDict = {
        "n": n,
        "state": state.value,
        "case": row.case,
        "item": row.item,
        "helper": row.helper,
        "until": row.until,
    }
    write_journal(tx, actor, f"helper.{wish.move}", row.id, data=data)
