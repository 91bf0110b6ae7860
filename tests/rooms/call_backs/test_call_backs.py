"""Call backs: who is drawn, what a call gives, who may see it, and what the books say of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from server.call_backs import actions, queries
from server.call_backs.actions import Call, WeeklyDraw
from server.call_backs.errors import CallBackCode
from server.call_backs.integrity import problems
from server.call_backs.rules import CallAnswer, CallState
from server.call_backs.tables import call_back, call_draw
from server.cases import actions as case_actions
from server.cases.actions import Applicant, Opening, Wish
from server.cases.rules import CaseMove, CaseOutcome, CaseWay, Post
from server.cases.serving import set_posts
from server.cases.tables import case_applicant, case_record
from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import ErrorCode, HallError
from server.core.sealed_text import seal
from server.ratings import actions as rating_actions
from server.ratings import integrity as rating_integrity
from server.ratings import queries as rating_queries
from server.ratings import redress_queries
from server.ratings.actions import Given
from server.ratings.errors import RatingCode
from server.ratings.figures import By, counts_by
from server.ratings.levels import Channel, Level
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, at
from support.web import Web

CLERK = Actor(ActorKind.CLERK, STAFF["T1"])
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
PHONE = "13900000001"
NEXT_MONDAY = date(2026, 3, 9)
GOOD = Call(CallAnswer.RATED, Level.SATISFIED, "办得快")
BAD = Call(CallAnswer.RATED, Level.DISSATISFIED, "跑了两趟")
MISSED = Call(CallAnswer.NOT_REACHED)


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall, in which one clerk takes every step of a tax case."""
    for post in Post:
        set_posts(small.ctx, OFFICE, small.key(), "tax", post, [CLERK.name])
    return small


def ended(hall: SmallHall, *, phone: str = PHONE, person: str = "", approver: Actor = CLERK) -> str:
    """Open a case and decide it at once; return its id."""
    case = opened(hall, phone, person)
    for move in (CaseMove.ACCEPT, CaseMove.PASS, CaseMove.PASS):
        case_actions.move(hall.ctx, CLERK, hall.key(), case, Wish(move, "意见"))
    wish = Wish(CaseMove.DECIDE, "意见", outcome=CaseOutcome.GRANTED)
    case_actions.move(hall.ctx, approver, hall.key(), case, wish)
    return case


def opened(hall: SmallHall, phone: str = PHONE, person: str = "") -> str:
    """Open a case at the reception desk; return its id."""
    sealed = seal(hall.hall.config.data, hall.ctx.tokens, phone)
    applicant = Applicant("王测试", phone=sealed, person_key=person)
    opening = Opening("tax-1", applicant, CaseWay.RECEPTION)
    return case_actions.open_case(hall.ctx, CLERK, hall.key(), opening)


def drawn(hall: SmallHall, *, wanted: int | None = None, day: date = NEXT_MONDAY) -> list[str]:
    """Draw the list in the week after the first one; return its cases in order."""
    hall.clock.set(at(8, day=day))
    if wanted is not None:
        hall.configure(call_back_per_week=wanted)
    WeeklyDraw(hall.ctx, hall.hall.config.data).update()
    rows = hall.ctx.read(lambda c: queries.of_weeks(c, hall.ctx.hall_id, "2026-W10", "2026-W10"))
    return [row.case for row in rows]


def state(hall: SmallHall, case: str) -> str:
    """Return the state of an entry."""
    row = hall.ctx.read(lambda c: queries.get(c, hall.ctx.hall_id, case))
    assert row is not None
    return row.state


def record(hall: SmallHall, case: str, call: Call, actor: Actor = OFFICE) -> None:
    """Record a call."""
    actions.record(hall.ctx, actor, hall.key(), case, call)


def refusal(hall: SmallHall, case: str, call: Call, actor: Actor = OFFICE) -> ErrorCode:
    """Return the error code of a call that is refused."""
    with pytest.raises(HallError) as refused:
        record(hall, case, call, actor)
    return refused.value.code


