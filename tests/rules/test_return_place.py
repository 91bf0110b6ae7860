"""Return of a missed ticket: its place among those whom it competes with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.settings import Settings
from server.queue.call_candidates import Moment, choose
from server.queue.memory_floor import MemoryFloor
from server.queue.return_place import MOST_PLAYED, ReturnPlace, return_place
from server.queue.routing import WindowSession
from server.queue.tickets import State, Ticket, lane, order_of, window_lane
from support.halls import MONDAY, catalogue

HALL = catalogue()
NOW = datetime.combine(MONDAY, time(10))
MILLIS = 1_000 * 60_000
PLACES = 3


def moment(*staffed: str, paused: Sequence[str] = (), run: int = 2, overtakes: int = 6) -> Moment:
    sessions = {code: WindowSession(code, f"clerk-{code}", code in paused) for code in staffed}
    settings = Settings(priority_run=run, overtake_limit=overtakes)
    return Moment(HALL, settings, sessions, NOW, MILLIS)


def ticket(arrival: int, item: str = "tax-1", klass: str = "ordinary", **changes: Any) -> Ticket:
    """Return a waiting ticket, the `arrival`-th of the day, ten minutes in the hall."""
    made = Ticket(
        id=f"T{arrival:03d}",
        day="2026-03-02",
        number=f"A{arrival:03d}",
        token="t",
        queue=item.partition("-")[0],
        item=item,
        klass=klass,
        level=int(klass == "elderly"),
        lane=lane(item, klass),
        ord=order_of(arrival),
        version=1,
        kiosk="1",
        issued_at=0,
        waiting_since=MILLIS - 600_000,
    )
    return replace(made, **changes)


def missed(arrival: int, item: str = "tax-1", klass: str = "ordinary", **changes: Any) -> Ticket:
    changes = {"state": State.MISSED, "call_count": 2, "called_at": MILLIS - 60_000} | changes
    return ticket(arrival, item, klass, **changes)


def place(
    late: Ticket, waiting: Sequence[Ticket], now: Moment, places: int = PLACES
) -> ReturnPlace:
    return return_place(late, waiting, MemoryFloor(), now, places)


def back(late: Ticket, result: ReturnPlace) -> Ticket:
    return replace(late, state=State.WAITING, ord=result.order, waiting_since=MILLIS)


def calls(waiting: Sequence[Ticket], now: Moment, *windows: str) -> Iterator[str]:
    """Yield the ids in the order in which windows call in turn, until nobody is left."""
    memory = MemoryFloor()
    for each in waiting:
        memory.put(each)
    remaining = len(waiting)
    while remaining:
        for window in windows:
            result = choose(memory, now, window)
            if result is None:
                continue
            ticket_id, choice = result
            memory.put(replace(memory.ticket(ticket_id), state=State.CALLED))
            memory.record_call(memory.ticket(ticket_id), window, MILLIS)
            memory.count(choice)
            remaining -= 1
            yield ticket_id


def test_an_ordinary_person_waits_behind_the_next_three() -> None:
    others = [ticket(n) for n in range(2, 8)]
    result = place(missed(1), others, moment("T1"))
    assert result == ReturnPlace(others[2].ord + 1, 3)
    order = list(calls([*others, back(missed(1), result)], moment("T1"), "T1"))
    assert order == ["T002", "T003", "T004", "T001", "T005", "T006", "T007"]


def test_people_whom_no_common_window_calls_do_not_count() -> None:
    others = [ticket(2, "build-1"), ticket(3, "build-1"), ticket(4), ticket(5)]
    assert place(missed(1), others, moment("T1", "S1")) == ReturnPlace(others[3].ord + 1, 2)


def test_only_people_whom_the_open_windows_call_count() -> None:
    others = [ticket(n, "social-1") for n in (2, 3, 4)] + [ticket(n) for n in (5, 6, 7, 8)]
    ordinary = place(missed(1), others, moment("T1", "G1", paused=["G1"]))
    assert ordinary == ReturnPlace(others[5].ord + 1, 3)


def test_a_person_of_another_unit_counts_at_a_comprehensive_window() -> None:
    """Social has one ticket: without its rivals of other units it would come back to first."""
    others = [ticket(n, "social-1" if n == 2 else "tax-1") for n in range(2, 8)]
    late = missed(1, "social-1")
    result = place(late, others, moment("G1"))
    order = list(calls([*others, back(late, result)], moment("G1"), "G1"))
    assert order.index(late.id) == 3
    assert result.ahead == 3


def test_people_who_yield_to_a_ticket_only_comprehensive_windows_take_do_not_count() -> None:
    yielding = [ticket(n) for n in (2, 3, 4)]
    rivals = [ticket(n, "social-1") for n in (5, 6, 7, 8)]
    late = missed(1, "social-1")
    result = place(late, [*yielding, *rivals], moment("T1", "G1"))
    assert result == ReturnPlace(rivals[2].ord + 1, 3)


def test_at_two_kinds_of_windows_the_calls_of_both_count() -> None:
    """The specialised window calls none of those whom the comprehensive one calls first."""
    social = [ticket(n, "social-1") for n in (2, 3, 4)]
    tax = [ticket(n) for n in (5, 6, 7, 8)]
    result = place(missed(1), [*social, *tax], moment("T1", "G1"))
    now = moment("T1", "G1")
    everybody = [*social, *tax, back(missed(1), result)]
    assert result == ReturnPlace(tax[1].ord + 1, 4)
    assert list(calls(everybody, now, "T1", "G1")).index("T001") == 4


def test_a_priority_person_waits_behind_three_others_with_priority() -> None:
    ordinary = [ticket(n) for n in range(2, 9)]
    priority = [ticket(n, klass="elderly") for n in range(20, 25)]
    late = missed(1, klass="elderly")
    result = place(late, [*ordinary, *priority], moment("T1"))
    assert result.order == priority[2].ord + 1
    order = list(calls([*ordinary, *priority, back(late, result)], moment("T1"), "T1"))
    assert [each for each in order if each in {t.id for t in [*priority, late]}] == [
        *("T020", "T021", "T022", "T001", "T023", "T024"),
    ]
    assert result.ahead == order.index("T001")


def test_a_priority_person_without_competition_is_called_within_the_bounds() -> None:
    result = place(missed(1, klass="elderly"), [ticket(2), ticket(3)], moment("T1"))
    assert result == ReturnPlace(order_of(1), 0)


def test_priority_calls_count_for_an_ordinary_person() -> None:
    priority = [ticket(n, klass="elderly") for n in (2, 3, 4, 5)]
    ordinary = [ticket(n) for n in (6, 7, 8)]
    result = place(missed(1), [*priority, *ordinary], moment("T1"))
    order = list(calls([*priority, *ordinary, back(missed(1), result)], moment("T1"), "T1"))
    assert result.order == ordinary[0].ord + 1
    assert order.index("T001") == result.ahead
    assert result.ahead >= PLACES


def test_the_calls_and_runs_of_the_day_count() -> None:
    """The run of priority calls is over: an ordinary person is next."""
    past = MemoryFloor()
    past.set_run("tax", 2)
    waiting = [*(ticket(n, klass="elderly") for n in (2, 3)), ticket(4)]
    result = return_place(missed(1), waiting, past, moment("T1"), 2)
    assert result == ReturnPlace(order_of(4) + 1, 3)


def test_with_fewer_than_three_waiting_the_return_is_behind_all_of_them() -> None:
    others = [ticket(2), ticket(3)]
    result = place(missed(1), others, moment("T1"))
    assert result == ReturnPlace(others[1].ord + 1, 2)
    newcomer = ticket(4)
    order = list(calls([*others, newcomer, back(missed(1), result)], moment("T1"), "T1"))
    assert order == ["T002", "T003", "T001", "T004"]


def test_with_nobody_waiting_the_seniority_stays() -> None:
    assert place(missed(5), [], moment("T1")) == ReturnPlace(order_of(5), 0)


def test_without_a_rule_of_places_the_return_is_at_once() -> None:
    others = [ticket(2), ticket(3)]
    assert place(missed(1), others, moment("T1"), places=0) == ReturnPlace(order_of(1), 0)


def test_a_return_never_raises_seniority() -> None:
    others = [ticket(1), ticket(2), ticket(3), ticket(4)]
    assert place(missed(9), others, moment("T1")) == ReturnPlace(order_of(9), 4)


def test_of_two_returns_in_a_row_the_first_is_called_first() -> None:
    others = [ticket(n) for n in range(3, 9)]
    first = back(missed(2), place(missed(2), others, moment("T1")))
    second = back(missed(1), place(missed(1), [*others, first], moment("T1")))
    order = list(calls([*others, first, second], moment("T1"), "T1"))
    assert order[:6] == ["T003", "T004", "T005", "T002", "T001", "T006"]
    assert (first.ord, second.ord) == (others[2].ord + 1, others[2].ord + 2)


def test_a_second_return_is_again_behind_three() -> None:
    others = [ticket(n) for n in range(2, 9)]
    once = back(missed(1), place(missed(1), others, moment("T1")))
    again = replace(once, state=State.MISSED)
    result = place(again, others[3:], moment("T1"))
    assert result == ReturnPlace(others[5].ord + 1, 3)


def test_with_no_window_staffed_every_window_that_may_call_counts() -> None:
    others = [ticket(n) for n in range(2, 8)]
    assert place(missed(1), others, moment()).order == others[2].ord + 1


def test_with_all_windows_paused_the_staffed_ones_count() -> None:
    others = [ticket(n, "social-1") for n in (2, 3, 4)] + [ticket(n) for n in (5, 6, 7, 8)]
    result = place(missed(1), others, moment("T1", paused=["T1"]))
    assert result == ReturnPlace(others[5].ord + 1, 3)


def test_a_ticket_that_no_window_may_call_keeps_its_seniority() -> None:
    late = missed(1, "lapsed-1")
    assert place(late, [ticket(2)], moment("T1")) == ReturnPlace(order_of(1), 0)


def test_a_ticket_sent_to_a_window_competes_with_those_of_this_window() -> None:
    sent = [ticket(n, "build-1", lane=window_lane("T1", "ordinary")) for n in (2, 3, 4, 5)]
    late = missed(1, lane=window_lane("T1", "ordinary"))
    result = place(late, [*sent, ticket(6)], moment("T1", "T2"))
    assert result == ReturnPlace(sent[2].ord + 1, 3)


@given(
    st.lists(st.sampled_from(["ordinary", "elderly"]), max_size=14),
    st.sampled_from(["ordinary", "elderly"]),
    st.integers(0, 5),
    st.integers(1, 15),
)
def test_one_return_moves_nobody_back_by_more_than_one_place(
    classes: list[str], klass: str, places: int, arrival: int
) -> None:
    """Among people of one kind: how ordinary and priority calls alternate is another rule."""
    late = missed(arrival, klass=klass)
    waiting = [ticket(n, klass=k) for n, k in enumerate(classes, 1) if n != arrival]
    now = moment("T1")
    result = place(late, waiting, now, places)
    equals = {t.id for t in waiting if t.klass == klass}
    before = [each for each in calls(waiting, now, "T1") if each in equals]
    after = [
        each
        for each in calls([*waiting, back(late, result)], now, "T1")
        if each in equals | {late.id}
    ]
    assert [each for each in after if each != late.id] == before
    if klass == "elderly":
        assert after.index(late.id) >= min(places, len(before))


@pytest.mark.parametrize("places", [1, 2, 5, 50])
def test_the_number_of_places_is_the_setting(places: int) -> None:
    others = [ticket(n) for n in range(2, 40)]
    assert place(missed(1), others, moment("T1", "T2"), places).ahead == min(places, 38)


def test_priority_calls_that_are_played_count_as_overtaking() -> None:
    """One of them overtakes the returned person, then that person is next."""
    priority = [ticket(n, klass="elderly") for n in (2, 3, 4)]
    now = moment("T1", run=20, overtakes=1)
    assert place(missed(1), priority, now, places=1) == ReturnPlace(order_of(1), 1)


def test_priority_calls_before_the_return_do_not_count_as_overtaking() -> None:
    past = MemoryFloor()
    earlier = ticket(9, klass="elderly", state=State.FINISHED)
    past.put(earlier)
    past.record_call(earlier, "T1", MILLIS - 300_000)
    now = moment("T1", run=20, overtakes=1)
    waiting = [ticket(n, klass="elderly") for n in (2, 3, 4)]
    assert return_place(missed(1), waiting, past, now, 1) == ReturnPlace(order_of(1), 1)


def test_priority_calls_of_the_day_count_as_overtaking_of_those_who_wait() -> None:
    past = MemoryFloor()
    earlier = ticket(9, klass="elderly", state=State.FINISHED)
    past.put(earlier)
    past.record_call(earlier, "T1", MILLIS - 300_000)
    now = moment("T1", run=20, overtakes=1)
    waiting = [ticket(2), *(ticket(n, klass="elderly") for n in (4, 5))]
    result = return_place(missed(1, klass="elderly"), waiting, past, now, 2)
    assert result == ReturnPlace(order_of(5) + 1, 3)


@pytest.mark.parametrize("windows", [("T1",), ("T1", "T2")])
def test_no_more_calls_are_played_than_a_person_waits_for(windows: tuple[str, ...]) -> None:
    others = [ticket(n) for n in range(2, 200)]
    result = place(missed(1), others, moment(*windows), MOST_PLAYED + 9)
    assert result == ReturnPlace(others[MOST_PLAYED - 1].ord + 1, MOST_PLAYED)


def test_the_play_ends_when_nobody_is_left_to_call() -> None:
    """Two of the three whom the setting asks for wait for other windows."""
    others = [ticket(2), ticket(3, "build-1"), ticket(4, "build-1")]
    assert place(missed(1), others, moment("T1", "T2", "S1")) == ReturnPlace(order_of(2) + 1, 1)
