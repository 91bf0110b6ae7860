"""Selection: the tickets that a window may call, the facts of their heads, transfers; the floor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pytest

from server.catalogue.model import Catalogue
from server.core.errors import HallError
from server.core.settings import Settings
from server.queue.call_candidates import Moment, check_target, choose, holds_back, takes
from server.queue.call_order import Choice, Head, Why
from server.queue.memory_floor import MemoryFloor
from server.queue.routing import WindowSession
from server.queue.tickets import State, Ticket, lane, unit_lane, window_lane
from support.halls import MONDAY, catalogue

HALL = catalogue()
NOW = datetime.combine(MONDAY, time(10))
MILLIS = 1_000 * 60_000
SETTINGS = Settings(priority_run=2, overtake_limit=3)


def sessions(*windows: str, paused: Iterable[str] = ()) -> dict[str, WindowSession]:
    return {code: WindowSession(code, f"clerk-{code}", code in paused) for code in windows}


def moment(*staffed: str, hall: Catalogue = HALL) -> Moment:
    return Moment(hall, SETTINGS, sessions(*staffed), NOW, MILLIS)


def ticket(number: int, item: str = "tax-1", queue: str = "tax", **changes: Any) -> Ticket:
    """Return a waiting ticket with a seniority of `number`, ten minutes in the hall."""
    made = Ticket(
        id=f"A{number:03d}",
        day="2026-03-02",
        number=f"A{number:03d}",
        token="t",
        queue=queue,
        item=item,
        klass="ordinary",
        level=0,
        lane=lane(item, "ordinary"),
        ord=number,
        state=State.WAITING,
        version=1,
        kiosk="1",
        issued_at=0,
        waiting_since=MILLIS - 600_000,
        first_called_at=None,
        called_at=None,
        call_count=0,
        serving_at=None,
        ended_at=None,
        window="",
        staff="",
        outcome="",
        note="",
        returns=0,
        transfers=0,
    )
    return replace(made, **changes)


def elderly(number: int, item: str = "tax-1", **changes: Any) -> Ticket:
    """Return a waiting ticket with priority."""
    return ticket(number, item, level=1, klass="elderly", lane=lane(item, "elderly"), **changes)


def floor(*tickets: Ticket) -> MemoryFloor:
    memory = MemoryFloor()
    for each in tickets:
        memory.put(each)
    return memory


def chosen(memory: MemoryFloor, window: str, *staffed: str) -> tuple[str, Choice]:
    """Return the ticket that a window calls and the reason; there is one."""
    choice = choose(memory, moment(window, *staffed), window)
    assert choice is not None
    return choice


# Tickets that a window may call


@pytest.mark.parametrize(
    ("window", "row", "expected"),
    [
        ("T1", ticket(1), True),
        ("S1", ticket(1), False),
        ("G1", ticket(1), True),
        ("G1", ticket(1, "tax-2"), False),
        ("T1", ticket(1, lane=window_lane("T1", "ordinary")), True),
        ("T2", ticket(1, lane=window_lane("T1", "ordinary")), False),
        ("S1", ticket(1, lane=window_lane("S1", "ordinary")), True),
        ("T1", ticket(1, "build-1", lane=unit_lane("tax", "ordinary")), True),
        ("S1", ticket(1, "build-1", lane=unit_lane("tax", "ordinary")), False),
        ("G1", ticket(1, lane=unit_lane("tax", "ordinary")), False),
        ("T1", ticket(1, "gone", lane="gone/ordinary"), True),
        ("S1", ticket(1, "gone", lane="gone/ordinary"), False),
    ],
)
def test_the_tickets_that_a_window_may_call(window: str, row: Ticket, expected: bool) -> None:
    assert takes(HALL, HALL.window_by[window], row, NOW) is expected


def test_a_window_whose_code_begins_like_another_gets_none_of_its_tickets() -> None:
    row = ticket(1, lane=window_lane("T10", "ordinary"))
    assert takes(HALL, HALL.window_by["T1"], row, NOW) is False


def test_a_ticket_is_called_after_closing_time_too() -> None:
    night = datetime.combine(MONDAY, time(23))
    assert takes(HALL, HALL.window_by["T1"], ticket(1), night) is True


def test_an_unknown_window_is_refused() -> None:
    with pytest.raises(HallError) as caught:
        choose(floor(ticket(1)), moment(), "X9")
    assert str(caught.value.code) == "window_unknown"
    assert caught.value.data == {"window": "X9"}


def test_a_window_without_a_ticket_to_call() -> None:
    assert choose(floor(), moment("T1"), "T1") is None
    assert choose(floor(ticket(1)), moment("S1"), "S1") is None


# Heads and choices


def test_the_facts_of_the_chosen_head() -> None:
    number, choice = chosen(floor(ticket(2), ticket(1, "build-1", "build")), "T1")
    assert number == "A002"
    assert choice.head == Head("tax-1/ordinary", "tax", 0, 2, 10.0, 15.0)
    assert (choice.pool, choice.why) == ("tax", (Why.FIRST,))


def test_a_unit_that_left_the_catalogue_has_a_target_of_twenty_minutes() -> None:
    hall = replace(HALL, units=())
    choice = choose(floor(ticket(1)), moment("T1", hall=hall), "T1")
    assert choice is not None
    assert choice[1].head.target == 20


def test_the_pool_of_a_window_for_several_units_is_named_by_all_of_them() -> None:
    windows = [replace(w, units=("tax", "build")) if w.code == "T1" else w for w in HALL.windows]
    hall = replace(HALL, windows=tuple(windows))
    choice = choose(floor(ticket(1)), moment("T1", hall=hall), "T1")
    assert choice is not None
    assert choice[1].pool == "build+tax"


def test_a_ticket_that_was_sent_to_the_window_is_first() -> None:
    sent = ticket(9, lane=window_lane("T1", "ordinary"))
    number, choice = chosen(floor(ticket(1), sent), "T1")
    assert (number, choice.why) == ("A009", (Why.TRANSFERRED,))


def test_a_comprehensive_window_prefers_what_no_specialised_window_serves() -> None:
    social = ticket(9, "social-1", "social", waiting_since=MILLIS)
    memory = floor(ticket(1), social)
    assert chosen(memory, "G1", "T1")[0] == "A009"
    assert chosen(memory, "G1", "T1")[1].head.comprehensive_only is True
    # Without a session at a tax window both depend on it.
    assert chosen(memory, "G1")[0] == "A001"


def test_a_specialised_window_asks_for_no_relief() -> None:
    assert chosen(floor(ticket(1)), "T1")[1].head.comprehensive_only is False
    # Nor for a person sent to it whose errand only comprehensive windows serve.
    sent = ticket(1, "social-1", "social", lane=window_lane("T1", "ordinary"))
    assert chosen(floor(sent), "T1", "G1")[1].head.comprehensive_only is False


def test_an_item_that_left_the_catalogue_needs_no_comprehensive_window() -> None:
    gone = ticket(1, "gone", lane=window_lane("G1", "ordinary"))
    assert chosen(floor(gone), "G1")[1].head.comprehensive_only is False


def test_the_runs_of_the_pool_bound_priority() -> None:
    memory = floor(ticket(1), elderly(2))
    assert chosen(memory, "T1")[0] == "A002"
    memory.set_run("tax", 2)
    assert chosen(memory, "T1")[1].why == (Why.RUN_ENDED,)
    memory.set_run("tax", 1)
    assert chosen(memory, "T1")[1].run == 2


def test_the_runs_bound_priority_at_a_comprehensive_window_too() -> None:
    memory = floor(ticket(1), elderly(2))
    memory.set_run("tax", 2)
    assert chosen(memory, "G1", "T1")[1].why == (Why.RELIEF, Why.RUN_ENDED)


# Overtaking


def called(memory: MemoryFloor, number: int, window: str, at: int = MILLIS - 1) -> None:
    """Call a ticket with priority that is junior to the others."""
    row = elderly(number, state=State.CALLED)
    memory.put(row)
    memory.record_call(row, window, at)


def test_priority_calls_over_a_person_are_counted() -> None:
    memory = floor(ticket(1), elderly(50))
    for number, window in ((10, "T1"), (11, "T2"), (12, "G1")):
        called(memory, number, window)
    ticket_id, choice = chosen(memory, "T1")
    assert (ticket_id, choice.why, choice.head.overtaken) == ("A001", (Why.OVERTAKEN,), 3)


def test_calls_of_windows_that_could_not_have_called_the_person_do_not_count() -> None:
    memory = floor(ticket(1), elderly(50))
    for number in (10, 11, 12):
        called(memory, number, "S1")
    assert chosen(memory, "T1")[0] == "A050"


def test_calls_before_the_person_waited_do_not_count() -> None:
    memory = floor(ticket(1), elderly(50))
    for number in (10, 11, 12):
        called(memory, number, "T1", MILLIS - 600_001)
    assert chosen(memory, "T1")[0] == "A050"
    for number in (13, 14, 15):
        called(memory, number, "T1", MILLIS - 600_000)
    assert chosen(memory, "T1")[0] == "A001"


def test_people_with_priority_are_not_counted() -> None:
    memory = floor(ticket(1), elderly(2))
    for number in (10, 11, 12):
        called(memory, number, "T1")
    memory.put(ticket(1, state=State.CALLED))
    assert chosen(memory, "T1")[1].head.overtaken == 0


def test_without_a_rival_with_priority_nothing_is_counted() -> None:
    memory = floor(ticket(1))
    for number in (10, 11, 12):
        called(memory, number, "T1")
    assert chosen(memory, "T1")[1].head.overtaken == 0


def test_a_removed_item_is_not_counted_and_those_after_it_are() -> None:
    memory = floor(ticket(1, "gone", lane="gone/ordinary"), ticket(2), elderly(50))
    for number in (10, 11, 12):
        called(memory, number, "T1")
    ticket_id, choice = chosen(memory, "T1")
    assert (ticket_id, choice.why) == ("A002", (Why.OVERTAKEN,))


# Floor in memory


def test_the_heads_of_the_lanes_by_seniority() -> None:
    memory = floor(ticket(5), ticket(3), elderly(4), ticket(1, "tax-2"))
    assert [head.id for head in memory.heads()] == ["A001", "A003", "A004"]


def test_a_ticket_that_is_called_makes_room_for_the_next_one() -> None:
    memory = floor(ticket(1), ticket(2), ticket(3))
    memory.put(ticket(2, state=State.CALLED))
    memory.put(ticket(1, state=State.CALLED))
    assert [head.id for head in memory.heads()] == ["A003"]
    memory.put(ticket(3, state=State.CALLED))
    assert memory.heads() == []
    assert memory.ticket("A003").state is State.CALLED


def test_a_ticket_that_waits_again_takes_its_new_lane() -> None:
    memory = floor(ticket(1), ticket(2))
    memory.put(ticket(1, lane=window_lane("T2", "ordinary"), ord=7))
    assert [(head.id, head.lane) for head in memory.heads()] == [
        ("A002", "tax-1/ordinary"),
        ("A001", "@T2/ordinary"),
    ]
    memory.put(ticket(1, state=State.CALLED, ord=7))
    memory.put(ticket(1, ord=1))
    assert [head.id for head in memory.heads()] == ["A001"]


def test_calls_are_counted_by_queue_seniority_and_time() -> None:
    memory = floor()
    for number, queue, at in ((5, "tax", 100), (6, "build", 100), (7, "tax", 99), (3, "tax", 100)):
        row = elderly(number, queue=queue)
        memory.put(row)
        memory.record_call(row, f"W{number}", at)
    assert memory.priority_calls_over("tax", 3, 100) == ["W5"]
    assert memory.priority_calls_over("tax", 2, 99) == ["W5", "W7", "W3"]


def test_only_calls_with_priority_are_stored() -> None:
    memory = floor(ticket(5))
    memory.record_call(ticket(5), "T1", 100)
    assert memory.priority_calls_over("tax", 1, 0) == []


def test_a_pool_without_a_run() -> None:
    memory = floor()
    assert memory.run_of("tax") == 0
    memory.set_run("tax", 2)
    assert (memory.run_of("tax"), memory.run_of("build")) == (2, 0)


# Targets of a transfer

STAFFED = ("T1", "T2", "G1")


def refusal(**targets: Any) -> dict[str, Any]:
    """Return the data of a refused transfer from T1."""
    with pytest.raises(HallError) as caught:
        transfer(**targets)
    assert str(caught.value.code) == "transfer_target"
    return caught.value.data


def transfer(window: str | None = None, item: str | None = None, unit: str | None = None) -> None:
    check_target(moment(*STAFFED), "T1", window, item, unit)


@pytest.mark.parametrize(
    "targets", [{"window": "T2"}, {"item": "tax-2"}, {"item": "social-1"}, {"unit": "tax"}]
)
def test_targets_that_can_call(targets: dict[str, str]) -> None:
    transfer(**targets)


@pytest.mark.parametrize("targets", [{}, {"window": "T2", "item": "tax-1"}])
def test_a_transfer_has_one_target(targets: dict[str, str]) -> None:
    assert refusal(**targets) == {"reason": "one"}


@pytest.mark.parametrize("targets", [{"window": "T1"}, {"window": "X9"}, {"item": "gone"}])
def test_a_transfer_to_an_unknown_target_or_to_itself(targets: dict[str, str]) -> None:
    assert refusal(**targets) == {"reason": "unknown", **targets}


@pytest.mark.parametrize("targets", [{"window": "S1"}, {"item": "build-1"}, {"unit": "build"}])
def test_a_transfer_to_a_target_without_a_session(targets: dict[str, str]) -> None:
    assert refusal(**targets) == {"reason": "nobody", "target": next(iter(targets.values()))}


def test_a_confirmed_transfer_may_go_to_a_window_that_opens_today() -> None:
    """The person waits there for whoever signs in; a window that is closed all day will not do."""

    def confirm(window: str) -> None:
        check_target(moment(*STAFFED), "T1", window, None, None, confirmed=True)

    confirm("S1")
    confirm("T2")
    with pytest.raises(HallError) as caught:
        confirm("F1")
    assert caught.value.data == {"reason": "nobody", "target": "F1"}


# Visits with several errands


def test_nobody_is_called_to_two_windows_at_once() -> None:
    memory = floor(
        ticket(1, visit="A001", state=State.SERVING, window="T2"),
        ticket(2, visit="A001"),
        ticket(3),
    )
    assert chosen(memory, "T1", "T2")[0] == "A003"
    assert memory.busy_visits() == {"A001"}


def test_a_ticket_held_back_keeps_its_place_until_the_other_is_finished() -> None:
    first = ticket(1, visit="A001", state=State.CALLED, window="T2")
    memory = floor(first, ticket(2, visit="A001"), ticket(3))
    memory.put(replace(first, state=State.FINISHED))
    assert chosen(memory, "T1", "T2")[0] == "A002"
    for waiting_elsewhere in (State.HELD, State.MISSED):
        memory.put(replace(first, state=waiting_elsewhere))
        assert chosen(memory, "T1", "T2")[0] == "A002"


def test_a_window_whose_only_person_is_at_another_one_calls_nobody() -> None:
    memory = floor(ticket(1, visit="A001", state=State.CALLED), ticket(2, visit="A001"))
    assert choose(memory, moment("T1", "T2"), "T1") is None
    assert holds_back(memory, moment("T1", "T2"), "T1") is True
    assert holds_back(memory, moment("T1", "S1"), "S1") is False
    assert holds_back(floor(ticket(1), ticket(2)), moment("T1"), "T1") is False


def test_people_sent_to_a_window_are_held_back_too() -> None:
    sent = ticket(2, lane=window_lane("T1", "ordinary"), visit="A001")
    memory = floor(ticket(1, visit="A001", state=State.SERVING, window="T2"), sent)
    assert choose(memory, moment("T1", "T2"), "T1") is None
