"""Issuing window: counted by two, handed out or posted, called back; never in two places."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import DatabaseError

from server.cases import actions as case_actions
from server.cases import queries as case_queries
from server.cases.actions import Wish
from server.cases.clocks import Clock
from server.cases.rules import CaseMove, CaseOutcome, HallPost, Post
from server.cases.serving import set_posts
from server.core.actors import Actor, ActorKind
from server.core.errors import ErrorCode, HallError
from server.fees import licences
from server.issuing import (
    actions,
    case_results,
    entries,
    extra_queries,
    extras,
    handing,
    list_actions,
    queries,
)
from server.issuing.errors import LicenceCode
from server.issuing.handing import ParcelStep
from server.issuing.integrity import problems
from server.issuing.list_actions import Count
from server.issuing.rules import ExtraMove, LicenceMove, ParcelMove, Place, Recipient, Signed
from server.issuing.tables import licence as licence_table
from server.issuing.tables import licence_extra, licence_fact
from support.halls import STAFF, SmallHall, at
from support.licences import (
    ID_NUMBER,
    ISSUER,
    OFFICE,
    UNIT_CLERK,
    given,
    granted,
    hand_out,
    licence_of,
    received,
    registered,
    shelved,
    with_issuer,
)

STRANGER = Actor(ActorKind.CLERK, STAFF["S1"])
TUESDAY = date(2026, 3, 3)


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with an issuer."""
    return with_issuer(small)


def place(hall: SmallHall, licence: str) -> Place:
    """Return the place of a licence."""
    return Place(licence_of(hall, licence).state)


def refusal(act: Any, *args: Any, **more: Any) -> ErrorCode:
    """Return the error code of an act that is refused."""
    with pytest.raises(HallError) as refused:
        act(*args, **more)
    return refused.value.code


def violations(hall: SmallHall) -> list[str]:
    """Return what the check of licences finds."""
    return hall.ctx.read(lambda c: [en for _, en in problems(c, hall.ctx.hall_id)])


def step(
    hall: SmallHall, actor: Actor, licence: str, move: LicenceMove, words: str = "有误"
) -> None:
    """Request something, or consent to it."""
    actions.step(hall.ctx, actor, hall.key(), licence, move, words)


def send(hall: SmallHall, waybill: str, *licences: str) -> None:
    """Post licences."""
    handing.send(hall.ctx, ISSUER, hall.key(), licences, waybill, "邮政")


def parcel(hall: SmallHall, waybill: str, move: ParcelMove, **more: Any) -> None:
    """Take a step of a parcel."""
    handing.parcel_step(hall.ctx, ISSUER, hall.key(), waybill, ParcelStep(move, **more))


def service(hall: SmallHall, case: str) -> tuple[str, str, str] | None:
    """Return how, to whom and when the decision of a case was served."""

    def read(conn: Any) -> tuple[str, str, str] | None:
        papers = case_queries.papers(conn, hall.ctx.hall_id, [case])
        rows = case_queries.services(conn, hall.ctx.hall_id, [papers[-1].id])
        return next(((row.how, row.to, row.day) for row in rows.values()), None)

    return hall.ctx.read(read)


def serve_due(hall: SmallHall, case: str) -> list[str]:
    """Return the clocks that run of a case."""
    dues = hall.ctx.read(lambda c: case_queries.dues(c, hall.ctx.hall_id, [case]))
    return [due.clock for due in dues[case]]


def test_a_licence_goes_from_its_unit_to_the_applicant_and_serves_the_decision(
    hall: SmallHall,
) -> None:
    case = granted(hall)
    licence = registered(hall, case)
    assert place(hall, licence) is Place.UNIT
    number = given(hall, licence)
    assert number == "CJ-20260302-001"
    assert place(hall, licence) is Place.LISTED
    assert received(hall, number, licence) is False
    assert (place(hall, licence), licence_of(hall, licence).shelf) == (Place.SHELVED, "A-1")
    assert Clock.SERVE in serve_due(hall, case)
    hand_out(hall, licence)
    row = licence_of(hall, licence)
    assert (row.state, row.shelf) == (Place.HANDED, "")
    assert service(hall, case) == ("handed", "applicant", "2026-03-02")
    assert Clock.SERVE not in serve_due(hall, case)
    assert violations(hall) == []


