"""Fees: a due by a standard, who confirms its money, and what keeps a licence back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Executable, delete, update

from server.cases import actions as case_actions
from server.cases.actions import Wish
from server.cases.errors import CaseCode
from server.cases.rules import CaseMove, CaseOutcome
from server.catalogue.actions import import_catalogue
from server.core import journal
from server.core.actors import SYSTEM, Actor
from server.core.errors import CommonCode, ErrorCode, HallError
from server.fees import actions, integrity, queries, tables, views
from server.fees.actions import FeeWish
from server.fees.errors import FeeCode
from server.fees.gate import unpaid
from server.fees.rules import FeeMove, FeeState
from support.fees import (
    CASHIER,
    CHIEF,
    CLERK,
    COLLEAGUE,
    COPY,
    HOME,
    ITEM,
    OFFICE,
    OUTSIDER,
    SECOND,
    accepted_case,
    charge,
    check,
    confirm,
    differences,
    line,
    made,
    read_file,
    stored,
    take,
)
from support.halls import SmallHall, at

MOVE, STATE = FeeMove, FeeState
DAY = "2026-03-02"


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with two standards and two cashiers."""
    return charge(small)


def refusal(
    hall: SmallHall,
    actor: Actor,
    due: str,
    move: FeeMove,
    words: str = "依据",
    reference: str = "R-1",
) -> ErrorCode:
    """Return the error code of a step that is refused; nothing is stored."""
    hall_id = hall.ctx.hall_id
    before = hall.ctx.read(lambda c: queries.FACTS.of(c, hall_id, [due]))
    with pytest.raises(HallError) as refused:
        take(hall, actor, due, move, words, reference)
    assert hall.ctx.read(lambda c: queries.FACTS.of(c, hall_id, [due])) == before
    return refused.value.code


def owed(hall: SmallHall, case: str) -> list[tuple[str, int]]:
    """Return what the gate holds against the issue of a case's licence."""
    rows = hall.ctx.read(lambda c: unpaid(c, hall.ctx.hall_id, case))
    return [(row.notice, row.amount) for row in rows]


def test_a_due_is_a_standard_times_a_quantity_and_closes_the_gate(hall: SmallHall) -> None:
    case = accepted_case(hall)
    first, second = made(hall, case), made(hall, case, "copy", 3)
    row = stored(hall, second)
    assert (row.price, row.quantity, row.amount) == (COPY.amount, 3, 3000)
    assert (row.name, row.basis, row.state) == (COPY.name, COPY.basis, STATE.DUE)
    assert (first[:9], first[9:13]) == ("J20260302", "0001")
    assert second[9:13] == "0002"
    assert owed(hall, case) == [(first, HOME.amount), (second, 3000)]
    confirm(hall, first, "R-0001")
    assert owed(hall, case) == [(second, 3000)]
    confirm(hall, second, "R-0002")
    assert owed(hall, case) == []
    check(hall)


def test_nothing_else_can_be_charged(hall: SmallHall) -> None:
    case = accepted_case(hall)

    def code(standard: str, quantity: int = 1, by: Actor = CLERK) -> ErrorCode:
        with pytest.raises(HallError) as refused:
            actions.make(hall.ctx, by, hall.key(), case, standard, quantity)
        return refused.value.code

    assert code("tip") is FeeCode.FEE_STANDARD
    assert code("home", 0) is CommonCode.INVALID
    assert code("home", 10_000) is CommonCode.INVALID
    assert code("home", by=OFFICE) is FeeCode.FEE_POST
    assert code("home", by=OUTSIDER) is CaseCode.CASE_UNKNOWN
    book = hall.ctx.catalogue()
    free = tuple(replace(item, fees=()) if item.code == ITEM else item for item in book.items)
    import_catalogue(hall.ctx, SYSTEM, replace(book, items=free), "")
    assert code("home") is FeeCode.FEE_NONE


def test_a_due_is_made_only_while_the_case_is_accepted_or_granted(hall: SmallHall) -> None:
    case = accepted_case(hall)
    wish = Wish(CaseMove.WITHDRAW, "来电撤回")
    case_actions.move(hall.ctx, CLERK, hall.key(), case, wish)
    with pytest.raises(HallError) as refused:
        made(hall, case)
    assert refused.value.code is FeeCode.FEE_CASE
    granted = accepted_case(hall)
    decision = Wish(CaseMove.DECIDE, "准予", outcome=CaseOutcome.GRANTED)
    case_actions.move(hall.ctx, CLERK, hall.key(), granted, decision)
    assert stored(hall, made(hall, granted)).amount == HOME.amount


