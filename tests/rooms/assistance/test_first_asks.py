"""First-asked questions: recorded, handed over, taken, answered; late ones are seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from server.assistance import actions, queries
from server.assistance.actions import AskWish, Question, Receiver
from server.assistance.alarms import alarms
from server.assistance.barred import end_work
from server.assistance.errors import AssistCode
from server.assistance.integrity import problems
from server.assistance.rules import AskMove
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.privacy.personal_data import delete_old
from server.queue import snapshot
from support.halls import MANAGER, STAFF, SmallHall, at
from support.web import Web

ASKED = Actor(ActorKind.CLERK, STAFF["T1"])
RECEIVER = Actor(ActorKind.CLERK, STAFF["S1"])
OTHER = Actor(ActorKind.CLERK, STAFF["G1"])
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
DAY_MS = 86_400_000
TO_UNIT, TO_PERSON = Receiver("social"), Receiver(staff=STAFF["S1"])


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with the chief of another unit at S1."""
    book = small.ctx.catalogue()
    staff = tuple(
        replace(person, unit="social", chief=True) if person.number == STAFF["S1"] else person
        for person in book.staff
    )
    import_catalogue(small.ctx, SYSTEM, replace(book, staff=staff), "test")
    return small


def recorded(hall: SmallHall, to: Receiver | None = TO_UNIT, **more: Any) -> str:
    question = Question("问社保转移需要什么材料", to=to, **more)
    return actions.record(hall.ctx, ASKED, hall.key(), question)


def move(hall: SmallHall, actor: Actor, ask: str, wanted: AskMove, **more: Any) -> None:
    actions.move(hall.ctx, actor, hall.key(), ask, AskWish(wanted, **more))


def stored(hall: SmallHall, ask: str) -> queries.StoredAsk:
    row = hall.ctx.read(lambda c: queries.ask(c, hall.ctx.hall_id, ask))
    assert row is not None
    return row


def violations(hall: SmallHall) -> list[str]:
    return hall.ctx.read(lambda c: [en for _zh, en in problems(c, hall.ctx.hall_id)])


def error(act: Callable[[], object]) -> str:
    with pytest.raises(HallError) as refused:
        act()
    return refused.value.code.value


def test_a_question_is_handed_over_taken_and_answered(hall: SmallHall) -> None:
    ask = recorded(hall)
    assert (stored(hall, ask).state, stored(hall, ask).due) == ("handed_over", "2026-03-03")
    move(hall, RECEIVER, ask, AskMove.TAKE)
    row = stored(hall, ask)
    assert (row.state, row.receiver, row.due) == ("taken", STAFF["S1"], "2026-03-05")
    assert error(lambda: move(hall, RECEIVER, ask, AskMove.ANSWER)) == AssistCode.FIRST_ASK_WORDS
    move(hall, RECEIVER, ask, AskMove.ANSWER, words="已告知材料清单")
    row = stored(hall, ask)
    assert (row.state, row.due) == ("ended", "")
    assert error(lambda: move(hall, RECEIVER, ask, AskMove.TAKE)) == AssistCode.FIRST_ASK_STATE
    assert violations(hall) == []


def test_only_the_receiver_takes_it_and_strangers_do_not_see_it(hall: SmallHall) -> None:
    ask = recorded(hall, TO_PERSON)
    assert error(lambda: move(hall, OTHER, ask, AskMove.TAKE)) == AssistCode.FIRST_ASK_UNKNOWN
    assert error(lambda: move(hall, ASKED, ask, AskMove.TAKE)) == AssistCode.FIRST_ASK_PARTY
    assert error(lambda: move(hall, OFFICE, ask, AskMove.TAKE)) == AssistCode.FIRST_ASK_PARTY
    move(hall, RECEIVER, ask, AskMove.TAKE)
    assert error(lambda: move(hall, RECEIVER, ask, AskMove.RECORD)) == "invalid"


def test_a_wrong_receiver_hands_it_on_with_a_reason(hall: SmallHall) -> None:
    ask = recorded(hall)
    build = Receiver("build")

    def hand_on(words: str) -> None:
        move(hall, RECEIVER, ask, AskMove.HAND_OVER, words=words, to=build)

    assert error(lambda: hand_on("")) == AssistCode.FIRST_ASK_WORDS
    hand_on("属住建部门")
    assert stored(hall, ask).unit == "build"
    assert error(lambda: move(hall, RECEIVER, ask, AskMove.TAKE)) == AssistCode.FIRST_ASK_PARTY
    assert violations(hall) == []


def test_it_is_handed_to_somebody_else_or_answered_by_the_first_asked(hall: SmallHall) -> None:
    for to in (Receiver(), Receiver("nowhere"), Receiver(staff="9999"), Receiver(staff=ASKED.name)):
        ask = recorded(hall, None)
        assert stored(hall, ask).state == "recorded"
        refused = error(lambda a=ask, t=to: move(hall, ASKED, a, AskMove.HAND_OVER, to=t))  # type: ignore[misc]
        assert refused == AssistCode.FIRST_ASK_TO
    assert error(lambda: recorded(hall, item="nothing")) == "item_unknown"
    move(hall, ASKED, ask, AskMove.ANSWER, words="到二楼社保窗口")
    assert stored(hall, ask).state == "ended"


def test_a_question_that_nobody_takes_is_overdue_for_office_and_first_asked(
    hall: SmallHall,
) -> None:
    recorded(hall)
    web = Web(hall)

    def overdue() -> list[bool]:
        office = web.manager().get("/office/assistance").get_json()["asks"]
        own = web.person(STAFF["T1"]).get("/my/assistance").get_json()["asks"]
        return [entry["overdue"] for entry in [*office, *own]]

    hall.clock.set(at(17) + DAY_MS)
    assert overdue() == [False, False]
    hall.clock.set(at(9) + 2 * DAY_MS)
    assert overdue() == [True, True]
    codes = [alarm.code for alarm in alarms(web.app.hall)(snapshot.take(hall.ctx))]
    assert codes == ["first_ask_overdue"]


def test_what_waits_for_a_person_whose_account_ends_goes_back_to_the_unit(hall: SmallHall) -> None:
    waiting, accepted = recorded(hall, TO_PERSON), recorded(hall, TO_PERSON)
    ended = recorded(hall, TO_PERSON)
    for ask in (accepted, ended):
        move(hall, RECEIVER, ask, AskMove.TAKE)
    move(hall, RECEIVER, ended, AskMove.ANSWER, words="已告知")
    hall.ctx.write(lambda tx: end_work(hall.ctx, tx, OFFICE, RECEIVER.name, "left_the_list"))
    for ask in (waiting, accepted):
        row = stored(hall, ask)
        assert (row.state, row.unit, row.receiver) == ("handed_over", "social", "")
    assert stored(hall, ended).state == "ended"
    assert violations(hall) == []


def test_the_telephone_is_sealed_and_erased(hall: SmallHall) -> None:
    web = Web(hall)
    clerk = web.person(STAFF["T1"])
    body = {"subject": "问社保", "to_unit": "social", "name": "测试人", "phone": "13900000000"}
    ask = clerk.post("/first-asks", body).get_json()
    assert ask["phone"] == "13900000000"

    def person() -> queries.StoredPerson | None:
        return hall.ctx.read(lambda c: queries.people(c, "small", [ask["id"]])).get(ask["id"])

    record = person()
    assert record is not None
    assert "139" not in record.phone
    hall.clock.set(at(9) + 366 * DAY_MS)
    delete_old(hall.ctx, hall.hall.config.data)
    assert person() is None
    assert violations(hall) == []
