"""Actions on disputes: a subject disputes a fact of a month, somebody who is not involved decides.

A granted dispute strikes the fact: it counts nothing for anybody, from then on and in amendments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from sqlalchemy import Connection

from server.assessment import queries, workflow
from server.assessment.errors import AssessmentCode
from server.assessment.events import AssessmentChanged
from server.assessment.months import PeriodReader, released_of
from server.assessment.periods import Period
from server.assessment.queries import StoredDispute, StoredDisputeStep
from server.assessment.rules import Score
from server.assessment.settings import AssessmentSettings
from server.assessment.workflow import DISPUTE, DisputeMove, DisputeState
from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.measured import MeasuredFact, Subject
from server.core.store import Tx
from server.core.workflow import Attempt, Deadline, WorkingDays
from server.hall.context import Context, JsonDict, write_journal


@dataclass(frozen=True, slots=True)
class Wish:
    """Fact that is disputed: of which month and subject, which measure and reference, and why."""

    month: Period
    subject: Subject
    code: str
    measure: str
    ref: str
    words: str


@dataclass(frozen=True, slots=True)
class Unreleased:
    """Period for a dispute that has not begun: the month is not released."""

    def is_over(self) -> bool:
        """Return False."""
        return False


def fact_id(measure: str, ref: str) -> str:
    """Return the digest of a fact's measure and reference."""
    return hashlib.sha256(f"{measure}\n{ref}".encode()).hexdigest()


def is_concerned(catalogue: Catalogue, actor: Actor, subject: Subject, code: str) -> bool:
    """Return True for the person, somebody at the window, and the unit's chief representative."""
    person = catalogue.staff_by.get(actor.name)
    if person is None:
        return False
    if subject is Subject.PERSON:
        other = catalogue.staff_by.get(code)
        led = other is not None and bool(other.unit) and other.unit == person.unit and person.chief
        return code == actor.name or led
    if subject is Subject.WINDOW:
        window = catalogue.window_by.get(code)
        led = window is not None and person.chief and person.unit in window.units
        return code in person.windows or led
    return person.chief and person.unit == code


def dispute(ctx: Context, actor: Actor, key: str, wish: Wish) -> str:
    """Dispute a fact of a month; return the dispute's id.

    Raises SUBJECT_UNKNOWN for a stranger, DISPUTE_FACT, DISPUTE_STATE, DISPUTE_OVER, WORDS.
    """
    if not is_concerned(ctx.catalogue(), actor, wish.subject, wish.code):
        raise HallError(AssessmentCode.SUBJECT_UNKNOWN)
    # Read before the transaction, so that no window has to wait for it.
    fact = ctx.read(lambda c: _fact(ctx, c, wish))

    def act(tx: Tx) -> JsonDict:
        state = DISPUTE.after(DisputeMove.DISPUTE, _new_attempt(ctx, tx.conn, actor, wish))
        digest = fact_id(wish.measure, wish.ref)
        earlier = queries.dispute_about(tx.conn, tx.hall_id, wish.month.id, digest)
        if earlier is not None:
            raise HallError(AssessmentCode.DISPUTE_STATE, state=earlier.state)
        row = StoredDispute(
            id=f"SD{ctx.tokens.token(9)}",
            month=wish.month.id,
            fact=digest,
            measure=wish.measure,
            fact_ref=wish.ref,
            subject=wish.subject.value,
            concerned=wish.code,
            evidence_words=f"{fact.day} {fact.words}",
            state=state.value,
            at=tx.now,
        )
        queries.add_dispute(tx, row)
        _add_step(tx, actor, row, [], DisputeMove.DISPUTE, state, wish.words)
        return {"id": row.id}

    request: JsonDict = {
        "act": "score_dispute.dispute",
        "month": wish.month.id,
        "subject": wish.subject.value,
        "code": wish.code,
        "measure": wish.measure,
        "ref": wish.ref,
        "words": wish.words,
    }
    return str(ctx.command(actor, key, request, act)["id"])


def facts_of(score: Score) -> Iterable[MeasuredFact]:
    """Return the facts that a score cites, those that a chief representative carries included."""
    own = (charge.fact for line in score.lines for charge in line.charges)
    return chain(own, (entry.fact for entry in score.carried))


def _fact(ctx: Context, conn: Connection, wish: Wish) -> MeasuredFact:
    """Return the disputed fact; raises DISPUTE_FACT if the subject's score does not cite it."""
    scores = PeriodReader(ctx, conn).scores(wish.month, released=True).get(wish.subject, ())
    for score in scores:
        if score.code == wish.code:
            for fact in facts_of(score):
                if (fact.measure, fact.ref) == (wish.measure, wish.ref):
                    return fact
    raise HallError(AssessmentCode.DISPUTE_FACT)


