"""Call backs: the draw that nobody chooses, the results of calls, and the counts of a list."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.call_backs.replay import replayed
from server.call_backs.rules import (
    CallAnswer,
    CallCounts,
    CallState,
    Candidate,
    call_counts,
    distinct,
    draw,
    masked_name,
    seed_of,
    state_after,
)
from server.core.journal_line import Line
from server.core.rates import Rate
from server.ratings.levels import Level

STATE = CallState
SEED = seed_of(b"key", "small", "2026-W10")
cases = st.dictionaries(st.text("abc", min_size=1, max_size=6), st.sampled_from("xyz"), max_size=40)


@given(cases, st.integers(0, 50), st.randoms())
def test_a_draw_repeats_whatever_the_order_of_the_candidates(
    units: dict[str, str], wanted: int, shuffled: Any
) -> None:
    pairs = list(units.items())
    first = draw(SEED, pairs, wanted)
    shuffled.shuffle(pairs)
    assert draw(SEED, pairs, wanted) == first
    assert len(first) == len(set(first)) == min(wanted, len(units))
    assert draw(SEED, pairs, len(units))[:wanted] == first


@given(cases, st.integers(0, 50))
def test_units_take_turns(units: dict[str, str], wanted: int) -> None:
    drawn = Counter(units[case] for case in draw(SEED, list(units.items()), wanted))
    every = Counter(units.values())
    unfinished = [drawn[unit] for unit in every if drawn[unit] < every[unit]]
    # A unit that still has cases is at most one behind the one with the most.
    assert all(max(drawn.values(), default=0) - number <= 1 for number in unfinished)


def test_another_hall_week_or_key_draws_other_people() -> None:
    pairs = [(f"c{n}", "x") for n in range(60)]
    seeds = {
        SEED,
        seed_of(b"key", "small", "2026-W11"),
        seed_of(b"key", "other", "2026-W10"),
        seed_of(b"other", "small", "2026-W10"),
    }
    assert len(seeds) == len({tuple(draw(seed, pairs, 5)) for seed in seeds}) == 4
    assert seed_of(b"key", "small", "2026-W10") == SEED


def test_every_case_of_a_unit_has_the_same_chance() -> None:
    pairs = [(f"c{n}", "x") for n in range(10)]
    seeds = [seed_of(b"key", "small", f"w{n}") for n in range(2000)]
    drawn = Counter(case for seed in seeds for case in draw(seed, pairs, 3))
    assert set(drawn) == {case for case, _ in pairs}
    assert all(500 < number < 700 for number in drawn.values())


def test_a_person_or_a_ticket_is_drawn_once() -> None:
    people = [
        Candidate("c2", "x", "t1", "p1"),
        Candidate("c1", "x", "t1", "p2"),
        Candidate("c3", "y", "", "p2"),
        Candidate("c4", "y", "", ""),
        Candidate("c5", "y", "", ""),
    ]
    assert [entry.case for entry in distinct(people)] == ["c1", "c4", "c5"]
    assert distinct(reversed(people)) == distinct(people)


@pytest.mark.parametrize(
    ("answer", "tries", "state"),
    [
        (CallAnswer.RATED, 1, STATE.RATED),
        (CallAnswer.DECLINED, 3, STATE.DECLINED),
        (CallAnswer.WRONG_NUMBER, 2, STATE.WRONG_NUMBER),
        (CallAnswer.NOT_REACHED, 1, STATE.OPEN),
        (CallAnswer.NOT_REACHED, 2, STATE.OPEN),
        (CallAnswer.NOT_REACHED, 3, STATE.UNREACHED),
    ],
)
def test_only_a_person_who_was_not_reached_is_called_again(
    answer: CallAnswer, tries: int, state: CallState
) -> None:
    assert state_after(answer, tries) is state


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王示例", "王**"), ("李四", "李*"), ("甲", "甲"), ("", ""), ("某某某某公司", "某**")],
)
def test_a_list_shows_the_first_character_of_a_name(name: str, masked: str) -> None:
    assert masked_name(name) == masked


def test_the_rate_of_a_list_has_who_was_reached_over_who_was_drawn() -> None:
    entries = [
        (STATE.RATED, Level.SATISFIED),
        (STATE.DECLINED, None),
        (STATE.UNREACHED, None),
        (STATE.WRONG_NUMBER, None),
        (STATE.SELF_RATED, None),
        (STATE.OPEN, None),
    ]
    counts = call_counts(entries)
    assert counts.rate == Rate(2, 5)
    assert (counts.drawn, counts.levels[Level.SATISFIED], sum(counts.levels.values())) == (6, 1, 1)
    assert call_counts([]).rate == CallCounts().rate == Rate(0, 0)


def line(act: str, subject: str, **data: Any) -> Line:
    """Return a journal line."""
    return Line("small", 1, 0, "manager", "2001", "", act, subject, data, "")


def test_the_journal_alone_gives_the_counts_of_the_weeks() -> None:
    lines = [
        line("call_back.draw", "2026-W10", cases=["c1", "c2", "c3"]),
        line("call_back.call", "c1", state="open", level=0),
        line("call_back.show_phone", "c1"),
        line("call_back.call", "c1", state="rated", level=4),
        line("call_back.self_rated", "c2"),
        line("call_back.draw", "2026-W11", cases=["c4"]),
        line("call_back.call", "c4", state="declined", level=0),
    ]
    replay = replayed(lines)
    assert replay.counts("2026-W10", "2026-W10") == call_counts(
        [(STATE.RATED, Level.DISSATISFIED), (STATE.SELF_RATED, None), (STATE.OPEN, None)]
    )
    assert replay.counts("2026-W10", "2026-W11").rate == Rate(2, 3)
    assert replay.counts("2026-W12", "2026-W12") == CallCounts()
