"""Number leases: blocks from the top of a prefix downwards, and seniority between two tickets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.queue.offline.lease_rules import (
    OPEN_NUMBERS,
    TOP,
    Block,
    between,
    next_block,
    wants_more,
)
from server.queue.tickets import ORDER_STEP, order_of


def test_the_first_block_of_a_day_ends_at_the_top() -> None:
    assert next_block(None, 0, 20) == Block(980, 999)


def test_the_next_block_lies_directly_below_the_lowest() -> None:
    assert next_block(980, 0, 20) == Block(960, 979)


def test_a_block_of_a_single_number() -> None:
    assert next_block(None, 0, 1) == Block(999, 999)


@pytest.mark.parametrize("size", [0, -1])
def test_a_block_without_numbers_is_none(size: int) -> None:
    assert next_block(None, 0, size) is None


def test_the_open_numbers_of_the_server_are_never_leased() -> None:
    assert next_block(521, 0, 20) == Block(501, 520)
    assert next_block(520, 0, 20) is None


def test_numbers_that_the_server_has_issued_are_never_leased() -> None:
    assert next_block(None, 979, 20) == Block(980, 999)
    assert next_block(None, 980, 20) is None


def test_the_reserve_above_the_last_number_stays_with_the_desk() -> None:
    assert next_block(None, 969, 20, reserve=10) == Block(980, 999)
    assert next_block(None, 970, 20, reserve=10) is None


@given(st.integers(1, 60), st.integers(0, 999), st.integers(0, 50))
def test_blocks_of_a_day_are_disjoint_and_leave_the_servers_numbers_alone(
    size: int, last_issued: int, reserve: int
) -> None:
    lowest = TOP + 1
    while block := next_block(None if lowest > TOP else lowest, last_issued, size, reserve):
        assert block.last == lowest - 1
        assert block.last - block.first + 1 == size
        assert block.first > max(OPEN_NUMBERS, last_issued + reserve)
        lowest = block.first
    assert lowest - size <= max(OPEN_NUMBERS, last_issued + reserve)


def test_a_block_holds_both_of_its_ends() -> None:
    held = [seq for seq in range(1, 1000) if Block(980, 982).holds(seq)]
    assert held == [980, 981, 982]


@pytest.mark.parametrize(("left", "expected"), [(9, True), (10, False), (11, False), (0, True)])
def test_a_kiosk_asks_for_more_below_half_a_block(left: int, expected: bool) -> None:
    assert wants_more(left, 20) is expected


def test_a_ticket_is_put_a_sixteenth_into_the_gap() -> None:
    assert between(1024, 2048) == 1088
    assert between(0, 160) == 10
    assert between(0, 175) == 10


def test_before_the_first_ticket_the_gap_is_a_whole_step() -> None:
    assert between(None, order_of(1)) == ORDER_STEP // 16
    assert between(None, order_of(3)) == order_of(2) + 64


def test_a_small_gap_still_has_room_for_one() -> None:
    assert between(10, 12) == 11
    assert between(10, 26) == 11
    assert between(10, 42) == 12


def test_without_room_it_shares_the_seniority_of_the_earlier_one() -> None:
    assert between(10, 11) == 10
    assert between(10, 10) == 10


@given(st.integers(0, 10**6), st.integers(2, 10**6))
def test_the_seniority_lies_between_the_neighbours(before: int, gap: int) -> None:
    assert before < between(before, before + gap) < before + gap
