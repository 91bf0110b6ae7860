"""Bank's file: read in as a whole, once; whatever does not match is a named difference."""

from __future__ import annotations

from datetime import date

import pytest

from server.core.errors import ErrorCode, HallError
from server.fees import queries, views
from server.fees.errors import FeeCode
from server.fees.rules import FeeMove, FeeState
from support.fees import (
    CASHIER,
    CLERK,
    OFFICE,
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
from support.halls import SmallHall

DAY, BEFORE = "2026-03-02", "2026-03-01"
STATE = FeeState


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    """Return the small hall with two standards and two cashiers."""
    return charge(small)


def code(hall: SmallHall, *lines: str) -> tuple[ErrorCode, object]:
    """Return code and rows of a file that is refused; nothing of it is stored."""
    with pytest.raises(HallError) as refused:
        read_file(hall, *lines)
    return refused.value.code, refused.value.data.get("lines")


def test_a_file_confirms_what_matches_and_names_the_rest(hall: SmallHall) -> None:
    paid, short, twice, waived, open_due = (made(hall) for _ in range(5))
    confirm(hall, twice, "R-TWICE1")
    take(hall, CLERK, waived, FeeMove.ASK_WAIVE, "依据")
    take(hall, OFFICE, waived, FeeMove.GRANT_WAIVE, "同意")
    result = read_file(
        hall,
        line(DAY, "R-PAID", paid, 8000),
        line(DAY, "R-SHORT", short, 7999),
        line(DAY, "R-TWICE1", twice, 8000),
        line(DAY, "R-TWICE2", twice, 8000),
        line(DAY, "R-WAIVED", waived, 8000),
        line(DAY, "R-NONE", "J209901010001", 5),
    )
    assert not result.is_repeated
    assert [stored(hall, due).state for due in (paid, short, twice, waived, open_due)] == [
        STATE.CONFIRMED,
        STATE.DUE,
        STATE.CONFIRMED,
        STATE.WAIVED,
        STATE.DUE,
    ]
    assert differences(hall, DAY) == [
        ("not_booked", -8000),
        ("paid_twice", -8000),
        ("unknown_notice", -5),
        ("wrong_amount", -7999),
    ]
    check(hall)


def test_the_same_file_and_the_same_lines_change_nothing(hall: SmallHall) -> None:
    first, second = made(hall), made(hall)
    lines = line(DAY, "R-0001", first, 8000), line(DAY, "R-0002", second, 8000)
    assert not read_file(hall, *lines).is_repeated
    assert read_file(hall, *lines, by=SECOND).is_repeated
    again = read_file(hall, *reversed(lines))
    assert not again.is_repeated, "another file with the same payments"
    files = hall.ctx.read(lambda c: queries.files(c, hall.ctx.hall_id))
    assert sorted((row.row_count, row.new_rows, row.booked) for row in files) == [
        (2, 0, 0),
        (2, 2, 2),
    ]
    assert differences(hall, DAY) == []
    check(hall)


def test_a_file_is_refused_as_a_whole(hall: SmallHall) -> None:
    due = made(hall)
    good = line(DAY, "R-0001", due, 8000)
    assert code(hall, good, "2026-03-02,R-0001,x,1\n", "soon,R-3,x,1\n") == (
        FeeCode.FEE_FILE_LINES,
        "3, 4",
    )
    assert stored(hall, due).state == STATE.DUE
    read_file(hall, good)
    changed = line(DAY, "R-0001", due, 8001), line(DAY, "R-0009", due, 1)
    assert code(hall, *changed) == (FeeCode.FEE_FILE_CHANGED, "2")
    check(hall)


def test_only_a_cashier_reads_a_file_in(hall: SmallHall) -> None:
    for actor in (CLERK, OFFICE):
        with pytest.raises(HallError) as refused:
            read_file(hall, line(DAY, "R-0001", "J1", 1), by=actor)
        assert refused.value.code is FeeCode.FEE_CASHIER


def test_a_file_does_not_confirm_what_its_reader_accepted(small: SmallHall) -> None:
    hall = charge(small, (CLERK.name, CASHIER.name))
    due = made(hall)
    read_file(hall, line(DAY, "R-0001", due, 8000), by=CLERK)
    assert stored(hall, due).state == STATE.DUE
    assert differences(hall, DAY) == [("not_booked", -8000)]
    confirm(hall, due, "R-0001")
    assert differences(hall, DAY) == []
    check(hall)


def test_the_desk_takes_the_bank_s_day_and_its_word(hall: SmallHall) -> None:
    due, other = made(hall), made(hall, standard="copy")
    read_file(hall, line(BEFORE, "R-0001", "", 8000), line(BEFORE, "R-0002", due, 1000))
    for reference in ("R-0001", "R-0002"):
        with pytest.raises(HallError) as refused:
            confirm(hall, other, reference)
        assert refused.value.code is FeeCode.FEE_BANK_LINE
    confirm(hall, due, "R-0003")
    assert differences(hall, DAY) == [("no_file", 8000)]
    read_file(hall, line(DAY, "R-0009", "", 5))
    assert differences(hall, DAY) == [("missing", 8000), ("unknown_notice", -5)]
    read_file(hall, line(BEFORE, "R-0003", due, 8000))
    assert differences(hall, DAY) == [("other_day", 8000), ("unknown_notice", -5)]
    assert ("other_day", -8000) in differences(hall, BEFORE)
    take(hall, CASHIER, due, FeeMove.ASK_CORRECTION, "日期不符")
    take(hall, SECOND, due, FeeMove.CORRECT, "同意")
    confirm(hall, due, "R-0003")
    assert differences(hall, DAY) == [("unknown_notice", -5)]
    check(hall)


def test_a_day_without_payments_is_known_from_its_file(hall: SmallHall) -> None:
    def has_file(day: str) -> bool:
        view = hall.ctx.read(lambda c: views.day_agreement(hall.ctx, c, day))
        assert (view.bank, view.bank_count, view.agrees) == (0, 0, True)
        return view.has_file

    days = [date.fromisoformat(day) for day in (BEFORE, DAY)]
    assert [has_file(BEFORE), has_file(DAY)] == [False, False]
    assert code(hall)[0] is FeeCode.FEE_FILE_DAYS
    assert not read_file(hall, day=days[0]).is_repeated
    assert [has_file(BEFORE), has_file(DAY)] == [True, False]
    assert read_file(hall, day=days[0]).is_repeated
    assert not read_file(hall, day=days[1]).is_repeated, "the same bytes, of another day"
    confirm(hall, made(hall), "R-0001")
    assert differences(hall, DAY) == [("missing", 8000)]
    check(hall)


def test_the_bank_s_refunds_are_matched(hall: SmallHall) -> None:
    due = made(hall)
    read_file(hall, line(BEFORE, "R-0001", due, 8000), line(BEFORE, "T-0002", due, -500))
    assert differences(hall, BEFORE) == [("refund_unbooked", 500)]
    take(hall, CLERK, due, FeeMove.ASK_REFUND, "多缴", amount=600)
    for reference in ("T-0002", "R-0001"):
        with pytest.raises(HallError) as refused:
            take(hall, SECOND, due, FeeMove.CONFIRM_REFUND, reference=reference)
        assert refused.value.code in (FeeCode.FEE_BANK_LINE, FeeCode.FEE_RECEIPT_USED)
    take(hall, SECOND, due, FeeMove.DENY_REFUND, "金额不符")
    take(hall, CLERK, due, FeeMove.ASK_REFUND, "多缴", amount=500)
    take(hall, SECOND, due, FeeMove.CONFIRM_REFUND, reference="T-0002")
    assert stored(hall, due).state == STATE.CONFIRMED, "the rest is still paid"
    assert differences(hall, BEFORE) == [], "the refund has the bank's day"
    take(hall, CLERK, due, FeeMove.ASK_REFUND, "撤回")
    with pytest.raises(HallError) as refused:
        take(hall, SECOND, due, FeeMove.CONFIRM_REFUND, reference="T-0002")
    assert refused.value.code is FeeCode.FEE_RECEIPT_USED
    take(hall, SECOND, due, FeeMove.CONFIRM_REFUND, reference="T-0003")
    assert stored(hall, due).state == STATE.REFUNDED
    with pytest.raises(HallError) as refused:
        confirm(hall, due, "T-0003")
    assert refused.value.code is FeeCode.FEE_RECEIPT_USED
    view = hall.ctx.read(lambda c: views.day_agreement(hall.ctx, c, BEFORE))
    assert (view.received, view.refunded, view.bank_refunded) == (8000, 500, 500)
    check(hall)


def test_the_order_of_the_lines_makes_no_difference(hall: SmallHall) -> None:
    def references(tag: str, *, is_reversed: bool) -> list[str]:
        case = accepted_case(hall)
        dues = [made(hall, case), made(hall, case)]
        rows = [
            line(DAY, f"R-{tag}2", dues[0], 8000),
            line(DAY, f"R-{tag}1", dues[0], 8000),
            line(DAY, f"R-{tag}3", dues[1], 8000),
        ]
        read_file(hall, *(reversed(rows) if is_reversed else rows))
        facts = hall.ctx.read(lambda c: queries.FACTS.of(c, hall.ctx.hall_id, dues))
        return [facts[due][-1].reference.replace(tag, "") for due in dues]

    assert references("A", is_reversed=False) == ["R-1", "R-3"]
    assert references("B", is_reversed=True) == ["R-1", "R-3"]
    check(hall)
