"""Cases: from the papers to the decision, who may take each step, and what it owes in writing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import update

from server.cases import actions, due_cache, queries, serving, tables
from server.cases.actions import Applicant, Opening, Wish
from server.cases.clocks import Clock
from server.cases.errors import CaseCode
from server.cases.holds import hold_of
from server.cases.integrity import problems
from server.cases.paper_kinds import PaperKind, ServedHow, ServedTo
from server.cases.queries import StoredCase, StoredFact
from server.cases.rules import (
    CaseMove,
    CaseOutcome,
    CaseState,
    CaseWay,
    HallPost,
    Post,
    SuspensionBasis,
)
from server.catalogue.actions import import_catalogue
from server.catalogue.calendar_import import put_year
from server.catalogue.model import FlowStage, Material
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import ErrorCode, HallError
from server.core.working_days import SpecialDay
from server.one_time_notices import actions as notices
from server.one_time_notices.actions import HandInOrder, MarkedMaterial
from server.one_time_notices.rules import Look, MaterialFault
from server.queue import calling
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, at, catalogue

MOVE, STATE = CaseMove, CaseState
HANDLER, CHIEF = STAFF["T1"], STAFF["T2"]
CLERK, LEADER = Actor(ActorKind.CLERK, HANDLER), Actor(ActorKind.CLERK, CHIEF)
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
OUTSIDER = Actor(ActorKind.CLERK, STAFF["G1"])
SECOND = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)
WHO = Applicant("测试人", phone="sealed", id_masked="1***1X", person_key="key")
ITEM = "tax-1"


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall; the item promises 5 of 20 days, the clerk of T2 leads the unit."""
    book = catalogue()
    items = tuple(
        replace(
            item,
            promised_days=5,
            legal_days=20,
            materials=(Material("申请表", "原件1份"), Material("身份证明", "复印件1份")),
            flow=(FlowStage("审核", "科长", 2, "意见"), FlowStage("决定", "局长", 1, "决定")),
            result="许可证",
            remedies="收到之日起60日内申请行政复议，6个月内提起行政诉讼。",
        )
        if item.code == ITEM
        else item
        for item in book.items
    )
    staff = tuple(
        replace(s, chief=s.number == CHIEF, unit="" if s.number == OUTSIDER.name else s.unit)
        for s in book.staff
    )
    import_catalogue(small.ctx, SYSTEM, replace(book, items=items, staff=staff), "test")
    return small


def begin(hall: SmallHall, window: str = "T1") -> str:
    """Begin a service at a window and return the ticket's id."""
    hall.sign_in(window)
    hall.issue(ITEM)
    ticket = hall.call(window)
    calling.start(hall.ctx, hall.clerk(window), hall.key(), window)
    return ticket.id


def hand_in(hall: SmallHall, ticket: str, *faults: MaterialFault) -> None:
    """Record both materials of a ticket, the first one with these faults."""
    marks = (MarkedMaterial(0, Look(frozenset(faults))), MarkedMaterial(1, Look()))
    order = HandInOrder(ticket, ITEM, marks, on_slip=False)
    notices.record(hall.ctx, CLERK, hall.key(), order)


def opened(hall: SmallHall, *faults: MaterialFault, **more: Any) -> str:
    """Open a case of a ticket whose materials are recorded; return its id."""
    ticket = begin(hall)
    hand_in(hall, ticket, *faults)
    opening = replace(Opening(ITEM, WHO, CaseWay.WINDOW, ticket), **more)
    return actions.open_case(hall.ctx, CLERK, hall.key(), opening)


def at_desk(hall: SmallHall, **more: Any) -> str:
    """Open a case without a ticket; return its id."""
    opening = replace(Opening(ITEM, WHO, CaseWay.RECEPTION), **more)
    return actions.open_case(hall.ctx, CLERK, hall.key(), opening)


def stored(hall: SmallHall, case: str) -> tuple[StoredCase, list[StoredFact]]:
    """Return a case with its facts."""
    hall_id = hall.ctx.hall_id
    row = hall.ctx.read(lambda c: queries.get(c, hall_id, case))
    assert row is not None
    return row, hall.ctx.read(lambda c: queries.FACTS.of(c, hall_id, [case]))[case]


