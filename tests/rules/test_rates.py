"""Rates with both their numbers, and as text."""

from __future__ import annotations

from fractions import Fraction

import pytest

from server.core.rates import FEWEST, Rate, rate_text


def test_a_rate_is_shown_from_ten_on() -> None:
    few, enough = Rate(9, FEWEST - 1), Rate(9, FEWEST)
    assert FEWEST == 10
    assert (few.shown, few.share, few.percent) == (False, None, None)
    assert (enough.shown, enough.share, enough.percent) == (True, Fraction(9, 10), 90.0)


def test_a_percentage_is_rounded_half_up_to_tenths() -> None:
    assert Rate(11, 12).percent == 91.7
    assert Rate(77, 80).percent == 96.3
    assert Rate(0, 10).percent == 0.0


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Rate(0, 0), "—"),
        (Rate(0, 1), "0/1"),
        (Rate(3, 9), "3/9"),
        (Rate(10, 12), "83.3%（10/12）"),
        (Rate(12, 12), "100.0%（12/12）"),
    ],
)
def test_a_rate_in_words_has_both_its_numbers(rate: Rate, text: str) -> None:
    assert rate_text(rate) == text
