"""Cases of a week: the tables and the journal give the same digits; the bulletin says them."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from server.cases import actions
from server.cases.actions import Applicant, Opening, Wish
from server.cases.integrity import problems
from server.cases.replay import ACTS, replayed
from server.cases.rules import CaseMove, CaseOutcome, CaseWay, SuspensionBasis
from server.cases.tables import case_fact
from server.cases.week_counts import case_counts
from server.cases.week_facts import cases_of, counts_of
from server.catalogue.actions import import_catalogue
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.core.weeks import week_of
from support.halls import MONDAY, STAFF, SmallHall, at, catalogue
from support.web import Web

DAY = 86_400
WEEK = "2026-W10"
CHIEF = STAFF["T2"]
CLERK, LEADER = Actor(ActorKind.CLERK, STAFF["T1"]), Actor(ActorKind.CLERK, CHIEF)
PROMISED, DIRECT = "tax-1", "build-1"
STEPS = [move for move in CaseMove if move not in (CaseMove.FILE, CaseMove.DEEM)]


def prepare(hall: SmallHall) -> None:
    """Let one item promise 3 days, and the clerk of T2 lead the unit."""
    book = catalogue()
    items = tuple(
        replace(i, promised_days=3 if i.code == PROMISED else 0, materials=(), flow=())
        for i in book.items
    )
    staff = tuple(replace(s, chief=s.number == CHIEF) for s in book.staff)
    import_catalogue(hall.ctx, SYSTEM, replace(book, items=items, staff=staff), "test")


def opened(hall: SmallHall, item: str = PROMISED) -> str:
    """Open a case without a ticket and return its id."""
    opening = Opening(item, Applicant("测试人"), CaseWay.RECEPTION)
    return actions.open_case(hall.ctx, CLERK, hall.key(), opening)


def take(hall: SmallHall, case: str, move: CaseMove, actor: Actor = CLERK, **more: Any) -> None:
    """Take a step with everything that a step may need."""
    wish = Wish(move, "意见", CaseOutcome.GRANTED, SuspensionBasis.TEST, 2)
    actions.move(hall.ctx, actor, hall.key(), case, replace(wish, **more))


def weeks_of_cases(hall: SmallHall, seed: int, days: int) -> None:
    """Let cases come in, and let people try any step on them."""
    chance = random.Random(seed)
    ids: list[str] = []
    for _ in range(days):
        if chance.random() < 0.7:
            ids.append(opened(hall, chance.choice((PROMISED, DIRECT))))
        for case in ids:
            for _ in range(3):
                with contextlib.suppress(HallError):
                    take(hall, case, chance.choice(STEPS), chance.choice((CLERK, LEADER)))
        hall.clock.advance(seconds=DAY)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6), days=st.integers(0, 20))
def test_the_journal_alone_gives_the_same_digits(seed: int, days: int, tmp_path: Path) -> None:
    file_of_hall = tmp_path / f"{seed}-{days}.db"
    file_of_hall.unlink(missing_ok=True)
    hall = SmallHall(f"sqlite:///{file_of_hall}", tmp_path, at(9))
    try:
        prepare(hall)
        weeks_of_cases(hall, seed, days)
        ctx = hall.ctx
        replay = ctx.read(lambda c: replayed(journal.of_acts(c, ctx.hall_id, ACTS)))
        for later in range(4):
            week = week_of(MONDAY + timedelta(days=7 * later))
            span = week.first.isoformat(), week.last.isoformat()
            cases = ctx.read(lambda c, s=span: cases_of(ctx, c, *s))  # type: ignore[misc]
            reader = actions.clocks(ctx)
            assert replay.counts(reader, *span) == counts_of(cases, week)
            for unit in ("tax", "build"):
                own = [case.facts for case in cases if case.unit == unit]
                assert replay.counts(reader, *span, unit=unit) == case_counts(own, *span)
            for mode in ("promised", "direct"):
                own = [case.facts for case in cases if case.mode == mode]
                assert replay.counts(reader, *span, mode=mode) == case_counts(own, *span)
        assert ctx.read(lambda c: list(problems(c, ctx.hall_id))) == []
    finally:
        hall.close()


def test_the_check_finds_a_fact_that_was_changed(small: SmallHall) -> None:
    prepare(small)
    case = opened(small)
    take(small, case, CaseMove.ACCEPT)
    small.ctx.write(
        lambda tx: tx.conn.execute(
            update(case_fact).where(case_fact.c.n == 2).values(day="2026-03-01")
        )
    )
    texts = [en for _, en in small.ctx.read(lambda c: list(problems(c, small.ctx.hall_id)))]
    assert texts == ["counts of cases differ from the journal's"]


def bulletin(small: SmallHall) -> dict[str, Any]:
    """Return the bulletin on the first week, drafted after it."""
    manager = Web(small).manager()
    manager.post("/office/bulletins", {"week": WEEK})
    shown: dict[str, Any] = manager.get(f"/bulletins/{WEEK}").get_json()
    return shown


def test_the_bulletin_says_what_was_decided_and_what_is_overdue(small: SmallHall) -> None:
    prepare(small)
    early, overdue, spot = opened(small), opened(small), opened(small, DIRECT)
    for case in (early, overdue):
        take(small, case, CaseMove.ACCEPT)
    take(small, early, CaseMove.DECIDE)
    take(small, spot, CaseMove.ACCEPT)
    take(small, spot, CaseMove.DECIDE)
    refused = opened(small)
    take(small, refused, CaseMove.NOT_ACCEPT)
    small.clock.advance(seconds=8 * DAY)
    shown = bulletin(small)
    section = next(s for s in shown["sections"] if s["name"] == "cases")
    assert section["title"].endswith("、办件情况")
    assert "".join(piece["text"] for piece in section["pieces"]) == (
        "收件4件，受理3件，不予受理1件；办结2件，其中按期2件，按期办结率2/3，"
        "提前1件，提前办结率1/1。截至本期末在办1件，其中超期1件。"
    )
    assert {piece["link"] for piece in section["pieces"]} - {""} == {f"/office#cases/{WEEK}"}
    units, modes = (t for t in shown["tables"] if t["section"] == "cases")
    assert "按期办结率＝" in units["note"]
    assert [row["cells"] for row in units["rows"]] == [
        ["单位tax", "3", "2", "1", "1", "1", "1/2", "1", "1/1", "1", "1"],
        ["单位build", "1", "1", "0", "1", "1", "1/1", "0", "—", "0", "0"],
    ]
    assert [(row["cells"][0], row["cells"][4], row["link"]) for row in modes["rows"]] == [
        ("直接办理", "1", f"/office#cases/{WEEK}"),
        ("承诺办理", "1", f"/office#cases/{WEEK}"),
    ]


def test_the_evidence_is_the_cases_of_the_figures(small: SmallHall) -> None:
    prepare(small)
    first = opened(small)
    small.clock.advance(seconds=7 * DAY)
    second = opened(small)
    manager = Web(small).manager()

    def listed(week: str) -> set[str]:
        answer = manager.get(f"/office/cases?week={week}").get_json()
        return {row["id"] for row in answer["cases"]}

    assert listed(WEEK) == {first}
    assert listed("2026-W11") == {first, second}
    assert manager.get("/office/cases?week=2026-W60").get_json()["code"] == "invalid"