def due(hall: SmallHall, case: str) -> dict[str, str]:
    """Return the stored due days of a case by clock, by the rule."""
    rows = hall.ctx.read(lambda c: queries.dues(c, hall.ctx.hall_id, [case]))[case]
    return {row.clock: row.rule for row in rows}


def take(hall: SmallHall, actor: Actor, case: str, move: CaseMove, **more: Any) -> None:
    """Take a step, with words."""
    wish = replace(Wish(move, "意见"), **more)
    actions.move(hall.ctx, actor, hall.key(), case, wish)


def refusal(hall: SmallHall, actor: Actor, case: str, move: CaseMove, **more: Any) -> ErrorCode:
    """Return the error code of a step that is refused; nothing is stored."""
    before = stored(hall, case)
    with pytest.raises(HallError) as refused:
        take(hall, actor, case, move, **more)
    assert stored(hall, case) == before
    return refused.value.code


def on(hall: SmallHall, month: int, day: int) -> None:
    """Set the clock to 9:00 of a day."""
    hall.clock.set(at(9, day=date(2026, month, day)))


def violations(hall: SmallHall) -> list[str]:
    """Return what the check of the books finds."""
    return [en for _, en in hall.ctx.read(lambda c: list(problems(c, hall.ctx.hall_id)))]


def kinds(hall: SmallHall, case: str) -> list[str]:
    """Return the kinds of the papers of a case in order."""
    rows = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [case]))
    return [row.kind for row in rows]


def test_from_the_window_to_the_decision(hall: SmallHall) -> None:
    case = opened(hall)
    assert due(hall, case) == {Clock.TELL: "2026-03-09"}
    take(hall, CLERK, case, MOVE.ACCEPT, words="")
    assert due(hall, case) == {Clock.PROMISED: "2026-03-09", Clock.LEGAL: "2026-03-30"}
    take(hall, CLERK, case, MOVE.PASS)
    assert due(hall, case)[Clock.STAGE] == "2026-03-04"
    take(hall, LEADER, case, MOVE.PASS)
    take(hall, LEADER, case, MOVE.DECIDE, outcome=CaseOutcome.GRANTED)
    row, facts = stored(hall, case)
    assert (row.state, row.outcome, row.owner) == (STATE.DECIDED, "granted", "")
    assert row.number == f"{hall.ctx.catalogue().hall}-20260302-tax-1-00001-{row.number[-1]}"
    assert [f.move for f in facts] == ["file", "accept", "pass", "pass", "decide"]
    assert kinds(hall, case) == [PaperKind.RECEIPT, PaperKind.ACCEPTANCE, PaperKind.DECISION]
    assert due(hall, case) == {Clock.SERVE: "2026-03-16"}
    assert violations(hall) == []
    lines = hall.ctx.read(lambda c: journal.of_subject(c, hall.ctx.hall_id, case))
    assert [line["act"] for line in lines] == [f"case.{fact.move}" for fact in facts]
    assert not any(text in str(lines) for text in ("测试人", "意见", "1***1X"))


def test_papers_must_be_recorded_and_in_order_before_the_acceptance(hall: SmallHall) -> None:
    ticket = begin(hall)
    case = actions.open_case(
        hall.ctx, CLERK, hall.key(), Opening(ITEM, WHO, CaseWay.WINDOW, ticket)
    )
    assert refusal(hall, CLERK, case, MOVE.ACCEPT) is CaseCode.CASE_MATERIALS
    hand_in(hall, ticket, MaterialFault.MISSING)
    assert refusal(hall, CLERK, case, MOVE.ACCEPT) is CaseCode.CASE_MATERIALS
    take(hall, CLERK, case, MOVE.TELL, words="")
    paper = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [case]))[-1]
    assert json.loads(paper.content)["faults"] == [["申请表", "missing", ""]]
    on(hall, 3, 20)
    assert refusal(hall, CLERK, case, MOVE.COMPLETE) is CaseCode.CASE_MATERIALS


