"""Assistance: due days, the steps that a helper never takes, and the bound of the green channel."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.assistance.rules import (
    AskState,
    JobMove,
    ask_due,
    is_barred,
    most_pushed,
    places,
)
from server.assistance.workflow import FIRST_ASK, GREEN, HELPER_JOB
from server.cases.rules import CaseMove, CaseState
from server.core.working_days import Workdays

FRIDAY = date(2026, 3, 6)


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (AskState.RECORDED, "2026-03-06"),
        (AskState.HANDED_OVER, "2026-03-09"),
        (AskState.TAKEN, "2026-03-11"),
        (AskState.ENDED, ""),
    ],
)
def test_a_question_is_due_by_working_days(state: AskState, due: str) -> None:
    assert ask_due(state, FRIDAY, 1, 3, Workdays()) == due


def test_a_helper_neither_reviews_nor_approves() -> None:
    barred = {(move, state) for move in CaseMove for state in CaseState if is_barred(move, state)}
    assert {state for move, state in barred if move is CaseMove.PASS} == {CaseState.REVIEWING}
    assert {move for move, _state in barred} - {CaseMove.PASS} == {
        CaseMove.DECIDE,
        CaseMove.RETURN,
        CaseMove.GRANT_TIME,
        CaseMove.DENY_TIME,
    }


def test_the_seven_steps_follow_each_other() -> None:
    aside = {JobMove.REVOKE, JobMove.LEAVE, JobMove.HAND_ON}
    steps = [move for move in JobMove if move not in aside]
    assert len(steps) == 7
    state, order = None, []
    for move in steps:
        row = HELPER_JOB.row(move, state)
        assert row is not None
        order.append(row.move)
        for later in steps[len(order) :]:
            assert (HELPER_JOB.row(later, state) is None) or later is JobMove.DO
        state = row.targets[0]
    assert state in HELPER_JOB.final


def test_final_states() -> None:
    assert FIRST_ASK.final == {"ended"}
    assert HELPER_JOB.final == {"ended", "revoked", "handed_on"}
    assert GREEN.final == set()


def test_the_first_of_every_few_places_goes_to_a_green_case() -> None:
    order = list("abcdefGH")
    assert places(order, {"G", "H"}, 3) == list("GabHcdef")
    assert places(order, set(), 3) == order
    assert places(list("GaH"), {"G", "H"}, 2) == list("GaH")
    assert places([], {"G"}, 2) == []
    with pytest.raises(ValueError, match="green"):
        places(order, {"G"}, 1)


@given(
    st.lists(st.booleans(), max_size=60),
    st.integers(2, 20),
)
def test_an_ordinary_case_is_never_pushed_back_by_more_than_the_bound(
    green: list[bool], every: int
) -> None:
    order = [str(n) for n in range(len(green))]
    marked = {case for case, is_green in zip(order, green, strict=True) if is_green}
    result = places(order, marked, every)
    assert sorted(result) == sorted(order)
    for kind in (marked, set(order) - marked):
        assert [case for case in result if case in kind] == [c for c in order if c in kind]
    jumped = 0
    for place, case in enumerate(result):
        before = int(case)
        if case not in marked:
            assert place - before <= most_pushed(before, every)
        else:
            jumped += place < before
            assert place <= before + most_pushed(before, every)
    rows = -(-len(order) // every)
    assert jumped <= rows, "at most one in a row of places is ahead of its due order"


@given(st.integers(0, 200), st.integers(2, 20))
def test_the_bound_is_reached_when_every_place_has_its_green_case(place: int, every: int) -> None:
    ordinary = [f"o{n}" for n in range(place + 1)]
    green = [f"g{n}" for n in range(2 * place + 2)]
    result = places([*ordinary, *green], set(green), every)
    assert result.index(ordinary[place]) - place == most_pushed(place, every)
