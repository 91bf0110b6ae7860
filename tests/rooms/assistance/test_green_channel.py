"""Green channel: two people, first on desks within a bound, counted by unit and month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from server.assistance import green_actions
from server.assistance.errors import AssistCode
from server.assistance.integrity import problems
from server.assistance.rules import GreenMove
from server.assistance.week_facts import week_facts
from server.cases import actions as cases
from server.cases.actions import Applicant, Opening, Wish
from server.cases.rules import CaseMove, CaseOutcome, CaseWay
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.core.weeks import parse_week
from server.hall.week_request import WeekRequest
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, at
from support.web import Web

CLERK = Actor(ActorKind.CLERK, STAFF["T1"])
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
DAY_MS = 86_400_000


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with a person of another unit at S1."""
    book = small.ctx.catalogue()
    staff = tuple(
        replace(person, unit="social") if person.number == STAFF["S1"] else person
        for person in book.staff
    )
    import_catalogue(small.ctx, SYSTEM, replace(book, staff=staff), "test")
    return small


def opened(hall: SmallHall) -> str:
    opening = Opening("tax-1", Applicant("测试人"), CaseWay.RECEPTION)
    case = cases.open_case(hall.ctx, CLERK, hall.key(), opening)
    cases.move(hall.ctx, CLERK, hall.key(), case, Wish(CaseMove.ACCEPT))
    return case


def green(
    hall: SmallHall, actor: Actor, case: str, wanted: GreenMove, words: str = "市重点项目"
) -> None:
    green_actions.move(hall.ctx, actor, hall.key(), case, wanted, words)


def granted(hall: SmallHall, case: str) -> None:
    green(hall, CLERK, case, GreenMove.PROPOSE)
    green(hall, OFFICE, case, GreenMove.GRANT, "")


def violations(hall: SmallHall) -> list[str]:
    return hall.ctx.read(lambda c: [en for _zh, en in problems(c, hall.ctx.hall_id)])


def error(act: Callable[[], object]) -> str:
    with pytest.raises(HallError) as refused:
        act()
    return refused.value.code.value


def test_one_person_proposes_with_a_reason_and_another_grants(hall: SmallHall) -> None:
    case = opened(hall)
    assert error(lambda: green(hall, OFFICE, case, GreenMove.PROPOSE, "")) == AssistCode.GREEN_WORDS
    assert error(lambda: green(hall, OFFICE, case, GreenMove.GRANT)) == AssistCode.GREEN_STATE
    green(hall, OFFICE, case, GreenMove.PROPOSE)
    assert error(lambda: green(hall, OFFICE, case, GreenMove.GRANT)) == AssistCode.GREEN_SECOND
    assert error(lambda: green(hall, CLERK, case, GreenMove.GRANT)) == AssistCode.GREEN_OFFICE
    green(hall, SECOND, case, GreenMove.GRANT, "")
    assert error(lambda: green(hall, SECOND, case, GreenMove.LIFT, "")) == AssistCode.GREEN_WORDS
    green(hall, SECOND, case, GreenMove.LIFT)
    green(hall, SECOND, case, GreenMove.PROPOSE)
    assert error(lambda: green(hall, SECOND, case, GreenMove.GRANT)) == AssistCode.GREEN_SECOND
    green(hall, OFFICE, case, GreenMove.REFUSE)
    stranger = Actor(ActorKind.CLERK, STAFF["S1"])
    assert error(lambda: green(hall, stranger, case, GreenMove.PROPOSE)) == "case_unknown"
    assert violations(hall) == []


def test_green_cases_come_first_at_every_fourth_place_and_carry_their_flag(
    hall: SmallHall,
) -> None:
    order = []
    for minute in range(9):
        hall.clock.set(at(9, minute))
        order.append(opened(hall))
    clerk = Web(hall).person(CLERK.name)

    def desk() -> list[str]:
        return [entry["id"] for entry in clerk.get("/my/cases").get_json()["cases"]]

    assert desk() == order
    for case in order[7:]:
        green(hall, CLERK, case, GreenMove.PROPOSE)
    assert desk() == order  # a proposal changes nothing
    for case in order[7:]:
        green(hall, OFFICE, case, GreenMove.GRANT, "")
    assert desk() == [order[7], *order[:3], order[8], *order[3:7]]
    flags = [entry["flags"] for entry in clerk.get("/my/cases").get_json()["cases"]]
    assert flags == [["green"], [], [], [], ["green"], [], [], [], []]
    rest = clerk.get("/my/cases?skip=4").get_json()["cases"]
    assert [entry["id"] for entry in rest] == [order[8], *order[3:7]]
    cases.move(
        hall.ctx,
        Actor(ActorKind.CLERK, STAFF["T2"]),
        hall.key(),
        order[7],
        Wish(CaseMove.DECIDE, "准予", CaseOutcome.GRANTED),
    )
    view = clerk.get(f"/cases/{order[7]}").get_json()
    assert view["flags"] == []  # a decided case goes ahead of nobody
    assert error(lambda: green(hall, CLERK, order[7], GreenMove.PROPOSE)) == AssistCode.GREEN_STATE


def test_an_ended_case_needs_no_green_channel(hall: SmallHall) -> None:
    case = opened(hall)
    cases.move(hall.ctx, CLERK, hall.key(), case, Wish(CaseMove.WITHDRAW, "申请人撤回"))
    assert error(lambda: green(hall, CLERK, case, GreenMove.PROPOSE)) == AssistCode.GREEN_ENDED
    moves = Web(hall).manager().get(f"/cases/{case}/assistance").get_json()["green"]["moves"]
    assert moves == []


def test_grants_are_counted_by_unit_in_the_week_and_its_month(hall: SmallHall) -> None:
    granted(hall, opened(hall))
    hall.clock.set(at(9) + 7 * DAY_MS)
    granted(hall, opened(hall))
    green(hall, CLERK, opened(hall), GreenMove.PROPOSE)

    def lines(week: str) -> list[tuple[str, int, int]]:
        def read(conn: object) -> list[tuple[str, int, int]]:
            request = WeekRequest(hall.ctx, conn, hall.ctx.catalogue(), parse_week(week))  # type: ignore[arg-type]
            return [(e.unit, e.week, e.month) for e in week_facts(request).lines["green_units"]]

        return hall.ctx.read(read)

    assert lines("2026-W10") == [("tax", 1, 1)]
    assert lines("2026-W11") == [("tax", 1, 2)]
    assert lines("2026-W12") == [("tax", 0, 2)]
    assert lines("2026-W09") == []
    office = Web(hall).manager().get("/office/assistance").get_json()
    assert [(c["unit"], c["month"], c["granted"]) for c in office["counts"]] == [
        ("tax", "2026-03", 2)
    ]
    assert [entry["green"]["state"] for entry in office["greens"]] == [
        "proposed",
        "granted",
        "granted",
    ]
