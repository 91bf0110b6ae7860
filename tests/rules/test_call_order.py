"""Policies for choosing the next ticket, as properties of queue heads: order, bounds, relief."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.queue.call_order import (
    COMPREHENSIVE_POOL,
    Bounds,
    Choice,
    Head,
    Streak,
    Why,
    comprehensive,
    specialised,
)

BOUNDS = Bounds(run=2, overtakes=3)


def _no_run(_pool: str) -> int:
    return 0


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


# Each choice whole: head, pool, run, reason and the figures that the counter shows


def _pools(**runs: int) -> Streak:
    """Return the runs of the pools; a pool without a run here is an error of the policy."""
    return lambda name: 0 if name.endswith("~") else runs[name]


ORDINARY = Head("o", "tax", 0, 1, 12.34, 15.0)
ELDERLY = Head("e", "tax", 1, 2, 3.0, 15.0)
FIGURES = {"waited": 12.3, "target": 15.0, "queue": "tax"}
ELDERLY_FIGURES = {"waited": 3.0, "target": 15.0, "queue": "tax"}


def test_first_in_turn() -> None:
    choice = specialised([ORDINARY], "tax", _pools(tax=1), BOUNDS)
    assert choice == Choice(ORDINARY, "tax", 0, (Why.FIRST,), FIGURES)


def test_priority_without_ordinary_people() -> None:
    choice = specialised([ELDERLY], "tax", _pools(tax=1), BOUNDS)
    assert choice == Choice(ELDERLY, "tax", 0, (Why.PRIORITY,), ELDERLY_FIGURES)


def test_priority_before_ordinary_people_counts_in_the_run() -> None:
    choice = specialised([ORDINARY, ELDERLY], "tax", _pools(tax=1), BOUNDS)
    facts = ELDERLY_FIGURES | {"run": 2, "limit": 2}
    assert choice == Choice(ELDERLY, "tax", 2, (Why.PRIORITY,), facts)


def test_the_end_of_a_run() -> None:
    choice = specialised([ELDERLY, ORDINARY], "tax", _pools(tax=2), BOUNDS)
    assert choice == Choice(ORDINARY, "tax", 0, (Why.RUN_ENDED,), FIGURES | {"run": 2, "limit": 2})


def test_a_run_beyond_its_bound_ends_too() -> None:
    choice = specialised([ELDERLY, ORDINARY], "tax", _pools(tax=3), BOUNDS)
    assert choice is not None
    assert (choice.why, choice.facts["run"]) == ((Why.RUN_ENDED,), 3)


@pytest.mark.parametrize(("overtaken", "why"), [(2, Why.PRIORITY), (3, Why.OVERTAKEN)])
def test_the_bound_of_overtakings(overtaken: int, why: Why) -> None:
    choice = specialised([ELDERLY, replace(ORDINARY, overtaken=overtaken)], "tax", _no_run, BOUNDS)
    assert choice is not None
    assert choice.why == (why,)


def test_of_two_that_were_overtaken_too_often_the_senior_one_is_next() -> None:
    first, second = replace(ORDINARY, overtaken=4), replace(_head(2), overtaken=5)
    choice = specialised([second, _head(9, level=1), first], "tax", _pools(tax=1), BOUNDS)
    facts = FIGURES | {"overtaken": 4, "limit": 3}
    assert choice == Choice(first, "tax", 0, (Why.OVERTAKEN,), facts)


def test_one_senior_to_the_priority_person_is_enough_for_the_bound() -> None:
    senior, junior = replace(_head(1), overtaken=3), replace(_head(9), overtaken=3)
    choice = specialised([junior, senior, _head(5, level=1)], "tax", _no_run, BOUNDS)
    assert choice is not None
    assert choice.head == senior


def test_overtaken_people_with_priority_do_not_count() -> None:
    tired = replace(_head(1, level=1), overtaken=9)
    choice = specialised([tired, _head(4, level=2), _head(3)], "tax", _no_run, BOUNDS)
    assert choice is not None
    assert (choice.head.level, choice.why) == (2, (Why.PRIORITY,))


def test_of_two_sent_to_the_window_the_senior_one_is_next_and_the_run_stays() -> None:
    first, second = (replace(_head(n), for_window=True) for n in (3, 7))
    choice = specialised([ELDERLY, second, first], "tax", _pools(tax=1), BOUNDS)
    assert choice == Choice(
        first, "tax", 1, (Why.TRANSFERRED,), {"waited": 5.0, "target": 15.0, "queue": "tax"}
    )


def test_what_was_sent_to_a_comprehensive_window_counts_in_its_own_pool() -> None:
    sent = replace(ORDINARY, for_window=True)
    choice = comprehensive([ELDERLY, sent], _pools(**{COMPREHENSIVE_POOL: 2}), BOUNDS)
    assert choice == Choice(sent, COMPREHENSIVE_POOL, 2, (Why.TRANSFERRED,), FIGURES)


def test_what_only_a_comprehensive_window_serves_counts_in_its_own_pool() -> None:
    own = [replace(head, comprehensive_only=True) for head in (ELDERLY, ORDINARY)]
    other = _head(9, level=2, waited=500)
    choice = comprehensive([other, *own], _pools(**{COMPREHENSIVE_POOL: 1}), BOUNDS)
    facts = ELDERLY_FIGURES | {"run": 2, "limit": 2}
    reasons = (Why.ONLY_COMPREHENSIVE, Why.PRIORITY)
    assert choice == Choice(own[0], COMPREHENSIVE_POOL, 2, reasons, facts)


def test_relief_counts_in_the_pool_of_the_relieved_queue() -> None:
    waiting = [ORDINARY, replace(ELDERLY, waited=30.0), _head(3, queue="build", waited=1)]
    choice = comprehensive(waiting, _pools(tax=1), BOUNDS)
    facts = {"waited": 30.0, "target": 15.0, "queue": "tax", "run": 2, "limit": 2}
    assert choice == Choice(waiting[1], "tax", 2, (Why.RELIEF, Why.PRIORITY), facts)


def test_relief_keeps_the_reasons_of_the_bounds() -> None:
    tired = replace(ORDINARY, overtaken=3)
    for waiting, run, why in (
        ([ORDINARY, ELDERLY], 2, Why.RUN_ENDED),
        ([tired, ELDERLY], 0, Why.OVERTAKEN),
        ([ORDINARY], 0, Why.FIRST),
    ):
        choice = comprehensive(waiting, _pools(tax=run), BOUNDS)
        assert choice is not None
        assert choice.why == (Why.RELIEF, why)


def test_equal_queues_are_relieved_by_seniority() -> None:
    waiting = [_head(2, queue="build"), _head(1, queue="tax")]
    choice = comprehensive(waiting, _no_run, BOUNDS)
    assert choice is not None
    assert choice.head == waiting[1]


def test_a_target_below_a_minute_counts_as_a_minute() -> None:
    waiting = [
        _head(1, queue="tax", waited=2.0, target=0.5),
        _head(2, queue="build", waited=5.0, target=2.0),
    ]
    choice = comprehensive(waiting, _no_run, BOUNDS)
    assert choice is not None
    assert choice.head.queue == "build"


def test_a_target_of_a_minute_and_a_half_counts_as_it_is() -> None:
    waiting = [
        _head(1, queue="tax", waited=3.0, target=1.5),
        _head(2, queue="build", waited=3.8, target=2.0),
    ]
    choice = comprehensive(waiting, _no_run, BOUNDS)
    assert choice is not None
    assert choice.head.queue == "tax"


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


def _booked(order: int, slot: int, level: int = 0) -> Head:
    return replace(_head(order, level=level), slot=slot)


def _calls(heads: list[Head], most: int, every: int) -> list[Choice]:
    """Return the choices of one window that calls everybody, one after the other."""
    waiting, counts, choices = list(heads), Counter[str](), list[Choice]()
    bounds = Bounds(2, 3, booked_every=every)
    while waiting and len(choices) < most:
        choice = specialised(waiting, "tax", counts.__getitem__, bounds)
        assert choice is not None
        dict.update(counts, choice.counts)
        waiting.remove(choice.head)
        choices.append(choice)
    return choices


def test_an_appointment_comes_first_when_its_time_has_come() -> None:
    choice = _choose([_head(1), _booked(2, slot=900)])
    assert (choice.head.order, choice.why, choice.owed) == (2, (Why.BOOKED,), 1)
    assert choice.facts["slot"] == 900


def test_appointments_are_called_by_the_time_of_their_slot_then_of_their_arrival() -> None:
    late_slot, early_slot, behind = _booked(1, 950), _booked(3, 900), _booked(5, 900)
    calls = _calls([late_slot, behind, early_slot], 3, every=1)
    assert [call.head.order for call in calls] == [3, 5, 1]


def test_after_an_appointment_those_without_are_owed_their_calls() -> None:
    heads = [*(_booked(n, slot=900) for n in (10, 11, 12)), *(_head(n) for n in (20, 21, 22))]
    orders = [call.head.order for call in _calls(heads, 6, every=3)]
    assert orders == [10, 20, 21, 11, 22, 12]


def test_an_appointment_does_not_count_as_a_priority_call() -> None:
    heads = [_booked(1, 900), _head(2, level=1), _head(3, level=1), _head(4, level=1), _head(5)]
    orders = [call.head.order for call in _calls(heads, 5, every=2)]
    assert orders == [1, 2, 3, 5, 4]


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=1, max_size=24),
    st.integers(1, 5),
)
def test_at_most_one_of_so_many_calls_is_for_an_appointment_while_others_wait(
    people: list[tuple[bool, int]], every: int
) -> None:
    heads = [
        _booked(n, 900, level) if booked else _head(n, level=level)
        for n, (booked, level) in enumerate(people, 1)
    ]
    walk_ins = sum(head.slot is None for head in heads)
    calls = [call.head.slot is not None for call in _calls(heads, len(heads), every)]
    for start in range(len(calls)):
        window = calls[start : start + every]
        waiting = walk_ins - calls[:start].count(False)
        if waiting >= every:
            assert window.count(True) <= 1
    assert len(calls) == len(heads)


@given(heads, st.integers(1, 5), st.integers(0, 4))
def test_a_walk_in_waits_for_no_more_appointments_than_the_bound_says(
    candidates: list[Head], every: int, booked: int
) -> None:
    """With K, n people without appointments are called within n·K/(K-1)+1 calls of their window."""
    alone = [
        replace(h, for_window=False, overtaken=0, comprehensive_only=False) for h in candidates
    ]
    with_booked = [*alone, *(_booked(20_000 + n, 900) for n in range(booked))]
    plain, mixed = _calls(alone, len(alone), every), _calls(with_booked, len(with_booked), every)
    last = max(n for n, call in enumerate(mixed, 1) if call.head.slot is None)
    assert [c.head for c in mixed if c.head.slot is None] == [c.head for c in plain]
    if every > 1:
        assert last <= len(alone) + 1 + (len(alone) - 1) // (every - 1)
