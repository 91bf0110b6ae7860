"""Access rights to attendance: oneself, a unit's chief representative, the hall's managers."""

from __future__ import annotations

from server.accounts.errors import AccountCode
from server.catalogue.model import Catalogue, Staff
from server.core.actors import Actor, ActorKind
from server.core.errors import HallError
from server.leave.approvers import Decider
from server.leave.errors import LeaveCode


def leads(catalogue: Catalogue, actor: Actor, staff: str) -> bool:
    """Return True if `actor` is responsible for `staff`, as chief representative or manager."""
    if actor.manages:
        return True
    person, unit = catalogue.staff_by.get(staff), catalogue.unit_led_by(actor.name)
    return bool(unit) and person is not None and person.unit == unit


def may_see(catalogue: Catalogue, actor: Actor, staff: str) -> bool:
    """Return True if `actor` may see the attendance of `staff`."""
    return actor.name == staff or leads(catalogue, actor, staff)


def check_see(catalogue: Catalogue, actor: Actor, staff: str) -> None:
    """Raise NOT_YOUR_SHEET unless `actor` may see the attendance of `staff`."""
    if not may_see(catalogue, actor, staff):
        raise HallError(LeaveCode.NOT_YOUR_SHEET)


def decider(catalogue: Catalogue, actor: Actor) -> Decider:
    """Return the actor with the offices that count for deciding leave."""
    return Decider(
        actor.name,
        actor.manages,
        actor.kind is ActorKind.ADMINISTRATOR,
        catalogue.unit_led_by(actor.name),
    )


def person_of(catalogue: Catalogue, number: str) -> Staff:
    """Return a person of the staff list; raise ACCOUNT_UNKNOWN."""
    person = catalogue.staff_by.get(number)
    if person is None:
        raise HallError(AccountCode.ACCOUNT_UNKNOWN, staff=number)
    return person
