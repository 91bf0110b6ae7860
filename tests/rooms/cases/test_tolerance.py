"""Materials that may follow later: pledged, supplied, or lapsed by themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.cases import actions, due_cache, queries, serving
from server.cases.actions import Applicant, Opening, Wish
from server.cases.clocks import Clock
from server.cases.errors import CaseCode
from server.cases.integrity import problems
from server.cases.paper_kinds import PaperKind
from server.cases.paper_pdf import data_of
from server.cases.rules import CaseMove, CaseOutcome, CaseWay
from server.catalogue.actions import import_catalogue
from server.catalogue.model import Material
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.one_time_notices import actions as notices
from server.one_time_notices.actions import HandInOrder, MarkedMaterial
from server.one_time_notices.rules import Look, MaterialFault
from server.queue import calling
from server.supervision import lamps
from support.halls import STAFF, SmallHall, at, catalogue

MOVE = CaseMove
HANDLER = STAFF["T1"]
CLERK = Actor(ActorKind.CLERK, HANDLER)
ITEM, MISSING = "tax-1", MaterialFault.MISSING


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall; of the item's two materials the second may follow later."""
    book = catalogue()
    materials = (Material("申请表", "原件1份"), Material("验资报告", "原件1份", tolerable=True))
    items = tuple(
        replace(i, promised_days=5, legal_days=20, materials=materials, flow=())
        if i.code == ITEM
        else i
        for i in book.items
    )
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items), "test")
    return small


def on(hall: SmallHall, day: int, hour: int = 10) -> None:
    """Set the clock to a day of March 2026."""
    hall.clock.set(at(hour) + (day - 2) * actions.DAY_MS)


def hand_in(hall: SmallHall, ticket: str, form: bool, report: bool) -> None:
    """Record both materials; `form`, `report`: whether they are there."""
    marks = tuple(
        MarkedMaterial(n, Look(frozenset() if there else frozenset({MISSING})))
        for n, there in enumerate((form, report))
    )
    notices.record(hall.ctx, CLERK, hall.key(), HandInOrder(ticket, ITEM, marks, on_slip=False))


def opened(
    hall: SmallHall, *, form: bool = True, report: bool = False, complete: str | None = None
) -> tuple[str, str]:
    """Return the case of a ticket whose materials were recorded, and the ticket.

    `complete`: how the service before it ends.
    """
    if complete is None:
        hall.sign_in("T1")
    hall.issue(ITEM)
    ticket = hall.call("T1", complete).id
    calling.start(hall.ctx, hall.clerk("T1"), hall.key(), "T1")
    hand_in(hall, ticket, form, report)
    opening = Opening(ITEM, Applicant("测试人"), CaseWay.WINDOW, ticket)
    return actions.open_case(hall.ctx, CLERK, hall.key(), opening), ticket


def take(hall: SmallHall, case: str, move: CaseMove, **more: Any) -> None:
    actions.move(hall.ctx, CLERK, hall.key(), case, replace(Wish(move, "意见"), **more))


def refusal(hall: SmallHall, case: str, move: CaseMove, **more: Any) -> str:
    with pytest.raises(HallError) as refused:
        take(hall, case, move, **more)
    return refused.value.code.value


def pledged(hall: SmallHall, days: int = 3) -> tuple[str, str]:
    """Return a case accepted on Monday 2 March against a pledge, and its ticket."""
    case, ticket = opened(hall)
    take(hall, case, MOVE.PLEDGE, days=days)
    take(hall, case, MOVE.ACCEPT)
    return case, ticket


def state(hall: SmallHall, case: str) -> str:
    row = hall.ctx.read(lambda c: queries.get(c, hall.ctx.hall_id, case))
    assert row is not None
    return row.state


def dues(hall: SmallHall, case: str) -> dict[str, str]:
    rows = hall.ctx.read(lambda c: queries.dues(c, hall.ctx.hall_id, [case]))[case]
    return {row.clock: row.rule for row in rows}


def violations(hall: SmallHall) -> list[str]:
    return [en for _zh, en in hall.ctx.read(lambda c: list(problems(c, hall.ctx.hall_id)))]