def period_of_dispute(ctx: Context, conn: Connection, month: Period) -> Deadline:
    """Return until when points of a month can be disputed."""
    released = released_of(conn, ctx.hall_id, month)
    if released is None or released.row.released_at is None:
        return Unreleased()
    return WorkingDays(
        since=ctx.local(released.row.released_at).date(),
        days=ctx.settings().of(AssessmentSettings).score_dispute_days,
        today=ctx.local().date(),
        calendar=ctx.workdays(),
    )


def dispute_until(ctx: Context, conn: Connection, month: Period) -> date | None:
    """Return the last day on which points of a month can be disputed; None before its release."""
    period = period_of_dispute(ctx, conn, month)
    if isinstance(period, WorkingDays):
        return period.calendar.after(period.since, period.days)
    return None


def _new_attempt(ctx: Context, conn: Connection, actor: Actor, wish: Wish) -> Attempt[DisputeState]:
    concerned = is_concerned(ctx.catalogue(), actor, wish.subject, wish.code)
    return Attempt(
        None,
        actor.name,
        holds=lambda _role: concerned,
        deadlines={workflow.DISPUTE_PERIOD: period_of_dispute(ctx, conn, wish.month)},
        given=(workflow.WORDS,) if wish.words.strip() else (),
        facts={"days": ctx.settings().of(AssessmentSettings).score_dispute_days},
    )


def access(
    conn: Connection, hall_id: str, dispute_id: str
) -> tuple[StoredDispute, list[StoredDisputeStep]]:
    """Return a dispute with its steps; raises DISPUTE_UNKNOWN."""
    row = queries.dispute(conn, hall_id, dispute_id)
    if row is None:
        raise HallError(AssessmentCode.DISPUTE_UNKNOWN)
    return row, queries.DISPUTE_STEPS.of(conn, hall_id, [row.id])[row.id]


def open_ones(conn: Connection, hall_id: str) -> list[StoredDispute]:
    """Return the disputes that wait for a ruling, the oldest first."""
    rows = queries.disputes(conn, hall_id)
    return [row for row in reversed(rows) if row.state == DisputeState.OPEN]


def settle(
    ctx: Context, actor: Actor, key: str, dispute_id: str, *, granted: bool, words: str
) -> None:
    """Decide a dispute. Raises DISPUTE_UNKNOWN, DISPUTE_STATE, DISPUTE_SECOND, WORDS."""
    move = DisputeMove.GRANT if granted else DisputeMove.UPHOLD

    def act(tx: Tx) -> JsonDict:
        row, steps = access(tx.conn, tx.hall_id, dispute_id)
        state = DISPUTE.after(move, attempt_of(ctx, tx.conn, actor, row, steps, words))
        _add_step(tx, actor, row, steps, move, state, words)
        return {}

    request: JsonDict = {
        "act": "score_dispute.settle",
        "id": dispute_id,
        "granted": granted,
        "words": words,
    }
    ctx.command(actor, key, request, act)


def attempt_of(
    ctx: Context,
    conn: Connection,
    actor: Actor,
    row: StoredDispute,
    steps: Sequence[StoredDisputeStep],
    words: str,
) -> Attempt[DisputeState]:
    """Return a decision as a person attempts it."""
    concerned = is_concerned(ctx.catalogue(), actor, Subject(row.subject), row.concerned)
    subjects = {steps[0].by_actor.partition(":")[2]} | ({actor.name} if concerned else set())
    return Attempt(
        DisputeState(row.state),
        actor.name,
        earlier={
            workflow.SUBJECT: subjects,
            workflow.INVOLVED: _mark_people(conn, ctx.hall_id, row),
        },
        given=(workflow.WORDS,) if words.strip() else (),
    )


def _mark_people(conn: Connection, hall_id: str, row: StoredDispute) -> list[str]:
    """Return who proposed or confirmed the mark that is disputed; nobody for other facts."""
    mark = queries.mark(conn, hall_id, row.fact_ref) if row.measure.startswith("mark_") else None
    if mark is None:
        return []
    steps = queries.MARK_STEPS.of(conn, hall_id, [mark.id])[mark.id]
    return [step.by_actor.partition(":")[2] for step in steps]


def _add_step(
    tx: Tx,
    actor: Actor,
    row: StoredDispute,
    steps: Sequence[StoredDisputeStep],
    move: DisputeMove,
    state: DisputeState,
    words: str,
) -> None:
    step = StoredDisputeStep(
        dispute=row.id,
        n=len(steps) + 1,
        move=move.value,
        state=state.value,
        at=tx.now,
        words=words,
        by_actor=actor.key,
    )
    queries.DISPUTE_STEPS.add(tx, step)
    data: JsonDict = {
        "n": step.n,
        "state": step.state,
        "month": row.month,
        "measure": row.measure,
        "fact": row.fact,
        "subject": row.subject,
        "code": row.concerned,
    }
    write_journal(tx, actor, f"score_dispute.{move}", row.id, data=data, why=words)
    tx.events.append(AssessmentChanged("dispute", row.id))
