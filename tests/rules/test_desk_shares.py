"""Desk shares: one owner for each waiting ticket, the same everywhere, and the order of calling."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from server.queue.offline.share_rules import in_turn, owner

WINDOWS = ("T1", "T2", "G1", "G2")


@dataclass(frozen=True)
class Person:
    """Waiting person with a level and a seniority."""

    level: int
    ord: int


def test_the_owner_of_a_ticket_is_fixed_for_all_releases() -> None:
    # Two releases that compute it differently would call the same person at two windows.
    owners = {ticket: owner(ticket, WINDOWS) for ticket in ("A001", "A002", "A003", "B017")}
    assert owners == {"A001": "T1", "A002": "G1", "A003": "T1", "B017": "G1"}


def test_without_a_window_a_ticket_has_no_owner() -> None:
    assert owner("A001", []) is None


windows = st.lists(st.sampled_from([f"W{n}" for n in range(20)]), min_size=1, unique=True)


@given(st.text(min_size=1), windows, st.randoms(use_true_random=False))
def test_the_order_of_the_windows_does_not_matter(
    ticket: str, names: list[str], chance: Random
) -> None:
    shuffled = chance.sample(names, len(names))
    assert owner(ticket, shuffled) == owner(ticket, names)


@given(st.text(min_size=1), windows)
def test_a_window_that_leaves_changes_the_owner_of_its_own_tickets_only(
    ticket: str, names: list[str]
) -> None:
    before = owner(ticket, names)
    for gone in names:
        if gone != before:
            assert owner(ticket, [name for name in names if name != gone]) == before


def test_tickets_are_spread_evenly() -> None:
    shares = Counter(owner(f"20260302-A{n:03d}", WINDOWS) for n in range(1000))
    assert set(shares) == set(WINDOWS)
    assert all(200 < count < 300 for count in shares.values())


def orders(people: list[Person], run: int) -> list[tuple[int, int]]:
    return [(person.level, person.ord) for person in in_turn(people, run)]


def test_ordinary_people_are_called_by_seniority() -> None:
    people = [Person(0, 3), Person(0, 1), Person(0, 2)]
    assert orders(people, 2) == [(0, 1), (0, 2), (0, 3)]


def test_after_a_run_of_priority_an_ordinary_person_is_next() -> None:
    people = [Person(0, 1), Person(0, 2), *(Person(1, n) for n in range(3, 8))]
    assert orders(people, 2) == [(1, 3), (1, 4), (0, 1), (1, 5), (1, 6), (0, 2), (1, 7)]


def test_priority_alone_is_not_interrupted() -> None:
    people = [Person(1, n) for n in (2, 1, 3)]
    assert orders(people, 1) == [(1, 1), (1, 2), (1, 3)]


def test_a_higher_level_goes_first_whatever_the_seniority() -> None:
    people = [Person(1, 1), Person(2, 9), Person(2, 8)]
    assert orders(people, 9) == [(2, 8), (2, 9), (1, 1)]


@given(
    st.lists(st.builds(Person, st.integers(0, 2), st.integers(1, 50)), max_size=20),
    st.integers(1, 4),
)
def test_everybody_is_called_once_and_no_run_is_longer(people: list[Person], run: int) -> None:
    turns = in_turn(people, run)
    assert sorted(map(repr, turns)) == sorted(map(repr, people))
    row = 0
    for place, person in enumerate(turns):
        row = row + 1 if person.level else 0
        assert row <= run or not any(other.level == 0 for other in turns[place:])