def test_a_standard_of_its_day_stays_with_the_due(hall: SmallHall) -> None:
    due = made(hall)
    book = hall.ctx.catalogue()
    dearer = tuple(
        replace(item, fees=(replace(HOME, amount=9000),)) if item.code == ITEM else item
        for item in book.items
    )
    import_catalogue(hall.ctx, SYSTEM, replace(book, items=dearer), "")
    assert stored(hall, due).amount == 8000
    assert stored(hall, made(hall)).amount == 9000
    check(hall)


def test_one_person_never_accepts_and_confirms(small: SmallHall) -> None:
    hall = charge(small, (CLERK.name, COLLEAGUE.name, CASHIER.name))
    opened = accepted_case(hall, CLERK)
    due = made(hall, opened)
    assert refusal(hall, CLERK, due, MOVE.CONFIRM) is FeeCode.FEE_OWN
    elsewhere = accepted_case(hall, COLLEAGUE)
    other = made(hall, elsewhere)
    assert refusal(hall, COLLEAGUE, other, MOVE.CONFIRM) is FeeCode.FEE_OWN
    assert refusal(hall, CLERK, other, MOVE.CONFIRM) is FeeCode.FEE_OWN
    confirm(hall, other, "R-0001")
    confirm(hall, due, "R-0002", by=COLLEAGUE)
    check(hall)


def test_only_a_cashier_confirms_with_a_reference(hall: SmallHall) -> None:
    due = made(hall)
    assert refusal(hall, OFFICE, due, MOVE.CONFIRM) is FeeCode.FEE_CASHIER
    assert refusal(hall, COLLEAGUE, due, MOVE.CONFIRM) is FeeCode.FEE_CASHIER
    assert refusal(hall, OUTSIDER, due, MOVE.CONFIRM) is FeeCode.FEE_UNKNOWN
    assert refusal(hall, CASHIER, due, MOVE.CONFIRM, reference="甲乙") is FeeCode.FEE_REFERENCE
    assert refusal(hall, CASHIER, due, MOVE.MAKE) is CommonCode.INVALID
    assert refusal(hall, CASHIER, "J0", MOVE.CONFIRM) is FeeCode.FEE_UNKNOWN


def test_a_reference_counts_once_until_its_confirmation_is_corrected(hall: SmallHall) -> None:
    wrong, right = made(hall), made(hall)
    confirm(hall, wrong, "r 0001")
    code = refusal(hall, CASHIER, right, MOVE.CONFIRM, reference="R0001")
    assert code is FeeCode.FEE_RECEIPT_USED
    hall.clock.set(at(9, day=date(2026, 3, 3)))
    take(hall, CASHIER, wrong, MOVE.ASK_CORRECTION, "串号")
    assert owed(hall, stored(hall, wrong).case) != []
    assert refusal(hall, CASHIER, wrong, MOVE.CORRECT) is FeeCode.FEE_SECOND
    assert refusal(hall, SECOND, wrong, MOVE.CORRECT, words="") is FeeCode.FEE_WORDS
    take(hall, SECOND, wrong, MOVE.CORRECT, "已核对")
    assert stored(hall, wrong).state == STATE.DUE
    assert differences(hall, DAY) == []
    confirm(hall, right, "R0001")
    view = hall.ctx.read(lambda c: views.day_agreement(hall.ctx, c, DAY))
    assert [(row.notice, row.amount) for row in view.receipts] == [(right, 8000)], (
        "the money came on the first day"
    )
    check(hall)


def test_a_denied_correction_changes_nothing(hall: SmallHall) -> None:
    due = made(hall)
    confirm(hall, due, "R-0001")
    take(hall, OFFICE, due, MOVE.ASK_CORRECTION, "疑似串号")
    take(hall, SECOND, due, MOVE.DENY_CORRECTION, "核对无误")
    assert stored(hall, due).state == STATE.CONFIRMED
    check(hall)


