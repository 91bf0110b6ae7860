"""People whom a person may choose for a question or a job: what the page offers, the acts accept.

Everybody may record a question and hand it over, so the choice is narrow: the own unit, the hall's
own people, and the chief representatives of other units. A helper comes from the own unit, the
hall, or the unit of the case. Managers, who see the whole list of people anyway, choose among all.
Nobody is chosen whose account has ended, because that person cannot act.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from server.accounts import queries as accounts
from server.assistance.errors import AssistCode
from server.cases import queries as case_queries
from server.catalogue.model import Staff
from server.core.actors import Actor
from server.core.errors import HallError
from server.hall.context import Context

HALL_UNIT = ""
"""Unit of the hall's own people."""


def chooser(
    ctx: Context, conn: Connection, actor: Actor, *, case: str = "", is_job: bool
) -> Callable[[Staff], bool]:
    """Return the rule by which a person may be chosen; `case`: of a job about it."""
    own = ctx.catalogue().staff_by.get(actor.name)
    units = {HALL_UNIT} | ({own.unit} if own else set())
    if case:
        units |= {row.unit for row in case_queries.among(conn, ctx.hall_id, [case])}
    ended = {row.staff for row in accounts.accounts(conn, ctx.hall_id) if row.disabled}

    def may_choose(person: Staff) -> bool:
        is_near = person.unit in units or (person.chief and not is_job)
        return person.number not in ended and (actor.manages or is_near)

    return may_choose


def require(
    ctx: Context, conn: Connection, actor: Actor, staff: str, *, case: str = "", is_job: bool
) -> None:
    """Raise ASSIST_PERSON for a person of the staff list whom the actor may not choose."""
    person = ctx.catalogue().staff_by[staff]
    if staff != actor.name and not chooser(ctx, conn, actor, case=case, is_job=is_job)(person):
        raise HallError(AssistCode.ASSIST_PERSON)
