"""Acts beside the steps of a case: a paper is served, a post gets its holders, a day begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from server.cases import access, actions, queries
from server.cases.errors import CaseCode
from server.cases.events import CaseMoved
from server.cases.paper_kinds import DECISIONS, ServedHow, ServedTo
from server.cases.queries import StoredCase, StoredCasePaper, StoredFact, StoredService
from server.cases.rules import HallPost, Post
from server.core.actors import Actor
from server.core.errors import CommonCode, HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal


@dataclass(frozen=True, slots=True)
class Service:
    """Service of a paper; `day` None: today."""

    how: ServedHow
    to: ServedTo
    day: date | None = None


def serve(
    ctx: Context,
    actor: Actor,
    key: str,
    paper: str,
    how: ServedHow,
    to: ServedTo,
    day: date | None,
) -> str:
    """Record the service of a paper; return its case. `day` None: today.

    Raises CASE_UNKNOWN, CASE_SERVED, INVALID.
    """
    request: JsonDict = {
        "act": "case.serve",
        "paper": paper,
        "how": how.value,
        "to": to.value,
        "day": day.isoformat() if day else "",
    }

    def act(tx: Tx) -> JsonDict:
        row = queries.paper(tx.conn, tx.hall_id, paper)
        if row is None:
            raise HallError(CaseCode.CASE_UNKNOWN)
        case, _facts, _posts = access.accessible(ctx, tx.conn, actor, row.case)
        serve_within(ctx, tx, actor, case, row, Service(how, to, day))
        return {"case": case.id}

    return str(ctx.command(actor, key, request, act)["case"])


def serve_within(
    ctx: Context,
    tx: Tx,
    actor: Actor,
    case: StoredCase,
    paper: StoredCasePaper,
    service: Service,
) -> None:
    """Record the service of a paper in the running action. Raises CASE_SERVED, INVALID."""
    if queries.services(tx.conn, tx.hall_id, [paper.id]):
        raise HallError(CaseCode.CASE_SERVED)
    today = ctx.local(tx.now).date()
    how, to, served_day = service.how, service.to, service.day or today
    if not date.fromisoformat(paper.day) <= served_day <= today:
        raise HallError(CommonCode.INVALID, field="day")
    queries.add_service(
        tx,
        StoredService(paper.id, how.value, served_day.isoformat(), tx.now, to.value, actor.key),
    )
    if paper.kind in DECISIONS:
        facts = queries.FACTS.of(tx.conn, tx.hall_id, [case.id])[case.id]
        actions.set_due_days(ctx, tx, case, facts)
    data: JsonDict = {"paper": paper.id, "how": how.value, "to": to.value} | {
        "day": served_day.isoformat()
    }
    write_journal(tx, actor, "case.serve", case.id, window=case.window, data=data)
    tx.events.append(CaseMoved(case.id, case.unit, case.state))


def serve_decision(ctx: Context, tx: Tx, actor: Actor, case: StoredCase, service: Service) -> bool:
    """Serve the decision of a case with its licence; return False if it was served before."""
    papers = queries.papers(tx.conn, tx.hall_id, [case.id])
    served = queries.services(tx.conn, tx.hall_id, [paper.id for paper in papers])
    decision = next((p for p in reversed(papers) if p.kind in DECISIONS), None)
    if decision is None or decision.id in served:
        return False
    serve_within(ctx, tx, actor, case, decision, service)
    return True


def set_posts(
    ctx: Context, actor: Actor, key: str, unit: str, post: Post | HallPost, staff: Sequence[str]
) -> None:
    """Name the holders of a unit's post, or of the hall's own (`unit` empty). Raises INVALID."""
    request: JsonDict = {
        "act": "case.posts",
        "unit": unit,
        "post": post.value,
        "staff": sorted(set(staff)),
    }

    def act(tx: Tx) -> JsonDict:
        catalogue = ctx.catalogue()
        of_hall = isinstance(post, HallPost)
        if of_hall == bool(unit) or not (of_hall or unit in catalogue.unit_by):
            raise HallError(CommonCode.INVALID, field="unit")
        if any(number not in catalogue.staff_by for number in staff):
            raise HallError(CommonCode.INVALID, field="holders")
        queries.set_posts(tx, unit, post, staff, actor.key)
        data: JsonDict = {"post": post.value, "staff": sorted(set(staff))}
        write_journal(tx, actor, "case.posts", unit, data=data)
        return {}

    ctx.command(actor, key, request, act)


def lapse_all(ctx: Context) -> None:
    """Withdraw every case whose pledged materials did not come; a job calls it again and again."""
    _take_all(ctx, queries.overdue_pledges, actions.lapse_within)


def deem_all(ctx: Context) -> None:
    """Accept every case whose defects nobody told in time; a job calls it again and again."""
    _take_all(ctx, queries.overdue_untold, actions.deem_within)


def _take_all(
    ctx: Context,
    overdue: Callable[[Connection, str, str], list[str]],
    take: Callable[[Context, Tx, StoredCase, list[StoredFact]], bool],
) -> None:
    """Take the hall's own step of every overdue case that still waits for it, one by one."""
    today = ctx.day()
    for case_id in ctx.read(lambda c: overdue(c, ctx.hall_id, today)):

        def act(tx: Tx, case_id: str = case_id) -> None:
            row = queries.get(tx.conn, tx.hall_id, case_id)
            if row is not None:
                take(ctx, tx, row, queries.FACTS.of(tx.conn, tx.hall_id, [case_id])[case_id])

        ctx.write(act)