def test_fees_know_which_licences_left_and_when(hall: SmallHall) -> None:
    case, licence = shelved(hall)

    def issued(day: str) -> list[tuple[str, str]]:
        rows = hall.ctx.read(lambda c: licences.issued(c, hall.ctx.hall_id, day, day))
        return [(row.number, row.case) for row in rows]

    def cases() -> set[str]:
        return hall.ctx.read(lambda c: licences.cases_issued(c, hall.ctx.hall_id, [case]))

    assert (issued("2026-03-02"), cases()) == ([], set())
    send(hall, "EX001", licence)
    assert (issued("2026-03-02"), cases()) == ([(licence_of(hall, licence).number, case)], {case})
    hall.clock.set(at(10, day=TUESDAY))
    parcel(hall, "EX001", ParcelMove.RETURN, shelf="B-1", words="无人签收")
    hand_out(hall, licence)
    assert issued("2026-03-03") == []  # it left on the day before


def test_only_the_unit_of_a_granted_case_registers(hall: SmallHall) -> None:
    refused = granted(hall, outcome=CaseOutcome.REFUSED)
    assert refusal(registered, hall, refused) is LicenceCode.LICENCE_CASE
    case = granted(hall)
    wish = actions.Registration(case, "证", "1")
    assert refusal(actions.register, hall.ctx, OFFICE, hall.key(), wish) is LicenceCode.LICENCE_POST
    registered(hall, case, "JY 1")
    assert refusal(registered, hall, case, "ｊｙ1") is LicenceCode.LICENCE_TAKEN
    registered(hall, case, "JY1", copy=1)


def test_whoever_gave_the_list_does_not_count_it(hall: SmallHall) -> None:
    licence = registered(hall, granted(hall))
    number = given(hall, licence)
    count = Count((licence,), 1)
    both = Actor(ActorKind.CLERK, UNIT_CLERK.name)
    act = list_actions.receive
    assert refusal(act, hall.ctx, both, hall.key(), number, count) is LicenceCode.LICENCE_POST
    name_issuer(hall, UNIT_CLERK.name)
    assert refusal(act, hall.ctx, both, hall.key(), number, count) is LicenceCode.LICENCE_SECOND
    assert place(hall, licence) is Place.LISTED


def name_issuer(hall: SmallHall, *staff: str) -> None:
    """Name who issues."""
    set_posts(hall.ctx, OFFICE, hall.key(), "", HallPost.ISSUER, staff)


def test_a_difference_is_named_and_what_is_missing_is_with_its_unit(hall: SmallHall) -> None:
    case = granted(hall)
    first, second = registered(hall, case, "JY-1"), registered(hall, case, "JY-2")
    number = given(hall, first, second)
    act, ctx = list_actions.receive, hall.ctx
    short = Count((first,), 1)
    assert refusal(act, ctx, ISSUER, hall.key(), number, short) is LicenceCode.LICENCE_WORDS
    wrong = Count((first, second), 1)
    assert refusal(act, ctx, ISSUER, hall.key(), number, wrong) is LicenceCode.LICENCE_COUNT
    named = Count((first,), 1, "JY-2 未到，仍在单位盖章")
    assert act(ctx, ISSUER, hall.key(), number, named) is True
    assert (place(hall, first), place(hall, second)) == (Place.COUNTED, Place.UNIT)
    assert refusal(act, ctx, ISSUER, hall.key(), number, named) is LicenceCode.LICENCE_STATE
    facts = ctx.read(lambda c: queries.LIST_FACTS.of(c, ctx.hall_id, [number]))[number]
    assert (facts[-1].state, queries.ids_of(facts[-1].missing)) == ("different", [second])
    assert violations(hall) == []
    assert received(hall, given(hall, second), second) is False


