"""Take-over of a desk by the cover (AB 角), by a list of its cases, which both people sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from server.cases import access, actions, list_queries, queries
from server.cases.actions import Wish
from server.cases.clocks import PROMISES
from server.cases.due_rows import due_rows
from server.cases.errors import CaseCode
from server.cases.queries import StoredCase, StoredTakeOver
from server.cases.rules import RUNNING, CaseMove, CaseState, post_of
from server.cases.workflow import CASE
from server.catalogue.model import Catalogue
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.core.workflow import Attempt
from server.hall.context import Context, JsonDict

LISTED_DAYS = 30
"""Days for which a list is offered on the desk."""
OPEN_DESK = RUNNING | {CaseState.SUSPENDED}
"""States of cases that can be taken over."""


@dataclass(frozen=True, slots=True)
class TakenCase:
    """Case of a list as it was taken over; `due`: promised ISO day or minute, "" on hold."""

    number: str
    item: str
    applicant: str
    state: CaseState
    due: str


@dataclass(frozen=True, slots=True)
class TakeOverList:
    """Cases that one person took over from another at one time (ms)."""

    id: str
    at: int
    by: str
    from_staff: str
    cases: tuple[str, ...]


def take_over(ctx: Context, actor: Actor, key: str, from_staff: str, cases: Sequence[str]) -> None:
    """Take over cases from the desk of a person whose cover one is.

    They are on that person's desk, or on nobody's and wait for a post that the person holds. Raises
    CASE_UNKNOWN, CASE_COVER, CASE_STATE.
    """
    request: JsonDict = {"act": "case.take_over", "from": from_staff, "cases": list(cases)}

    def act(tx: Tx) -> JsonDict:
        catalogue = ctx.catalogue()
        person = catalogue.staff_by.get(from_staff)
        if person is None or (person.cover != actor.name and not actor.manages):
            raise HallError(CaseCode.CASE_COVER)
        posts = queries.posts(tx.conn, tx.hall_id)
        for case_id in cases:
            row = queries.get(tx.conn, tx.hall_id, case_id)
            if row is None or not waits_for(catalogue, posts, from_staff, row):
                raise HallError(CaseCode.CASE_UNKNOWN)
            facts = queries.FACTS.of(tx.conn, tx.hall_id, [case_id])[case_id]
            attempt = Attempt(CaseState(row.state), actor.name, lambda _role: True)
            state = CASE.after(CaseMove.TAKE_OVER, attempt)
            wish = Wish(CaseMove.TAKE_OVER, words=from_staff)
            actions.add_fact(ctx, tx, actor, row, facts, state, wish, ctx.local(tx.now).date())
        return {}

    ctx.command(actor, key, request, act)


def waits_for(catalogue: Catalogue, posts: access.Posts, staff: str, row: StoredCase) -> bool:
    """Return True if the next step of a case is a person's: by its desk, or by a post."""
    if row.owner:
        return row.owner == staff
    return access.holds_post(catalogue, posts, staff, row.unit, post_of(CaseState(row.state)))


def covered_by(ctx: Context, conn: Connection, staff: str) -> dict[str, list[StoredCase]]:
    """Return the cases that a person may take over, by the person whose cover one is.

    Cases of nobody that wait for a post which the cover holds as well are no one's to hand over.
    """
    catalogue, posts = ctx.catalogue(), queries.posts(conn, ctx.hall_id)
    desks: dict[str, list[StoredCase]] = {}
    for person in catalogue.staff:
        if person.cover != staff:
            continue
        units = access.units_by_post(catalogue, posts, person.number)
        query = list_queries.on_desk(ctx.hall_id, OPEN_DESK, person.number, units)
        rows, _more = list_queries.page(conn, query, 0)
        own = [row for row in rows if row.owner or not waits_for(catalogue, posts, staff, row)]
        if own:
            desks[person.number] = own
    return desks


def lists_of(ctx: Context, conn: Connection, staff: str) -> list[TakeOverList]:
    """Return the lists of the last days by or from a person, newest first."""
    first = ctx.local().date() - timedelta(days=LISTED_DAYS)
    rows = queries.take_overs(conn, ctx.hall_id, first.isoformat())
    return [each for each in _lists(rows) if staff in (each.by, each.from_staff)]


def list_named(ctx: Context, conn: Connection, actor: Actor, name: str) -> TakeOverList:
    """Return a list to the people on it and to the office. Raises CASE_UNKNOWN."""
    at = name.partition("-")[0]
    day = ctx.day(int(at)) if at.isdecimal() and len(at) <= len(str(2**52)) else ""
    rows = queries.take_overs(conn, ctx.hall_id, day, day) if day else []
    for each in _lists(rows):
        if each.id == name and (actor.manages or actor.name in (each.by, each.from_staff)):
            return each
    raise HallError(CaseCode.CASE_UNKNOWN)


def _lists(rows: Sequence[StoredTakeOver]) -> list[TakeOverList]:
    lists: dict[tuple[int, str, str], list[str]] = {}
    for row in rows:
        by = row.by_actor.partition(":")[2]
        lists.setdefault((row.at, by, row.words), []).append(row.case)
    return [
        TakeOverList(f"{at}-{by}", at, by, from_staff, tuple(cases))
        for (at, by, from_staff), cases in sorted(lists.items(), reverse=True)
    ]


def cases_of(ctx: Context, conn: Connection, handover: TakeOverList) -> list[TakenCase]:
    """Return the cases of a list with state and due day as they were then."""
    cases = list(handover.cases)
    facts = queries.FACTS.of(conn, ctx.hall_id, cases)
    people = queries.applicants(conn, ctx.hall_id, cases)
    reader, result = actions.clocks(ctx, handover.at), []
    for row in sorted(queries.among(conn, ctx.hall_id, cases), key=lambda row: row.number):
        item = actions.item_of(ctx, row)
        until_then = [fact for fact in facts[row.id] if fact.at <= handover.at]
        dues = due_rows(reader, row, until_then, item, is_served=False)
        promised = next((due.rule for due in dues if due.clock in PROMISES), "")
        name = people[row.id].name if row.id in people else ""
        state = CaseState(until_then[-1].state)
        result.append(TakenCase(row.number, item.name, name, state, promised))
    return result