def test_complete_supplements_are_the_acceptance(hall: SmallHall) -> None:
    case = opened(hall, MaterialFault.MISSING)
    assert refusal(hall, CLERK, case, MOVE.COMPLETE) is CaseCode.CASE_STATE
    take(hall, CLERK, case, MOVE.TELL)
    ticket = stored(hall, case)[0].ticket
    hall.clock.advance(seconds=3600)
    hand_in(hall, ticket)
    take(hall, CLERK, case, MOVE.COMPLETE)
    row, facts = stored(hall, case)
    assert (row.state, facts[-1].day) == (STATE.HANDLING, "2026-03-02")
    assert kinds(hall, case)[-1] == PaperKind.ACCEPTANCE


def test_whoever_tells_nothing_in_five_days_has_accepted(hall: SmallHall) -> None:
    case = at_desk(hall)
    on(hall, 3, 9)
    serving.deem_all(hall.ctx)
    assert stored(hall, case)[0].state == STATE.FILED
    on(hall, 3, 10)
    serving.deem_all(hall.ctx)
    serving.deem_all(hall.ctx)
    row, facts = stored(hall, case)
    assert (row.state, [f.move for f in facts]) == (STATE.HANDLING, ["file", "deem"])
    # It counts from the day the papers came, so it is overdue at once.
    assert due(hall, case)[Clock.PROMISED] == "2026-03-09"
    paper = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [case]))[-1]
    assert json.loads(paper.content)["deemed"] is True
    assert violations(hall) == []


def test_whoever_tells_late_finds_the_case_accepted(hall: SmallHall) -> None:
    case = at_desk(hall)
    on(hall, 3, 10)
    with pytest.raises(HallError) as refused:
        take(hall, CLERK, case, MOVE.NOT_ACCEPT)
    assert refused.value.code is CaseCode.CASE_STATE
    assert [f.move for f in stored(hall, case)[1]] == ["file", "deem"]


def accepted(hall: SmallHall) -> str:
    """Return a case that was accepted on Monday 2 March."""
    case = at_desk(hall)
    take(hall, CLERK, case, MOVE.ACCEPT)
    return case


def test_a_special_procedure_stops_the_clock(hall: SmallHall) -> None:
    case = accepted(hall)
    take(hall, CLERK, case, MOVE.PASS)
    on(hall, 3, 4)
    basis = {"basis": SuspensionBasis.EXPERT, "days": 10}
    assert refusal(hall, LEADER, case, MOVE.SUSPEND, days=10) is CaseCode.CASE_BASIS
    assert refusal(hall, LEADER, case, MOVE.SUSPEND, **basis | {"days": 0}) is CaseCode.CASE_DAYS
    take(hall, LEADER, case, MOVE.SUSPEND, **basis)
    assert due(hall, case) == {Clock.PROMISED: "", Clock.LEGAL: ""}
    on(hall, 3, 16)
    take(hall, LEADER, case, MOVE.RESUME)
    row, _facts = stored(hall, case)
    assert row.state == STATE.REVIEWING
    # 3 and 4 March count, 16 March does not: 17, 18, 19.
    assert due(hall, case)[Clock.PROMISED] == "2026-03-19"
    assert kinds(hall, case)[-1] == PaperKind.SPECIAL


def test_time_is_extended_once_by_another_person_and_only_if_asked_in_time(
    hall: SmallHall,
) -> None:
    case = accepted(hall)
    assert refusal(hall, CLERK, case, MOVE.ASK_TIME) is CaseCode.CASE_DAYS
    assert refusal(hall, CLERK, case, MOVE.ASK_TIME, days=61) == "invalid"
    assert refusal(hall, LEADER, case, MOVE.GRANT_TIME) is CaseCode.CASE_STATE
    take(hall, LEADER, case, MOVE.ASK_TIME, days=10)
    assert refusal(hall, LEADER, case, MOVE.GRANT_TIME) is CaseCode.CASE_SECOND
    serving.set_posts(hall.ctx, OFFICE, hall.key(), "tax", Post.APPROVER, [HANDLER])
    on(hall, 3, 10)  # asked in time, decided later
    take(hall, CLERK, case, MOVE.GRANT_TIME)
    assert due(hall, case)[Clock.PROMISED] == "2026-03-23"
    assert refusal(hall, LEADER, case, MOVE.ASK_TIME, days=5) is CaseCode.CASE_EXTENDED
    assert kinds(hall, case)[-1] == PaperKind.EXTENSION


