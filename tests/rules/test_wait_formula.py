"""Waiting times: the range of minutes that a person is told, and the mean that it rests on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.queue.wait_formula import Service, Wait, expected_wait, mean_service, percentile


def test_the_mean_weighs_the_starting_value_as_so_many_tickets() -> None:
    assert mean_service(8.0, 3, Service()) == 8.0
    assert mean_service(8.0, 3, Service(1, 20.0)) == 11.0
    assert mean_service(8.0, 0, Service(4, 20.0)) == 5.0


def test_nobody_ahead_and_a_free_window_is_no_wait() -> None:
    assert expected_wait(0, 1, 30.0, free=True) == Wait(0, 0, 2)


def test_nobody_ahead_of_a_busy_window_waits_for_half_a_service() -> None:
    # Middle 5, spread 1.15 * 0.8 * 10 * sqrt(0.5) = 6.5.
    assert expected_wait(0, 1, 10.0) == Wait(0, 0, 15)


def test_people_ahead_wait_even_if_a_window_is_free() -> None:
    assert expected_wait(1, 1, 10.0, free=True) == expected_wait(1, 1, 10.0)
    # Middle 15, spread 9.2 * sqrt(1.5) = 11.3: from 3.7 to 26.3.
    assert expected_wait(1, 1, 10.0) == Wait(1, 3, 30)


def test_windows_share_the_queue() -> None:
    # Middle 10.5 * 8 / 4 = 21, spread 0.92 * 8 * sqrt(10.5) / 4 = 6.0: from 15.04 to 26.96.
    assert expected_wait(10, 4, 8.0) == Wait(10, 15, 30)


def test_a_queue_without_a_window_is_counted_as_one_window() -> None:
    assert expected_wait(3, 0, 8.0) == expected_wait(3, 1, 8.0)


def test_below_ten_minutes_the_range_is_by_the_minute() -> None:
    # Middle 6.75, spread 0.92 * 3 * sqrt(4.5) / 2 = 2.9: from 3.8 to 9.7.
    assert expected_wait(4, 2, 3.0) == Wait(4, 3, 10)


def test_from_ten_minutes_the_range_is_by_five_minutes() -> None:
    # A service of 40 minutes for one person with four windows: from 1.4 to 28.6.
    assert expected_wait(1, 4, 40.0) == Wait(1, 3, 30)
    # Both ends above ten: middle 82, spread 16.7, from 65.3 to 98.7.
    assert expected_wait(20, 2, 8.0) == Wait(20, 65, 100)


@pytest.mark.parametrize("minutes", [0.1, 0.5, 1.0])
def test_a_short_wait_is_up_to_two_minutes(minutes: float) -> None:
    assert expected_wait(0, 1, minutes) == Wait(0, 0, 2)


@given(st.integers(1, 50), st.integers(1, 9), st.floats(0.5, 60))
def test_the_range_has_whole_minutes_around_the_middle(
    ahead: int, windows: int, minutes: float
) -> None:
    wait = expected_wait(ahead, windows, minutes)
    middle = (ahead + 0.5) * minutes / windows
    assert isinstance(wait.low, int)
    assert isinstance(wait.high, int)
    assert wait.low <= middle <= wait.high


def test_a_percentile_is_the_value_of_the_nearest_rank() -> None:
    values = [50.0, 20.0, 15.0, 40.0, 35.0]
    expected = {0.05: 15.0, 0.2: 15.0, 0.21: 20.0, 0.4: 20.0, 0.5: 35.0, 1.0: 50.0}
    assert {share: percentile(values, share) for share in expected} == expected


def test_a_percentile_stays_within_the_values() -> None:
    assert percentile([1.0, 2.0], 0.0) == 1.0
    assert percentile([1.0, 2.0], 1.5) == 2.0


def test_no_values_have_no_percentile() -> None:
    assert percentile([], 0.5) is None
