"""Plans, closures, and the measured services: queries."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, func, insert, update

from server.appointments.rules import Plan
from server.appointments.tables import appointment_closure, appointment_plan
from server.core.records import Records
from server.core.store import Tx
from server.queue.tables import ticket
from server.queue.tickets import State


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """Version of a plan as stored; items and groups are JSON lists."""

    id: str
    n: int
    name: str
    items: str
    groups: str
    valid_from: str
    valid_to: str
    weekdays: str
    opens: int
    closes: int
    step: int
    share: int
    site: str
    active: int
    at: int
    by_actor: str


@dataclass(frozen=True, slots=True)
class StoredClosure:
    """Closure as stored."""

    id: str
    day: str
    plan: str
    start: str
    window: str
    reason: str
    words: str
    at: int
    by_actor: str
    lifted_at: int | None
    lifted_by: str


_plans = Records(StoredPlan, appointment_plan)
_closures = Records(StoredClosure, appointment_closure)
_p, _c = appointment_plan.c, appointment_closure.c
LONGEST_SERVICE_MS = 4 * 3_600_000
"""Milliseconds at a window beyond which a service is an oversight and is not measured."""


# -- plans -----------------------------------------------------------------------------------------


def plans(conn: Connection, hall_id: str) -> list[StoredPlan]:
    """Return every version of every plan, by plan and version."""
    query = _plans.select().where(_p.hall_id == hall_id).order_by(_p.id, _p.n)
    return _plans.all(conn, query)


def sites_of_plans(conn: Connection, hall_id: str) -> dict[str, str]:
    """Return the building of each plan, which no version changes; empty for none."""
    return {row.id: row.site for row in plans(conn, hall_id)}


def plan_of(row: StoredPlan) -> Plan:
    """Return a stored version as the rules see it."""
    return Plan(
        id=row.id,
        n=row.n,
        name=row.name,
        items=tuple(json.loads(row.items)),
        groups=tuple(json.loads(row.groups)),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        weekdays=frozenset(int(digit) for digit in row.weekdays),
        opens=row.opens,
        closes=row.closes,
        step=row.step,
        share=row.share,
        site=row.site,
        active=bool(row.active),
    )


def add_plan(tx: Tx, plan: Plan, by_actor: str) -> None:
    """Insert a version of a plan."""
    row = StoredPlan(
        id=plan.id,
        n=plan.n,
        name=plan.name,
        items=json.dumps(list(plan.items)),
        groups=json.dumps(list(plan.groups)),
        valid_from=plan.valid_from,
        valid_to=plan.valid_to,
        weekdays="".join(str(day) for day in sorted(plan.weekdays)),
        opens=plan.opens,
        closes=plan.closes,
        step=plan.step,
        share=plan.share,
        site=plan.site,
        active=int(plan.active),
        at=tx.now,
        by_actor=by_actor,
    )
    tx.conn.execute(insert(appointment_plan).values(hall_id=tx.hall_id, **asdict(row)))


# -- closures --------------------------------------------------------------------------------------


def closures(
    conn: Connection, hall_id: str, first: str, last: str, *, lifted: bool = False
) -> list[StoredClosure]:
    """Return the closures of ISO days `first`..`last`, those lifted only if `lifted`."""
    query = _closures.select().where(_c.hall_id == hall_id, _c.day.between(first, last))
    if not lifted:
        query = query.where(_c.lifted_at.is_(None))
    return _closures.all(conn, query.order_by(_c.day, _c.at, _c.id))


def closure(conn: Connection, hall_id: str, closure_id: str) -> StoredClosure | None:
    """Return a closure, or None."""
    query = _closures.select().where(_c.hall_id == hall_id, _c.id == closure_id)
    return _closures.first(conn, query)


def add_closure(tx: Tx, row: StoredClosure) -> None:
    """Insert a closure."""
    tx.conn.execute(insert(appointment_closure).values(hall_id=tx.hall_id, **asdict(row)))


def lift_closure(tx: Tx, closure_id: str, by_actor: str) -> None:
    """Note that a closure was lifted."""
    tx.conn.execute(
        update(appointment_closure)
        .where(_c.hall_id == tx.hall_id, _c.id == closure_id)
        .values(lifted_at=tx.now, lifted_by=by_actor)
    )


# -- measured services -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MeasuredItem:
    """Services of an item: their number and milliseconds from the call to the end."""

    item: str
    services: int
    total: int


_measured = Records(
    MeasuredItem,
    ticket.c.item.label("item"),
    func.count().label("services"),
    func.sum(ticket.c.ended_at - ticket.c.called_at).label("total"),
)


def measured(conn: Connection, hall_id: str, first: str, last: str) -> dict[str, MeasuredItem]:
    """Return the finished services of ISO days `first`..`last`, by item."""
    t = ticket.c
    query = (
        _measured.select()
        .where(
            t.hall_id == hall_id,
            t.day.between(first, last),
            t.state == State.FINISHED,
            t.ended_at - t.called_at <= LONGEST_SERVICE_MS,
        )
        .group_by(t.item)
    )
    rows = _measured.all(conn, query)
    return {row.item: MeasuredItem(row.item, int(row.services), int(row.total)) for row in rows}
