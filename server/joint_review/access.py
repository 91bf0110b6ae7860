"""Access to joint review: the lead of a case, the people of the units asked, the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from server.cases import access as case_access
from server.cases import queries as case_queries
from server.cases.access import Posts
from server.cases.queries import StoredCase
from server.cases.rules import Post
from server.core.actors import Actor
from server.core.errors import HallError
from server.hall.context import Context
from server.joint_review import queries, workflow
from server.joint_review.errors import JointCode
from server.joint_review.queries import StoredPart
from server.joint_review.rules import PartKind, PartState


@dataclass(frozen=True, slots=True)
class JointCase:
    """Case with its parts, as somebody may see it."""

    row: StoredCase
    parts: list[StoredPart]
    is_lead: bool
    """True for whoever handles the case in its own unit."""
    own_units: frozenset[str]
    """Units whose steps of parts the person takes."""

    @property
    def opinions(self) -> list[StoredPart]:
        """Parts that ask units of this hall for their opinion."""
        return [part for part in self.parts if part.kind == PartKind.OPINION]

    def states(self, parts: Sequence[StoredPart]) -> list[PartState]:
        """Return the states of these parts."""
        return [PartState(part.state) for part in parts]

    def own(self) -> list[StoredPart]:
        """Return the parts that ask a unit of the person."""
        return [part for part in self.opinions if part.unit in self.own_units]


def is_lead(ctx: Context, posts: Posts, actor: Actor, row: StoredCase) -> bool:
    """Return True for the handler of the case's unit, and for whose desk the case is on."""
    is_handler = case_access.holds_post(ctx.catalogue(), posts, actor.name, row.unit, Post.HANDLER)
    return is_handler or (bool(row.owner) and row.owner == actor.name)


def joint_case(ctx: Context, conn: Connection, actor: Actor, case_id: str) -> JointCase:
    """Return a case to whoever may see it, or whose unit is asked. Raises JOINT_UNKNOWN."""
    row = case_queries.get(conn, ctx.hall_id, case_id)
    if row is None:
        raise HallError(JointCode.JOINT_UNKNOWN)
    return joint_cases(ctx, conn, actor, [row])[0]


def joint_cases(
    ctx: Context, conn: Connection, actor: Actor, rows: Sequence[StoredCase]
) -> list[JointCase]:
    """Return cases with their parts. Raises JOINT_UNKNOWN for one that the person may not see."""
    posts = case_queries.posts(conn, ctx.hall_id)
    parts: dict[str, list[StoredPart]] = {row.id: [] for row in rows}
    for part in queries.parts_of(conn, ctx.hall_id, list(parts)):
        parts[part.case].append(part)
    catalogue = ctx.catalogue()
    own = frozenset(case_access.units_of(catalogue, posts, actor.name))
    result = [JointCase(row, parts[row.id], is_lead(ctx, posts, actor, row), own) for row in rows]
    for case in result:
        if not (case_access.may_see(catalogue, posts, actor, case.row) or case.own()):
            raise HallError(JointCode.JOINT_UNKNOWN)
    return result


def holds(joint: JointCase, actor: Actor, role: str, unit: str = "") -> bool:
    """Return True if the actor holds a role of the workflows; `unit`: of the part."""
    if role == workflow.LEAD:
        return joint.is_lead
    if role == workflow.OFFICE:
        return actor.manages
    return role == workflow.UNIT and unit in joint.own_units
