"""Appointments of the settled past: a missed one, one to decide on, one to come, and a closure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection, select

from server.appointments import actions, claims, jobs, plan_queries, plans, queries
from server.appointments.actions import Closure
from server.appointments.claims import Choice, Person
from server.appointments.rules import HallReason
from server.appointments.tables import appointment
from server.core.actors import SYSTEM, Actor
from support.appointments import PLAN, TUESDAY
from support.halls import SmallHall


def book(small: SmallHall, office: Actor) -> list[str]:
    """Plan appointments and book two for Tuesday; return their ids."""
    ctx = small.ctx
    plan = replace(PLAN, valid_from=ctx.day(), share=100)
    plans.save(ctx, office, small.key(), plan)
    return [_booked(small, office, who, TUESDAY) for who in ("a", "b")]


def _booked(small: SmallHall, office: Actor, who: str, day: date) -> str:
    choice = Choice("tax-1", day.isoformat(), "09:30")
    person = Person(who, f"测试{who}", "sealed")
    return claims.book(small.ctx, office, small.key(), choice, person)


def settle(small: SmallHall, office: Actor, booked: list[str]) -> dict[str, list[str]]:
    """Decide on the first of the booked, leave the second; return ids by their parameter."""
    ctx = small.ctx
    jobs.update(ctx)
    actions.judge_missed(ctx, SYSTEM, small.key(), booked[0], "未到")
    tomorrow = ctx.local().date() + timedelta(days=1)
    later = _booked(small, office, "c", tomorrow)
    closure = Closure(tomorrow.isoformat(), window="T1")
    actions.close(ctx, office, small.key(), closure, HallReason.WINDOW, "")

    def read(conn: Connection) -> dict[str, list[str]]:
        rows = [queries.get(conn, ctx.hall_id, name) for name in (*booked, later)]
        day = tomorrow.isoformat()
        return {
            "appointment": [row.id for row in rows if row is not None],
            "token": [row.token for row in rows if row is not None],
            "plan": [row.id for row in plan_queries.plans(conn, ctx.hall_id)],
            "closure": [row.id for row in plan_queries.closures(conn, ctx.hall_id, day, day)],
        }

    return ctx.read(read)


def digest(conn: Connection, last: str) -> dict[str, str]:
    """Return the states of the appointments up to an ISO day."""
    a = appointment.c
    rows = conn.execute(select(a.id, a.state, a.excused).where(a.day <= last))
    return {f"appointment {row.id}": f"{row.state} {row.excused}" for row in rows}
