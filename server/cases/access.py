"""Access to cases: who accepts, handles, reviews and approves, and who may see a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.cases import queries, workflow
from server.cases.errors import CaseCode
from server.cases.queries import StoredCase, StoredFact
from server.cases.rules import POST_OF, CaseMove, CaseState, HallPost, Post, stage_before
from server.catalogue.model import Catalogue
from server.core.actors import SYSTEM, Actor
from server.core.errors import HallError
from server.hall.context import Context

Posts = Mapping[tuple[str, Post], set[str]]
"""Staff numbers of the holders, by unit and post."""


def holds_post(catalogue: Catalogue, posts: Posts, staff: str, unit: str, post: Post) -> bool:
    """Return True if a person holds a unit's post.

    Where the office named nobody, everybody of the unit handles and reviews, and its chief
    representative approves.
    """
    named = posts.get((unit, post))
    if named:
        return staff in named
    person = catalogue.staff_by.get(staff)
    if person is None or person.unit != unit or not unit:
        return False
    return person.chief if post is Post.APPROVER else True


def held_posts(catalogue: Catalogue, posts: Posts, staff: str, unit: str) -> list[Post]:
    """Return the posts of a unit that a person holds."""
    return [post for post in Post if holds_post(catalogue, posts, staff, unit, post)]


def units_of(catalogue: Catalogue, posts: Posts, staff: str) -> list[str]:
    """Return the units of which a person holds a post."""
    return [u.code for u in catalogue.units if held_posts(catalogue, posts, staff, u.code)]


def units_by_post(catalogue: Catalogue, posts: Posts, staff: str) -> dict[Post, list[str]]:
    """Return the units of which a person holds each post."""
    codes = [unit.code for unit in catalogue.units]
    return {
        post: [unit for unit in codes if holds_post(catalogue, posts, staff, unit, post)]
        for post in Post
    }


def is_acceptor(catalogue: Catalogue, actor: Actor, row: StoredCase) -> bool:
    """Return True for whoever opened the case, and for the people of its unit."""
    person = catalogue.staff_by.get(actor.name)
    return actor.name == row.staff or (person is not None and person.unit == row.unit)


def holds_hall_post(conn: Connection, hall_id: str, staff: str, post: HallPost) -> bool:
    """Return True if the office named a person for a post of the hall."""
    return staff in queries.hall_posts(conn, hall_id)[post]


def may_see(catalogue: Catalogue, posts: Posts, actor: Actor, row: StoredCase) -> bool:
    """Return True for the office, the acceptor, the desk, and the holders of the unit's posts."""
    if actor.manages or actor.name == row.owner:
        return True
    held = held_posts(catalogue, posts, actor.name, row.unit)
    return bool(held) or is_acceptor(catalogue, actor, row)


def accessible(
    ctx: Context, conn: Connection, actor: Actor, case_id: str
) -> tuple[StoredCase, list[StoredFact], Posts]:
    """Return a case with its facts and the posts; raise CASE_UNKNOWN for whoever may not see it."""
    row = queries.get(conn, ctx.hall_id, case_id)
    posts = queries.posts(conn, ctx.hall_id)
    if row is None or not may_see(ctx.catalogue(), posts, actor, row):
        raise HallError(CaseCode.CASE_UNKNOWN)
    return row, queries.FACTS.of(conn, ctx.hall_id, [row.id])[row.id], posts


def holds(catalogue: Catalogue, posts: Posts, actor: Actor, row: StoredCase, role: str) -> bool:
    """Return True if the actor holds a role of the workflow towards a case."""
    if role == workflow.HALL:
        return actor == SYSTEM
    if role == workflow.OFFICE:
        return actor.manages
    if role == workflow.ACCEPTOR:
        return is_acceptor(catalogue, actor, row)
    return holds_post(catalogue, posts, actor.name, row.unit, Post(role))


def covers(facts: Sequence[StoredFact], actor: Actor, row: StoredCase, role: str) -> bool:
    """Return True if the actor took over a case that waits for this post, and still has it."""
    if row.owner != actor.name or actor.name not in actors_of(facts, CaseMove.TAKE_OVER)[-1:]:
        return False
    state = CaseState(row.state)
    if state is CaseState.SUSPENDED:
        state = stage_before([CaseState(fact.state) for fact in facts])
    return state in POST_OF and role == POST_OF[state]


def takers(facts: Sequence[StoredFact], state: CaseState) -> list[str]:
    """Return the staff numbers of those who passed a case on from a state."""
    names, before = [], ""
    for fact in facts:
        if fact.move == CaseMove.PASS and before == state:
            names.append(fact.by_actor.partition(":")[2])
        before = fact.state
    return names


def actors_of(facts: Sequence[StoredFact], move: CaseMove) -> list[str]:
    """Return the staff numbers of those who made a move."""
    return [fact.by_actor.partition(":")[2] for fact in facts if fact.move == move]
