"""Acts on appointment plans: versions are added, none is changed."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from server.appointments import capacity, plan_queries
from server.appointments.claims import bookable
from server.appointments.errors import AppointmentCode
from server.appointments.rules import DAY_MINUTES, Plan, overlap
from server.core.actors import Actor
from server.core.errors import HallError
from server.core.store import Tx
from server.hall.context import Context, JsonDict, write_journal
from server.queue.routing import windows_for

LEAST_STEP, MOST_SHARE = 5, 100


def save(ctx: Context, actor: Actor, key: str, plan: Plan) -> str:
    """Store a plan, or with its id a new version of it; return the id.

    Seats that are claimed already stay, whatever the new version says.

    Raises PLAN_UNKNOWN, PLAN_EMPTY, PLAN_TIMES, PLAN_OVERLAP, PLAN_SITE, a code of `NOT_BOOKABLE`.
    """
    request: JsonDict = {"act": "appointment_plan.save", **_facts(plan), "plan": plan.id}

    def act(tx: Tx) -> JsonDict:
        require_valid(ctx, tx.conn, plan)
        versions = _versions(tx.conn, tx.hall_id, plan.id)
        plan_id = plan.id or f"P{ctx.tokens.token(6)}"
        stored = replace(plan, id=plan_id, n=len(versions) + 1)
        _add(tx, actor, stored)
        return {"plan": plan_id}

    return str(ctx.command(actor, key, request, act)["plan"])


def end(ctx: Context, actor: Actor, key: str, plan_id: str, first_day: str) -> None:
    """End a plan: it has no slots from an ISO day on. Raises PLAN_UNKNOWN, PLAN_TIMES."""
    request: JsonDict = {"act": "appointment_plan.end", "plan": plan_id, "day": first_day}

    def act(tx: Tx) -> JsonDict:
        versions = _versions(tx.conn, tx.hall_id, plan_id)
        if not versions:
            raise HallError(AppointmentCode.PLAN_UNKNOWN)
        if first_day < ctx.day(tx.now):
            raise HallError(AppointmentCode.PLAN_TIMES)
        last = versions[-1]
        ended = replace(
            last,
            n=last.n + 1,
            valid_from=first_day,
            valid_to=max(first_day, last.valid_to),
            active=False,
        )
        _add(tx, actor, ended)
        return {}

    ctx.command(actor, key, request, act)


def _add(tx: Tx, actor: Actor, plan: Plan) -> None:
    plan_queries.add_plan(tx, plan, actor.key)
    data = _facts(plan) | {"n": plan.n, "active": plan.active}
    write_journal(tx, actor, "appointment_plan.save", plan.id, data=data)


def _versions(conn: Connection, hall_id: str, plan_id: str) -> list[Plan]:
    """Return the versions of a plan, oldest first; none for a new one. Raises PLAN_UNKNOWN."""
    if not plan_id:
        return []
    rows = [row for row in plan_queries.plans(conn, hall_id) if row.id == plan_id]
    if not rows:
        raise HallError(AppointmentCode.PLAN_UNKNOWN)
    return [plan_queries.plan_of(row) for row in rows]


def require_valid(ctx: Context, conn: Connection, plan: Plan) -> None:
    """Raise PLAN_EMPTY, PLAN_TIMES, PLAN_OVERLAP, PLAN_SITE or a code of `NOT_BOOKABLE`."""
    catalogue = ctx.catalogue()
    for code in plan.items:
        bookable(ctx, code)
    newest = {row.id: plan_queries.plan_of(row) for row in plan_queries.plans(conn, ctx.hall_id)}
    last = newest.get(plan.id)  # its building stays: people come to where they booked
    if (plan.site and plan.site not in catalogue.site_by) or (last and last.site != plan.site):
        raise HallError(AppointmentCode.PLAN_SITE)
    groups = {group.code for group in catalogue.groups}
    items = capacity.items_of(catalogue, plan)
    here = catalogue.at(plan.site)
    if plan.site and not any(windows_for(here, item, ctx.local()) for item in items):
        items = []
    if not items or not groups.issuperset(plan.groups):
        raise HallError(AppointmentCode.PLAN_EMPTY)
    is_right = (
        plan.valid_from <= plan.valid_to
        and bool(plan.weekdays)
        and plan.weekdays <= frozenset(range(1, 8))
        and 0 <= plan.opens < plan.closes < DAY_MINUTES
        and plan.step >= LEAST_STEP
        and bool(plan.starts())
        and 0 < plan.share <= MOST_SHARE
        # A plan is about the future: what was offered on past days stays as it was.
        and plan.valid_from >= ctx.day()
    )
    if not is_right:
        raise HallError(AppointmentCode.PLAN_TIMES)
    codes = {item.code for item in items}
    for other in newest.values():
        shared = not codes.isdisjoint(item.code for item in capacity.items_of(catalogue, other))
        if other.id != plan.id and shared and overlap(plan, other):
            raise HallError(AppointmentCode.PLAN_OVERLAP, name=other.name)


def _facts(plan: Plan) -> JsonDict:
    return {
        "name": plan.name,
        "items": list(plan.items),
        "groups": list(plan.groups),
        "valid_from": plan.valid_from,
        "valid_to": plan.valid_to,
        "weekdays": sorted(plan.weekdays),
        "opens": plan.opens,
        "closes": plan.closes,
        "step": plan.step,
        "share": plan.share,
    } | ({"site": plan.site} if plan.site else {})
