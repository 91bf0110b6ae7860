"""Forecast of turns: who is ahead given who sits where, and the same order as real calls."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush

from hypothesis import given
from hypothesis import strategies as st

from server.core.clock import local
from server.core.settings import Settings
from server.queue.call_candidates import Moment, choose
from server.queue.memory_floor import MemoryFloor
from server.queue.routing import WindowSession
from server.queue.settings import NumberSettings
from server.queue.tickets import State, Ticket, lane, window_lane
from server.queue.wait_forecast import (
    NEXT_CALL_MINUTES,
    Kind,
    PresentFloor,
    PriorityCall,
    Turn,
    forecast,
)
from support.halls import at, catalogue

NOW = at(10)
MINUTES = 10.0
HALL = catalogue()
LIMIT = NumberSettings().overtake_limit


def ticket(n: int, item: str, klass: str = "ordinary", *, since: int = NOW) -> Ticket:
    """Return the n-th ticket of the day, waiting."""
    return Ticket(
        id=f"t{n}",
        day="",
        number="",
        token="",
        queue=HALL.item_by[item].unit,
        item=item,
        klass=klass,
        level=HALL.class_by[klass].level,
        lane=lane(item, klass),
        ord=n,
        version=1,
        kiosk="",
        issued_at=since,
        waiting_since=since,
    )


def moment(windows: Sequence[str], paused: Sequence[str] = ()) -> Moment:
    """Return ten o'clock with these windows signed in."""
    sessions = {w: WindowSession(w, w, w in paused) for w in windows}
    return Moment(HALL, Settings(), sessions, local(NOW, "Asia/Shanghai"), NOW)


def floor(
    waiting: Sequence[Ticket],
    busy: Mapping[str, int] | None = None,
    calls: Sequence[PriorityCall] = (),
    runs: Mapping[str, int] | None = None,
    lately: Sequence[Ticket] = (),
) -> PresentFloor:
    """Return a floor where every errand takes ten minutes."""
    busy = busy or {}
    serving = dict.fromkeys(busy, MINUTES)
    return PresentFloor(waiting, busy, serving, calls, runs or {}, lately, lambda *_item: MINUTES)


def turns(
    windows: Sequence[str], present: PresentFloor, paused: Sequence[str] = ()
) -> dict[str, Turn]:
    """Return the turns by ticket."""
    return forecast(moment(windows, paused), present).turns


def test_people_of_other_units_are_ahead_at_windows_that_serve_all() -> None:
    """Seven people of different units before two comprehensive windows: nobody but one is next."""
    waiting = [ticket(n, ("tax-1", "social-1")[n % 2]) for n in range(1, 8)]
    by_ticket = turns(("G1", "G2"), floor(waiting, {"G1": NOW, "G2": NOW}))
    assert [by_ticket[f"t{n}"].ahead for n in range(1, 8)] == list(range(7))
    assert by_ticket["t7"].kind is Kind.COMPREHENSIVE


def test_a_newcomer_is_behind_everybody_whom_its_windows_call_first() -> None:
    waiting = [ticket(n, "tax-1") for n in range(1, 5)]
    present = forecast(moment(("G1", "G2")), floor(waiting, {"G1": NOW, "G2": NOW}))
    turn = present.newcomer(HALL.item_by["social-1"], 0)
    assert turn is not None
    assert turn.ahead == 4
    assert turn.minutes > max(t.minutes for t in present.turns.values()) - MINUTES


def test_people_who_go_to_other_windows_are_not_ahead() -> None:
    waiting = [*(ticket(n, "build-1") for n in range(1, 4)), ticket(4, "tax-1")]
    assert turns(("S1", "T1"), floor(waiting))["t4"].ahead == 0


def test_two_free_windows_call_two_people_at_once() -> None:
    by_ticket = turns(("T1", "T2"), floor([ticket(1, "tax-1"), ticket(2, "tax-1")]))
    assert {t.minutes for t in by_ticket.values()} == {0.0}


def test_a_free_window_calls_a_newcomer_at_once() -> None:
    turn = forecast(moment(("T1", "T2")), floor([], {"T1": NOW})).newcomer(HALL.item_by["tax-1"], 0)
    assert turn == Turn(Kind.SPECIALISED, 0, 0.0, 2)


def test_a_paused_window_calls_nobody() -> None:
    waiting = [ticket(1, "tax-1"), ticket(2, "tax-1")]
    by_ticket = turns(("T1", "T2"), floor(waiting), paused=("T2",))
    assert by_ticket["t2"].windows == 1
    assert by_ticket["t2"].minutes == MINUTES + NEXT_CALL_MINUTES


def test_nobody_calls_where_no_window_is_open() -> None:
    present = forecast(moment(()), floor([ticket(1, "tax-1")]))
    assert present.turns == {}
    assert present.newcomer(HALL.item_by["tax-1"], 0) is None


