"""Cases on the spot: minutes of opening hours, pauses, extensions, lamps, and what is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from server.cases import actions, due_cache, paper_pdf, queries
from server.cases.actions import Applicant, Opening, Wish
from server.cases.clocks import Clock
from server.cases.integrity import problems
from server.cases.rules import CaseMove, CaseOutcome, CaseWay, SuspensionBasis
from server.catalogue.actions import import_catalogue
from server.core import setting_queries
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.events import HallChanged
from server.core.working_days import SpecialDay
from server.spot_checks import finding_queries
from server.supervision import lamps
from server.supervision import queries as lamp_queries
from support.halls import STAFF, SmallHall, at, catalogue
from support.web import Web

ITEM = "build-1"
TUESDAY = date(2026, 3, 3)
CHIEF = STAFF["T2"]
CLERK, LEADER = Actor(ActorKind.CLERK, STAFF["T1"]), Actor(ActorKind.CLERK, CHIEF)
MOVE = CaseMove


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall at 10:05:40; the item is decided on the spot, within 60 minutes."""
    book = catalogue()
    items = tuple(
        replace(i, unit="tax", promised_days=0, legal_days=20, materials=(), flow=())
        if i.code == ITEM
        else i
        for i in book.items
    )
    staff = tuple(replace(s, chief=s.number == CHIEF) for s in book.staff)
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items, staff=staff), "test")
    small.clock.set(at(10, 5) + 40_000)
    due_cache.DueCache(small.ctx).update()
    return small


def accepted(hall: SmallHall) -> str:
    """Return a case that is accepted now."""
    opening = Opening(ITEM, Applicant("测试人"), CaseWay.RECEPTION)
    case = actions.open_case(hall.ctx, CLERK, hall.key(), opening)
    take(hall, case, MOVE.ACCEPT)
    return case


def take(hall: SmallHall, case: str, move: CaseMove, actor: Actor = CLERK, **more: Any) -> None:
    """Take a step, with words."""
    actions.move(hall.ctx, actor, hall.key(), case, replace(Wish(move, "意见"), **more))


def due(hall: SmallHall, case: str) -> dict[str, str]:
    """Return the stored dues of a case by clock."""
    rows = hall.ctx.read(lambda c: queries.dues(c, hall.ctx.hall_id, [case]))[case]
    return {row.clock: row.earliest for row in rows}


def violations(hall: SmallHall) -> list[str]:
    """Return what the check of the books finds."""
    return [en for _, en in hall.ctx.read(lambda c: list(problems(c, hall.ctx.hall_id)))]


def lit(hall: SmallHall, case: str) -> list[tuple[str, str, str, str]]:
    """Return clock, level, due time and day of the lamps of a case."""
    rows = hall.ctx.read(lambda c: lamp_queries.lamps(c, hall.ctx.hall_id, [case]))
    return [(lamp.clock, lamp.level, lamp.due, lamp.day) for lamp in rows]


def test_a_case_on_the_spot_has_minutes_instead_of_days(hall: SmallHall) -> None:
    case = accepted(hall)
    assert due(hall, case) == {Clock.DIRECT: "2026-03-02T11:05", Clock.LEGAL: "2026-03-30"}
    take(hall, case, MOVE.DECIDE, outcome=CaseOutcome.GRANTED)
    assert due(hall, case) == {Clock.SERVE: "2026-03-16"}
    assert violations(hall) == []


def test_noon_closing_and_a_special_procedure_do_not_count(hall: SmallHall) -> None:
    hall.clock.set(at(11, 50))
    case = accepted(hall)
    assert due(hall, case)[Clock.DIRECT] == "2026-03-02T15:20"
    hall.clock.set(at(14, 40))
    take(hall, case, MOVE.SUSPEND, basis=SuspensionBasis.TEST, days=1)
    assert due(hall, case)[Clock.DIRECT] == ""
    hall.clock.set(at(17))
    take(hall, case, MOVE.RESUME)
    # 10 minutes before noon, 10 after it, 30 before closing, 10 on the next day.
    assert due(hall, case)[Clock.DIRECT] == "2026-03-03T08:40"
    assert violations(hall) == []


def test_an_extension_asked_for_in_time_turns_minutes_into_days(hall: SmallHall) -> None:
    case = accepted(hall)
    hall.clock.set(at(11, 5))
    take(hall, case, MOVE.ASK_TIME, days=3)
    assert due(hall, case)[Clock.DIRECT] == "2026-03-02T11:05"
    hall.clock.set(at(15))
    take(hall, case, MOVE.GRANT_TIME, LEADER)
    assert due(hall, case) == {Clock.PROMISED: "2026-03-05", Clock.LEGAL: "2026-04-02"}
    assert violations(hall) == []


def test_an_extension_asked_for_a_minute_late_moves_no_minute(hall: SmallHall) -> None:
    case = accepted(hall)
    hall.clock.set(at(11, 6))
    take(hall, case, MOVE.ASK_TIME, days=3)
    take(hall, case, MOVE.GRANT_TIME, LEADER)
    assert due(hall, case)[Clock.DIRECT] == "2026-03-02T11:05"


