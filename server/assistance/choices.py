"""Choices of assistance: units and items, and the people whom a person may choose.

A helper of a case never is who reviewed or approved it.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.assistance import helper_actions, people
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
    spared: set[str] = set() if is_job else {actor.name}
    if case:
        access.accessible(ctx, conn, actor, case)
        spared |= helper_actions.reviewers(ctx, conn, case)
    may_choose = people.chooser(ctx, conn, actor, case=case, is_job=is_job)
    return AssistanceChoices(
        units=[UnitChoice(code=unit.code, name=unit.name) for unit in catalogue.units],
        people=[
            _choice(catalogue, person)
            for person in catalogue.staff
            if person.number not in spared and may_choose(person)
        ],
        items=[ItemChoice(code=i.code, name=i.name, unit=i.unit) for i in catalogue.items],
    )


def _choice(catalogue: Catalogue, person: Staff) -> PersonChoice:
    unit = catalogue.unit_by.get(person.unit)
    return PersonChoice(
        number=person.number,
        name=person.name,
        unit=person.unit,
        unit_name=unit.name if unit else person.unit,
    )
