"""Rounding of figures: half up, by the value that a person would compute with."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.rounding import kept_share, percent, tenths


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.9625, "96.3"), (0.9615, "96.2"), (0.1455, "14.6"), (0.0, "0.0"), (1.0, "100.0")],
)
def test_a_share_on_the_rounding_boundary(share: float, shown: str) -> None:
    assert str(percent(share)) == shown


@given(st.integers(1, 5000), st.data())
def test_a_share_is_rounded_as_its_counts_require(due: int, data: st.DataObject) -> None:
    on_time = data.draw(st.integers(0, due))
    exact = (on_time * 2000 + due) // (2 * due)  # tenths of a per cent, half up, in whole numbers
    share = kept_share(on_time / due)
    assert share is not None
    assert percent(share) == Decimal(exact) / 10


@pytest.mark.parametrize(
    ("on_time", "due", "shown"),
    [(1959, 4604, "42.5"), (2645, 4604, "57.5"), (500, 1001, "50.0"), (1, 2000, "0.1")],
)
def test_a_share_is_not_rounded_twice(on_time: int, due: int, shown: str) -> None:
    share = kept_share(on_time / due)
    assert share is not None
    assert str(percent(share)) == shown


@given(st.integers(0, 10**6))
def test_the_pages_formula_is_the_same(millionths: int) -> None:
    """Compare with server/web/weeks.ts, in whole numbers."""
    tenth = (millionths + 500) // 1000
    assert percent(millionths / 10**6) == Decimal(tenth) / 10


def test_no_share_stays_no_share() -> None:
    assert kept_share(None) is None
    assert kept_share(2 / 3) == 0.666667


def test_minutes_have_one_decimal_place() -> None:
    assert [str(tenths(value)) for value in (0.25, 7.449, 12.0)] == ["0.3", "7.4", "12.0"]
