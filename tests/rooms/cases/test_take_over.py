"""Take-over of desks by the cover: whose cases, what the cover may do, and the list to sign."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from server.cases import actions, queries, serving, take_over, take_over_pdf
from server.cases.actions import Applicant, Opening, Wish
from server.cases.errors import CaseCode
from server.cases.integrity import problems
from server.cases.rules import CaseMove, CaseState, CaseWay, Post, SuspensionBasis
from server.cases.take_over import TakenCase
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from support.halls import MANAGER, STAFF, SmallHall, at, catalogue
from support.web import Web

ITEM = "tax-1"
HANDLER, CHIEF, COVER = STAFF["T1"], STAFF["T2"], STAFF["G1"]
CLERK, LEADER, OTHER = (Actor(ActorKind.CLERK, number) for number in (HANDLER, CHIEF, COVER))
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
MOVE = CaseMove


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall; the cover of the tax handler belongs to no unit."""
    book = catalogue()
    items = tuple(
        replace(i, promised_days=5, legal_days=20, materials=(), flow=()) if i.code == ITEM else i
        for i in book.items
    )
    staff = tuple(
        replace(
            s,
            chief=s.number == CHIEF,
            unit="" if s.number == COVER else s.unit,
            cover=COVER if s.number == HANDLER else "",
        )
        for s in book.staff
    )
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items, staff=staff), "test")
    return small


def accepted(hall: SmallHall, name: str = "测试人") -> str:
    """Return an accepted case; it is on the handler's desk."""
    opening = Opening(ITEM, Applicant(name), CaseWay.RECEPTION)
    case = actions.open_case(hall.ctx, CLERK, hall.key(), opening)
    take(hall, CLERK, case, MOVE.ACCEPT)
    return case


def take(hall: SmallHall, actor: Actor, case: str, move: CaseMove, **more: Any) -> None:
    """Take a step, with words."""
    actions.move(hall.ctx, actor, hall.key(), case, replace(Wish(move, "意见"), **more))


def hand_over(hall: SmallHall, actor: Actor, *cases: str, from_staff: str = HANDLER) -> None:
    """Take over cases."""
    take_over.take_over(hall.ctx, actor, hall.key(), from_staff, cases)


def refusal(hall: SmallHall, actor: Actor, *cases: str) -> str:
    """Return the code with which a take-over from the handler is refused."""
    with pytest.raises(HallError) as refused:
        hand_over(hall, actor, *cases)
    return refused.value.code.value


def owner(hall: SmallHall, case: str) -> str:
    """Return whose desk a case is on."""
    row = hall.ctx.read(lambda c: queries.get(c, hall.ctx.hall_id, case))
    assert row is not None
    return row.owner


def test_only_the_cover_or_the_office_takes_over(hall: SmallHall) -> None:
    case, other = accepted(hall), accepted(hall)
    take(hall, CLERK, case, MOVE.ASK_TIME, days=3)
    assert refusal(hall, LEADER, case) == CaseCode.CASE_COVER
    hand_over(hall, OTHER, case)
    assert owner(hall, case) == COVER
    assert refusal(hall, OTHER, case) == CaseCode.CASE_UNKNOWN
    hand_over(hall, OFFICE, other)
    assert owner(hall, other) == MANAGER
    assert hall.ctx.read(lambda c: list(problems(c, hall.ctx.hall_id))) == []


def test_a_case_of_nobody_goes_with_the_post_that_it_waits_for(hall: SmallHall) -> None:
    case = accepted(hall)
    take(hall, CLERK, case, MOVE.PASS)
    assert owner(hall, case) == ""
    serving.set_posts(hall.ctx, OFFICE, hall.key(), "tax", Post.REVIEWER, [CHIEF])
    assert refusal(hall, OTHER, case) == CaseCode.CASE_UNKNOWN
    serving.set_posts(hall.ctx, OFFICE, hall.key(), "tax", Post.REVIEWER, [HANDLER])
    hand_over(hall, OTHER, case)
    assert owner(hall, case) == COVER


def test_the_cover_takes_the_steps_of_that_desk_and_no_others(hall: SmallHall) -> None:
    case, left = accepted(hall), accepted(hall)
    hand_over(hall, OTHER, case)
    basis = SuspensionBasis.TEST
    take(hall, OTHER, case, MOVE.SUSPEND, basis=basis, days=2)
    take(hall, OTHER, case, MOVE.RESUME)
    take(hall, OTHER, case, MOVE.PASS)
    for another in (case, left):
        with pytest.raises(HallError) as refused:
            take(hall, OTHER, another, MOVE.PASS)
        assert refused.value.code is CaseCode.CASE_UNKNOWN


def test_desk_and_list_of_both_people(hall: SmallHall) -> None:
    case, waiting = accepted(hall), accepted(hall, "另一人")
    web = Web(hall)
    cover = web.person(COVER)
    (desk,) = cover.get("/my/cases").get_json()["covered"]
    assert (desk["staff"], {row["id"] for row in desk["cases"]}) == (HANDLER, {case, waiting})
    body = {"from_staff": HANDLER, "cases": [case]}
    desk = cover.post("/my/cases/take-over", body).get_json()
    assert [row["id"] for row in desk["cases"]] == [case]
    assert [row["id"] for row in desk["covered"][0]["cases"]] == [waiting]
    (entry,) = desk["lists"]
    assert entry["cases"] == 1
    path = f"/cases/take-overs/{entry['id']}.pdf"
    for reader in (cover, web.person(HANDLER), web.manager()):
        assert reader.get(path).data.startswith(b"%PDF")
    for reader, wrong in ((web.person(CHIEF), path), (cover, "/cases/take-overs/x-1.pdf")):
        assert reader.get(wrong).get_json()["code"] == CaseCode.CASE_UNKNOWN


def test_the_list_shows_the_cases_as_they_were_then(hall: SmallHall) -> None:
    case = accepted(hall)
    hand_over(hall, OTHER, case)
    hall.clock.set(at(9, day=date(2026, 3, 3)))
    take(hall, OTHER, case, MOVE.PASS)
    ctx = hall.ctx
    (handover,) = ctx.read(lambda c: take_over.lists_of(ctx, c, COVER))
    (line,) = ctx.read(lambda c: take_over.cases_of(ctx, c, handover))
    assert (line.applicant, line.state, line.due) == ("测试人", CaseState.HANDLING, "2026-03-09")
    hall.clock.set(at(9, day=date(2026, 4, 2)))
    assert ctx.read(lambda c: take_over.lists_of(ctx, c, COVER)) == []


def test_the_list_on_paper() -> None:
    cases = [
        TakenCase("1", "事项", "测试人", CaseState.HANDLING, "2026-03-09"),
        TakenCase("2", "即办事项", "", CaseState.HANDLING, "2026-03-02T10:35"),
        TakenCase("3", "事项", "另一人", CaseState.SUSPENDED, ""),
    ]
    moment = datetime.combine(date(2026, 3, 2), time(9, 30))
    data = take_over_pdf.data_of("1-2", "中心", ("甲", "乙"), moment, cases)
    text = json.dumps(data, ensure_ascii=False)
    assert "2026年3月2日09:30" in text
    assert [line[3:] for line in data["lines"]] == [
        ["测试人", "承办中", "2026-03-09"],
        ["（已删除）", "承办中", "2026-03-02 10:35"],
        ["另一人", "特别程序", "暂停计时"],
    ]
