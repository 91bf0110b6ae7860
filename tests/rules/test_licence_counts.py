"""Counts of licences, and how the counts of groups add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.groups import added
from server.core.working_days import Workdays
from server.issuing.rules import LicenceMove
from server.issuing.week_counts import LicenceCounts, counts_of_moves, working_days_after

MONDAY = date(2026, 3, 2)
DAYS = st.dictionaries(st.integers(0, 30), st.integers(1, 5), max_size=6).map(Counter)


def test_each_counted_move_has_a_count_of_its_own() -> None:
    counts = counts_of_moves({move: n for n, move in enumerate(LicenceMove, 1)})
    at = {move: n for n, move in enumerate(LicenceMove, 1)}
    assert counts == LicenceCounts(
        made=at[LicenceMove.REGISTER],
        counted=at[LicenceMove.COUNT],
        missing=at[LicenceMove.MISS],
        handed=at[LicenceMove.HAND],
        posted=at[LicenceMove.POST],
        delivered=at[LicenceMove.DELIVER],
        returned=at[LicenceMove.RETURN],
        entered=at[LicenceMove.ENTER],
    )


@pytest.mark.parametrize(
    ("decided", "handed", "days"), [(0, 0, 0), (0, 1, 1), (4, 7, 1), (0, 7, 5), (5, 6, 0)]
)
def test_the_day_of_the_decision_does_not_count_and_weekends_do_not(
    decided: int, handed: int, days: int
) -> None:
    first, last = (MONDAY + timedelta(days=n) for n in (decided, handed))
    assert working_days_after(first, last, Workdays()) == days


@given(days=DAYS)
def test_mean_and_median_are_those_of_the_hand_outs(days: Counter[int]) -> None:
    counts, every = LicenceCounts(days=days), sorted(days.elements())
    if not every:
        assert counts.days_mean is None
        assert counts.days_median is None
        return
    assert counts.days_mean == pytest.approx(sum(every) / len(every))
    median = counts.days_median
    assert median is not None
    assert 2 * sum(each <= median for each in every) > len(every)
    assert 2 * sum(each < median for each in every) <= len(every)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two counts."""

    first: int = 0
    days: Counter[int] | None = None


@given(parts=st.lists(st.tuples(st.integers(-9, 9), DAYS), max_size=5))
def test_counts_add_up_field_by_field_in_any_order(parts: list[tuple[int, Counter[int]]]) -> None:
    zero, pairs = Pair(days=Counter()), [Pair(*part) for part in parts]
    total = added(zero, pairs)
    assert total.first == sum(n for n, _ in parts)
    assert total.days == sum((days for _, days in parts), Counter())
    assert added(zero, reversed(pairs)) == total
    assert added(zero, []) == zero