def test_an_extension_that_was_asked_for_late_moves_nothing(hall: SmallHall) -> None:
    case = accepted(hall)
    on(hall, 3, 10)
    take(hall, CLERK, case, MOVE.ASK_TIME, days=10)
    take(hall, LEADER, case, MOVE.GRANT_TIME)
    assert due(hall, case)[Clock.PROMISED] == "2026-03-09"


def test_three_people_where_the_item_demands_them(hall: SmallHall) -> None:
    book = hall.ctx.catalogue()
    items = tuple(replace(i, three_hands=i.code == ITEM) for i in book.items)
    import_catalogue(hall.ctx, SYSTEM, replace(book, items=items), "test")
    case = accepted(hall)
    assert (
        refusal(hall, CLERK, case, MOVE.DECIDE, outcome=CaseOutcome.GRANTED) is CaseCode.CASE_STAGES
    )
    take(hall, CLERK, case, MOVE.PASS)
    assert refusal(hall, CLERK, case, MOVE.PASS) is CaseCode.CASE_HANDS
    take(hall, LEADER, case, MOVE.PASS)
    refused = refusal(hall, LEADER, case, MOVE.DECIDE, outcome=CaseOutcome.REFUSED)
    assert refused is CaseCode.CASE_HANDS
    serving.set_posts(hall.ctx, OFFICE, hall.key(), "tax", Post.APPROVER, [OUTSIDER.name])
    take(hall, OUTSIDER, case, MOVE.DECIDE, outcome=CaseOutcome.REFUSED)
    paper = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [case]))[-1]
    assert paper.kind == PaperKind.REFUSAL
    assert "行政复议" in json.loads(paper.content)["remedies"]


def test_a_simple_item_is_decided_on_the_spot(hall: SmallHall) -> None:
    case = accepted(hall)
    assert refusal(hall, CLERK, case, MOVE.DECIDE) is CaseCode.CASE_OUTCOME
    take(hall, CLERK, case, MOVE.DECIDE, outcome=CaseOutcome.GRANTED)
    assert stored(hall, case)[0].state == STATE.DECIDED


def test_steps_belong_to_posts_and_cases_to_their_unit(hall: SmallHall) -> None:
    case = accepted(hall)
    for move in (MOVE.PASS, MOVE.WITHDRAW):
        assert refusal(hall, OUTSIDER, case, move) is CaseCode.CASE_UNKNOWN
    assert refusal(hall, OFFICE, case, MOVE.PASS) is CaseCode.CASE_POST
    for move in (MOVE.FILE, MOVE.DEEM, MOVE.TAKE_OVER):
        assert refusal(hall, CLERK, case, move) == "invalid"
    take(hall, CLERK, case, MOVE.PASS)
    take(hall, CLERK, case, MOVE.PASS)
    assert (
        refusal(hall, CLERK, case, MOVE.DECIDE, outcome=CaseOutcome.GRANTED) is CaseCode.CASE_POST
    )
    take(hall, LEADER, case, MOVE.RETURN, to=STATE.REVIEWING)
    assert stored(hall, case)[0].state == STATE.REVIEWING
    take(hall, CLERK, case, MOVE.RETURN)
    take(hall, CLERK, case, MOVE.WITHDRAW)
    assert stored(hall, case)[0].state == STATE.WITHDRAWN