def test_hours_and_minutes_in_force_are_a_basis_of_the_cache(hall: SmallHall) -> None:
    hall.clock.set(at(17, 0))
    case = accepted(hall)
    cache = due_cache.DueCache(hall.ctx)
    assert due(hall, case)[Clock.DIRECT] == "2026-03-03T09:00"
    book = hall.ctx.catalogue()
    closed = replace(book, special_days=(SpecialDay(TUESDAY, False, "本厅休息"),))
    import_catalogue(hall.ctx, SYSTEM, closed, "test")
    assert violations(hall) == []  # the change is still being worked in
    cache.update()
    assert due(hall, case)[Clock.DIRECT] == "2026-03-04T09:00"
    hall.ctx.write(lambda tx: setting_queries.put(tx, "case_direct_minutes", 30, "test"))
    hall.ctx.bus.deliver([HallChanged("settings")])
    cache.update()
    assert due(hall, case)[Clock.DIRECT] == "2026-03-02T17:30"
    assert violations(hall) == []


def test_a_change_of_hours_moves_no_minute_of_days_before_it(hall: SmallHall) -> None:
    hall.clock.set(at(17, 0))
    case = accepted(hall)
    cache = due_cache.DueCache(hall.ctx)
    assert due(hall, case)[Clock.DIRECT] == "2026-03-03T09:00"
    hall.clock.set(at(10, 0) + 7 * actions.DAY_MS)
    book = hall.ctx.catalogue()
    later = tuple(replace(h, opens=max(h.opens, time(10))) for h in book.hours)
    import_catalogue(hall.ctx, SYSTEM, replace(book, hours=later), "test")
    cache.update()
    assert due(hall, case)[Clock.DIRECT] == "2026-03-03T09:00"
    assert violations(hall) == []


def test_its_lamp_turns_yellow_and_red_in_their_minutes_and_once(hall: SmallHall) -> None:
    case = accepted(hall)
    levels = []
    for hour, minute in ((10, 54), (10, 55), (11, 5), (11, 6), (11, 7)):
        hall.clock.set(at(hour, minute))
        levels.append(lamps.light(hall.ctx))
    assert levels == [0, 1, 0, 1, 0]
    assert lit(hall, case) == [
        ("direct", "yellow", "2026-03-02T11:05", "2026-03-02"),
        ("direct", "red", "2026-03-02T11:05", "2026-03-02"),
    ]
    rows = hall.ctx.read(
        lambda c: finding_queries.of_doubts(c, hall_id=hall.ctx.hall_id, beginning="lamp:")
    )
    (facts,) = (json.loads(row.facts) for row in rows)
    assert facts["note"].endswith("即办时限应于 2026-03-02 11:05 前")


def test_card_wall_and_counts_say_the_minutes(hall: SmallHall) -> None:
    case = accepted(hall)
    office = Web(hall).manager()

    def direct() -> tuple[str, int, bool]:
        shown = office.get(f"/cases/{case}").get_json()["due"][0]
        return shown["time"], shown["minutes_left"], shown["late"]

    shown = office.get(f"/cases/{case}").get_json()
    assert [(s["begins"], s["ends"], s["kind"], s["number"]) for s in shown["stretches"]] == [
        ("2026-03-02T10:05", "2026-03-02T11:05", "running", 60)
    ]
    spans = [(span["begins"], span["ends"]) for span in shown["due"][0]["counting"]]
    assert spans[:2] == [(at(10, 5), at(12)), (at(14, 30), at(17, 30))]
    assert (shown["strip"], direct()) == ([], ("11:05", 60, False))
    assert office.get("/office/cases/due").get_json()["promised"][0]["overdue"] == 0
    hall.clock.set(at(12, 30))
    assert direct() == ("11:05", -55, True)
    assert office.get("/office/cases/due").get_json()["promised"][0]["overdue"] == 1
    lamp = office.get("/office/supervision").get_json()["cases"][0]["lamps"][0]
    assert (lamp["level"], lamp["time"], lamp["minutes_left"]) == ("red", "11:05", -55)


def test_paper_and_phone_name_the_time(hall: SmallHall) -> None:
    web = Web(hall)
    body = {"name": "测试人", "phone": "13900001234", "item": ITEM}
    opened = web.clerk("T1").post("/reception/cases", body).get_json()
    take(hall, opened["id"], MOVE.ACCEPT)
    paper = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [opened["id"]]))[-1]
    data = paper_pdf.data_of(paper, "中心", "测试人", "http://hall.test/k/1", "a4")
    assert ["承诺办结日期", "2026年3月2日11:05"] in data["rows"]
    assert "按大厅对外办公的时间计算" in data["text"]
    question = {"number": opened["number"], "tail": "1234"}
    followed = web.browser().post("/cases/follow", question).get_json()
    assert (followed["due"], followed["due_time"]) == ("2026-03-02", "11:05")
    assert followed["late"] is False
