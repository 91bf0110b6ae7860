"""Actions on marks by hand: proposed with words and evidence, confirmed by another person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from server.assessment import mark_kinds, queries, workflow
from server.assessment.errors import AssessmentCode
from server.assessment.events import AssessmentChanged
from server.assessment.queries import StoredMark, StoredMarkStep
from server.assessment.workflow import MARK, MarkMove, MarkState
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.measured import Subject
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.leave import file_queries


@dataclass(frozen=True, slots=True)
class Wish:
    """Mark as a person proposes it; `code` of the person, window or unit."""

    kind: str
    subject: Subject
    code: str
    day: date
    times: int
    words: str
    evidence: tuple[str, ...] = ()


def access(conn: Connection, hall_id: str, mark_id: str) -> tuple[StoredMark, list[StoredMarkStep]]:
    """Return a mark with its steps; raises MARK_UNKNOWN."""
    row = queries.mark(conn, hall_id, mark_id)
    if row is None:
        raise HallError(AssessmentCode.MARK_UNKNOWN)
    return row, queries.MARK_STEPS.of(conn, hall_id, [row.id])[row.id]


def propose(ctx: Context, actor: Actor, key: str, wish: Wish) -> str:
    """Propose a mark; return its id. Raises MARK_ABOUT, WORDS, INVALID, FILE_UNKNOWN."""
    if wish.kind not in mark_kinds.MEASURES:
        raise HallError(CommonCode.INVALID, field="kind")

    def act(tx: Tx) -> JsonDict:
        staff, window, unit = _about(ctx, wish)
        if wish.day > ctx.local(tx.now).date():
            raise HallError(AssessmentCode.MARK_ABOUT)
        file_queries.require_all(tx, wish.evidence)
        given = (workflow.WORDS,) if wish.words.strip() else ()
        state = MARK.after(MarkMove.PROPOSE, Attempt(None, actor.name, given=given))
        row = StoredMark(
            id=f"SM{ctx.tokens.token(9)}",
            kind=wish.kind,
            day=wish.day.isoformat(),
            staff=staff,
            window=window,
            unit=unit,
            times=wish.times,
            state=state.value,
            at=tx.now,
        )
        queries.add_mark(tx, row)
        _add_step(tx, actor, row, [], MarkMove.PROPOSE, state, wish.words, wish.evidence)
        return {"id": row.id}

    request: JsonDict = {
        "act": "score_mark.propose",
        "kind": wish.kind,
        "subject": wish.subject.value,
        "code": wish.code,
        "day": wish.day.isoformat(),
        "times": wish.times,
        "words": wish.words,
        "evidence": list(wish.evidence),
    }
    return str(ctx.command(actor, key, request, act)["id"])


def _about(ctx: Context, wish: Wish) -> tuple[str, str, str]:
    """Return staff number, window and unit of a mark; raises MARK_ABOUT."""
    catalogue = ctx.catalogue()
    if wish.subject is Subject.PERSON and wish.code in catalogue.staff_by:
        return wish.code, "", catalogue.staff_by[wish.code].unit
    if wish.subject is Subject.WINDOW and wish.code in catalogue.window_by:
        units = catalogue.window_by[wish.code].units
        return "", wish.code, units[0] if len(units) == 1 else ""
    if wish.subject is Subject.UNIT and wish.code in catalogue.unit_by:
        return "", "", wish.code
    raise HallError(AssessmentCode.MARK_ABOUT)


def decide(
    ctx: Context, actor: Actor, key: str, mark_id: str, move: MarkMove, words: str = ""
) -> None:
    """Confirm or dismiss a mark. Raises MARK_UNKNOWN, MARK_STATE, MARK_SECOND, WORDS, INVALID."""
    if move is MarkMove.PROPOSE:
        raise HallError(CommonCode.INVALID, field="move")

    def act(tx: Tx) -> JsonDict:
        row, steps = access(tx.conn, tx.hall_id, mark_id)
        state = MARK.after(move, _attempt(actor, row, steps, words))
        _add_step(tx, actor, row, steps, move, state, words)
        return {}

    request: JsonDict = {"act": f"score_mark.{move}", "id": mark_id, "words": words}
    ctx.command(actor, key, request, act)


def may(actor: Actor, move: MarkMove, row: StoredMark, steps: Sequence[StoredMarkStep]) -> bool:
    """Return True if a person may take a step of a mark, with a reason where it needs one."""
    return MARK.allows(move, _attempt(actor, row, steps, "reason"))


def _attempt(
    actor: Actor, row: StoredMark, steps: Sequence[StoredMarkStep], words: str
) -> Attempt[MarkState]:
    return Attempt(
        MarkState(row.state),
        actor.name,
        earlier={
            workflow.PROPOSER: (steps[0].by_actor.partition(":")[2],),
            workflow.SUBJECT: (row.staff,) if row.staff else (),
        },
        given=(workflow.WORDS,) if words.strip() else (),
    )


def _add_step(
    tx: Tx,
    actor: Actor,
    row: StoredMark,
    steps: Sequence[StoredMarkStep],
    move: MarkMove,
    state: MarkState,
    words: str,
    evidence: Sequence[str] = (),
) -> None:
    step = StoredMarkStep(
        mark=row.id,
        n=len(steps) + 1,
        move=move.value,
        state=state.value,
        at=tx.now,
        words=words,
        evidence=json.dumps(list(evidence)),
        by_actor=actor.key,
    )
    queries.MARK_STEPS.add(tx, step)
    data: JsonDict = {
        "n": step.n,
        "state": step.state,
        "kind": row.kind,
        "day": row.day,
        "staff": row.staff,
        "unit": row.unit,
        "times": row.times,
        "evidence": list(evidence),
    }
    write_journal(tx, actor, f"score_mark.{move}", row.id, window=row.window, data=data, why=words)
    tx.events.append(AssessmentChanged("mark", row.id))