def test_a_case_is_made_void_by_a_second_person(hall: SmallHall) -> None:
    case = accepted(hall)
    assert refusal(hall, OFFICE, case, MOVE.MAKE_VOID) is CaseCode.CASE_STATE
    take(hall, OFFICE, case, MOVE.ASK_VOID)
    assert refusal(hall, OFFICE, case, MOVE.MAKE_VOID) is CaseCode.CASE_SECOND
    assert refusal(hall, CLERK, case, MOVE.MAKE_VOID) is CaseCode.CASE_OFFICE
    take(hall, SECOND, case, MOVE.MAKE_VOID)
    assert stored(hall, case)[0].state == STATE.VOID


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"item": "nothing"}, "item_unknown"),
        ({"item": "ask-1"}, CaseCode.CASE_ITEM),
        ({"day": date(2026, 3, 3)}, "invalid"),
        ({"way": CaseWay.WINDOW, "ticket": "none"}, "ticket_unknown"),
    ],
)
def test_what_cannot_be_opened(hall: SmallHall, more: dict[str, Any], code: str) -> None:
    with pytest.raises(HallError) as refused:
        at_desk(hall, **more)
    assert refused.value.code == code


def test_a_case_at_the_window_is_that_of_the_called_person(hall: SmallHall) -> None:
    ticket = begin(hall)
    for actor, item in ((LEADER, ITEM), (CLERK, "tax-2")):
        opening = Opening(item, WHO, CaseWay.WINDOW, ticket)
        with pytest.raises(HallError) as refused:
            actions.open_case(hall.ctx, actor, hall.key(), opening)
        assert refused.value.code is CaseCode.CASE_TICKET


def test_a_list_opens_no_case_twice(hall: SmallHall) -> None:
    yesterday = date(2026, 3, 1)
    openings = [
        Opening(ITEM, WHO, CaseWay.LIST, outer_no=number, day=yesterday)
        for number in ("1", "2", "1")
    ]
    ids, repeated = actions.open_list(hall.ctx, OFFICE, hall.key(), openings)
    assert (len(ids), repeated) == (2, 1)
    assert [stored(hall, case)[0].serial for case in ids] == [1, 2]
    with pytest.raises(HallError) as refused:
        at_desk(hall, outer_no="2")
    assert refused.value.code is CaseCode.CASE_TAKEN
    wrong = [openings[0], replace(openings[0], item="nothing", outer_no="9")]
    with pytest.raises(HallError):
        actions.open_list(hall.ctx, OFFICE, hall.key(), wrong)
    assert len(hall.ctx.read(lambda c: queries.open_ids(c, hall.ctx.hall_id, ""))) == 2


def test_a_paper_is_served_once(hall: SmallHall) -> None:
    case = accepted(hall)
    (receipt, _acceptance) = hall.ctx.read(lambda c: queries.papers(c, hall.ctx.hall_id, [case]))

    def serve(day: date | None = None, paper: str = receipt.id) -> None:
        ctx, key = hall.ctx, hall.key()
        serving.serve(ctx, CLERK, key, paper, ServedHow.HANDED, ServedTo.APPLICANT, day)

    for day, paper, code in (
        (date(2026, 3, 1), receipt.id, "invalid"),
        (date(2026, 3, 3), receipt.id, "invalid"),
        (None, "nothing", CaseCode.CASE_UNKNOWN),
    ):
        with pytest.raises(HallError) as refused:
            serve(day, paper)
        assert refused.value.code == code
    serve()
    with pytest.raises(HallError) as refused:
        serve()
    assert refused.value.code is CaseCode.CASE_SERVED


def test_a_changed_calendar_moves_due_days_and_says_so_before(hall: SmallHall) -> None:
    case = accepted(hall)
    cache = due_cache.DueCache(hall.ctx)
    cache.update()
    calendar = hall.ctx.workdays().state
    days = [day for day in calendar if day.day.year == 2026]
    days.append(SpecialDay(date(2026, 3, 6), False, "临时放假"))
    moved = hall.ctx.read(lambda c: list(due_cache.moved_by(hall.ctx, c, 2026, days)))
    assert [(m.clock, m.before, m.after, m.because) for m in moved] == [
        ("promised", "2026-03-09", "2026-03-10", "2026-03-06"),
        ("legal", "2026-03-30", "2026-03-31", "2026-03-06"),
    ]
    assert due(hall, case)[Clock.PROMISED] == "2026-03-09"
    for later in (date(2026, 3, 30), date(2026, 3, 31)):
        other = [*days[:-1], SpecialDay(later, False, "临时放假")]
        moved = hall.ctx.read(
            lambda c, other=other: list(due_cache.moved_by(hall.ctx, c, 2026, other))  # type: ignore[misc]
        )
        assert [m.clock for m in moved] == (["legal"] if later.day == 30 else [])
    put_year(hall.ctx, SYSTEM, 2026, days, "test")
    cache.update()
    assert due(hall, case)[Clock.PROMISED] == "2026-03-10"