def violations(hall: SmallHall) -> list[str]:
    """Return what the checks of ratings and call backs find."""
    hall_id = hall.ctx.hall_id
    return hall.ctx.read(
        lambda c: [
            en for check in (problems, rating_integrity.problems) for _, en in check(c, hall_id)
        ]
    )


def acts(hall: SmallHall, subject: str) -> list[str]:
    """Return the acts of the journal about a subject."""
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, subject))
    return [line["act"] for line in lines]


def test_the_list_has_ended_cases_with_a_telephone_and_no_rating(hall: SmallHall) -> None:
    called = ended(hall)
    ended(hall, phone="")
    opened(hall)
    assert drawn(hall) == [called]
    assert state(hall, called) == CallState.OPEN
    assert violations(hall) == []


def test_the_draw_is_made_once_and_only_of_the_week_that_is_over(hall: SmallHall) -> None:
    first = [ended(hall) for _ in range(5)]
    draw = WeeklyDraw(hall.ctx, hall.hall.config.data)
    assert draw.update() == 0
    assert set(drawn(hall)) == set(first)
    order = drawn(hall)
    ended(hall)
    assert drawn(hall) == order
    assert draw.update() == draw.update() == 0
    assert len(acts(hall, "2026-W10")) == 1
    assert drawn(hall, day=date(2026, 3, 23)) == order


def test_the_setting_says_how_many_are_drawn(hall: SmallHall) -> None:
    for _ in range(4):
        ended(hall)
    assert drawn(hall, wanted=0) == []
    assert len(drawn(hall, wanted=3)) == 3
    assert violations(hall) == []


def test_one_person_is_called_once(hall: SmallHall) -> None:
    for _ in range(3):
        ended(hall, person="key")
    assert len(drawn(hall)) == 1


def test_a_case_without_a_ticket_has_one_rating_of_its_own(hall: SmallHall) -> None:
    case = ended(hall)
    drawn(hall)
    record(hall, case, GOOD)
    ratings = hall.ctx.read(lambda c: rating_queries.of_case(c, hall.ctx.hall_id, case))
    assert [(r.ticket, r.channel, r.level, r.day, r.unit, r.staff) for r in ratings] == [
        ("", "call_back", 2, "2026-03-02", "tax", CLERK.name)
    ]
    words = hall.ctx.read(lambda c: rating_queries.words_of(c, hall.ctx.hall_id, ratings[0].id))
    assert words is not None
    assert (words.words, words.name, words.phone) == ("办得快", "", "")
    assert refusal(hall, case, GOOD) is CallBackCode.CALL_BACK_ENDED
    assert violations(hall) == []


def test_a_case_of_a_ticket_shares_the_one_rating_of_its_ticket(hall: SmallHall) -> None:
    case, ticket = case_of_ticket(hall)
    drawn(hall)
    record(hall, case, GOOD)
    ratings = hall.ctx.read(lambda c: rating_queries.of_ticket(c, hall.ctx.hall_id, ticket))
    assert [(r.ticket, r.case, r.channel) for r in ratings] == [(ticket, "", "call_back")]
    with pytest.raises(HallError) as refused:
        rate_by_phone(hall, ticket)
    assert refused.value.code is RatingCode.RATING_GIVEN
    counts = hall.ctx.read(
        lambda c: counts_by(c, hall.ctx.hall_id, "2026-03-02", "2026-03-02", By.ALL)
    )[""]
    assert (counts.services, counts.active, counts.called, counts.typed_in) == (1, 0, 1, 0)
    assert violations(hall) == []


def case_of_ticket(hall: SmallHall) -> tuple[str, str]:
    """Serve a person at T1 and decide the case; return the case and the ticket."""
    hall.sign_in("T1")
    hall.issue("tax-1")
    ticket = hall.serve("T1").id
    # As if opened there: the acts at the window have their own tests.
    case = ended(hall)
    with_ticket(hall, case, ticket)
    return case, ticket


def with_ticket(hall: SmallHall, case: str, ticket: str) -> None:
    """Write into the books that a case was opened from a ticket."""
    hall.ctx.write(
        lambda tx: tx.conn.execute(
            update(case_record).where(case_record.c.id == case).values(ticket=ticket)
        )
    )


