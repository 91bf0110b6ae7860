"""Zones that are always the same time ahead of UTC, which pages reckon by hand."""

from __future__ import annotations

import pytest

from server.core.clock import fixed_minutes


@pytest.mark.parametrize(
    ("zone", "minutes"),
    [("Asia/Shanghai", 480), ("Asia/Urumqi", 360), ("Asia/Kathmandu", 345), ("UTC", 0)],
)
def test_a_zone_without_summer_time_is_a_number_of_minutes(zone: str, minutes: int) -> None:
    assert fixed_minutes(zone, 2026) == minutes


@pytest.mark.parametrize(("zone", "year"), [("Europe/Berlin", 2026), ("Asia/Almaty", 2026)])
def test_a_zone_that_changes_is_none(zone: str, year: int) -> None:
    assert fixed_minutes(zone, year) is None


def test_a_change_is_forgotten_after_ten_years() -> None:
    assert fixed_minutes("Asia/Pyongyang", 2026) is None
    assert fixed_minutes("Asia/Pyongyang", 2029) == 540