def test_what_was_on_no_list_is_a_fact_that_two_people_resolve(hall: SmallHall) -> None:
    licence = registered(hall, granted(hall))
    number = given(hall, licence)
    ctx, act = hall.ctx, list_actions.receive
    for wrong in (Count((licence,), 2, "多一本"), Count((licence,), 1, "多一本", extra=("JY-9",))):
        assert refusal(act, ctx, ISSUER, hall.key(), number, wrong) is LicenceCode.LICENCE_COUNT
    count = Count((licence,), 2, "多一本", extra=("JY-9",))
    assert act(ctx, ISSUER, hall.key(), number, count) is True
    (row,) = ctx.read(lambda c: extra_queries.unsettled(c, ctx.hall_id))
    assert (row.number, row.list, row.unit, row.state) == ("JY-9", number, "tax", "found")

    def step(actor: Actor, move: ExtraMove, words: str = "") -> None:
        extras.move(ctx, actor, hall.key(), row.id, move, words)

    assert refusal(step, ISSUER, ExtraMove.RETURN) is LicenceCode.LICENCE_WORDS
    assert refusal(step, UNIT_CLERK, ExtraMove.RETURN, "交还") is LicenceCode.LICENCE_POST
    assert refusal(step, UNIT_CLERK, ExtraMove.SETTLE) is LicenceCode.LICENCE_STATE
    step(ISSUER, ExtraMove.RETURN, "当面交还")
    step(UNIT_CLERK, ExtraMove.DENY, "没有收到")
    step(ISSUER, ExtraMove.RETURN, "重新交还")
    name_issuer(hall, UNIT_CLERK.name)
    assert refusal(step, ISSUER, ExtraMove.SETTLE) is LicenceCode.LICENCE_UNKNOWN
    step(UNIT_CLERK, ExtraMove.SETTLE)
    assert ctx.read(lambda c: extra_queries.unsettled(c, ctx.hall_id)) == []
    assert violations(hall) == []
    for spoil in (
        update(licence_extra).values(state="found"),
        insert(licence_extra).values(hall_id=ctx.hall_id, id="LX0", list=number, at=0, day=""),
    ):
        hall.ctx.write(lambda tx, s=spoil: tx.conn.execute(s))  # type: ignore[misc]
        assert violations(hall) != []


def test_nobody_gives_back_and_settles_alone(hall: SmallHall) -> None:
    name_issuer(hall, ISSUER.name, UNIT_CLERK.name)
    licence = registered(hall, granted(hall))
    number = given(hall, licence)
    count = Count((licence,), 2, "多一本", extra=("JY-9",))
    list_actions.receive(hall.ctx, ISSUER, hall.key(), number, count)
    (row,) = hall.ctx.read(lambda c: extra_queries.unsettled(c, hall.ctx.hall_id))
    extras.move(hall.ctx, UNIT_CLERK, hall.key(), row.id, ExtraMove.RETURN, "自己取回")
    alone = refusal(extras.move, hall.ctx, UNIT_CLERK, hall.key(), row.id, ExtraMove.SETTLE, "")
    assert alone is LicenceCode.LICENCE_SECOND


def test_a_dropped_list_leaves_its_licences_with_the_unit(hall: SmallHall) -> None:
    licence = registered(hall, granted(hall))
    number = given(hall, licence)
    assert refusal(given, hall, licence) is LicenceCode.LICENCE_STATE
    list_actions.drop(hall.ctx, UNIT_CLERK, hall.key(), number)
    assert place(hall, licence) is Place.UNIT
    assert given(hall, licence) == "CJ-20260302-002"
    assert violations(hall) == []


def test_a_count_that_differs_from_the_list_is_no_list(hall: SmallHall) -> None:
    licence = registered(hall, granted(hall))
    act = list_actions.give
    code = refusal(act, hall.ctx, UNIT_CLERK, hall.key(), [licence], 2)
    assert code is LicenceCode.LICENCE_COUNT


