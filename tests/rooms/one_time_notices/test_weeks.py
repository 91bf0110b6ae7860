"""One-time notices of a week: tables and journal give the same digits; the bulletin says them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from server.catalogue.actions import import_catalogue
from server.catalogue.model import Material
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.weeks import week_of
from server.one_time_notices import actions, queries
from server.one_time_notices.actions import HandInOrder, MarkedMaterial, Recorded
from server.one_time_notices.integrity import problems
from server.one_time_notices.replay import ACTS, replayed
from server.one_time_notices.rules import Look, MaterialFault
from server.one_time_notices.week_counts import notice_counts
from server.one_time_notices.week_facts import counted, findings
from server.queue import calling
from server.queue.tickets import Outcome
from server.spot_checks import finding_actions
from server.spot_checks.tables import finding
from support.halls import MANAGER, MONDAY, SmallHall, at
from support.web import Web

DAY = 86_400
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
WEEK = "2026-W10"
MATERIALS = (Material("申请表", "原件1份"), Material("身份证", "原件"))
OK = Look()
MISSING = Look(frozenset({MaterialFault.MISSING}))
UNCLEAR = Look(frozenset({MaterialFault.UNCLEAR}))


def furnish(hall: SmallHall) -> SmallHall:
    """Give every item two materials."""
    book = hall.ctx.catalogue()
    items = tuple(replace(item, materials=MATERIALS) for item in book.items)
    import_catalogue(hall.ctx, SYSTEM, replace(book, items=items), "test")
    return hall


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall, whose items have two materials."""
    return furnish(small)


def hand_in(hall: SmallHall, *looks: Look, earlier: str = "", item: str = "tax-1") -> Recorded:
    """Serve a person who hands in materials, for ten minutes."""
    window = "S1" if item == "build-1" else "T1"
    hall.sign_in(window)
    hall.issue(item)
    ticket = hall.call(window)
    calling.start(hall.ctx, hall.clerk(window), hall.key(), window)
    marks = tuple(MarkedMaterial(place, look) for place, look in enumerate(looks))
    order = HandInOrder(ticket.id, item, marks, earlier, on_slip=False)
    recorded = actions.record(hall.ctx, hall.clerk(window), hall.key(), order)
    calling.finish(hall.ctx, hall.clerk(window), hall.key(), window, Outcome.ACCEPTED, "")
    hall.clock.advance(seconds=600)
    return recorded


def judge(hall: SmallHall, *, confirm: bool) -> None:
    """Judge every proposed finding."""
    ctx = hall.ctx
    for row in ctx.read(lambda c: findings(c, ctx.hall_id)).values():
        if row.state == "proposed":
            finding_actions.judge(ctx, OFFICE, hall.key(), row.id, confirm, "核对")


def next_day(hall: SmallHall) -> None:
    """Advance to the next day on which the windows are open."""
    hall.clock.advance(seconds=DAY)
    while hall.ctx.local().isoweekday() > 5:
        hall.clock.advance(seconds=DAY)


def weeks_of_hand_ins(hall: SmallHall, seed: int, people: int) -> None:
    """Let people hand in materials in any state, and come back; some findings are judged."""
    chance = random.Random(seed)
    waiting: list[tuple[str, str]] = []
    for _ in range(people):
        looks = [chance.choice([OK, OK, MISSING, UNCLEAR]) for _ in MATERIALS]
        if waiting and chance.random() < 0.6:
            item, earlier = waiting.pop(chance.randrange(len(waiting)))
        else:
            item, earlier = chance.choice(["tax-1", "build-1"]), ""
        recorded = hand_in(hall, *looks, earlier=earlier, item=item)
        if recorded.notice:
            waiting.append((item, recorded.notice))
        if chance.random() < 0.3:
            judge(hall, confirm=chance.random() < 0.5)
        if chance.random() < 0.6:
            next_day(hall)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6), people=st.integers(0, 9))
def test_the_journal_alone_gives_the_same_digits(seed: int, people: int, tmp_path: Path) -> None:
    file = tmp_path / f"{seed}-{people}.db"
    file.unlink(missing_ok=True)
    hall = furnish(SmallHall(f"sqlite:///{file}", tmp_path, at(9)))
    try:
        weeks_of_hand_ins(hall, seed, people)
        ctx = hall.ctx
        replay = ctx.read(lambda c: replayed(journal.of_acts(c, ctx.hall_id, ACTS), ctx.day))
        about = ctx.read(lambda c: findings(c, ctx.hall_id))
        states = {number: row.state for number, row in about.items()}
        for later in range(4):
            week = week_of(MONDAY + timedelta(days=7 * later))
            span = week.first.isoformat(), week.last.isoformat()
            rows = ctx.read(lambda c, s=span: queries.of_days_with_matters(c, ctx.hall_id, *s))  # type: ignore[misc]
            ids = [row.id for row in rows]
            notices = ctx.read(lambda c, i=ids: queries.notices_of(c, ctx.hall_id, i))  # type: ignore[misc]
            for unit in (None, "tax", "build"):
                stored = notice_counts(counted(rows, notices), states, *span, unit)
                assert replay.counts(*span, unit) == stored
        assert ctx.read(lambda c: list(problems(c, ctx.hall_id))) == []
    finally:
        hall.close()