def rate_by_phone(hall: SmallHall, ticket: str) -> None:
    """Rate a ticket as its holder does."""
    given = Given(Level.SATISFIED, Channel.PHONE)
    rating_actions.rate(hall.ctx, rating_actions.PHONE, hall.key(), ticket, given)


def test_who_rated_is_not_drawn(hall: SmallHall) -> None:
    _case, ticket = case_of_ticket(hall)
    rate_by_phone(hall, ticket)
    assert drawn(hall) == []


def test_who_rates_after_the_draw_is_not_called(hall: SmallHall) -> None:
    case, ticket = case_of_ticket(hall)
    drawn(hall)
    rate_by_phone(hall, ticket)
    assert refusal(hall, case, GOOD) is RatingCode.RATING_GIVEN
    assert actions.note_own_ratings(hall.ctx) == 1
    assert actions.note_own_ratings(hall.ctx) == 0
    assert state(hall, case) == CallState.SELF_RATED
    assert refusal(hall, case, GOOD) is CallBackCode.CALL_BACK_ENDED
    assert violations(hall) == []


def test_a_bad_rating_opens_a_redress_that_can_call_the_person(hall: SmallHall) -> None:
    case = ended(hall)
    drawn(hall)
    record(hall, case, BAD)
    hall_id = hall.ctx.hall_id
    (row,) = hall.ctx.read(lambda c: redress_queries.open_ones(c, hall_id))
    assert row.unit == "tax"
    view = Web(hall).manager().get(f"/redresses/{row.rating}").get_json()
    assert (view["contact_name"], view["contact_phone"], view["named"]) == ("王测试", PHONE, True)
    assert view["rateable"] is False
    again = Web(hall).manager().post(f"/redresses/{row.rating}/rating", {"level": 2})
    assert again.get_json()["code"] == RatingCode.REDRESS_RESULT
    assert violations(hall) == []


def test_a_person_is_called_three_times_at_most(hall: SmallHall) -> None:
    case = ended(hall)
    drawn(hall)
    for expected in (CallState.OPEN, CallState.OPEN, CallState.UNREACHED):
        record(hall, case, MISSED)
        assert state(hall, case) == expected
        hall.clock.advance(seconds=60)
    assert refusal(hall, case, MISSED) is CallBackCode.CALL_BACK_ENDED
    tries = hall.ctx.read(lambda c: queries.TRIES.of(c, hall.ctx.hall_id, [case]))[case]
    assert [(t.n, t.by_actor) for t in tries] == [(n, OFFICE.key) for n in (1, 2, 3)]
    assert tries[0].at < tries[1].at < tries[2].at
    assert violations(hall) == []


@pytest.mark.parametrize(
    "call",
    [
        Call(CallAnswer.RATED),
        Call(CallAnswer.DECLINED, Level.SATISFIED),
        Call(CallAnswer.NOT_REACHED, words="没人接"),
    ],
)
def test_only_a_person_who_rated_has_a_level_and_words(hall: SmallHall, call: Call) -> None:
    case = ended(hall)
    drawn(hall)
    assert refusal(hall, case, call) is CallBackCode.CALL_BACK_LEVEL
    assert state(hall, case) == CallState.OPEN


def test_whoever_handled_the_case_neither_sees_nor_calls_the_person(hall: SmallHall) -> None:
    set_posts(hall.ctx, OFFICE, hall.key(), "tax", Post.APPROVER, [MANAGER])
    case = ended(hall, approver=OFFICE)
    drawn(hall)
    assert refusal(hall, case, GOOD, OFFICE) is CallBackCode.CALL_BACK_UNKNOWN
    web = Web(hall)
    assert web.manager().get("/office/call-backs").get_json()["entries"] == []
    assert web.manager().post(f"/office/call-backs/{case}/phone", {}).status_code == 404
    (entry,) = web.administrator().get("/office/call-backs").get_json()["entries"]
    assert entry["case"] == case
    record(hall, case, GOOD, SECOND)


