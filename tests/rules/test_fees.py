"""Fees: capitals of amounts, numbers of notices, what is held, and a day's agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.groups import added
from server.core.money import MOST, capital_text, yuan_text
from server.core.workflow import Attempt
from server.fees import workflow
from server.fees.errors import FeeCode
from server.fees.reconciling import (
    BankLine,
    Difference,
    DifferenceKind,
    DueBrief,
    Receipt,
    agreement,
)
from server.fees.rules import (
    PAID,
    DayMoney,
    FactSum,
    FeeMove,
    FeeState,
    is_reference,
    money_of,
    net_of,
    number_of,
    plain_reference,
    read_number,
    refund_amount,
)
from server.fees.workflow import FEE

DAY, NEXT = "2026-03-02", "2026-03-03"
MOVE, STATE, KIND = FeeMove, FeeState, DifferenceKind


# -- words of money ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (10, "壹角整"),
        (8000, "捌拾元整"),
        (55000, "伍佰伍拾元整"),
        (101, "壹元零壹分"),
        (110, "壹元壹角整"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (1000500, "壹万零伍元整"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (10010000, "壹拾万零壹佰元整"),
        (100000000000, "壹拾亿元整"),
        (100000000500, "壹拾亿零伍元整"),
        (100000500000, "壹拾亿零伍仟元整"),
        (1100000, "壹万壹仟元整"),
        (1095000, "壹万零玖佰伍拾元整"),
        (1010101010101, "壹佰零壹亿零壹佰零壹万零壹佰零壹元零壹分"),
    ],
)
def test_capitals_follow_the_rules_for_receipts(fen: int, words: str) -> None:
    assert capital_text(fen) == words


_VALUES = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def value_of(words: str) -> int:
    """Return the fen of an amount in capitals, read from left to right."""
    yuan, _, rest = words.rpartition("元") if "元" in words else ("", "", words)
    total = group = digit = 0
    for sign in yuan:
        if sign in _VALUES:
            digit = _VALUES[sign]
        elif sign in _PLACES:
            group, digit = group + digit * _PLACES[sign], 0
        else:
            factor = {"万": 10**4, "亿": 10**8}[sign]
            total, group, digit = total + (group + digit) * factor, 0, 0
    fen, digit = (total + group + digit) * 100, 0
    for sign in rest:
        if sign in _VALUES:
            digit = _VALUES[sign]
        elif sign in "角分":
            fen, digit = fen + digit * (10 if sign == "角" else 1), 0
    return fen


@given(st.integers(0, 10**14 - 1))
def test_capitals_say_the_amount_and_end_in_whole(fen: int) -> None:
    words = capital_text(fen)
    assert value_of(words) == fen
    assert words.endswith("整") is (fen % 10 == 0)
    assert "零零" not in words


def test_amounts_beyond_capitals_are_refused() -> None:
    assert capital_text(MOST).startswith("玖仟玖佰玖拾玖万亿")
    for fen in (-1, MOST + 1):
        with pytest.raises(ValueError, match="capitals"):
            capital_text(fen)


def test_yuan_have_two_decimals() -> None:
    assert [yuan_text(fen) for fen in (0, 5, 8000, 123456, -150)] == [
        "0.00",
        "0.05",
        "80.00",
        "1,234.56",
        "-1.50",
    ]


# -- the number ----------------------------------------------------------------------------------


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 99_999))
def test_a_number_is_read_from_paper_scanner_and_address(day: date, serial: int) -> None:
    number = number_of(day, serial)
    full = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for text in (number, number[1:], f" {number.lower()} ", full):
        assert read_number(text) == number
    assert read_number(f"https://hall.example/k/small-1?notice={number}") == number
    for place in range(1, len(number)):
        wrong = str((int(number[place]) + 1) % 10)
        assert read_number(number[:place] + wrong + number[place + 1 :]) != number


@pytest.mark.parametrize("text", ["J 2026-0302 0001", "20260302-0001-", "J20260302-0001-"])
def test_a_number_may_be_typed_in_groups(text: str) -> None:
    number = number_of(date(2026, 3, 2), 1)
    groups = f"{number[:9]}-{number[9:13]}-{number[13:]}"
    digits = f"{number[1:9]} {number[9:13]}-{number[13:]}"
    assert {read_number(groups), read_number(digits)} == {number}
    assert read_number(text) is None, "its check digit is missing"


@pytest.mark.parametrize("text", ["", "J", "K202603020001", "J2026030200012", "20260302"])
def test_other_texts_are_no_number(text: str) -> None:
    assert read_number(text) is None


def test_references_are_compared_in_one_form() -> None:
    assert plain_reference(" ab12　－3 ") == "AB12-3"
    assert plain_reference("ＡＢ １２－３－４") == "AB12-3-4"
    assert [is_reference(text) for text in ("AB12", "A" * 40)] == [True, True]
    assert not any(
        is_reference(text) for text in ("", "AB1", "A" * 41, "-AB1", "AB 12", "甲乙丙丁")
    )


# -- moves ---------------------------------------------------------------------------------------


def allowed(state: FeeState | None, roles: set[str], parts: dict[str, list[str]]) -> set[FeeMove]:
    """Return the moves of the person `a` with these roles and parts."""
    attempt = Attempt(
        state,
        "a",
        lambda role: role in roles,
        parts,
        (workflow.WORDS, workflow.REFERENCE, workflow.WHOLE),
    )
    return {move for move in FeeMove if FEE.allows(move, attempt)}


EVERY = {workflow.ACCEPTOR, workflow.CASHIER, workflow.OFFICE, workflow.BANK}
OTHER = {workflow.ASKER: ["b"]}
SECOND_MOVES = {
    STATE.WAIVE_ASKED: {MOVE.GRANT_WAIVE, MOVE.DENY_WAIVE},
    STATE.REFUND_ASKED: {MOVE.CONFIRM_REFUND, MOVE.DENY_REFUND},
    STATE.CORRECTION_ASKED: {MOVE.CORRECT, MOVE.DENY_CORRECTION},
}


@pytest.mark.parametrize("state", FeeState)
def test_whoever_accepted_never_confirms_money_whatever_else_they_are(state: FeeState) -> None:
    accepted = OTHER | {workflow.ACCEPTED: ["a"]}
    money = {MOVE.CONFIRM, MOVE.GRANT_WAIVE, MOVE.CONFIRM_REFUND, MOVE.CORRECT, MOVE.CANCEL}
    assert not allowed(state, EVERY, accepted) & money


@pytest.mark.parametrize("state", SECOND_MOVES)
def test_whoever_requested_decides_nothing(state: FeeState) -> None:
    assert allowed(state, EVERY, OTHER) == SECOND_MOVES[state]
    assert allowed(state, EVERY, {workflow.ASKER: ["a"]}) == set()


def test_only_the_cashier_or_the_bank_confirms() -> None:
    for roles in ({workflow.CASHIER}, {workflow.BANK}):
        assert MOVE.CONFIRM in allowed(STATE.DUE, roles, {})
    assert MOVE.CONFIRM not in allowed(STATE.DUE, {workflow.ACCEPTOR, workflow.OFFICE}, {})
    assert allowed(STATE.WAIVED, EVERY, {}) == set()
    assert allowed(None, {workflow.ACCEPTOR}, {}) == {MOVE.MAKE}
    assert allowed(None, {workflow.CASHIER, workflow.OFFICE}, {}) == set()


def test_words_and_references_are_required() -> None:
    attempt: Attempt[FeeState] = Attempt(STATE.DUE, "a", lambda role: role == workflow.CASHIER)
    error = FEE.error(MOVE.CONFIRM, attempt)
    assert error is not None
    assert error.code is FeeCode.FEE_REFERENCE
    error = FEE.error(MOVE.ASK_WAIVE, attempt)
    assert error is not None
    assert error.code is FeeCode.FEE_WORDS


REFUNDING = (MOVE.ASK_REFUND, MOVE.CONFIRM_REFUND, MOVE.DENY_REFUND)
WALKS = st.lists(st.integers(0, 10**6), max_size=30)


def walk(choices: list[int]) -> list[tuple[FeeMove, FeeState]]:
    """Return a walk through the table of moves, each chosen among those that it allows."""
    return [(move, state) for move, state, _ in walk_of(choices, 1)]


def walk_of(choices: list[int], due: int) -> list[tuple[FeeMove, FeeState, int]]:
    """Return a walk of a due of `due` fen, with the amount of each move: refunds of any part."""
    state, steps, held, wish = STATE.DUE, [(MOVE.MAKE, STATE.DUE, due)], 0, 0
    for choice in choices:
        rows = [row for row in FEE.rows if state in row.sources]
        if held != due:
            rows = [row for row in rows if row.move is not MOVE.ASK_CORRECTION]
        if not rows:
            break
        row, amount = rows[choice % len(rows)], due
        if row.move is MOVE.ASK_REFUND:
            wish = refund_amount(held, choice % (due + 2)) or held
        if row.move in REFUNDING:
            amount = wish
        before = steps[-2][1] if len(steps) > 1 else STATE.DUE
        state = before if len(row.targets) > 1 else row.targets[0]
        if row.move is MOVE.CONFIRM_REFUND:
            state = STATE.REFUNDED if wish == held else STATE.CONFIRMED
        held += net_of([(row.move, amount)])
        steps.append((row.move, state, amount))
    return steps


@given(WALKS, st.integers(1, 10**8))
def test_the_hall_holds_money_exactly_in_the_paid_states(choices: list[int], amount: int) -> None:
    steps = walk_of(choices, amount)
    refunded = 0
    for n, (move, state, fen) in enumerate(steps, 1):
        held = net_of((move, fen) for move, _, fen in steps[:n])
        assert (held > 0) is (state in PAID)
        assert 0 <= held <= amount
        refunded = 0 if move is MOVE.CONFIRM else refunded
        refunded += fen if move is MOVE.CONFIRM_REFUND else 0
        assert refunded <= amount, "never more goes back than came"
        assert held == amount - refunded or state not in PAID


@given(st.integers(0, 10**6), st.integers(0, 2 * 10**6))
def test_a_refund_is_at_most_what_is_held(held: int, wish: int) -> None:
    amount = refund_amount(held, wish)
    assert (amount is None) is (wish > held or held == 0)
    assert amount in (None, wish, held)
    assert refund_amount(held, 0) == (held or None)
    assert refund_amount(1, 1) == 1


@given(st.lists(st.tuples(WALKS, st.integers(1, 10**6), st.booleans()), max_size=8), st.randoms())
def test_the_money_of_facts_is_the_money_of_the_dues(
    dues: list[tuple[list[int], int, bool]], chance: object
) -> None:
    facts: list[FactSum] = []
    held = owed = 0
    for choices, amount, by_file in dues:
        steps = walk_of(choices, amount)
        is_void = any(move is MOVE.CANCEL for move, _, _ in steps)
        facts += [FactSum(move, fen, by_file=by_file, is_void=is_void) for move, _, fen in steps]
        held += net_of((move, fen) for move, _, fen in steps)
        owed += 0 if is_void else amount
    chance.shuffle(facts)  # type: ignore[attr-defined]
    money = money_of(facts)
    assert (money.net, money.made) == (held, owed)
    assert 0 <= money.by_file <= money.received
    assert money.at_desk + money.by_file == money.received
    half = len(facts) // 2
    assert added(money_of(facts[:half]), [money_of(facts[half:])]) == money


def test_facts_of_a_kind_count_by_their_number_and_a_void_due_is_not_charged() -> None:
    facts = [
        FactSum(MOVE.MAKE, 507, 2),
        FactSum(MOVE.MAKE, 30, 3, is_void=True),
        FactSum(MOVE.CONFIRM, 570, 4),
        FactSum(MOVE.CONFIRM, 77, 2, by_file=True),
        FactSum(MOVE.CORRECT, 7, by_file=True),
        FactSum(MOVE.CORRECT, 70),
        FactSum(MOVE.ASK_WAIVE, 9),
        FactSum(MOVE.GRANT_WAIVE, 9, 2),
        FactSum(MOVE.CONFIRM_REFUND, 60, 2),
        FactSum(MOVE.CANCEL, 30, 3),
    ]
    money = money_of(facts)
    assert money == DayMoney(507, 2, 570, 4, 9, 2, 60, 2, 30, 3, 70, 1)
    assert (money.at_desk, money.net) == (500, 510)
    assert money_of([]) == DayMoney()


# -- a day's agreement ---------------------------------------------------------------------------

DUES = {
    f"J{n}": DueBrief(f"J{n}", 100 * n, state)
    for n, state in enumerate((STATE.CONFIRMED, STATE.DUE, STATE.WAIVED), 1)
}


def kinds(receipts: list[Receipt], lines: list[BankLine]) -> list[Difference]:
    """Return the differences of the day."""
    has_file = any(line.day == DAY for line in lines)
    return list(agreement(DAY, receipts, lines, DUES, has_file=has_file).differences)


def test_an_empty_day_of_the_bank_is_no_day_without_a_file() -> None:
    receipt = Receipt("R1", "J1", DAY, 100)
    for has_file, kind in ((False, KIND.NO_FILE), (True, KIND.MISSING)):
        compared = agreement(DAY, [receipt], [], DUES, has_file=has_file)
        assert [entry.kind for entry in compared.differences] == [kind]
        assert compared.has_file is has_file
        assert compared.bank_count == 0


def test_a_refund_is_matched_with_the_bank_s() -> None:
    own, bank = Receipt("T1", "J1", DAY, -40), BankLine("T1", "J1", DAY, -40)
    compared = agreement(DAY, [own], [bank], DUES, has_file=True)
    assert compared.agrees
    assert (compared.received, compared.bank, compared.bank_count) == (0, 0, 0)
    assert (compared.refunded, compared.bank_refunded) == (40, 40)
    assert (compared.refunded_count, compared.bank_refunded_count) == (1, 1)
    assert kinds([own], [replace(bank, notice="退款")]) == [], "a refund's line may name nothing"
    assert kinds([], [bank]) == [Difference(KIND.REFUND_UNBOOKED, "J1", "T1", 40, -40)]
    assert kinds([own], [replace(bank, amount=-30)]) == [
        Difference(KIND.WRONG_AMOUNT, "J1", "T1", -10, -30, -40)
    ]
    other = number_of(date(2026, 3, 2), 1)
    assert kinds([own], [replace(bank, notice=other)]) == [
        Difference(KIND.OTHER_NOTICE, other, "T1", 0, -40, -40)
    ]


def test_equal_receipts_and_lines_agree() -> None:
    receipts, lines = [Receipt("R1", "J1", DAY, 100)], [BankLine("R1", "J1", DAY, 100)]
    compared = agreement(DAY, receipts, lines, DUES)
    assert compared.agrees
    assert (compared.day, compared.named) == (DAY, 0)
    waiting = agreement(DAY, receipts, [], DUES)
    assert (waiting.agrees, waiting.named) == (False, 0)
    unknown = agreement(DAY, receipts, [*lines, BankLine("R9", "J9", DAY, 7)], DUES)
    assert (unknown.agrees, unknown.named) == (False, 1)
    assert (compared.received, compared.bank) == (100, 100)
    assert (compared.received_count, compared.bank_count) == (1, 1)


@pytest.mark.parametrize(
    ("receipts", "lines", "difference"),
    [
        ([], [BankLine("R9", "J9", DAY, 7)], Difference(KIND.UNKNOWN_NOTICE, "J9", "R9", -7, 7)),
        ([], [BankLine("R9", "J2", DAY, 7)], Difference(KIND.WRONG_AMOUNT, "J2", "R9", -7, 7)),
        ([], [BankLine("R9", "J1", DAY, 100)], Difference(KIND.PAID_TWICE, "J1", "R9", -100, 100)),
        ([], [BankLine("R9", "J2", DAY, 200)], Difference(KIND.NOT_BOOKED, "J2", "R9", -200, 200)),
        ([], [BankLine("R9", "J3", DAY, 300)], Difference(KIND.NOT_BOOKED, "J3", "R9", -300, 300)),
        (
            [Receipt("R1", "J1", DAY, 100)],
            [BankLine("R1", "J2", DAY, 200)],
            Difference(KIND.OTHER_NOTICE, "J2", "R1", -100, 200, 100),
        ),
        (
            [Receipt("R1", "J1", DAY, 100)],
            [BankLine("R1", "J1", DAY, 90)],
            Difference(KIND.WRONG_AMOUNT, "J1", "R1", 10, 90, 100),
        ),
        (
            [Receipt("R1", "J1", DAY, 100)],
            [BankLine("R1", "J1", NEXT, 100)],
            Difference(KIND.OTHER_DAY, "J1", "R1", 100, 100, 100),
        ),
        (
            [Receipt("R1", "J1", NEXT, 100)],
            [BankLine("R1", "J1", DAY, 100)],
            Difference(KIND.OTHER_DAY, "J1", "R1", -100, 100, 0),
        ),
        ([Receipt("R1", "J1", DAY, 100)], [], Difference(KIND.NO_FILE, "J1", "R1", 100, 0, 100)),
        (
            [Receipt("R1", "J1", DAY, 100), Receipt("R2", "J2", DAY, 200)],
            [BankLine("R2", "J2", DAY, 200)],
            Difference(KIND.MISSING, "J1", "R1", 100, 0, 100),
        ),
    ],
)
def test_each_difference_has_its_name_and_amount(
    receipts: list[Receipt], lines: list[BankLine], difference: Difference
) -> None:
    assert kinds(receipts, lines) == [difference]


REFERENCES = st.sampled_from([f"R{n}" for n in range(8)])
DAYS = st.sampled_from([DAY, NEXT])
NOTICES = st.sampled_from(["J1", "J2", "J3", "J4"])
AMOUNTS = st.sampled_from([100, 200, 300, 1, -100, -1])


@given(
    st.lists(
        st.builds(Receipt, REFERENCES, NOTICES, DAYS, AMOUNTS), unique_by=lambda r: r.reference
    ),
    st.lists(
        st.builds(BankLine, REFERENCES, NOTICES, DAYS, AMOUNTS), unique_by=lambda r: r.reference
    ),
    st.randoms(),
    st.booleans(),
)
def test_the_differences_explain_the_sums_to_the_cent_in_any_order(
    receipts: list[Receipt], lines: list[BankLine], chance: object, has_file: bool
) -> None:
    for day in (DAY, NEXT):
        compared = agreement(day, receipts, lines, DUES, has_file=has_file)
        explained = sum(difference.amount for difference in compared.differences)
        bank = compared.bank - compared.bank_refunded
        assert compared.received - compared.refunded - bank == explained
        mixed = [*receipts], [*lines]
        for part in mixed:
            chance.shuffle(part)  # type: ignore[attr-defined]
        assert agreement(day, *mixed, DUES, has_file=has_file) == compared
        if compared.agrees:
            assert compared.received == compared.bank
            assert compared.refunded == compared.bank_refunded
