"""Redress of a bad rating: from its opening to its end, who may take a step, who may not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from server.catalogue.actions import import_catalogue
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.leave.errors import LeaveCode
from server.queue.tables import ticket
from server.ratings import actions, integrity, queries, redress_actions, redress_queries
from server.ratings.actions import PHONE, Given
from server.ratings.errors import RatingCode
from server.ratings.levels import Channel, Level
from server.ratings.redress_actions import Wish
from server.ratings.redress_queries import StoredRedress, StoredStep
from server.ratings.redress_rules import CallResult, RedressMove, RedressState
from server.ratings.tables import redress, redress_step
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, catalogue
from support.web import Web

CHIEF = STAFF["T2"]
MOVE = RedressMove
BAD = Given(Level.DISSATISFIED, Channel.PHONE, ("attitude",), "等了很久", "测试人", "")
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
LIAISON = Actor(ActorKind.CLERK, CHIEF)


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall, in which the clerk of T2 is the chief representative of tax."""
    book = catalogue()
    staff = tuple(replace(s, chief=s.number == CHIEF) for s in book.staff)
    import_catalogue(small.ctx, SYSTEM, replace(book, staff=staff), "test")
    return small


@pytest.fixture
def bad(hall: SmallHall) -> str:
    """Return the id of a bad rating of a service at T1, with a name."""
    return rate_service(hall, BAD)


def rate_service(hall: SmallHall, given: Given) -> str:
    """Serve a person at T1 and return the id of the rating."""
    if not hall.ctx.read(lambda c: redress_queries.open_ones(c, hall.ctx.hall_id)):
        hall.sign_in("T1")
    hall.issue("tax-1")
    return actions.rate(hall.ctx, PHONE, hall.key(), hall.serve("T1").id, given)


def stored(hall: SmallHall, rating: str) -> tuple[StoredRedress, list[StoredStep]]:
    """Return a redress with its steps."""
    hall_id = hall.ctx.hall_id
    row = hall.ctx.read(lambda c: redress_queries.get(c, hall_id, rating))
    assert row is not None
    return row, hall.ctx.read(lambda c: redress_queries.STEPS.of(c, hall_id, [rating]))[rating]


def take(hall: SmallHall, actor: Actor, rating: str, move: RedressMove, **more: object) -> None:
    """Take a step, with words."""
    wish = replace(Wish(move, "情况属实"), **more)  # type: ignore[arg-type]
    redress_actions.move(hall.ctx, actor, hall.key(), rating, wish)


def refusal(hall: SmallHall, actor: Actor, rating: str, move: RedressMove, **more: object) -> str:
    """Return the error code of a step that is refused; nothing is stored."""
    before = stored(hall, rating)
    with pytest.raises(HallError) as refused:
        take(hall, actor, rating, move, **more)
    assert stored(hall, rating) == before
    return refused.value.code


def test_a_bad_rating_opens_a_redress_and_a_good_one_does_not(hall: SmallHall) -> None:
    bad = rate_service(hall, BAD)
    row, steps = stored(hall, bad)
    assert (row.state, row.unit, row.staff) == (RedressState.OPEN, "tax", STAFF["T1"])
    assert [(s.move, s.by_actor, s.due) for s in steps] == [("open", "system:hall", "2026-03-03")]
    good = rate_service(hall, replace(BAD, level=Level.BASICALLY_SATISFIED))
    assert hall.ctx.read(lambda c: redress_queries.get(c, hall.ctx.hall_id, good)) is None


