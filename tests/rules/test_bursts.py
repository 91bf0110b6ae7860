"""Ratings that look like the window's own: each sign with its figures, and honest days without."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from server.ratings.bursts import Burst, Limits, PadRating, Sign, bursts
from server.ratings.levels import Level

LIMITS = Limits(
    quick_seconds=2,
    quick_count=5,
    dense_seconds=60,
    dense_count=3,
    short_seconds=20,
    short_count=3,
)
BEST = Level.VERY_SATISFIED


def rated(
    start: float, seconds: float, delay: float, level: Level = BEST, staff: str = "1001"
) -> PadRating:
    """Return a rating `delay` seconds after a service of so many seconds; all in seconds."""
    begin, end = round(start * 1000), round((start + seconds) * 1000)
    return PadRating("W01", staff, level, end + round(delay * 1000), begin, end)


def apart(count: int, seconds: float, delay: float, level: Level = BEST) -> list[PadRating]:
    """Return ratings ten minutes apart."""
    return [rated(600 * n, seconds, delay, level) for n in range(count)]


def signs(ratings: list[PadRating]) -> list[tuple[Sign, int]]:
    return [(burst.sign, burst.count) for burst in bursts(ratings, LIMITS)]


def test_best_ratings_at_once_after_the_end_are_a_sign_from_the_fifth_on() -> None:
    assert signs(apart(4, 300, 1.9)) == []
    assert signs(apart(5, 300, 1.9)) == [(Sign.QUICK, 5)]
    assert signs(apart(5, 300, 2)) == []


def test_three_best_ratings_within_a_minute_are_a_sign() -> None:
    row = [rated(100 + 25 * n, 24, 5) for n in range(3)]
    assert signs(row) == [(Sign.DENSE, 3)]
    assert signs([rated(100 + 30 * n, 24, 5) for n in range(3)]) == []
    assert signs(row[:2]) == []


def test_best_ratings_of_services_that_took_no_time_are_a_sign() -> None:
    assert signs(apart(3, 19.9, 5)) == [(Sign.SHORT, 3)]
    assert signs(apart(3, 20, 5)) == []
    assert signs(apart(2, 5, 5)) == []


def test_only_best_ratings_of_one_person_at_one_window_count_together() -> None:
    assert signs(apart(9, 300, 1, Level.SATISFIED)) == []
    mixed = apart(3, 300, 1) + [rated(9000 + 600 * n, 300, 1, staff="1002") for n in range(3)]
    assert signs(mixed) == []


def test_a_sign_says_its_figures() -> None:
    [burst] = bursts(apart(6, 300, 1), LIMITS)
    assert burst == Burst(Sign.QUICK, "W01", "1001", 6, 2, 301_000)
    assert burst.words == "6次“非常满意”在结束办理后2秒内按下"
    [dense] = bursts([rated(100 + 25 * n, 24, 5) for n in range(3)], LIMITS)
    assert dense.words == "3次“非常满意”在60秒内连续按下"
    [short] = bursts(apart(3, 10, 5), LIMITS)
    assert short.words == "3次“非常满意”的办理时间不足20秒"


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_ratings_changes_nothing(chance: random.Random) -> None:
    ratings = apart(5, 10, 1) + [rated(9000 + 10 * n, 9, 1) for n in range(4)]
    mixed = list(ratings)
    chance.shuffle(mixed)
    assert bursts(mixed, LIMITS) == bursts(ratings, LIMITS)
    assert {sign for sign, _ in signs(mixed)} == set(Sign)
