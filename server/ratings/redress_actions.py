"""Acts on redresses: one opens with a bad rating, and every step has its actor and its due day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from server.core.actors import SYSTEM, Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.core.working_days import Due
from server.hall.context import Context, JsonDict, write_journal
from server.leave import file_queries
from server.ratings import queries, redress_queries, workflow
from server.ratings.errors import RatingCode
from server.ratings.events import RedressMoved
from server.ratings.queries import StoredRating
from server.ratings.redress_queries import StoredRedress, StoredStep
from server.ratings.redress_rules import (
    CallResult,
    Limits,
    RedressMove,
    RedressState,
    due_after,
    fits,
)
from server.ratings.settings import RatingSettings
from server.ratings.workflow import REDRESS


@dataclass(frozen=True, slots=True)
class Wish:
    """Step that a person wants to take."""

    move: RedressMove
    words: str = ""
    result: CallResult | None = None
    evidence: tuple[str, ...] = ()


def limits_of(ctx: Context) -> Limits:
    """Return the working days in force."""
    settings = ctx.settings().of(RatingSettings)
    return Limits(
        contact=settings.contact_days,
        appeal=settings.appeal_days,
        redress=settings.redress_days,
        recheck=settings.recheck_days,
    )


def begin(ctx: Context, tx: Tx, rating: StoredRating) -> None:
    """Open the redress of a bad rating in the running action."""
    person = ctx.catalogue().staff_by.get(rating.staff)
    unit = person.unit if person is not None and person.unit else rating.unit
    state = REDRESS.after(RedressMove.OPEN, Attempt(None))
    row = StoredRedress(rating.id, state.value, unit, rating.staff, "", tx.now)
    redress_queries.add(tx, row)
    _add_step(ctx, tx, SYSTEM, row, [], state, Wish(RedressMove.OPEN))


def _is_liaison(ctx: Context, actor: Actor, row: StoredRedress) -> bool:
    return bool(row.unit) and ctx.catalogue().unit_led_by(actor.name) == row.unit


def attempt_of(
    ctx: Context, actor: Actor, row: StoredRedress, steps: Sequence[StoredStep], wish: Wish | None
) -> Attempt[RedressState]:
    """Return a step as the actor attempts it; with `wish` None whatever it needs is given."""

    def holds(role: str) -> bool:
        return actor.manages if role == workflow.OFFICE else _is_liaison(ctx, actor, row)

    given = [workflow.WORDS] if wish is None or wish.words else []
    given += [workflow.RESULT] if wish is None or wish.result is not None else []
    handlers = [step.by_actor.partition(":")[2] for step in steps if step.by_actor != SYSTEM.key]
    return Attempt(
        state=RedressState(row.state),
        person=actor.name,
        holds=holds,
        earlier={workflow.SUBJECT: (row.staff,), workflow.HANDLER: handlers},
        given=given,
    )


def access(
    ctx: Context, conn: Connection, actor: Actor, rating_id: str
) -> tuple[StoredRedress, list[StoredStep]]:
    """Return a redress with its steps, if the actor handles it; raises REDRESS_UNKNOWN.

    Whoever served never sees it: it shows who rated.
    """
    row = redress_queries.get(conn, ctx.hall_id, rating_id)
    if row is None or row.staff == actor.name:
        raise HallError(RatingCode.REDRESS_UNKNOWN)
    if not actor.manages and not _is_liaison(ctx, actor, row):
        raise HallError(RatingCode.REDRESS_UNKNOWN)
    return row, redress_queries.STEPS.of(conn, ctx.hall_id, [rating_id])[rating_id]


def move(ctx: Context, actor: Actor, key: str, rating_id: str, wish: Wish) -> None:
    """Take a step of a redress.

    Raises REDRESS_UNKNOWN, REDRESS_OFFICE, REDRESS_SECOND, REDRESS_STATE, REDRESS_WORDS,
    REDRESS_RESULT, FILE_UNKNOWN, INVALID (a step that only the hall takes).
    """

    def act(tx: Tx) -> JsonDict:
        row, steps = access(ctx, tx.conn, actor, rating_id)
        if wish.move is RedressMove.OPEN:
            raise HallError(CommonCode.INVALID, field="move")
        _check_result(tx, rating_id, wish)
        file_queries.require_all(tx, wish.evidence)
        state = REDRESS.after(wish.move, attempt_of(ctx, actor, row, steps, wish), _target(wish))
        _add_step(ctx, tx, actor, row, steps, state, wish)
        return {}

    request: JsonDict = {
        "act": f"redress.{wish.move}",
        "rating": rating_id,
        "words": wish.words,
        "result": wish.result,
        "evidence": list(wish.evidence),
    }
    ctx.command(actor, key, request, act)


def _check_result(tx: Tx, rating_id: str, wish: Wish) -> None:
    rating = queries.get(tx.conn, tx.hall_id, rating_id)
    named = rating is not None and bool(rating.named)
    if wish.result is not None and not fits(wish.result, named=named):
        raise HallError(RatingCode.REDRESS_RESULT)


def _target(wish: Wish) -> RedressState | None:
    if wish.move is not RedressMove.RECHECK:
        return None
    still_bad = wish.result is CallResult.DISSATISFIED
    return RedressState.REDRESSING if still_bad else RedressState.RECHECKED


def _add_step(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    row: StoredRedress,
    steps: Sequence[StoredStep],
    state: RedressState,
    wish: Wish,
) -> None:
    day = ctx.local(tx.now).date()
    before = Due(steps[-1].due, steps[-1].answer_due) if steps else None
    due = due_after(wish.move, state, before, day, limits_of(ctx), ctx.workdays())
    result = wish.result.value if wish.result is not None else ""
    step = StoredStep(
        rating=row.rating,
        n=len(steps) + 1,
        move=wish.move.value,
        state=state.value,
        at=tx.now,
        day=day.isoformat(),
        due=due.next,
        answer_due=due.answer,
        result=result,
        words=wish.words,
        evidence=json.dumps(list(wish.evidence)),
        by_actor=actor.key,
    )
    redress_queries.STEPS.add(tx, step, due=step.due)
    # Words stay out of the journal: they may name the person who rated, and can be erased.
    data: JsonDict = {
        "n": step.n,
        "state": step.state,
        "due": step.due,
        "answer_due": step.answer_due,
        "result": result,
        "evidence": list(wish.evidence),
        "unit": row.unit,
    }
    write_journal(tx, actor, f"redress.{wish.move}", row.rating, data=data)
    tx.events.append(RedressMoved(row.rating, row.unit, state.value))
