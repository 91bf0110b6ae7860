"""Approvers of leave: the offices that decide it, in order, and who holds an office.

How long a leave each office decides is set by the hall (`settings`), in the notation of
`ladder_notation`.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.catalogue.model import Staff
from server.core.actors import Role
from server.core.settings import Settings
from server.leave.ladder_notation import ApproverOffice, Length, rungs_for, staff_list
from server.leave.settings import LeaveSettings


@dataclass(frozen=True, slots=True)
class Decider:
    """Person who attempts to decide a step."""

    number: str
    manages: bool
    """True for a manager or administrator of the hall."""
    administers: bool
    chief_of: str = ""
    """Unit whose chief representative the person is; empty: none."""


def rungs(person: Staff, length: Length, settings: Settings) -> tuple[ApproverOffice, ...]:
    """Return the offices that decide this person's leave, in order, by the ladders in force."""
    if person.chief:
        ladder = settings.of(LeaveSettings).leave_ladder_chief
    elif person.role is Role.CLERK:
        ladder = settings.of(LeaveSettings).leave_ladder
    else:
        ladder = settings.of(LeaveSettings).leave_ladder_office
    return rungs_for(ladder, length)


def heads(settings: Settings, besides: str) -> tuple[str, ...]:
    """Return the staff numbers of the heads other than `besides`."""
    return tuple(
        number for number in staff_list(settings.of(LeaveSettings).head_staff) if number != besides
    )


def may_decide(rung: ApproverOffice, person: Staff, decider: Decider, settings: Settings) -> bool:
    """Return True if `decider` holds the office of the step; never for the decider's own leave.

    A manager may decide in place of a chief representative, because many units lend only one
    person; heads count as managers. If there is no head other than the person, administrators
    decide.
    """
    if decider.number == person.number:
        return False
    head_numbers = heads(settings, person.number)
    manages = decider.manages or decider.number in head_numbers
    if rung is ApproverOffice.CHIEF:
        return manages or bool(person.unit and decider.chief_of == person.unit)
    if rung is ApproverOffice.MANAGER:
        return manages
    return decider.number in head_numbers if head_numbers else decider.administers
