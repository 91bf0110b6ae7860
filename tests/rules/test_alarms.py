"""Alarms: when an acknowledged one sounds again."""

from __future__ import annotations

import pytest

from server.alarms.rules import MINUTE_MS, is_acknowledged, is_loud

QUIET = frozenset({"backup_old", "desk_acts"})

AGAIN = 10
"""Minutes after which an alarm that is still present sounds again."""
BEGAN, TAKEN = 1_000_000, 2_000_000


@pytest.mark.parametrize(
    ("now", "expected"),
    [(TAKEN, True), (TAKEN + 10 * MINUTE_MS - 1, True), (TAKEN + 10 * MINUTE_MS, False)],
)
def test_an_alarm_stays_acknowledged_for_some_minutes(now: int, expected: bool) -> None:
    assert is_acknowledged(BEGAN, TAKEN, now, AGAIN) is expected


def test_an_alarm_that_nobody_acknowledged() -> None:
    assert is_acknowledged(BEGAN, None, TAKEN, AGAIN) is False


def test_an_alarm_that_came_back_later_is_a_new_one() -> None:
    assert is_acknowledged(TAKEN + 1, TAKEN, TAKEN + 2, AGAIN) is False


def test_an_alarm_acknowledged_in_the_moment_it_began() -> None:
    assert is_acknowledged(TAKEN, TAKEN, TAKEN + 1, AGAIN) is True


def test_an_alarm_without_a_known_beginning_can_be_acknowledged() -> None:
    assert is_acknowledged(None, TAKEN, TAKEN + 1, AGAIN) is True


def test_a_loud_alarm_sounds_until_it_is_acknowledged() -> None:
    assert is_loud("device_offline", QUIET, is_taken=False) is True
    assert is_loud("device_offline", QUIET, is_taken=True) is False


@pytest.mark.parametrize("code", sorted(QUIET))
def test_a_quiet_alarm_never_sounds(code: str) -> None:
    assert is_loud(code, QUIET, is_taken=False) is False