@pytest.mark.parametrize(
    ("table", "changes", "violation"),
    [
        ("case_record", {"serial": 7}, "has a wrong number"),
        ("case_record", {"state": "decided"}, "are not complete"),
        ("case_fact", {"n": 5}, "are not complete"),
        ("case_fact", {"by_actor": ""}, "has no actor"),
        ("case_fact", {"move": "accept"}, "differs from the journal"),
        ("case_fact", {"paper": ""}, "are missing"),
        ("case_paper", {"content": "{}"}, "was changed"),
        ("case_due", {"rule": "2026-03-10"}, "differ from its clock"),
    ],
)
def test_the_check_of_the_books_finds_what_was_changed_outside(
    hall: SmallHall, table: str, changes: dict[str, Any], violation: str
) -> None:
    at_desk(hall)
    due_cache.DueCache(hall.ctx).update()
    assert violations(hall) == []
    hall.ctx.write(lambda tx: tx.conn.execute(update(getattr(tables, table)).values(**changes)))
    assert any(violation in line for line in violations(hall))


def test_telephone_and_applicant_are_erased_in_time(hall: SmallHall) -> None:
    case = at_desk(hall)

    def applicant() -> tuple[str, str] | None:
        rows = hall.ctx.read(lambda c: queries.applicants(c, hall.ctx.hall_id, [case]))
        return (rows[case].name, rows[case].phone) if case in rows else None

    for days, expected in ((0, ("测试人", "sealed")), (366, ("测试人", "")), (3700, None)):
        hall.clock.set(at(9) + days * 86_400_000)
        hall.ctx.write(lambda tx: queries.erase_applicants(tx, tx.now))
        assert applicant() == expected
    assert stored(hall, case)[0].number
    assert violations(hall) == []


def test_a_room_above_holds_a_step(hall: SmallHall) -> None:
    room = ModuleType("case_holds")
    refused = HallError(CaseCode.CASE_STATE, state="handling")
    vars(room)["hold"] = lambda *where: refused if where[-1] is MOVE.PASS else None
    row = stored(hall, accepted(hall))[0]

    def holds(move: CaseMove) -> HallError | None:
        return hall.ctx.read(lambda c: hold_of(hall.ctx, c, CLERK, row, move, [room]))

    assert holds(MOVE.PASS) is refused
    assert holds(MOVE.WITHDRAW) is None


def test_a_post_of_the_hall_is_held_by_whoever_the_office_names(hall: SmallHall) -> None:
    def cashiers() -> set[str]:
        return hall.ctx.read(lambda c: queries.hall_posts(c, hall.ctx.hall_id))[HallPost.CASHIER]

    assert cashiers() == set()
    serving.set_posts(hall.ctx, OFFICE, hall.key(), "", HallPost.CASHIER, [HANDLER])
    assert cashiers() == {HANDLER}
    assert hall.ctx.read(lambda c: queries.posts(c, hall.ctx.hall_id)) == {}
    for unit, post in (("tax", HallPost.CASHIER), ("", Post.HANDLER), ("nowhere", Post.HANDLER)):
        with pytest.raises(HallError, match="invalid"):
            serving.set_posts(hall.ctx, OFFICE, hall.key(), unit, post, [HANDLER])
    serving.set_posts(hall.ctx, OFFICE, hall.key(), "", HallPost.CASHIER, [])
    assert cashiers() == set()