def test_the_whole_chain_has_an_actor_and_a_due_day_at_every_step(
    hall: SmallHall, bad: str
) -> None:
    reached, satisfied = CallResult.REACHED, CallResult.SATISFIED
    take(hall, LIAISON, bad, MOVE.CONTACT, result=reached)
    take(hall, LIAISON, bad, MOVE.APPEAL)
    take(hall, OFFICE, bad, MOVE.REFUSE)
    take(hall, LIAISON, bad, MOVE.START)
    take(hall, LIAISON, bad, MOVE.CALL, result=CallResult.UNREACHABLE)
    take(hall, LIAISON, bad, MOVE.ANSWER)
    take(hall, OFFICE, bad, MOVE.RECHECK, result=CallResult.DISSATISFIED)
    take(hall, LIAISON, bad, MOVE.ANSWER)
    take(hall, OFFICE, bad, MOVE.RECHECK, result=satisfied)
    take(hall, OFFICE, bad, MOVE.CLOSE)
    row, steps = stored(hall, bad)
    assert (row.state, row.due) == (RedressState.CLOSED, "")
    assert all(step.due and step.by_actor for step in steps[:-1])
    ctx = hall.ctx
    lines = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, bad))
    assert [line["act"] for line in lines if line["act"].startswith("redress")] == [
        f"redress.{step.move}" for step in steps
    ]
    assert not any("情况属实" in str(line) for line in lines)


def test_an_appeal_is_decided_by_somebody_who_took_no_step(hall: SmallHall, bad: str) -> None:
    take(hall, OFFICE, bad, MOVE.CONTACT, result=CallResult.REACHED)
    take(hall, LIAISON, bad, MOVE.APPEAL)
    assert refusal(hall, OFFICE, bad, MOVE.GRANT) is RatingCode.REDRESS_SECOND
    assert refusal(hall, LIAISON, bad, MOVE.GRANT) is RatingCode.REDRESS_OFFICE
    assert refusal(hall, SECOND, bad, MOVE.GRANT, words="") is RatingCode.REDRESS_WORDS
    take(hall, SECOND, bad, MOVE.GRANT)
    assert stored(hall, bad)[0].state == RedressState.GRANTED
    assert refusal(hall, LIAISON, bad, MOVE.START) is RatingCode.REDRESS_STATE


def test_whoever_served_neither_sees_nor_handles_it(hall: SmallHall, bad: str) -> None:
    own = hall.clerk("T1")
    move = MOVE.CONTACT
    assert refusal(hall, own, bad, move, result=CallResult.REACHED) is RatingCode.REDRESS_UNKNOWN
    other = hall.clerk("S1")
    assert refusal(hall, other, bad, move, result=CallResult.REACHED) is RatingCode.REDRESS_UNKNOWN
    web = Web(hall)
    assert web.person(STAFF["T1"]).get(f"/redresses/{bad}").status_code == 404
    assert web.person(STAFF["T1"]).get("/my/redresses").get_json()["redresses"] == []


def test_the_chief_representative_never_handles_the_own_rating(hall: SmallHall) -> None:
    hall.sign_in("T2")
    hall.issue("tax-1")
    rating = actions.rate(hall.ctx, PHONE, hall.key(), hall.serve("T2").id, BAD)
    with pytest.raises(HallError) as refused:
        take(hall, LIAISON, rating, MOVE.CONTACT, result=CallResult.REACHED)
    assert refused.value.code is RatingCode.REDRESS_UNKNOWN
    assert Web(hall).person(CHIEF).get("/my/redresses").get_json()["redresses"] == []


def test_a_call_has_a_result_that_fits(hall: SmallHall, bad: str) -> None:
    assert refusal(hall, LIAISON, bad, MOVE.CONTACT) is RatingCode.REDRESS_RESULT
    no_contact = CallResult.NO_CONTACT
    code = refusal(hall, LIAISON, bad, MOVE.CONTACT, result=no_contact)
    assert code is RatingCode.REDRESS_RESULT
    unnamed = rate_service(hall, replace(BAD, name=""))
    code = refusal(hall, LIAISON, unnamed, MOVE.CONTACT, result=CallResult.REACHED)
    assert code is RatingCode.REDRESS_RESULT
    take(hall, LIAISON, unnamed, MOVE.CONTACT, result=no_contact)


