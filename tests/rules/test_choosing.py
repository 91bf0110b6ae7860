"""Policies for choosing the next ticket, as properties of queue heads: order, bounds, relief."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.queue.choosing import (
    COMPREHENSIVE_POOL,
    Bounds,
    Choice,
    Head,
    Why,
    comprehensive,
    specialised,
)

BOUNDS = Bounds(run=2, overtakes=3)


def _head(
    order: int, *, level: int = 0, queue: str = "tax", waited: float = 5.0, target: float = 15.0
) -> Head:
    return Head(f"{queue}-{order}/{level}", queue, level, order, waited, target)


def _choose(heads: list[Head], run: int = 0) -> Choice:
    choice = specialised(heads, "tax", lambda _pool: run, BOUNDS)
    assert choice is not None
    return choice


heads = st.lists(
    st.builds(
        Head,
        lane=st.uuids().map(str),
        queue=st.sampled_from(["tax", "social", "build"]),
        level=st.integers(0, 2),
        order=st.integers(1, 10_000),
        waited=st.floats(0, 300),
        target=st.integers(1, 60).map(float),
        comprehensive_only=st.booleans(),
        overtaken=st.integers(0, 5),
        for_window=st.booleans(),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda h: h.order,
)


def test_without_waiting_tickets_there_is_no_choice() -> None:
    assert specialised([], "tax", lambda _pool: 0, BOUNDS) is None
    assert comprehensive([], lambda _pool: 0, BOUNDS) is None


def test_ordinary_tickets_are_called_in_order() -> None:
    choice = _choose([_head(3), _head(1), _head(2)])
    assert (choice.head.order, choice.why, choice.run) == (1, (Why.FIRST,), 0)


def test_priority_goes_first_until_the_run_ends() -> None:
    waiting = [_head(1), _head(2, level=1)]
    assert _choose(waiting).head.order == 2
    assert _choose(waiting, run=1).run == 2
    ended = _choose(waiting, run=2)
    assert (ended.head.order, ended.why, ended.run) == (1, (Why.RUN_ENDED,), 0)


def test_priority_alone_has_no_run() -> None:
    choice = _choose([_head(2, level=1)], run=2)
    assert (choice.head.order, choice.run) == (2, 0)


def test_a_ticket_overtaken_often_enough_is_next() -> None:
    worn = replace(_head(1), overtaken=3)
    choice = _choose([worn, _head(2, level=2)])
    assert choice.why == (Why.OVERTAKEN,)
    assert choice.facts["limit"] == 3


def test_a_senior_priority_person_overtakes_nobody() -> None:
    worn = replace(_head(5), overtaken=3)
    assert _choose([worn, _head(2, level=1)]).head.order == 2


def test_higher_levels_first_then_order() -> None:
    assert _choose([_head(1, level=1), _head(2, level=2), _head(3, level=2)]).head.order == 2


def test_a_ticket_transferred_to_the_window_comes_first() -> None:
    sent = replace(_head(9), for_window=True)
    assert _choose([_head(1, level=2), sent]).why == (Why.TRANSFERRED,)


def test_a_comprehensive_window_prefers_what_only_it_can_serve() -> None:
    own = replace(_head(9, queue="social", waited=1), comprehensive_only=True)
    choice = comprehensive([_head(1, waited=200), own], lambda _pool: 0, BOUNDS)
    assert choice is not None
    assert (choice.head, choice.pool) == (own, COMPREHENSIVE_POOL)


@pytest.mark.parametrize(
    ("tax", "build", "expected"),
    [((20, 15), (30, 60), "tax"), ((20, 60), (20, 10), "build"), ((0, 15), (1, 15), "build")],
)
def test_relief_goes_to_the_queue_worst_off_against_its_target(
    tax: tuple[float, float], build: tuple[float, float], expected: str
) -> None:
    waiting = [
        _head(1, queue="tax", waited=tax[0], target=tax[1]),
        _head(2, queue="build", waited=build[0], target=build[1]),
    ]
    choice = comprehensive(waiting, lambda _pool: 0, BOUNDS)
    assert choice is not None
    assert (choice.head.queue, choice.why[0]) == (expected, Why.RELIEF)


@given(heads, st.integers(0, 5))
def test_the_choice_is_one_of_the_heads_and_keeps_the_bounds(
    candidates: list[Head], run: int
) -> None:
    choice = _choose(candidates, run)
    assert choice.head in candidates
    sent = [h for h in candidates if h.for_window]
    if sent:
        assert choice.head in sent
        return
    ordinary = [h for h in candidates if h.level == 0]
    if choice.head.level > 0 and ordinary:
        assert run < BOUNDS.run
        assert choice.run == run + 1
        worn = [h for h in ordinary if h.overtaken >= BOUNDS.overtakes]
        assert all(h.order > choice.head.order for h in worn)
    if choice.head.level == 0:
        assert choice.run == 0


@given(heads, st.integers(0, 5))
def test_the_choice_is_the_first_of_its_class(candidates: list[Head], run: int) -> None:
    choice = _choose([replace(h, for_window=False, overtaken=0) for h in candidates], run)
    rivals = [h for h in candidates if h.level == choice.head.level]
    assert choice.head.order == min(h.order for h in rivals)


@given(heads)
def test_no_relief_while_a_ticket_depends_on_the_comprehensive_window(
    candidates: list[Head],
) -> None:
    choice = comprehensive(candidates, lambda _pool: 0, BOUNDS)
    assert choice is not None
    if Why.RELIEF in choice.why:
        assert not any(h.comprehensive_only or h.for_window for h in candidates)
