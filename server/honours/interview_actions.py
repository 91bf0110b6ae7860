"""Acts on interviews: proposed, then noted as held, or dropped by another person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from server.assessment.periods import Period
from server.assessment.standings import Subject
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.honours import interviews, queries, workflow
from server.honours.errors import HonourCode
from server.honours.interview_rules import InterviewMove, InterviewState
from server.honours.queries import StoredInterview, StoredInterviewStep
from server.honours.workflow import INTERVIEW


@dataclass(frozen=True, slots=True)
class InterviewWish:
    """Step of an interview; `day`: on which it was held."""

    move: InterviewMove
    words: str = ""
    day: date | None = None


def propose(
    ctx: Context, actor: Actor, key: str, subject: Subject, code: str, month: Period
) -> str:
    """Propose an interview that is due; return its id.

    Raises INTERVIEW_UNKNOWN if none is due, INTERVIEW_STATE if it was proposed, INTERVIEW_SECOND.
    """
    request: JsonDict = {
        "act": "interview.propose",
        "subject": subject.value,
        "code": code,
        "month": month.id,
    }

    def act(tx: Tx) -> JsonDict:
        if interviews.is_due(ctx, tx.conn, subject, code, month) is None:
            raise HallError(HonourCode.INTERVIEW_UNKNOWN)
        wanted = subject.value, code
        rows = queries.interviews(tx.conn, tx.hall_id, [month.id])
        if any((row.subject, row.assessed) == wanted for row in rows):
            raise HallError(HonourCode.INTERVIEW_STATE)
        row = StoredInterview(
            id=f"I{ctx.tokens.token(9)}", subject=wanted[0], assessed=code, month=month.id, state=""
        )
        attempt = attempt_of(ctx, actor, row, [])
        state = INTERVIEW.after(InterviewMove.PROPOSE, attempt)
        queries.add_interview(tx, row)
        _add_step(tx, actor, row, [], InterviewWish(InterviewMove.PROPOSE), state)
        return {"interview": row.id}

    return str(ctx.command(actor, key, request, act)["interview"])


def move(ctx: Context, actor: Actor, key: str, interview: str, wish: InterviewWish) -> str:
    """Note an interview as held, or drop it; return its month.

    Raises INTERVIEW_UNKNOWN, the codes of the workflow, INVALID (a second proposal, or a day to
    come).
    """
    day = wish.day.isoformat() if wish.day else ""
    request: JsonDict = {
        "act": f"interview.{wish.move}",
        "interview": interview,
        "words": wish.words,
        "day": day,
    }

    def act(tx: Tx) -> JsonDict:
        row = queries.interview(tx.conn, tx.hall_id, interview)
        if row is None:
            raise HallError(HonourCode.INTERVIEW_UNKNOWN)
        if wish.move is InterviewMove.PROPOSE:
            raise HallError(CommonCode.INVALID, field="move")
        is_held = wish.move is InterviewMove.HOLD
        if is_held and (wish.day is None or wish.day > ctx.local(tx.now).date()):
            raise HallError(CommonCode.INVALID, field="day")
        steps = queries.INTERVIEW_STEPS.of(tx.conn, tx.hall_id, [row.id])[row.id]
        attempt = attempt_of(ctx, actor, row, steps, wish.words)
        state = INTERVIEW.after(wish.move, attempt)
        _add_step(tx, actor, row, steps, wish, state)
        return {"month": row.month}

    return str(ctx.command(actor, key, request, act)["month"])


def attempt_of(
    ctx: Context,
    actor: Actor,
    row: StoredInterview,
    steps: Sequence[StoredInterviewStep],
    words: str = "",
) -> Attempt[InterviewState]:
    """Return a step as the actor attempts it."""
    return Attempt(
        state=InterviewState(row.state) if row.state else None,
        person=actor.name,
        earlier={
            workflow.FIRST: [step.by_actor.partition(":")[2] for step in steps[:1]],
            workflow.SUBJECT: _subjects(ctx, row),
        },
        given=[workflow.WORDS] if words else [],
    )


def _subjects(ctx: Context, row: StoredInterview) -> Collection[str]:
    if row.subject == Subject.PERSON:
        return (row.assessed,)
    staff = ctx.catalogue().staff
    if row.subject == Subject.UNIT:
        return [person.number for person in staff if person.unit == row.assessed]
    return [person.number for person in staff if row.assessed in person.windows]


def _add_step(
    tx: Tx,
    actor: Actor,
    row: StoredInterview,
    steps: Sequence[StoredInterviewStep],
    wish: InterviewWish,
    state: InterviewState,
) -> None:
    step = StoredInterviewStep(
        interview=row.id,
        n=len(steps) + 1,
        move=wish.move.value,
        state=state.value,
        at=tx.now,
        day=wish.day.isoformat() if wish.day and wish.move is InterviewMove.HOLD else "",
        words=wish.words,
        by_actor=actor.key,
    )
    queries.INTERVIEW_STEPS.add(tx, step)
    data: JsonDict = {
        "n": step.n,
        "state": state.value,
        "subject": row.subject,
        "code": row.assessed,
        "month": row.month,
        "day": step.day,
    }
    write_journal(tx, actor, f"interview.{wish.move}", row.id, data=data, why=wish.words)
