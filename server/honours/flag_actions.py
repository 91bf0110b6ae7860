"""Decision on a quarter's flag: one person proposes a window, another decides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from server.assessment.standings import Period
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict, write_journal
from server.honours import candidates, queries, workflow
from server.honours.candidates import RankedWindow
from server.honours.certificate import certificate_content, window_name
from server.honours.errors import HonourCode
from server.honours.flag_place import move_flag
from server.honours.list_actions import archive
from server.honours.list_rules import ListKind
from server.honours.queries import StoredAward, StoredFlagStep
from server.honours.rules import Cause, FlagMove, FlagState, needs_reason
from server.honours.workflow import FLAG

FIRST_STEPS = {
    FlagMove.DECIDE: FlagMove.PROPOSE,
    FlagMove.REVOKE: FlagMove.ASK_REVOKE,
    FlagMove.UPHOLD: FlagMove.ASK_REVOKE,
}
"""Step whose actor may not take the move as well."""


@dataclass(frozen=True, slots=True)
class FlagWish:
    """Step that a person wants to take; `window` of a proposal."""

    move: FlagMove
    window: str = ""
    words: str = ""


def move(ctx: Context, actor: Actor, key: str, quarter: Period, wish: FlagWish) -> None:
    """Take a step of a quarter's decision; a decided or revoked one moves the flag.

    Raises the codes of the workflow, FLAG_UNKNOWN, FLAG_RUNNING, FLAG_UNRELEASED, FLAG_CANDIDATE,
    FLAG_BARRED.
    """
    request: JsonDict = {
        "act": f"flag.{wish.move}",
        "quarter": quarter.id,
        "chosen": wish.window,
        "words": wish.words,
    }
    ctx.command(actor, key, request, lambda tx: _move(ctx, tx, actor, quarter, wish))


def _move(ctx: Context, tx: Tx, actor: Actor, quarter: Period, wish: FlagWish) -> JsonDict:
    row = queries.award(tx.conn, tx.hall_id, quarter.id)
    steps = queries.FLAG_STEPS.of(tx.conn, tx.hall_id, [quarter.id])[quarter.id]
    if row is None and wish.move is not FlagMove.PROPOSE:
        raise HallError(HonourCode.FLAG_UNKNOWN)
    if quarter.last >= ctx.local(tx.now).date():
        raise HallError(HonourCode.FLAG_RUNNING)
    proposes = wish.move is FlagMove.PROPOSE
    window = wish.window if proposes or row is None else row.window
    ranking: list[RankedWindow] = []
    choice: RankedWindow | None = None
    if wish.move in (FlagMove.PROPOSE, FlagMove.DECIDE):
        # The first person's choice is checked again: what came to light meanwhile counts.
        ranking = candidates.ranked(ctx, tx.conn, quarter) or []
        choice = candidates.chosen(ranking or None, window)
    state = FLAG.after(
        wish.move, attempt_of(ctx, actor, row, steps, wish, is_plain(choice, ranking))
    )
    changes: JsonDict = {}
    if choice is not None:
        entry = choice.standing
        changes = {"window": window, "rank": entry.rank, "score": str(entry.score)}
        changes["basis"] = candidates.basis_text(ranking)
        if row is None:
            queries.add_award(tx, StoredAward(quarter=quarter.id, state=state.value, **changes))
    step = StoredFlagStep(
        quarter=quarter.id,
        n=len(steps) + 1,
        move=wish.move.value,
        state=state.value,
        at=tx.now,
        window=window,
        words=wish.words,
        by_actor=actor.key,
    )
    queries.FLAG_STEPS.add(tx, step, **changes)
    if wish.move is FlagMove.DECIDE and choice is not None:
        _archive(ctx, tx, actor, quarter, choice, steps)
    data = {"n": step.n, "state": state.value, "chosen": window}
    write_journal(tx, actor, f"flag.{wish.move}", quarter.id, data=data, why=wish.words)
    if wish.move in (FlagMove.DECIDE, FlagMove.REVOKE):
        cause = Cause.AWARD if wish.move is FlagMove.DECIDE else Cause.REVOKED
        move_flag(ctx, tx, actor, cause, quarter.id)
    return {}


def _archive(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    quarter: Period,
    choice: RankedWindow,
    steps: Sequence[StoredFlagStep],
) -> None:
    """Keep the words of the certificate; names that change later do not change them."""
    book, entry = ctx.catalogue(), choice.standing
    proposal = [step for step in steps if step.move == FlagMove.PROPOSE][-1]
    content = certificate_content(
        book.hall_name,
        window_name(book, entry.code),
        quarter.words,
        str(entry.score),
        entry.rank if entry.rank_best == entry.rank_worst else 0,
        ctx.local(tx.now).date(),
    )
    first = proposal.by_actor.partition(":")[2], proposal.at
    archive(tx, ListKind.CERTIFICATE, quarter.id, content, first=first, second=actor.name)


def is_plain(choice: RankedWindow | None, ranking: Sequence[RankedWindow]) -> bool:
    """Return True if a choice needs no reason: it is first for certain."""
    if choice is None:
        return True
    return not needs_reason(choice.candidate, [entry.candidate for entry in ranking])


def attempt_of(
    ctx: Context,
    actor: Actor,
    row: StoredAward | None,
    steps: Sequence[StoredFlagStep],
    wish: FlagWish,
    plain: bool,
) -> Attempt[FlagState]:
    """Return a step as the actor attempts it; `plain`: the choice needs no reason.

    The reason that the proposer wrote is read by the second person, who need not repeat it.
    """
    window = wish.window if wish.move is FlagMove.PROPOSE or row is None else row.window
    first = FIRST_STEPS.get(wish.move)
    proposals = [step for step in steps if step.move == FlagMove.PROPOSE]
    has_reason = bool(wish.words) or (
        wish.move is FlagMove.DECIDE and bool(proposals and proposals[-1].words)
    )
    given = [workflow.WORDS] if wish.words else []
    given += [workflow.REASON] if plain or has_reason else []
    earlier = [step.by_actor.partition(":")[2] for step in steps if step.move == first][-1:]
    return Attempt(
        state=FlagState(row.state) if row is not None else None,
        person=actor.name,
        earlier={workflow.FIRST: earlier, workflow.SUBJECT: people_at(ctx, window)},
        given=given,
    )


def people_at(ctx: Context, window: str) -> list[str]:
    """Return the staff numbers of those who may sign in to a window."""
    return [person.number for person in ctx.catalogue().staff if window in person.windows]


def basis_of(row: StoredAward) -> list[JsonDict]:
    """Return the ranking as it was at the newest step that chose a window."""
    basis: list[JsonDict] = json.loads(row.basis)
    return basis