def told_twice(hall: SmallHall) -> Recorded:
    """Let a person come back whose first notice left something out; return the later one."""
    first = hand_in(hall, MISSING, OK)
    return hand_in(hall, OK, UNCLEAR, earlier=first.notice)


def bulletin(hall: SmallHall) -> dict:  # type: ignore[type-arg]
    """Return the bulletin on the first week, drafted after it."""
    manager = Web(hall).manager()
    manager.post("/office/bulletins", {"week": WEEK})
    shown: dict[str, object] = manager.get(f"/bulletins/{WEEK}").get_json()
    return shown


def test_the_bulletin_says_how_many_were_told_twice(hall: SmallHall) -> None:
    told_twice(hall)
    hand_in(hall, OK, OK, item="build-1")
    hall.clock.advance(seconds=7 * DAY)
    shown = bulletin(hall)
    section = next(s for s in shown["sections"] if s["name"] == "notices")
    assert section["title"].endswith("、一次性告知情况")
    text = "".join(piece["text"] for piece in section["pieces"])
    assert text == (
        "登记收取材料3次，出具一次性告知单2份；再次交材料1次，"
        "其中首次漏告知1次（已认定0次，待认定1次），一次告知率0/1。"
    )
    assert {piece["link"] for piece in section["pieces"]} - {""} == {
        f"/office#notices/{WEEK}",
        f"/office#findings/{WEEK}",
    }
    table = next(t for t in shown["tables"] if t["key"] == "notice_units")
    assert "一次告知率＝" in table["note"]
    assert [(row["cells"], row["link"]) for row in table["rows"]] == [
        (["单位tax", "2", "2", "1", "0", "1", "0/1"], f"/office#notices/{WEEK}/tax"),
        (["单位build", "1", "0", "0", "0", "0", "—"], f"/office#notices/{WEEK}/build"),
    ]


@pytest.mark.parametrize(("confirm", "counts"), [(True, ("1", "0")), (False, ("0", "0"))])
def test_a_judged_finding_counts_as_it_was_judged(
    hall: SmallHall, confirm: bool, counts: tuple[str, str]
) -> None:
    told_twice(hall)
    judge(hall, confirm=confirm)
    hall.clock.advance(seconds=7 * DAY)
    values = {fact["name"]: fact["value"] for fact in bulletin(hall)["facts"]}
    assert (values["told_twice_confirmed"], values["told_twice_open"]) == counts


def test_the_office_sees_every_hand_in_of_a_week(hall: SmallHall) -> None:
    later = told_twice(hall)
    manager = Web(hall).manager()
    shown = manager.get(f"/office/hand-ins/{WEEK}").get_json()["hand_ins"]
    assert [(row["n"], row["again"], row["faults"], row["unit_name"]) for row in shown] == [
        (2, True, ["身份证"], "单位tax"),
        (1, False, ["申请表"], "单位tax"),
    ]
    assert (shown[0]["notice"], shown[0]["finding_state"]) == (later.notice, "proposed")
    assert (shown[1]["finding"], shown[1]["finding_state"]) == ("", "")
    assert manager.get("/office/hand-ins/2026-W11").get_json()["hand_ins"] == []
    assert manager.get("/office/hand-ins/2026-11").get_json()["code"] == "invalid"


def test_the_office_sees_which_hand_in_was_corrected(hall: SmallHall) -> None:
    hall.sign_in("T1")
    hall.issue("tax-1")
    ticket = hall.call("T1")
    calling.start(hall.ctx, hall.clerk("T1"), hall.key(), "T1")
    for look in (MISSING, OK):
        marks = (MarkedMaterial(0, look), MarkedMaterial(1, OK))
        order = HandInOrder(ticket.id, "tax-1", marks, on_slip=False)
        actions.record(hall.ctx, hall.clerk("T1"), hall.key(), order)
    shown = Web(hall).manager().get(f"/office/hand-ins/{WEEK}").get_json()["hand_ins"]
    assert [(row["n"], row["corrected"], row["again"]) for row in shown] == [
        (2, False, False),
        (1, True, False),
    ]


def test_the_check_of_the_books_recounts_from_the_journal(hall: SmallHall) -> None:
    told_twice(hall)
    ctx = hall.ctx
    assert ctx.read(lambda c: list(problems(c, ctx.hall_id))) == []
    ctx.write(lambda tx: tx.conn.execute(update(finding).values(state="dismissed")))
    shown = [english for _, english in ctx.read(lambda c: list(problems(c, ctx.hall_id)))]
    assert shown == ["counts of one-time notices differ from the journal's"]
