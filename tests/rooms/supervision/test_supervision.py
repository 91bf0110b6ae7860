"""Lamps are lit once, red ones propose findings; signs are proposed with what the unit said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from server.cases import actions
from server.cases.actions import Applicant, Opening, Wish
from server.cases.rules import CaseMove, CaseOutcome, CaseWay
from server.catalogue.actions import import_catalogue
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.spot_checks import finding_queries
from server.supervision import actions as supervision
from server.supervision import lamps, queries, sign_search
from server.supervision.errors import SupervisionCode
from server.supervision.messages import ExplanationKind
from server.supervision.queries import StoredLamp
from server.supervision.signs import Sign
from support.halls import STAFF, SmallHall, at, catalogue
from support.web import Web

ITEM = "tax-1"
HANDLER, CHIEF = STAFF["T1"], STAFF["T2"]
CLERK, LEADER = Actor(ActorKind.CLERK, HANDLER), Actor(ActorKind.CLERK, CHIEF)
WHO = Applicant("测试人", person_key="P1")
MONDAY = date(2026, 3, 2)


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
    return small


def opened(hall: SmallHall, **more: object) -> str:
    """Open a case without a ticket; return its id."""
    opening = replace(Opening(ITEM, WHO, CaseWay.RECEPTION), **more)  # type: ignore[arg-type]
    return actions.open_case(hall.ctx, CLERK, hall.key(), opening)


def take(hall: SmallHall, case: str, move: CaseMove, **more: object) -> None:
    """Take a step, with words."""
    wish = replace(Wish(move, "意见"), **more)  # type: ignore[arg-type]
    actions.move(hall.ctx, CLERK, hall.key(), case, wish)


def on(hall: SmallHall, month: int, day: int) -> None:
    """Set the clock to 9:00 of a day."""
    hall.clock.set(at(9, day=date(2026, month, day)))


def lit(hall: SmallHall, case: str) -> list[StoredLamp]:
    """Return the lamps of a case."""
    return hall.ctx.read(lambda c: queries.lamps(c, hall.ctx.hall_id, [case]))


def findings(hall: SmallHall, kind: str) -> list[dict[str, object]]:
    """Return the facts of the proposed findings of a kind."""
    rows = hall.ctx.read(
        lambda c: finding_queries.of_days(c, hall.ctx.hall_id, "2000-01-01", "2099-12-31")
    )

    return [json.loads(row.facts) for row in rows if row.kind == kind]


def test_a_lamp_turns_yellow_and_red_once_on_the_day_of_the_crossing(hall: SmallHall) -> None:
    case = opened(hall)
    take(hall, case, CaseMove.ACCEPT)
    on(hall, 3, 5)
    assert lamps.light(hall.ctx) == 0
    on(hall, 3, 6)  # one working day before Monday 9
    assert (lamps.light(hall.ctx), lamps.light(hall.ctx)) == (1, 0)
    on(hall, 3, 12)  # the server slept
    assert (lamps.light(hall.ctx), lamps.light(hall.ctx)) == (1, 0)
    assert [(lamp.clock, lamp.level, lamp.due, lamp.day) for lamp in lit(hall, case)] == [
        ("promised", "yellow", "2026-03-09", "2026-03-06"),
        ("promised", "red", "2026-03-09", "2026-03-10"),
    ]
    (facts,) = findings(hall, "case_overdue")
    assert (facts["due"], facts["clock"]) == ("2026-03-09", "promised")
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, case))
    assert [line["act"] for line in lines][-2:] == ["lamp.yellow", "lamp.red"]


def test_an_extension_takes_the_colour_back_and_not_the_fact(hall: SmallHall) -> None:
    case = opened(hall)
    take(hall, case, CaseMove.ACCEPT)
    take(hall, case, CaseMove.ASK_TIME, days=10)
    on(hall, 3, 6)
    lamps.light(hall.ctx)
    actions.move(hall.ctx, LEADER, hall.key(), case, Wish(CaseMove.GRANT_TIME, "同意"))
    on(hall, 3, 11)
    assert lamps.light(hall.ctx) == 0
    assert [lamp.level for lamp in lit(hall, case)] == ["yellow"]


def test_untold_defects_have_a_lamp_too(hall: SmallHall) -> None:
    case = opened(hall)
    on(hall, 3, 6)
    lamps.light(hall.ctx)
    assert [(lamp.clock, lamp.level) for lamp in lit(hall, case)] == [("tell", "yellow")]


def test_a_case_that_ended_lights_nothing(hall: SmallHall) -> None:
    case = opened(hall)
    take(hall, case, CaseMove.ACCEPT)
    take(hall, case, CaseMove.WITHDRAW)
    on(hall, 4, 30)
    assert lamps.light(hall.ctx) == 0


def test_signs_are_proposed_once_with_what_the_unit_said(hall: SmallHall) -> None:
    span = MONDAY, MONDAY
    words = "专网中断，次日补录"
    supervision.explain(hall.ctx, LEADER, hall.key(), ExplanationKind.NETWORK, span, words, "")
    case = opened(hall, day=date(2026, 2, 27))
    take(hall, case, CaseMove.ACCEPT)
    take(hall, case, CaseMove.DECIDE, outcome=CaseOutcome.GRANTED)
    opened(hall)
    assert sign_search.propose_day(hall.ctx, MONDAY) == 5
    assert sign_search.propose_day(hall.ctx, MONDAY) == 0
    facts = findings(hall, "outside")
    assert sorted(str(each["sign"]) for each in facts) == sorted(
        [Sign.ENTERED_LATE, Sign.QUICK, Sign.NO_VISIT, Sign.NO_VISIT, Sign.TWICE]
    )
    assert all(words in str(each["note"]) for each in facts)


def test_the_office_sees_the_signs_of_a_day_before_they_are_proposed(hall: SmallHall) -> None:
    opened(hall)
    manager = Web(hall).manager()
    today = manager.get("/office/supervision/signs").get_json()
    assert [(each["sign"], each["unit"]) for each in today["signs"]] == [("no_visit", "tax")]
    assert manager.get("/office/supervision/signs?day=2026-03-01").get_json()["signs"] == []
    assert manager.get("/office/supervision/signs?day=x").get_json()["code"] == "invalid"
    assert findings(hall, "outside") == []


def test_a_day_is_searched_once_after_the_unit_could_explain_it(hall: SmallHall) -> None:
    opened(hall)
    search = sign_search.SignSearch(hall.ctx)
    assert search.update() == 0
    on(hall, 3, 3)
    assert search.update() == 0
    on(hall, 3, 4)
    assert (search.update(), search.update()) == (1, 0)
    assert [each["sign"] for each in findings(hall, "outside")] == [Sign.NO_VISIT]
    on(hall, 3, 12)  # the server slept
    assert sign_search.SignSearch(hall.ctx).update() == 0


@pytest.mark.parametrize(
    ("actor", "kind", "span", "digest", "code"),
    [
        (CLERK, "network", (MONDAY, MONDAY), "", SupervisionCode.EXPLAIN_CHIEF),
        (LEADER, "batch", (MONDAY, MONDAY), "", SupervisionCode.EXPLAIN_DIGEST),
        (LEADER, "other", (MONDAY, date(2026, 3, 3)), "", "invalid"),
        (LEADER, "other", (MONDAY, date(2026, 3, 1)), "", "invalid"),
    ],
)
def test_an_explanation_that_is_refused(
    hall: SmallHall, actor: Actor, kind: str, span: tuple[date, date], digest: str, code: str
) -> None:
    with pytest.raises(HallError) as refused:
        supervision.explain(
            hall.ctx, actor, hall.key(), ExplanationKind(kind), span, "说明", digest
        )
    assert refused.value.code == code
