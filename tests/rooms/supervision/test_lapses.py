"""Lapses beside the due days: nothing told, a late extension, a decision that is not served."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from server.cases import actions, due_cache, queries, serving
from server.cases.actions import Applicant, Opening, Wish
from server.cases.clocks import Clock
from server.cases.integrity import problems
from server.cases.paper_kinds import ServedHow, ServedTo
from server.cases.rules import CaseMove, CaseOutcome, CaseWay
from server.catalogue.actions import import_catalogue
from server.core import journal, setting_queries
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.events import HallChanged
from server.spot_checks import finding_queries
from server.supervision import lamps
from server.supervision import queries as lamp_queries
from server.supervision.lapses import LapseSearch
from support.halls import STAFF, SmallHall, at, catalogue
from support.web import Web

ITEM = "tax-1"
HANDLER, CHIEF = STAFF["T1"], STAFF["T2"]
CLERK, LEADER = Actor(ActorKind.CLERK, HANDLER), Actor(ActorKind.CLERK, CHIEF)
MOVE = CaseMove


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall; the item promises 5 of 20 days, the clerk of T2 leads the unit."""
    book = catalogue()
    items = tuple(
        replace(i, promised_days=5, legal_days=20, materials=(), flow=()) if i.code == ITEM else i
        for i in book.items
    )
    staff = tuple(replace(s, chief=s.number == CHIEF) for s in book.staff)
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items, staff=staff), "test")
    due_cache.DueCache(small.ctx).update()
    return small


def opened(hall: SmallHall) -> str:
    """Open a case on Monday 2 March; return its id."""
    opening = Opening(ITEM, Applicant("测试人"), CaseWay.RECEPTION)
    return actions.open_case(hall.ctx, CLERK, hall.key(), opening)


def take(hall: SmallHall, case: str, move: CaseMove, actor: Actor = CLERK, **more: Any) -> None:
    """Take a step, with words."""
    actions.move(hall.ctx, actor, hall.key(), case, replace(Wish(move, "意见"), **more))


def on(hall: SmallHall, day: int) -> None:
    """Set the clock to 9:00 of a day of March."""
    hall.clock.set(at(9, day=date(2026, 3, day)))


def put(hall: SmallHall, name: str, value: int) -> None:
    """Set a setting from now on."""
    hall.ctx.write(lambda tx: setting_queries.put(tx, name, value, "test"))
    hall.ctx.bus.deliver([HallChanged("settings")])
    due_cache.DueCache(hall.ctx).update()


def lit(hall: SmallHall, case: str) -> list[tuple[str, str, str, str]]:
    """Return clock, level, due day and day of the lamps of a case."""
    rows = hall.ctx.read(lambda c: lamp_queries.lamps(c, hall.ctx.hall_id, [case]))
    return [(lamp.clock, lamp.level, lamp.due, lamp.day) for lamp in rows]


def findings(hall: SmallHall) -> list[tuple[str, str, str]]:
    """Return kind, person and note of the proposed findings."""
    ctx = hall.ctx
    rows = ctx.read(lambda c: finding_queries.of_doubts(c, hall_id=ctx.hall_id, beginning="lamp:"))
    return [(row.kind, row.staff, json.loads(row.facts)["note"]) for row in rows]


def violations(hall: SmallHall) -> list[str]:
    """Return what the check of the books finds."""
    return [en for _, en in hall.ctx.read(lambda c: list(problems(c, hall.ctx.hall_id)))]


def dues(hall: SmallHall, case: str) -> dict[str, str]:
    """Return the stored due days of a case by clock."""
    rows = hall.ctx.read(lambda c: queries.dues(c, hall.ctx.hall_id, [case]))[case]
    return {row.clock: row.rule for row in rows}


def test_silence_is_a_red_lamp_and_a_finding_once(hall: SmallHall) -> None:
    case = opened(hall)
    search = LapseSearch(hall.ctx)
    on(hall, 12)  # the fifth working day was Monday 9
    serving.deem_all(hall.ctx)
    assert (search.update(), search.update(), LapseSearch(hall.ctx).update()) == (1, 0, 0)
    assert lit(hall, case) == [("tell", "red", "2026-03-09", "2026-03-10")]
    ((kind, _, note),) = findings(hall)
    assert kind == "case_overdue"
    assert "一次告知应于 2026-03-09 前" in note
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, case))
    assert [line["act"] for line in lines] == ["case.file", "case.deem", "lamp.red"]


def test_an_extension_requested_late_is_a_finding_of_its_own(hall: SmallHall) -> None:
    case = opened(hall)
    take(hall, case, MOVE.ACCEPT)
    on(hall, 10)
    take(hall, case, MOVE.ASK_TIME, days=10)
    search = LapseSearch(hall.ctx)
    assert (search.update(), search.update(), LapseSearch(hall.ctx).update()) == (1, 0, 0)
    assert lit(hall, case) == [("extension", "red", "2026-03-09", "2026-03-10")]
    ((kind, staff, note),) = findings(hall)
    assert (kind, staff) == ("extension_late", HANDLER)
    assert "承诺时限 2026-03-09，申请时已过期限，不计入时限" in note
    take(hall, case, MOVE.GRANT_TIME, LEADER)
    assert dues(hall, case)[Clock.PROMISED] == "2026-03-09"
    facts = Web(hall).manager().get(f"/cases/{case}").get_json()["facts"]
    assert [fact["late"] for fact in facts] == [False, False, True, False]


