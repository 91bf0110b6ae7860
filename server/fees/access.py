"""Access to dues: who may see and move them, and which parts they had before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from server.cases import access as case_access
from server.cases import queries as case_queries
from server.cases.queries import StoredCase, StoredFact
from server.cases.rules import CaseMove, HallPost, Post
from server.catalogue.model import Catalogue
from server.core.actors import SYSTEM, Actor
from server.core.errors import HallError
from server.core.workflow import Attempt
from server.fees import queries, workflow
from server.fees.errors import FeeCode
from server.fees.queries import StoredDue, StoredFeeFact
from server.fees.rules import ASKS, FeeMove, FeeState, net_of
from server.hall.context import Context

_ACCEPTING = (CaseMove.FILE, CaseMove.ACCEPT, CaseMove.COMPLETE)


@dataclass(frozen=True, slots=True)
class DueWithCase:
    """Due with its facts, its case and the case's facts and posts."""

    row: StoredDue
    facts: Sequence[StoredFeeFact]
    case: StoredCase
    case_facts: Sequence[StoredFact]
    posts: case_access.Posts


def is_cashier(conn: Connection, hall_id: str, actor: Actor) -> bool:
    """Return True for a holder of the hall's post that confirms money."""
    return case_access.holds_hall_post(conn, hall_id, actor.name, HallPost.CASHIER)


def due_with_case(ctx: Context, conn: Connection, due: str) -> DueWithCase:
    """Return a due with its case; raise FEE_UNKNOWN."""
    row = queries.get(conn, ctx.hall_id, due)
    case = case_queries.get(conn, ctx.hall_id, row.case) if row is not None else None
    if row is None or case is None:
        raise HallError(FeeCode.FEE_UNKNOWN)
    facts = queries.FACTS.of(conn, ctx.hall_id, [row.id])[row.id]
    case_facts = case_queries.FACTS.of(conn, ctx.hall_id, [case.id])[case.id]
    posts = case_queries.posts(conn, ctx.hall_id)
    return DueWithCase(row, facts, case, case_facts, posts)


def accessible(ctx: Context, conn: Connection, actor: Actor, due: str) -> DueWithCase:
    """Return a due to the cashier, and to whoever may see its case; raise FEE_UNKNOWN."""
    whole = due_with_case(ctx, conn, due)
    if not is_cashier(conn, ctx.hall_id, actor) and not case_access.may_see(
        ctx.catalogue(), whole.posts, actor, whole.case
    ):
        raise HallError(FeeCode.FEE_UNKNOWN)
    return whole


def accepts(catalogue: Catalogue, posts: case_access.Posts, actor: Actor, case: StoredCase) -> bool:
    """Return True for whoever accepts or handles a case: they make its payment notices."""
    return case_access.is_acceptor(catalogue, actor, case) or case_access.holds_post(
        catalogue, posts, actor.name, case.unit, Post.HANDLER
    )


def acceptors(case: StoredCase, case_facts: Sequence[StoredFact], maker: str) -> set[str]:
    """Return who opened or accepted a case or made the due: none of them confirms its money."""
    names = {case.staff, maker}
    for move in _ACCEPTING:
        names.update(case_access.actors_of(case_facts, move))
    return names - {"", SYSTEM.name}


def held(facts: Sequence[StoredFeeFact]) -> int:
    """Return the fen that the hall holds of a due."""
    return net_of((FeeMove(fact.move), fact.amount) for fact in facts)


def askers(facts: Sequence[StoredFeeFact]) -> list[str]:
    """Return who requested what is to be decided now."""
    last = facts[-1] if facts else None
    return [last.by_actor.partition(":")[2]] if last is not None and last.state in ASKS else []


def attempt_of(
    ctx: Context,
    conn: Connection,
    actor: Actor,
    whole: DueWithCase,
    given: Sequence[str] = (workflow.WORDS, workflow.REFERENCE),
    *,
    by_file: bool = False,
) -> Attempt[FeeState]:
    """Return a move as the actor attempts it; `by_file`: a line of the bank's file confirms."""
    whole_given = [workflow.WHOLE] if held(whole.facts) == whole.row.amount else []

    def holds(role: str) -> bool:
        if role == workflow.BANK:
            return by_file
        if role == workflow.OFFICE:
            return actor.manages
        if role == workflow.CASHIER:
            return is_cashier(conn, ctx.hall_id, actor)
        return accepts(ctx.catalogue(), whole.posts, actor, whole.case)

    return Attempt(
        state=FeeState(whole.row.state),
        person=actor.name,
        holds=holds,
        earlier={
            workflow.ACCEPTED: acceptors(whole.case, whole.case_facts, whole.row.staff),
            workflow.ASKER: askers(whole.facts),
        },
        given=[*given, *whole_given],
    )