def test_a_waiver_has_a_basis_and_another_person(hall: SmallHall) -> None:
    due = made(hall)
    assert refusal(hall, CLERK, due, MOVE.ASK_WAIVE, words="") is FeeCode.FEE_WORDS
    assert refusal(hall, OFFICE, due, MOVE.GRANT_WAIVE) is FeeCode.FEE_STATE
    take(hall, CLERK, due, MOVE.ASK_WAIVE, "小微企业免收")
    assert refusal(hall, CLERK, due, MOVE.GRANT_WAIVE) is FeeCode.FEE_POST
    assert refusal(hall, CASHIER, due, MOVE.CONFIRM) is FeeCode.FEE_STATE
    take(hall, OFFICE, due, MOVE.DENY_WAIVE, "不在范围内")
    assert stored(hall, due).state == STATE.DUE
    take(hall, OFFICE, due, MOVE.ASK_WAIVE, "小微企业免收")
    assert refusal(hall, OFFICE, due, MOVE.GRANT_WAIVE) is FeeCode.FEE_SECOND
    take(hall, CHIEF, due, MOVE.GRANT_WAIVE, "同意")
    assert owed(hall, stored(hall, due).case) == []
    check(hall)


def test_a_refund_is_requested_by_one_and_confirmed_by_another(hall: SmallHall) -> None:
    due = made(hall)
    case = stored(hall, due).case
    confirm(hall, due, "R-0001")
    take(hall, CASHIER, due, MOVE.ASK_REFUND, "申请人撤回")
    assert refusal(hall, CASHIER, due, MOVE.CONFIRM_REFUND) is FeeCode.FEE_SECOND
    assert refusal(hall, SECOND, due, MOVE.CONFIRM_REFUND, reference="") is FeeCode.FEE_REFERENCE
    take(hall, SECOND, due, MOVE.DENY_REFUND, "未到期")
    take(hall, CLERK, due, MOVE.ASK_REFUND, "申请人撤回")
    take(hall, SECOND, due, MOVE.CONFIRM_REFUND, reference="T-0001")
    assert owed(hall, case) == [(due, 8000)], "whoever got the money back has not paid"
    view = hall.ctx.read(lambda c: views.day_agreement(hall.ctx, c, DAY))
    assert (view.received, view.refunded) == (8000, 8000)
    take(hall, CLERK, due, MOVE.ASK_WAIVE, "准予免收")
    take(hall, OFFICE, due, MOVE.GRANT_WAIVE, "同意")
    assert owed(hall, case) == []
    check(hall)


def test_money_may_come_again_after_a_refund(hall: SmallHall) -> None:
    due = made(hall)
    confirm(hall, due, "R-0001")
    take(hall, CLERK, due, MOVE.ASK_REFUND, "重复缴款")
    take(hall, SECOND, due, MOVE.CONFIRM_REFUND, reference="T-0001")
    take(hall, CLERK, due, MOVE.ASK_WAIVE, "依据")
    take(hall, OFFICE, due, MOVE.DENY_WAIVE, "不同意")
    assert stored(hall, due).state == STATE.REFUNDED
    confirm(hall, due, "R-0002")
    assert owed(hall, stored(hall, due).case) == []
    check(hall)


def test_a_due_made_by_mistake_is_cancelled_by_somebody_else(hall: SmallHall) -> None:
    due = made(hall)
    case = stored(hall, due).case
    for actor, code in ((CLERK, FeeCode.FEE_POST), (COLLEAGUE, FeeCode.FEE_POST)):
        assert refusal(hall, actor, due, MOVE.CANCEL) is code
    take(hall, OFFICE, due, MOVE.CANCEL, "开错了标准")
    assert owed(hall, case) == []
    assert refusal(hall, CASHIER, due, MOVE.CONFIRM) is FeeCode.FEE_STATE
    view = hall.ctx.read(lambda c: views.day_agreement(hall.ctx, c, DAY))
    assert (view.cancelled, view.cancelled_count) == (8000, 1)
    month = hall.ctx.read(lambda c: views.month(hall.ctx, c, date(2026, 3, 1)))
    assert (month.made, month.cancelled) == (0, 8000)
    rows = [stored(hall, due), stored(hall, made(hall))]
    listed = hall.ctx.read(lambda c: views.listed(hall.ctx, c, rows))
    assert (len(listed.dues), listed.amount, listed.cancelled) == (2, 8000, 8000)
    check(hall)