def test_an_extension_in_time_lights_nothing(hall: SmallHall) -> None:
    case = opened(hall)
    take(hall, case, MOVE.ACCEPT)
    on(hall, 9)
    take(hall, case, MOVE.ASK_TIME, days=10)
    assert (LapseSearch(hall.ctx).update(), lit(hall, case)) == (0, [])


def test_how_early_an_extension_has_to_come_is_the_rule_of_its_own_day(hall: SmallHall) -> None:
    early, late = opened(hall), opened(hall)
    for case in (early, late):
        take(hall, case, MOVE.ACCEPT)
    on(hall, 6)
    take(hall, early, MOVE.ASK_TIME, days=10)
    put(hall, "extension_asked_days_ahead", 2)
    take(hall, late, MOVE.ASK_TIME, days=10)
    for case in (early, late):
        take(hall, case, MOVE.GRANT_TIME, LEADER)
    assert dues(hall, early)[Clock.PROMISED] == "2026-03-23"
    assert dues(hall, late)[Clock.PROMISED] == "2026-03-09"
    assert LapseSearch(hall.ctx).update() == 1
    assert "应提前 2 个工作日申请" in findings(hall)[0][2]
    assert violations(hall) == []


def decided(hall: SmallHall) -> str:
    """Return a case that was decided on Monday 2 March."""
    case = opened(hall)
    take(hall, case, MOVE.ACCEPT)
    take(hall, case, MOVE.DECIDE, outcome=CaseOutcome.GRANTED)
    return case


def test_a_decision_has_to_be_served_in_ten_working_days(hall: SmallHall) -> None:
    case = decided(hall)
    assert dues(hall, case) == {Clock.SERVE: "2026-03-16"}
    web = Web(hall)
    office, desk = web.manager(), web.person(HANDLER)
    for rows in (
        office.get("/office/cases").get_json()["cases"],
        desk.get("/my/cases").get_json()["cases"],
    ):
        assert [(row["id"], row["due"][0]["clock"]) for row in rows] == [(case, "serve")]
    on(hall, 13)
    assert lamps.light(hall.ctx) == 1
    on(hall, 17)
    assert (lamps.light(hall.ctx), lamps.light(hall.ctx)) == (1, 0)
    assert lit(hall, case) == [
        ("serve", "yellow", "2026-03-16", "2026-03-13"),
        ("serve", "red", "2026-03-16", "2026-03-17"),
    ]
    wall = web.manager().get("/office/supervision").get_json()
    assert [(unit["unit"], unit["open"], unit["red"]) for unit in wall["units"]] == [("tax", 1, 1)]
    assert "送达时限应于 2026-03-16 前" in findings(hall)[0][2]
    rows = hall.ctx.read(
        lambda c: finding_queries.of_doubts(c, hall_id=hall.ctx.hall_id, beginning="lamp:")
    )
    assert [row.staff for row in rows] == [HANDLER]  # who decided it has to serve it


def test_only_the_service_of_the_decision_ends_it(hall: SmallHall) -> None:
    case = decided(hall)
    papers = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [case]))
    for paper in papers:
        assert dues(hall, case) == {Clock.SERVE: "2026-03-16"}
        how, to = ServedHow.HANDED, ServedTo.APPLICANT
        serving.serve(hall.ctx, CLERK, hall.key(), paper.id, how, to, None)
    assert dues(hall, case) == {}
    put(hall, "case_tell_days", 4)  # everything that is due is made anew
    assert (dues(hall, case), violations(hall)) == ({}, [])
    hall.clock.advance(seconds=timedelta(days=60).total_seconds())
    assert lamps.light(hall.ctx) == 0


def test_a_decision_keeps_the_days_of_its_own_time(hall: SmallHall) -> None:
    case = decided(hall)
    put(hall, "case_serve_days", 3)
    assert dues(hall, case) == {Clock.SERVE: "2026-03-16"}
    assert dues(hall, decided(hall)) == {Clock.SERVE: "2026-03-05"}
    assert violations(hall) == []


def test_a_decision_right_after_a_start_lights_what_was_crossed_while_the_server_slept(
    hall: SmallHall,
) -> None:
    Web(hall)  # its app registers the watch; no job runs in this test
    case = opened(hall)
    take(hall, case, MOVE.ACCEPT)
    on(hall, 25)  # promised until Monday 9
    take(hall, case, MOVE.PASS)
    yellow, red = (
        ("promised", "yellow", "2026-03-09", "2026-03-06"),
        ("promised", "red", "2026-03-09", "2026-03-10"),
    )
    assert sorted(lit(hall, case)) == sorted([yellow, red])
    assert len(findings(hall)) == 1
    assert lamps.light(hall.ctx) == 0


def test_silence_that_the_server_slept_through_has_both_lamps(hall: SmallHall) -> None:
    Web(hall)
    case = opened(hall)
    on(hall, 12)
    serving.deem_all(hall.ctx)
    assert LapseSearch(hall.ctx).update() == 0
    assert sorted(level for _clock, level, _due, _day in lit(hall, case)) == ["red", "yellow"]
    assert len(findings(hall)) == 1
