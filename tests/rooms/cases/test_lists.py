"""Lists of open cases: due ones first, of one unit or of all, and how many are left out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from server.cases import actions, list_queries, queries
from server.cases.actions import Applicant, Opening, Wish
from server.cases.queries import StoredCase
from server.cases.rules import CaseMove, CaseOutcome, CaseWay, SuspensionBasis
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from support.halls import MANAGER, MONDAY, STAFF, SmallHall, catalogue
from support.web import Web

OFFICE = Actor(ActorKind.MANAGER, MANAGER)
ITEMS = {"tax-1": 3, "tax-2": 9, "build-1": 0}


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with forty cases of two units, in every state that a list has."""
    book = catalogue()
    items = tuple(
        replace(i, promised_days=ITEMS.get(i.code, 5), legal_days=20, materials=(), flow=())
        for i in book.items
    )
    staff = tuple(
        replace(s, unit="tax", chief=True) if s.number == MANAGER else s for s in book.staff
    )
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items, staff=staff), "test")
    chance = random.Random(5)
    for n in range(40):
        day = MONDAY - timedelta(days=chance.randrange(4))
        item = chance.choice(sorted(ITEMS))
        opening = Opening(item, Applicant("测试人"), CaseWay.LIST, outer_no=str(n), day=day)
        case = actions.open_case(small.ctx, OFFICE, small.key(), opening)
        steps = [Wish(CaseMove.ACCEPT)]
        if n % 3 == 0:
            steps.append(Wish(CaseMove.DECIDE, "意见", CaseOutcome.GRANTED))
        elif n % 5 == 0 and item.startswith("tax"):
            suspend = Wish(CaseMove.SUSPEND, "意见", basis=SuspensionBasis.TEST, days=2)
            steps.append(suspend)
        elif n % 7 == 0:
            steps = []
        for step in steps:
            actions.move(small.ctx, OFFICE, small.key(), case, step)
    return small


def by_every_clock(hall: SmallHall, unit: str) -> list[StoredCase]:
    """Return the same list by looking at every case."""
    ctx = hall.ctx
    rows = ctx.read(lambda c: queries.of_days(c, ctx.hall_id, "2000-01-01", "2099-12-31"))
    dues = ctx.read(lambda c: queries.dues(c, ctx.hall_id, [row.id for row in rows]))
    first = {
        row.id: min((due.earliest for due in dues[row.id] if due.earliest), default="9999")
        for row in rows
    }
    listed = [row for row in rows if dues[row.id] and unit in ("", row.unit)]
    return sorted(
        listed,
        key=lambda row: (first[row.id], row.at if first[row.id] == "9999" else 0, row.id),
    )


def test_a_list_is_the_beginning_of_all_that_is_due(hall: SmallHall) -> None:
    ctx = hall.ctx
    for unit in ("", "tax", "build", "nothing"):
        expected = by_every_clock(hall, unit)
        for most in (1, 7, 33, 500):
            for skip in (0, 5, most, len(expected), 600):
                read = partial(
                    list_queries.due_first, hall_id=ctx.hall_id, unit=unit, skip=skip, most=most
                )
                assert ctx.read(read) == expected[skip : skip + most]
        count = ctx.read(partial(list_queries.count_open, hall_id=ctx.hall_id, unit=unit))
        assert count == len(expected)
    office = Web(hall).manager()
    everything = office.get("/office/cases").get_json()
    assert (len(everything["cases"]), everything["more"]) == (40, 0)
    for query in ("", "&week=2026-W10", "&from=2026-01-01"):
        rest = office.get(f"/office/cases?skip=38{query}").get_json()
        assert (len(rest["cases"]), rest["more"]) == (2, 0)
    desk = Web(hall).person(STAFF["T1"])
    whole = desk.get("/my/cases").get_json()
    rest = desk.get("/my/cases?skip=3").get_json()
    assert (whole["more"], rest["cases"]) == (0, whole["cases"][3:])
    assert len(rest["cases"]) > 3
    assert office.get("/office/cases?skip=-1").get_json()["code"] == "invalid"
    units = {row["unit"] for row in office.get("/office/cases?unit=build").get_json()["cases"]}
    assert units == {"build"}
