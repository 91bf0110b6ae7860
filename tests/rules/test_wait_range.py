"""Waiting times: the range of minutes that a person is told, and the mean that it rests on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.queue.turns import Kind, Turn
from server.queue.wait_range import (
    AT_ONCE,
    ROUND_MINUTES,
    Service,
    Wait,
    mean_service,
    percentile,
    wait_of,
)


def test_the_mean_weighs_the_starting_value_as_so_many_tickets() -> None:
    assert mean_service(8.0, 3, Service()) == 8.0
    assert mean_service(8.0, 3, Service(1, 20.0)) == 11.0
    assert mean_service(8.0, 0, Service(4, 20.0)) == 5.0


def turn(kind: Kind, ahead: int, minutes: float, priority: int = 0) -> Turn:
    """Return a turn at two windows."""
    return Turn(kind, ahead, minutes, 2, priority)


def test_a_person_whom_a_free_window_calls_waits_up_to_two_minutes() -> None:
    assert wait_of(turn(Kind.BOTH, 0, 0.0)) == Wait(0, 0, 2)


def test_the_range_of_few_people_is_wide_and_by_the_minute() -> None:
    # Early: 5 / exp(0.86 * sqrt(4.22 / 0.96 + 0.1681)) = 0.80.
    # Late: 5 * exp(0.86 * sqrt(1.28 / 1.87 + 0.0576)) = 10.5.
    assert wait_of(turn(Kind.SPECIALISED, 0, 5.0)) == Wait(0, 1, 10)


def test_the_range_of_many_people_is_narrow_and_by_five_minutes() -> None:
    # Early: 60 / exp(0.7 * sqrt(4.22 / 20.96 + 0.1681)) = 39.2, late: 60 * exp(0.7 * 0.337) = 76.
    assert wait_of(turn(Kind.COMPREHENSIVE, 20, 60.0)) == Wait(20, 40, 75)


def test_a_person_with_a_minute_to_wait_is_not_called_at_once() -> None:
    # Late: 1 * exp(1.38 * 0.861) = 3.3.
    assert wait_of(turn(Kind.BOTH, 0, 1.0)) == Wait(0, 0, 3)
    assert wait_of(turn(Kind.BOTH, 2, 0.0, priority=1)) == Wait(2, 0, 2, 1)


@pytest.mark.parametrize(
    ("minutes", "delay", "low", "high"),
    [
        (20.0, 20.0, 20, 25),  # the first whom the window calls when it is back
        (1.0, 1.0, 1, 6),
        (15.0, 20.0, 20, 25),
        # Early: 20 + 10 * 0.16 = 21.6, late: 20 + 10 * 2.1 = 41.
        (30.0, 20.0, 20, 40),
    ],
)
def test_people_whose_windows_are_away_are_told_to_wait_for_their_return(
    minutes: float, delay: float, low: int, high: int
) -> None:
    """Whoever comes back is a little late: the range is of five minutes at least."""
    turn = Turn(Kind.SPECIALISED, 0, minutes, 2, delay=delay)
    assert wait_of(turn) == Wait(0, low, high)


def test_people_with_priority_ahead_are_told_apart() -> None:
    assert wait_of(turn(Kind.BOTH, 4, 20.0, priority=3)).priority_ahead == 3


@given(st.sampled_from(Kind), st.integers(0, 200), st.floats(0.1, 500))
def test_the_range_holds_the_expected_wait_and_grows_with_it(
    kind: Kind, ahead: int, minutes: float
) -> None:
    wait, longer = wait_of(turn(kind, ahead, minutes)), wait_of(turn(kind, ahead, minutes * 2))
    assert 0 <= wait.low <= minutes + ROUND_MINUTES / 2
    assert wait.high >= max(AT_ONCE, minutes - ROUND_MINUTES / 2)
    assert wait.low <= longer.low
    assert wait.high <= longer.high


@given(st.sampled_from(Kind), st.integers(0, 200))
def test_the_range_narrows_with_the_people_ahead(kind: Kind, ahead: int) -> None:
    few, more = (wait_of(turn(kind, n, 100.0)) for n in (ahead, ahead + 5))
    assert more.high - more.low <= few.high - few.low


def test_a_percentile_is_the_value_of_the_nearest_rank() -> None:
    values = [50.0, 20.0, 15.0, 40.0, 35.0]
    expected = {0.05: 15.0, 0.2: 15.0, 0.21: 20.0, 0.4: 20.0, 0.5: 35.0, 1.0: 50.0}
    assert {share: percentile(values, share) for share in expected} == expected


def test_a_percentile_stays_within_the_values() -> None:
    assert percentile([1.0, 2.0], 0.0) == 1.0
    assert percentile([1.0, 2.0], 1.5) == 2.0


def test_no_values_have_no_percentile() -> None:
    assert percentile([], 0.5) is None
