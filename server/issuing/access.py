"""Access to licences: who issues, who hands over, and who may see one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from server.cases import access as case_access
from server.cases import queries as case_queries
from server.cases.queries import StoredCase
from server.cases.rules import CaseOutcome, CaseState, HallPost
from server.core.actors import Actor
from server.core.errors import HallError
from server.hall.context import Context
from server.issuing import queries, workflow
from server.issuing.errors import LicenceCode
from server.issuing.queries import StoredLicence, StoredLicenceFact
from server.issuing.rules import LicenceMove

_NEUTRAL = frozenset(
    {LicenceMove.ASK_BACK, LicenceMove.ASK_VOID, LicenceMove.ENTER, LicenceMove.SHELVE}
)
"""Moves that leave a request standing."""


def is_issuer(ctx: Context, conn: Connection, actor: Actor) -> bool:
    """Return True if the office named a person for the issuing window."""
    return case_access.holds_hall_post(conn, ctx.hall_id, actor.name, HallPost.ISSUER)


def units_of(ctx: Context, conn: Connection, actor: Actor) -> list[str]:
    """Return the units for which a person registers licences and hands them over."""
    posts = case_queries.posts(conn, ctx.hall_id)
    return case_access.units_of(ctx.catalogue(), posts, actor.name)


def holds(ctx: Context, conn: Connection, actor: Actor, unit: str, role: str) -> bool:
    """Return True if the actor holds a role of the workflow towards a unit's licences."""
    if role == workflow.OFFICE:
        return actor.manages
    if role == workflow.ISSUER:
        return is_issuer(ctx, conn, actor)
    return unit in units_of(ctx, conn, actor)


def may_see(ctx: Context, conn: Connection, actor: Actor, unit: str) -> bool:
    """Return True for the office, the issuer, and the unit."""
    roles = (workflow.OFFICE, workflow.ISSUER, workflow.UNIT)
    return any(holds(ctx, conn, actor, unit, role) for role in roles)


def require_window(ctx: Context, conn: Connection, actor: Actor) -> None:
    """Raise LICENCE_POST unless a person issues or manages the hall."""
    if not actor.manages and not is_issuer(ctx, conn, actor):
        raise HallError(LicenceCode.LICENCE_POST)


def accessible(
    ctx: Context, conn: Connection, actor: Actor, licence_id: str
) -> tuple[StoredLicence, list[StoredLicenceFact]]:
    """Return a licence with its facts; raise LICENCE_UNKNOWN for whoever may not see it."""
    row = queries.get(conn, ctx.hall_id, licence_id)
    if row is None or not may_see(ctx, conn, actor, row.unit):
        raise HallError(LicenceCode.LICENCE_UNKNOWN)
    return row, queries.FACTS.of(conn, ctx.hall_id, [row.id])[row.id]


def case_of(ctx: Context, conn: Connection, case_id: str) -> StoredCase:
    """Return a licence's case. Raises LICENCE_UNKNOWN."""
    row = case_queries.get(conn, ctx.hall_id, case_id)
    if row is None:
        raise HallError(LicenceCode.LICENCE_UNKNOWN)
    return row


def is_granted(case: StoredCase) -> bool:
    """Return True if a case is decided, as granted, and not void."""
    return case.state == CaseState.DECIDED and case.outcome == CaseOutcome.GRANTED


def open_askers(facts: Sequence[StoredLicenceFact], ask: LicenceMove) -> list[str]:
    """Return who requested something; whatever moves the licence on ends the request."""
    askers: list[str] = []
    for fact in facts:
        if fact.move == ask:
            askers.append(fact.by_actor.partition(":")[2])
        elif fact.move not in _NEUTRAL:
            askers.clear()
    return askers


def givers(facts: Sequence[StoredLicenceFact]) -> list[str]:
    """Return who put a licence on its present list."""
    names = [f.by_actor.partition(":")[2] for f in facts if f.move == LicenceMove.LIST]
    return names[-1:]