def test_another_person_gets_no_licence(hall: SmallHall) -> None:
    _case, licence = shelved(hall)
    other = "110105194912310037"
    assert refusal(hand_out, hall, licence, number=other) is LicenceCode.LICENCE_IDENTITY
    assert refusal(hand_out, hall, licence, number="0021") is LicenceCode.LICENCE_IDENTITY
    hand_out(hall, licence, number=ID_NUMBER[-4:])
    facts = hall.ctx.read(lambda c: queries.FACTS.of(c, hall.ctx.hall_id, [licence]))[licence]
    assert (facts[-1].id_check, facts[-1].id_kind) == ("tail", "id_card")


def test_nothing_is_handed_out_unsigned_or_to_an_agent_without_authorisation(
    hall: SmallHall,
) -> None:
    _case, licence = shelved(hall)
    code = LicenceCode.LICENCE_RECEIVER
    assert refusal(hand_out, hall, licence, signed=None) is code
    assert refusal(hand_out, hall, licence, signed=Signed.SCREEN) is code
    assert refusal(hand_out, hall, licence, to=Recipient.FAMILY) is code
    assert refusal(hand_out, hall, licence, to=Recipient.AGENT, agent="李测试") is code
    assert place(hall, licence) is Place.SHELVED


def test_licences_of_a_case_that_is_void_stay(hall: SmallHall) -> None:
    case, licence = shelved(hall)
    ctx = hall.ctx
    case_actions.move(ctx, UNIT_CLERK, hall.key(), case, Wish(CaseMove.ASK_VOID, "重复"))
    make_void = Wish(CaseMove.MAKE_VOID, "同意")
    code = refusal(case_actions.move, ctx, OFFICE, hall.key(), case, make_void)
    assert code is LicenceCode.LICENCE_LEFT
    step(hall, UNIT_CLERK, licence, LicenceMove.ASK_VOID)
    step(hall, OFFICE, licence, LicenceMove.MAKE_VOID)
    case_actions.move(ctx, OFFICE, hall.key(), case, make_void)
    assert violations(hall) == []


def test_a_parcel_that_comes_back_lies_on_the_shelf_again(hall: SmallHall) -> None:
    case, licence = shelved(hall)
    send(hall, "EX1234CN", licence)
    assert place(hall, licence) is Place.POSTED
    assert refusal(hand_out, hall, licence) is LicenceCode.LICENCE_STATE
    parcel(hall, "EX1234CN", ParcelMove.TRY, words="家中无人")
    code = refusal(parcel, hall, "EX1234CN", ParcelMove.RETURN, words="两次未投")
    assert code is LicenceCode.LICENCE_SHELF
    parcel(hall, "EX1234CN", ParcelMove.RETURN, words="两次未投", shelf="B-2")
    row = licence_of(hall, licence)
    assert (row.state, row.shelf, row.waybill) == (Place.SHELVED, "B-2", "")
    assert service(hall, case) is None
    assert refusal(send, hall, "EX1234CN", licence) is LicenceCode.WAYBILL_TAKEN
    send(hall, "EX9999CN", licence)
    hall.clock.set(at(9, day=TUESDAY))
    parcel(hall, "EX9999CN", ParcelMove.DELIVER, to=Recipient.FAMILY, day=date(2026, 3, 2))
    assert place(hall, licence) is Place.DELIVERED
    assert service(hall, case) == ("post", "family", "2026-03-02")
    assert violations(hall) == []


def test_a_licence_is_called_back_by_two(hall: SmallHall) -> None:
    _case, licence = shelved(hall)
    move = LicenceMove.CALL_BACK
    assert refusal(step, hall, OFFICE, licence, move) is LicenceCode.LICENCE_STATE
    step(hall, UNIT_CLERK, licence, LicenceMove.ASK_BACK)
    assert refusal(step, hall, UNIT_CLERK, licence, move) is LicenceCode.LICENCE_SECOND
    step(hall, ISSUER, licence, move)
    assert place(hall, licence) is Place.UNIT
    assert refusal(step, hall, OFFICE, licence, move) is LicenceCode.LICENCE_STATE
    assert violations(hall) == []


