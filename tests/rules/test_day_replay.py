"""Replay of a day's first calls: the same rules give the same day; the price of appointments."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.queue.call_candidates import Moment
from server.queue.day_replay import (
    FirstCall,
    Stay,
    Wait,
    effect,
    first_waits,
    replay,
    without_appointment,
)
from server.queue.tickets import Ticket, booked_lane, lane
from support.forecast_floor import moment, ticket

MINUTE = 60_000


def _moment(at: int) -> Moment:
    return replace(moment(("T1",)), millis=at)


def _person(n: int, minute: int, slot: int | None = None, *, elderly: bool = False) -> Ticket:
    klass = "elderly" if elderly else "ordinary"
    own = lane("tax-1", klass) if slot is None else booked_lane("tax-1", klass, slot * MINUTE)
    return replace(
        ticket(n, "tax-1"),
        klass=klass,
        level=int(elderly),
        lane=own,
        ord=n,
        issued_at=minute * MINUTE,
        waiting_since=minute * MINUTE,
    )


def _calls(*pairs: tuple[Ticket, int]) -> list[FirstCall]:
    return [FirstCall(person.id, "T1", minute * MINUTE) for person, minute in pairs]


def test_an_appointment_costs_those_who_were_there_before() -> None:
    first, second, booked = _person(1, 0), _person(2, 0), _person(3, 5, slot=5)
    calls = _calls((first, 1), (booked, 6), (second, 11))
    price = effect(first_waits([first, second, booked]), calls, _moment, promised=10)
    assert (price.walk_ins, price.booked, price.agreement) == (2, 1, 1.0)
    assert (price.mean, price.p95, price.p95_wait) == (2.5, 5.0, 11.0)
    assert (price.booked_mean, price.booked_in_time) == (1.0, 1)


def test_whoever_comes_before_the_slot_is_counted_from_the_slot() -> None:
    booked = _person(1, 0, slot=20)
    price = effect(first_waits([booked]), _calls((booked, 35)), _moment, promised=10)
    assert (price.booked_mean, price.booked_in_time) == (15.0, 0)


def test_a_call_out_of_turn_lowers_the_agreement() -> None:
    first, second = _person(1, 0), _person(2, 0)
    price = effect(
        first_waits([first, second]), _calls((second, 1), (first, 2)), _moment, promised=10
    )
    assert price.agreement == 0.0


def test_whoever_is_not_called_in_the_replay_keeps_the_real_time() -> None:
    late, after = _person(1, 9), _person(2, 0)
    # The books say that it was called before it was there: no replay can do that.
    calls = _calls((late, 5))
    assert replay(first_waits([late]), calls, _moment) == {}
    assert effect(first_waits([late]), calls, _moment, promised=10).agreement == 0.0
    both = _calls((late, 5), (after, 6))
    assert effect(first_waits([late, after]), both, _moment, promised=10).p95_wait == 5.0


@pytest.mark.parametrize("gone", [None, 1])
@pytest.mark.parametrize(
    ("stays", "called"),
    [
        ([(0, None)], False),
        ([(0, 9)], False),
        ([(0, 3)], True),
        ([(0, 3), (4, 9)], False),
        ([(0, 3), (4, 6)], True),
    ],
)
def test_a_person_at_a_window_is_not_called_with_another_number(
    stays: list[tuple[int, int | None]], called: bool, gone: int | None
) -> None:
    """The first number is called by the rules in minute 1, or out of turn; the other in 7."""
    first, other = (replace(_person(n, 0), visit="t1") for n in (1, 2))
    at_window = [Stay(a * MINUTE, None if b is None else b * MINUTE) for a, b in stays]
    waits = [
        Wait(first, 0, None if gone is None else gone * MINUTE, tuple(at_window)),
        Wait(other, 0),
    ]
    calls = [*([] if gone else _calls((first, 1))), *_calls((other, 7))]
    assert (other.id in replay(waits, calls, _moment)) is called


@pytest.mark.parametrize("tickets", [[], [_person(1, 0)]])
def test_a_day_without_appointments_costs_nothing(tickets: list[Ticket]) -> None:
    calls = _calls(*((person, 3) for person in tickets))
    price = effect(first_waits(tickets), calls, _moment, promised=10)
    assert (price.mean, price.p95, price.booked, price.booked_mean) == (0.0, 0.0, 0, 0.0)
    assert price.agreement == 1.0


people = st.lists(
    st.tuples(st.integers(0, 40), st.none() | st.integers(0, 40), st.booleans()),
    min_size=1,
    max_size=14,
)


@given(people, st.lists(st.integers(1, 9), min_size=64, max_size=64))
def test_a_day_that_the_rules_made_is_replayed_call_by_call(
    arrivals: list[tuple[int, int | None, bool]], services: list[int]
) -> None:
    tickets = [
        _person(n, minute, slot, elderly=elderly)
        for n, (minute, slot, elderly) in enumerate(sorted(arrivals, key=lambda a: a[0]), 1)
    ]
    calls, at = list[FirstCall](), 0
    for service in services:
        at += service
        opening = FirstCall("opening", "T1", at * MINUTE)
        made = replay(first_waits(tickets), [*calls, opening], _moment)
        called = {call.ticket for call in calls} | {opening.ticket}
        calls += [FirstCall(name, "T1", made[name]) for name in made if name not in called]
    assert len(calls) == len(tickets)
    assert effect(first_waits(tickets), calls, _moment, promised=10).agreement == 1.0
    plain = replay(map(without_appointment, first_waits(tickets)), calls, _moment)
    # The window called as often, at the same times: only the order of the people differs.
    assert sorted(plain.values()) == sorted(call.at for call in calls)
