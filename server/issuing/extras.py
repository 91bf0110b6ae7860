"""Acts on additional licences: found at a count, given back by the window, settled by the unit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.issuing import access, extra_queries, workflow
from server.issuing.errors import LicenceCode
from server.issuing.extra_queries import StoredExtra, StoredExtraFact
from server.issuing.queries import StoredList
from server.issuing.rules import ExtraMove, ExtraState
from server.issuing.workflow import EXTRA


def find(ctx: Context, tx: Tx, actor: Actor, row: StoredList, numbers: Sequence[str]) -> None:
    """Record what was there at the count of a list and not on it."""
    for number in numbers:
        attempt = attempt_of(ctx, tx.conn, actor, row.unit, None, ())
        state = EXTRA.after(ExtraMove.FIND, attempt)
        extra = StoredExtra(
            id=f"LX{ctx.tokens.token(9)}",
            list=row.id,
            unit=row.unit,
            number=number,
            state=state.value,
            day=ctx.day(tx.now),
            at=tx.now,
        )
        extra_queries.add(tx, extra)
        _add_fact(ctx, tx, actor, extra, 1, ExtraMove.FIND, state, "")


def move(ctx: Context, actor: Actor, key: str, extra_id: str, step: ExtraMove, words: str) -> None:
    """Take a step of an additional licence.

    Raises LICENCE_UNKNOWN, the codes of the workflow, INVALID (only a count finds one).
    """

    def act(tx: Tx) -> JsonDict:
        row = extra_queries.get(tx.conn, tx.hall_id, extra_id)
        if row is None or not access.may_see(ctx, tx.conn, actor, row.unit):
            raise HallError(LicenceCode.LICENCE_UNKNOWN)
        if step is ExtraMove.FIND:
            raise HallError(CommonCode.INVALID, field="move")
        facts = extra_queries.FACTS.of(tx.conn, tx.hall_id, [row.id])[row.id]
        given = [workflow.WORDS] if words else []
        state = EXTRA.after(step, attempt_of(ctx, tx.conn, actor, row.unit, row, facts, given))
        _add_fact(ctx, tx, actor, row, len(facts) + 1, step, state, words)
        return {}

    request: JsonDict = {"act": f"licence_extra.{step}", "extra": extra_id, "words": words}
    ctx.command(actor, key, request, act)


def attempt_of(
    ctx: Context,
    conn: Connection,
    actor: Actor,
    unit: str,
    row: StoredExtra | None,
    facts: Sequence[StoredExtraFact],
    given: Sequence[str] = (workflow.WORDS,),
) -> Attempt[ExtraState]:
    """Return a step as the actor attempts it."""
    return Attempt(
        ExtraState(row.state) if row is not None else None,
        actor.name,
        lambda role: access.holds(ctx, conn, actor, unit, role),
        {workflow.RETURNER: returners(facts)},
        given,
    )


def returners(facts: Sequence[StoredExtraFact]) -> list[str]:
    """Return who said that the unit has it back."""
    names = [f.by_actor.partition(":")[2] for f in facts if f.move == ExtraMove.RETURN]
    return names[-1:]


def _add_fact(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredExtra,
    n: int,
    step: ExtraMove,
    state: ExtraState,
    words: str,
) -> None:
    fact = StoredExtraFact(
        extra=row.id,
        n=n,
        move=step.value,
        state=state.value,
        at=tx.now,
        day=ctx.day(tx.now),
        words=words,
        by_actor=actor.key,
    )
    extra_queries.FACTS.add(tx, fact)
    data: JsonDict = {"n": n, "list": row.list, "unit": row.unit, "state": state.value}
    write_journal(tx, actor, f"licence_extra.{step}", row.id, data=data)