def test_evidence_is_a_kept_file(hall: SmallHall, bad: str) -> None:
    more = {"result": CallResult.REACHED, "evidence": ("nothing",)}
    assert refusal(hall, LIAISON, bad, MOVE.CONTACT, **more) is LeaveCode.FILE_UNKNOWN


def test_the_contact_is_shown_while_somebody_has_to_call(hall: SmallHall) -> None:
    rating = rate_service(hall, BAD)
    web = Web(hall)
    chief, manager = web.person(CHIEF), web.manager()
    shown = chief.get("/my/redresses").get_json()["redresses"]
    assert [(r["rating"], r["contact_name"], r["words"]) for r in shown] == [
        (rating, "测试人", "等了很久")
    ]
    assert shown[0]["moves"] == ["contact"]
    answer = chief.post(f"/redresses/{rating}/move", {"move": "contact", "result": "reached"})
    assert answer.get_json()["moves"] == ["call", "appeal", "start"]
    take(hall, LIAISON, rating, MOVE.APPEAL)
    take(hall, SECOND, rating, MOVE.GRANT)
    assert manager.get(f"/redresses/{rating}").get_json()["contact_name"] == ""
    day = hall.ctx.day()
    assert manager.get("/office/redresses").get_json()["redresses"] == []
    listed = manager.get(f"/office/redresses?from={day}&to={day}").get_json()["redresses"]
    assert [(r["rating"], r["state"]) for r in listed] == [(rating, "granted")]


def test_after_the_answer_the_person_rates_once_more(hall: SmallHall) -> None:
    rating = rate_service(hall, BAD)
    row = hall.ctx.read(lambda c: queries.get(c, hall.ctx.hall_id, rating))
    assert row is not None
    path = f"/phone/{hall.ticket(row.ticket).token}/rating"
    phone = Web(hall).browser()
    assert phone.get(path).get_json()["again"] is False
    assert phone.post(path, {"level": 1}).get_json()["code"] == "rating_given"
    take(hall, LIAISON, rating, MOVE.CONTACT, result=CallResult.REACHED)
    take(hall, LIAISON, rating, MOVE.START)
    take(hall, LIAISON, rating, MOVE.ANSWER, words="已增设导办人员")
    state = phone.get(path).get_json()
    assert (state["again"], state["answer"]) == (True, "已增设导办人员")
    assert phone.post(path, {"level": 2}).get_json()["again"] is False
    assert phone.post(path, {"level": 2}).get_json()["code"] == "rating_given"
    rows = hall.ctx.read(lambda c: queries.of_ticket(c, hall.ctx.hall_id, row.ticket))
    assert [(r.level, r.second_of) for r in rows] == [(4, ""), (2, rating)]


def test_the_check_of_the_books_finds_what_was_changed_outside(hall: SmallHall) -> None:
    rating = rate_service(hall, BAD)
    take(hall, LIAISON, rating, MOVE.CONTACT, result=CallResult.REACHED)
    ctx = hall.ctx

    def violations() -> list[str]:
        return [en for _, en in ctx.read(lambda c: list(integrity.problems(c, ctx.hall_id)))]

    assert violations() == []
    ctx.write(lambda tx: tx.conn.execute(update(redress).values(due="2030-01-01")))
    assert violations() == [f"the due day of redress {rating} differs from its steps"]
    ctx.write(lambda tx: tx.conn.execute(update(redress_step).values(due="", by_actor="")))
    assert f"step 1 of redress {rating} has no actor" in violations()
    assert f"step 1 of redress {rating} has a wrong due day" in violations()
    ctx.write(lambda tx: tx.conn.execute(update(redress_step).values(n=redress_step.c.n + 10)))
    assert f"the steps of redress {rating} are not complete" in violations()
    ctx.write(lambda tx: tx.conn.execute(delete(redress)))
    assert violations() == [f"bad rating {rating} has no redress"]
    ctx.write(lambda tx: tx.conn.execute(update(ticket).values(id="gone")))
    problems = violations()
    assert f"rating {rating} belongs to no ticket" in problems
    assert "counts of ratings differ from the journal's" in problems
