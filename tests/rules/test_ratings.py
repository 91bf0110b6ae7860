"""Levels of ratings, and their rates with numerator and denominator."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from server.core.rates import FEWEST, Rate
from server.ratings.levels import ACTIVE, WORDS, Channel, Level
from server.ratings.rates import Counts, RatedService, count, ranked

SERVICES = [f"s{n}" for n in range(30)]
rated = st.builds(
    RatedService,
    st.sampled_from(SERVICES),
    st.sampled_from(Level),
    st.sampled_from(Channel),
    st.booleans(),
)


def test_the_last_two_of_five_levels_are_bad() -> None:
    assert [level for level in Level if level.is_bad] == [
        Level.DISSATISFIED,
        Level.VERY_DISSATISFIED,
    ]
    assert [WORDS[level][0] for level in Level] == [
        "非常满意",
        "满意",
        "基本满意",
        "不满意",
        "非常不满意",
    ]


def test_what_staff_type_in_or_ask_for_is_no_active_rating() -> None:
    typed = RatedService("s1", Level.VERY_SATISFIED, Channel.STAFF)
    called = RatedService("s2", Level.VERY_SATISFIED, Channel.CALL_BACK)
    none = dict.fromkeys(Level, 0)
    assert count(SERVICES, [typed, called]) == Counts(30, typed_in=1, called=1, levels=none)
    assert frozenset(Channel) - ACTIVE == {Channel.STAFF, Channel.CALL_BACK}


def test_a_second_rating_changes_no_rate() -> None:
    first = RatedService("s1", Level.DISSATISFIED, Channel.PAD)
    second = RatedService("s1", Level.SATISFIED, Channel.PHONE, second=True)
    assert count(SERVICES, [first, second]) == count(SERVICES, [first])
    assert count(SERVICES, [first]).bad == 1


def test_a_rating_of_an_unfinished_service_counts_nowhere() -> None:
    assert count(["s1"], [RatedService("s2", Level.SATISFIED, Channel.PAD)]).active == 0


def test_a_rate_is_shown_from_ten_on() -> None:
    assert Rate(9, FEWEST - 1).share is None
    assert Rate(9, FEWEST).share == Fraction(9, 10)
    assert FEWEST == 10


@given(st.lists(rated, unique_by=lambda entry: (entry.service, entry.second)))
def test_counts_add_up(ratings: list[RatedService]) -> None:
    counts = count(SERVICES, ratings)
    assert sum(counts.levels.values()) == counts.active == counts.good + counts.bad
    firsts = sum(not entry.second for entry in ratings)
    assert counts.active + counts.typed_in + counts.called == firsts
    assert counts.active_rate == Rate(counts.active, counts.services)
    assert counts.good_rate == Rate(counts.good, counts.active)
    assert counts == count(reversed(SERVICES), reversed(ratings))


def counts_of(good: int, bad: int) -> Counts:
    levels = dict.fromkeys(Level, 0) | {Level.SATISFIED: good, Level.DISSATISFIED: bad}
    return Counts(1000, good + bad, good, levels=levels)


@given(st.integers(0, 200), st.integers(0, 200))
def test_three_good_ratings_never_beat_three_hundred(good: int, bad: int) -> None:
    order = ranked(
        {"few": counts_of(3, 0), "many": counts_of(300, 0), "other": counts_of(good, bad)}
    )
    keys = [key for key, _ in order]
    assert keys.index("many") < keys.index("few")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6))
def test_a_ranking_has_everybody_with_a_rating_and_better_ones_first(
    numbers: list[tuple[int, int]],
) -> None:
    counts = {str(n): counts_of(good, bad) for n, (good, bad) in enumerate(numbers)}
    order = ranked(counts)
    assert {key for key, _ in order} == {key for key, entry in counts.items() if entry.active}
    assert [score for _, score in order] == sorted((score for _, score in order), reverse=True)
    assert order == ranked(dict(reversed(counts.items())))


def test_few_ratings_stay_near_the_average() -> None:
    average = Fraction(97, 100)
    scores = dict(ranked({"few": counts_of(0, 1), "many": counts_of(97, 2)}))
    assert scores == {"few": 30 * average / 31, "many": (97 + 30 * average) / 129}
    assert ranked({"nobody": counts_of(0, 0)}) == []