def test_only_tolerable_materials_are_pledged_once_and_within_the_promise(hall: SmallHall) -> None:
    wrong, _ = opened(hall, form=False)
    assert refusal(hall, wrong, MOVE.PLEDGE, days=3) == CaseCode.CASE_TOLERANCE
    take(hall, wrong, MOVE.NOT_ACCEPT)
    whole, _ = opened(hall, report=True, complete="accepted")
    assert refusal(hall, whole, MOVE.PLEDGE, days=3) == CaseCode.CASE_TOLERANCE
    case, _ = opened(hall, complete="accepted")
    assert refusal(hall, case, MOVE.ACCEPT) == CaseCode.CASE_MATERIALS
    assert refusal(hall, case, MOVE.PLEDGE) == CaseCode.CASE_DAYS
    assert refusal(hall, case, MOVE.PLEDGE, days=6) == "invalid"
    take(hall, case, MOVE.PLEDGE, days=5)
    assert refusal(hall, case, MOVE.PLEDGE, days=5) == CaseCode.CASE_TOLERANCE
    take(hall, case, MOVE.ACCEPT)
    assert violations(hall) == []


def test_the_paper_names_what_is_missing_until_when_and_what_follows(hall: SmallHall) -> None:
    case, _ = pledged(hall)
    rows = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [case]))
    paper = next(row for row in rows if row.kind == PaperKind.PLEDGE)
    shown = data_of(paper, "大厅", "测试人", "http://x", "a4")
    assert [line[0] for line in shown["lines"]] == ["验资报告"]
    assert "2026年3月5日前补交" in shown["text"]
    assert "到期没有补齐的，视为撤回申请" in shown["text"]
    assert shown["signatures"][1].startswith("承诺人")


def test_nothing_is_decided_before_the_materials_have_come(hall: SmallHall) -> None:
    case, ticket = pledged(hall)
    assert dues(hall, case)[Clock.PLEDGE] == "2026-03-05"
    granted = {"outcome": CaseOutcome.GRANTED}
    assert refusal(hall, case, MOVE.DECIDE, **granted) == CaseCode.CASE_PLEDGE
    assert refusal(hall, case, MOVE.SUPPLY) == CaseCode.CASE_MATERIALS
    on(hall, 5)
    hand_in(hall, ticket, form=True, report=True)
    take(hall, case, MOVE.SUPPLY)
    assert Clock.PLEDGE not in dues(hall, case)
    assert refusal(hall, case, MOVE.SUPPLY) == CaseCode.CASE_STATE
    on(hall, 6)
    serving.lapse_all(hall.ctx)
    take(hall, case, MOVE.DECIDE, **granted)
    assert state(hall, case) == "decided"
    assert violations(hall) == []


def test_a_pledge_lapses_by_itself_and_the_application_counts_as_withdrawn(
    hall: SmallHall,
) -> None:
    case, _ = pledged(hall)
    on(hall, 5, 23)
    serving.lapse_all(hall.ctx)
    assert state(hall, case) == "handling"
    on(hall, 6, 0)
    serving.lapse_all(hall.ctx)
    serving.lapse_all(hall.ctx)
    assert state(hall, case) == "withdrawn"
    rows = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [case]))
    assert [row.kind for row in rows][-1] == PaperKind.LAPSE
    assert "复议" in json.loads(rows[-1].content)["remedies"]
    assert dues(hall, case) == {}
    assert violations(hall) == []


def test_whoever_comes_after_the_day_finds_it_lapsed(hall: SmallHall) -> None:
    case, ticket = pledged(hall)
    on(hall, 6)
    hand_in(hall, ticket, form=True, report=True)
    assert refusal(hall, case, MOVE.SUPPLY) == "case_state"
    assert state(hall, case) == "withdrawn"


def test_it_is_not_the_units_clock_and_has_no_lamp(hall: SmallHall) -> None:
    case, _ = pledged(hall, days=1)
    on(hall, 3, 16)
    assert lamps.light(hall.ctx) == 0
    assert date.fromisoformat(dues(hall, case)[Clock.PLEDGE]) == date(2026, 3, 3)
    due_cache.DueCache(hall.ctx).update()
    assert dues(hall, case)[Clock.PLEDGE] == "2026-03-03"
