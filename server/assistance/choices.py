"""Choices of assistance: units and items, and the people whom a person may choose.

Everybody may record a question and hand it over, so the choice is narrow: the own unit, the hall's
own people, and the chief representatives of other units. A helper comes from the own unit, the
hall, or the unit of the case, and never is who reviewed or approved it. Managers, who see the whole
list of people anyway, choose among all.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.accounts import queries as accounts
from server.assistance import actions, helper_actions
from server.assistance.messages import AssistanceChoices, ItemChoice, PersonChoice, UnitChoice
from server.cases import access
from server.catalogue.model import Catalogue, Staff
from server.core.actors import Actor
from server.hall.context import Context


def read(
    ctx: Context, conn: Connection, actor: Actor, case: str, *, is_job: bool
) -> AssistanceChoices:
    """Return the choices for a question or a job, about a case if it is named.

    Raises CASE_UNKNOWN for a case that the person may not see.
    """
    catalogue = ctx.catalogue()
    own = actions.unit_of(ctx, actor.name)
    units, spared = {own, ""}, _disabled(conn, ctx.hall_id)
    if case:
        row, _facts, _posts = access.accessible(ctx, conn, actor, case)
        units.add(row.unit)
        spared |= helper_actions.reviewers(ctx, conn, case)
    if not is_job:
        spared.add(actor.name)

    def may_choose(person: Staff) -> bool:
        is_near = person.unit in units or (person.chief and not is_job)
        return person.number not in spared and (actor.manages or is_near)

    return AssistanceChoices(
        units=[UnitChoice(code=unit.code, name=unit.name) for unit in catalogue.units],
        people=[_choice(catalogue, person) for person in catalogue.staff if may_choose(person)],
        items=[ItemChoice(code=i.code, name=i.name, unit=i.unit) for i in catalogue.items],
    )


def _disabled(conn: Connection, hall_id: str) -> set[str]:
    """Return the staff numbers of accounts that ended: nobody is chosen who cannot act."""
    return {row.staff for row in accounts.accounts(conn, hall_id) if row.disabled}


def _choice(catalogue: Catalogue, person: Staff) -> PersonChoice:
    unit = catalogue.unit_by.get(person.unit)
    return PersonChoice(
        number=person.number,
        name=person.name,
        unit=person.unit,
        unit_name=unit.name if unit else person.unit,
    )