def test_a_void_licence_frees_its_number(hall: SmallHall) -> None:
    case, licence = shelved(hall)
    step(hall, ISSUER, licence, LicenceMove.ASK_VOID)
    assert refusal(step, hall, OFFICE, licence, LicenceMove.MAKE_VOID, "") is (
        LicenceCode.LICENCE_WORDS
    )
    step(hall, OFFICE, licence, LicenceMove.MAKE_VOID)
    assert refusal(hand_out, hall, licence) is LicenceCode.LICENCE_STATE
    shelved(hall, case, "JY-1")
    assert violations(hall) == []


def test_strangers_see_no_licence(hall: SmallHall) -> None:
    # Everybody of the small hall is of one unit, so a post of another unit makes the stranger.
    _case, licence = shelved(hall)
    set_posts(hall.ctx, OFFICE, hall.key(), "build", Post.HANDLER, [STRANGER.name])
    code = refusal(step, hall, STRANGER, licence, LicenceMove.ASK_BACK)
    assert code is LicenceCode.LICENCE_UNKNOWN


def test_the_applicant_is_told_where_the_result_is(hall: SmallHall) -> None:
    case = granted(hall)
    licence = registered(hall, case)

    def shown() -> list[tuple[str, str]]:
        rows = hall.ctx.read(lambda c: case_results.results(hall.ctx, c, case))
        return [(row.place.value, row.waybill) for row in rows]

    assert shown() == [("unit", "")]
    number = given(hall, licence)
    assert shown() == [("unit", "")]
    received(hall, number, licence)
    assert shown() == [("window", "")]
    send(hall, "EX1234CN", licence)
    assert shown() == [("posted", "EX1234CN")]
    parcel(hall, "EX1234CN", ParcelMove.DELIVER)
    assert shown() == [("handed", "EX1234CN")]


def test_electronic_licences_are_entered_once_and_counted_late(hall: SmallHall) -> None:
    case = granted(hall)
    licence = registered(hall, case, paper=False, electronic=True)
    paper = registered(hall, case, "JY-2")
    assert place(hall, licence) is Place.ELECTRONIC
    enter = actions.enter
    code = refusal(enter, hall.ctx, UNIT_CLERK, hall.key(), paper, None)
    assert code is LicenceCode.LICENCE_ENTERED
    hall.clock.set(at(9, day=date(2026, 3, 9)))
    assert entries.late_of(hall.ctx, licence_of(hall, licence)) == 2
    enter(hall.ctx, UNIT_CLERK, hall.key(), licence, date(2026, 3, 6))
    assert entries.late_of(hall.ctx, licence_of(hall, licence)) == 1
    code = refusal(enter, hall.ctx, UNIT_CLERK, hall.key(), licence, None)
    assert code is LicenceCode.LICENCE_ENTERED
    assert violations(hall) == []


def test_a_fact_is_only_added(hall: SmallHall) -> None:
    _case, _licence = shelved(hall)

    def act(tx: Any) -> None:
        tx.conn.execute(update(licence_fact).values(state="unit"))

    with pytest.raises(DatabaseError):
        hall.ctx.write(act)


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"state": "unit"}, "place"),
        ({"shelf": ""}, "two places"),
        ({"waybill": "EX1"}, "place"),
        ({"case": "K0"}, "belongs to no case"),
    ],
)
def test_the_check_finds_a_licence_that_was_moved_by_hand(
    hall: SmallHall, change: dict[str, str], violation: str
) -> None:
    _case, licence = shelved(hall)
    hall.ctx.write(
        lambda tx: tx.conn.execute(
            update(licence_table).where(licence_table.c.id == licence).values(**change)
        )
    )
    assert any(violation in each for each in violations(hall))
