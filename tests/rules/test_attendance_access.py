"""Access to attendance: oneself, the people of one's unit, or everybody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.accounts.errors import AccountCode
from server.catalogue.model import Staff
from server.core.actors import Actor, ActorKind, Role
from server.core.errors import HallError
from server.leave import attendance_access
from server.leave.approvers import Decider
from server.leave.errors import LeaveCode
from support.halls import catalogue

PEOPLE = (
    Staff("1", "甲", "tax", Role.CLERK, chief=True),
    Staff("2", "乙", "tax", Role.CLERK),
    Staff("3", "丙", "build", Role.CLERK, chief=True),
    Staff("4", "丁", "", Role.MANAGER),
    Staff("5", "戊", "", Role.ADMINISTRATOR),
    Staff("6", "己", "", Role.CLERK, chief=True),
)
HALL = replace(catalogue(), staff=PEOPLE)


def actor(number: str) -> Actor:
    kinds = {"4": ActorKind.MANAGER, "5": ActorKind.ADMINISTRATOR}
    return Actor(kinds.get(number, ActorKind.CLERK), number)


@pytest.mark.parametrize(
    ("number", "people"),
    [
        ("1", ["1", "2"]),  # chief representative of tax
        ("2", ["2"]),
        ("3", ["3"]),  # chief representative of building, who has nobody else here
        ("4", ["1", "2", "3", "4", "5", "6", "9"]),
        ("5", ["1", "2", "3", "4", "5", "6", "9"]),
        ("6", ["6"]),  # without a unit nobody's chief
        ("9", ["9"]),  # not on the staff list any more
    ],
)
def test_a_person_sees_the_sheets_of_those_for_whom_they_are_responsible(
    number: str, people: list[str]
) -> None:
    seen = []
    for each in [*(person.number for person in PEOPLE), "9"]:
        try:
            attendance_access.check_see(HALL, actor(number), each)
        except HallError as error:
            assert error.code is LeaveCode.NOT_YOUR_SHEET
        else:
            seen.append(each)
        assert attendance_access.may_see(HALL, actor(number), each) is (each in seen)
    assert seen == people


def test_nobody_without_an_office_leads_oneself() -> None:
    assert not attendance_access.leads(HALL, actor("2"), "2")
    assert attendance_access.leads(HALL, actor("1"), "2")
    assert not attendance_access.leads(HALL, actor("1"), "9")


@pytest.mark.parametrize(
    ("number", "offices"),
    [
        ("1", Decider("1", manages=False, administers=False, chief_of="tax")),
        ("2", Decider("2", manages=False, administers=False, chief_of="")),
        ("4", Decider("4", manages=True, administers=False, chief_of="")),
        ("5", Decider("5", manages=True, administers=True, chief_of="")),
        ("9", Decider("9", manages=False, administers=False, chief_of="")),
    ],
)
def test_the_offices_of_a_person_who_decides_leave(number: str, offices: Decider) -> None:
    assert attendance_access.decider(HALL, actor(number)) == offices


def test_a_number_that_is_not_on_the_staff_list_is_unknown() -> None:
    assert attendance_access.person_of(HALL, "2") is PEOPLE[1]
    with pytest.raises(HallError) as caught:
        attendance_access.person_of(HALL, "9")
    assert caught.value.code is AccountCode.ACCOUNT_UNKNOWN
    assert caught.value.data == {"staff": "9"}