def test_a_telephone_is_shown_to_the_office_and_journalled_each_time(hall: SmallHall) -> None:
    case = ended(hall)
    drawn(hall)
    web = Web(hall)
    listed = web.manager().get("/office/call-backs")
    assert PHONE not in listed.get_data(as_text=True)
    assert listed.get_json()["entries"][0]["name"] == "王**"
    address = f"/office/call-backs/{case}/phone"
    before = acts(hall, case).count("call_back.show_phone")
    assert web.manager().post(address, {}).get_json() == {"phone": PHONE}
    assert web.manager().post(address, {}).get_json() == {"phone": PHONE}
    assert acts(hall, case).count("call_back.show_phone") == before + 2
    assert web.person(STAFF["G1"]).post(address, {}).status_code == 403
    assert web.person(STAFF["G1"]).get("/office/call-backs").status_code == 403
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, case))
    assert PHONE not in str(lines)
    record(hall, case, Call(CallAnswer.DECLINED))
    assert web.manager().post(address, {}).get_json()["code"] == CallBackCode.CALL_BACK_ENDED


def test_an_erased_telephone_is_empty(hall: SmallHall) -> None:
    case = ended(hall)
    drawn(hall)
    hall.ctx.write(lambda tx: tx.conn.execute(update(case_applicant).values(phone="")))
    address = f"/office/call-backs/{case}/phone"
    assert Web(hall).manager().post(address, {}).get_json() == {"phone": ""}


def test_the_page_has_figures_of_the_list_and_the_bad_ratings_to_call(hall: SmallHall) -> None:
    cases = [ended(hall) for _ in range(3)]
    drawn(hall)
    record(hall, cases[0], BAD)
    record(hall, cases[1], Call(CallAnswer.WRONG_NUMBER))
    manager = Web(hall).manager()
    page = manager.get("/office/call-backs").get_json()
    assert (page["week"], page["weeks"], page["candidates"]) == ("2026-W10", ["2026-W10"], 3)
    figures = page["figures"]
    assert figures["list_rate"] == {"count": 1, "of": 3, "percent": None}
    assert (figures["rated"], figures["wrong_number"], figures["open"]) == (1, 1, 1)
    assert figures["levels"] == [0, 0, 0, 1, 0]
    span = "from=2026-03-02&to=2026-03-08"
    assert manager.get(f"/office/call-backs/figures?{span}").get_json() == figures
    other = "from=2026-03-03&to=2026-03-08"
    assert manager.get(f"/office/call-backs/figures?{other}").get_json()["drawn"] == 0
    assert page["redresses"] == []
    (redress,) = manager.get("/office/redresses").get_json()["redresses"]
    steps = f"/redresses/{redress['rating']}/move"
    for step in (
        {"move": "contact", "result": "reached"},
        {"move": "start", "words": "重办"},
        {"move": "answer", "words": "已重办"},
    ):
        assert manager.post(steps, step).status_code == 200
    (waiting,) = manager.get("/office/call-backs").get_json()["redresses"]
    assert (waiting["rating"], waiting["unit_name"]) == (redress["rating"], "单位tax")
    empty = manager.get("/office/call-backs?week=2026-W01").get_json()
    assert (empty["week"], empty["entries"], empty["candidates"]) == ("2026-W01", [], 0)


def test_the_check_repeats_the_draw(hall: SmallHall) -> None:
    for _ in range(4):
        ended(hall)
    cases = drawn(hall, wanted=2)
    change = update(call_back).where(call_back.c.case == cases[0]).values(place=9)
    hall.ctx.write(lambda tx: tx.conn.execute(change))
    assert violations(hall) == ["the list of call backs of 2026-W10 is not what its draw gives"]
    hall.ctx.write(lambda tx: tx.conn.execute(update(call_draw).values(candidates="[]")))
    assert len(violations(hall)) == 2


def test_the_check_compares_the_list_with_calls_and_journal(hall: SmallHall) -> None:
    case = ended(hall)
    drawn(hall)
    change: Any = update(call_back).values(state=CallState.RATED.value)
    hall.ctx.write(lambda tx: tx.conn.execute(change))
    assert violations(hall) == [
        f"the steps of call back {case} are not complete",
        f"the rating of call back {case} differs from its result",
        "counts of call backs differ from the journal's",
    ]