def test_priority_is_ahead_and_told_apart() -> None:
    waiting = [ticket(1, "tax-1"), ticket(2, "tax-1", "elderly"), ticket(3, "tax-1", "elderly")]
    by_ticket = turns(("T1",), floor(waiting, {"T1": NOW}))
    assert by_ticket["t1"].ahead == by_ticket["t1"].priority_ahead == 2
    assert by_ticket["t2"].kind is Kind.PRIORITY
    assert (by_ticket["t3"].ahead, by_ticket["t3"].priority_ahead) == (1, 0)


def test_a_head_that_the_bound_of_priority_keeps_back_is_not_next() -> None:
    """After a run of priority calls an ordinary person is first, and a priority head waits."""
    waiting = [ticket(1, "tax-1"), ticket(2, "tax-1", "elderly")]
    present = floor(waiting, {"T1": NOW}, runs={"tax": 9})
    assert turns(("T1",), present)["t2"].ahead == 1


def test_a_person_overtaken_often_enough_is_next() -> None:
    waiting = [ticket(1, "tax-1", since=NOW - 1000), ticket(99, "tax-1", "elderly")]
    calls = [PriorityCall(NOW - 10, "tax", 2 + n, "T1") for n in range(LIMIT)]
    by_ticket = turns(("T1",), floor(waiting, {"T1": NOW}, calls))
    assert (by_ticket["t1"].ahead, by_ticket["t99"].ahead) == (0, 1)


def test_a_ticket_sent_to_a_window_is_called_there() -> None:
    sent = replace(ticket(2, "build-1"), lane=window_lane("T1", "ordinary"))
    by_ticket = turns(("T1", "S1"), floor([ticket(1, "tax-1"), sent], {"T1": NOW}))
    assert (by_ticket["t2"].ahead, by_ticket["t1"].ahead) == (0, 1)


def test_people_who_are_expected_to_come_are_not_ahead_but_cost_time() -> None:
    waiting = [ticket(n, "tax-1") for n in range(1, 5)]
    lately = [
        replace(ticket(90 + n, "tax-1", "elderly"), waiting_since=NOW - 50 * 60_000 + n)
        for n in range(3)
    ]
    quiet = turns(("T1",), floor(waiting, {"T1": NOW}))
    busy = turns(("T1",), floor(waiting, {"T1": NOW}, lately=lately))
    assert busy["t4"].ahead == quiet["t4"].ahead == 3
    assert busy["t4"].minutes > quiet["t4"].minutes


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(("tax-1", "tax-2", "social-1", "build-1")),
        st.sampled_from(("ordinary", "ordinary", "elderly")),
    ),
    max_size=25,
)


@given(PEOPLE, st.sets(st.sampled_from(("T1", "T2", "S1", "G1", "G2")), min_size=1))
def test_the_pass_calls_in_the_order_of_the_real_rules(
    people: list[tuple[str, str]], windows: set[str]
) -> None:
    waiting = [ticket(n, item, klass) for n, (item, klass) in enumerate(people, 1)]
    present = moment(sorted(windows))
    played = sorted(forecast(present, floor(waiting)).turns.items(), key=lambda t: t[1].minutes)
    assert _by_time(played) == _by_time(_really_called(present, waiting))


@given(PEOPLE, st.integers(0, 2**32))
def test_everybody_whom_a_window_may_call_has_a_turn(
    people: list[tuple[str, str]], seed: int
) -> None:
    waiting = [ticket(n, item, klass) for n, (item, klass) in enumerate(people, 1)]
    random.Random(seed).shuffle(waiting)
    by_ticket = turns(("T1", "S1", "G1"), floor(waiting, {"T1": NOW}))
    assert set(by_ticket) == {t.id for t in waiting}
    assert all(turn.ahead < len(waiting) for turn in by_ticket.values())


def _by_time(called: Sequence[tuple[str, Turn]]) -> dict[float, set[str]]:
    times: dict[float, set[str]] = {}
    for name, turn in called:
        times.setdefault(round(turn.minutes, 6), set()).add(name)
    return times


def _really_called(present: Moment, waiting: Sequence[Ticket]) -> list[tuple[str, Turn]]:
    """Call everybody by `choose` over the floor in memory; an errand takes ten minutes."""
    real = MemoryFloor()
    for person in waiting:
        real.put(person)
    ready = [(0.0, code) for code in present.sessions]
    heapify(ready)
    called = []
    while ready:
        minutes, code = heappop(ready)
        millis = NOW + round(minutes * 60_000)
        chosen = choose(real, replace(present, millis=millis), code)
        if chosen is None:
            continue
        person, choice = real.ticket(chosen[0]), chosen[1]
        real.set_run(choice.pool, choice.run)
        real.put(replace(person, state=State.CALLED))
        real.record_call(person, code, millis)
        called.append((person.id, Turn(Kind.BOTH, 0, minutes, 1)))
        heappush(ready, (minutes + MINUTES + NEXT_CALL_MINUTES, code))
    return called