def test_only_somebody_without_a_part_in_it_cancels(small: SmallHall) -> None:
    hall = charge(small, (CLERK.name, CASHIER.name))
    assert refusal(hall, CLERK, made(hall), MOVE.CANCEL) is FeeCode.FEE_OWN


def test_open_dues_of_ended_cases_are_named_and_leave_the_desk(hall: SmallHall) -> None:
    open_due, due = made(hall), made(hall)
    wish = Wish(CaseMove.WITHDRAW, words="来电撤回")
    case_actions.move(hall.ctx, CLERK, hall.key(), stored(hall, due).case, wish)
    desk = hall.ctx.read(lambda c: views.desk(hall.ctx, c, CASHIER))
    assert [row.notice for row in desk.unpaid] == [open_due]

    def ended(day: str) -> list[str]:
        view = hall.ctx.read(lambda c: views.day_agreement(hall.ctx, c, day))
        return [row.notice for row in view.ended]

    assert (ended(DAY), ended("2026-03-01")) == ([due], [])
    take(hall, OFFICE, due, MOVE.CANCEL, "申请人撤回")
    assert ended(DAY) == []


def test_a_repeat_with_the_same_key_gets_the_first_answer(hall: SmallHall) -> None:
    case, key = accepted_case(hall), hall.key()
    numbers = {actions.make(hall.ctx, CLERK, key, case, "home", 1) for _ in range(3)}
    assert len(numbers) == 1
    due, key = numbers.pop(), hall.key()
    for _ in range(3):
        actions.move(hall.ctx, CASHIER, key, due, FeeWish(MOVE.CONFIRM, reference="R-0001"))
    assert len(hall.ctx.read(lambda c: queries.FACTS.of(c, hall.ctx.hall_id, [due]))[due]) == 2
    check(hall)


# -- the check finds what was changed behind its back --------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        update(tables.fee_due).values(amount=1),
        update(tables.fee_due).values(quantity=2, amount=16000),
        update(tables.fee_due).values(state="waived"),
        update(tables.fee_due).values(basis="另一依据"),
        update(tables.fee_fact).values(amount=1),
        update(tables.fee_fact).where(tables.fee_fact.c.n == 2).values(reference="X"),
        update(tables.fee_fact).values(by_actor=""),
        delete(tables.fee_fact).where(tables.fee_fact.c.n == 2),
        update(tables.fee_receipt).values(amount=1),
        update(tables.fee_receipt).values(day="2026-03-01"),
        update(tables.fee_receipt).values(turn=2),
        update(tables.fee_receipt).values(due="J1"),
        delete(tables.fee_receipt),
        delete(tables.fee_bank_line),
        update(tables.fee_bank_line).values(file="other"),
        delete(tables.fee_file),
        update(tables.fee_file).values(last_day="2026-03-01"),
        delete(tables.fee_refund),
        update(tables.fee_refund).values(amount=9),
        update(tables.fee_refund).values(reference="R-0001"),
        update(tables.fee_fact).where(tables.fee_fact.c.move == "confirm_refund").values(amount=9),
    ],
)  # fmt: skip
def test_the_check_finds_every_change_of_the_books(hall: SmallHall, spoil: Executable) -> None:
    due = made(hall)
    read_file(hall, line(DAY, "R-0001", due, 8000))
    take(hall, CASHIER, due, MOVE.ASK_REFUND, "多缴", amount=10)
    take(hall, SECOND, due, MOVE.CONFIRM_REFUND, reference="T-0001")
    check(hall)
    assert stored(hall, due).state == STATE.CONFIRMED
    hall.ctx.write(lambda tx: tx.conn.execute(spoil))
    assert hall.ctx.read(lambda c: [*integrity.problems(c, hall.ctx.hall_id)])


def test_words_stay_out_of_the_journal(hall: SmallHall) -> None:
    due = made(hall)
    take(hall, CLERK, due, MOVE.ASK_WAIVE, "张三困难")
    acts = ["fee.ask_waive"]
    (entry,) = hall.ctx.read(lambda c: [*journal.of_acts(c, hall.ctx.hall_id, acts)])
    assert "张三" not in str(entry)
    assert entry.data["amount"] == 8000
