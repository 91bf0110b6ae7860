"""Forecast of turns: who is ahead, given who sits where and who is expected to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

import pytest

from server.catalogue.model import OpenLine, Scope
from server.core.clock import local
from server.core.settings import Settings
from server.queue.routing import WindowSession
from server.queue.settings import NumberSettings
from server.queue.tickets import Ticket, lane, window_lane
from server.queue.turns import Kind, Turn, not_before
from server.queue.wait_forecast import (
    NEXT_CALL_MINUTES,
    OVERDUE_MINUTES,
    PresentFloor,
    PriorityCall,
    forecast,
)
from support.forecast_floor import HALL, MINUTES, NOW, floor, moment, ticket, turns
from support.halls import at

LIMIT = NumberSettings().overtake_limit


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
    for paused in ("T1", "T2"):
        by_ticket = turns(("T1", "T2"), floor(waiting), paused=(paused,))
        assert by_ticket["t2"].windows == 1
        assert by_ticket["t2"].minutes == MINUTES + NEXT_CALL_MINUTES


def test_a_paused_window_calls_from_its_return_on() -> None:
    back = WindowSession("T1", "T1", paused=True, until=NOW + 20 * 60_000)
    played = forecast(
        replace(moment(()), sessions={"T1": back}), floor([ticket(1, "tax-1"), ticket(2, "tax-1")])
    )
    assert [(t.ahead, t.minutes, t.delay) for t in played.turns.values()] == [
        (0, 20.0, 20.0),
        (1, 20.0 + MINUTES + NEXT_CALL_MINUTES, 20.0),
    ]
    newcomer = played.newcomer(HALL.item_by["tax-1"], 0)
    assert newcomer is not None
    assert (newcomer.ahead, newcomer.delay) == (2, 20.0)
    overdue = replace(back, until=NOW - 60_000)
    late = forecast(replace(moment(()), sessions={"T1": overdue}), floor([ticket(1, "tax-1")]))
    assert late.turns["t1"].minutes == OVERDUE_MINUTES


def test_a_window_that_works_on_is_not_in_the_midday_break() -> None:
    noon = at(13, 30)
    here = replace(moment(("T1", "T2")), now=local(noon, "Asia/Shanghai"), millis=noon)
    waiting = [ticket(1, "tax-1"), ticket(2, "tax-1")]
    by_ticket = forecast(here, floor(waiting)).turns
    assert [by_ticket[t].minutes for t in ("t1", "t2")] == [60.0, 60.0]
    by_ticket = forecast(here, floor(waiting, {"T2": noon})).turns
    assert by_ticket["t1"].minutes < MINUTES + NEXT_CALL_MINUTES
    assert by_ticket["t1"].delay == 0.0


def test_nobody_is_called_before_the_windows_are_back() -> None:
    turn = Turn(Kind.SPECIALISED, 1, 12.0, 1, delay=5.0)
    assert not_before(turn, 5.0) == turn
    assert not_before(turn, 10.0) == replace(turn, delay=10.0)
    assert not_before(turn, 30.0) == replace(turn, minutes=30.0, delay=30.0)
    nobody = Turn(Kind.SPECIALISED, 1, 12.0, 0)
    assert not_before(nobody, 30.0) == replace(nobody, minutes=42.0, delay=30.0)


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


# Newcomers


def newcomer(
    windows: Sequence[str],
    present: PresentFloor,
    item: str = "tax-1",
    level: int = 0,
    paused: Sequence[str] = (),
) -> Turn:
    """Return the turn of a person who takes a number now; there is one."""
    turn = forecast(moment(windows, paused), present).newcomer(HALL.item_by[item], level)
    assert turn is not None
    return turn


def test_each_errand_and_class_has_a_newcomer_of_its_own() -> None:
    waiting = [ticket(n, "tax-1") for n in range(1, 4)]
    present = forecast(moment(("T1", "S1")), floor(waiting, {"T1": NOW, "S1": NOW}))
    ahead = [
        (turn.ahead, turn.kind)
        for item, level in (("tax-1", 0), ("build-1", 0), ("tax-1", 1))
        if (turn := present.newcomer(HALL.item_by[item], level)) is not None
    ]
    assert ahead == [(3, Kind.SPECIALISED), (0, Kind.SPECIALISED), (0, Kind.PRIORITY)]


def test_a_newcomer_is_told_how_many_of_those_ahead_have_priority() -> None:
    waiting = [ticket(1, "tax-1"), ticket(2, "tax-1", "elderly"), ticket(3, "tax-1", "elderly")]
    present = floor(waiting, {"T1": NOW, "T2": NOW})
    ordinary = newcomer(("T1", "T2"), present)
    assert (ordinary.ahead, ordinary.priority_ahead) == (3, 2)
    elderly = newcomer(("T1", "T2"), present, level=1)
    # After two with priority in a row the ordinary person is called.
    assert (elderly.ahead, elderly.priority_ahead) == (3, 0)


def test_a_free_window_calls_a_newcomer_at_once_whatever_others_would_do() -> None:
    present = floor([ticket(1, "social-1")], {"G1": NOW})
    assert newcomer(("T1", "G1"), present) == Turn(Kind.BOTH, 0, 0.0, 2)


def test_a_newcomer_is_next_only_if_whichever_window_calls_first_calls_the_newcomer() -> None:
    """G1 would relieve social first, so the newcomer is not next, although T1 is free before it."""
    waiting = [ticket(1, "social-1", since=NOW - 600_000)]
    present = replace(floor(waiting, {"T1": NOW, "G1": NOW}), serving={"T1": 1.0, "G1": 9.0})
    for windows in (("T1", "G1"), ("T1", "G1", "S1")):
        turn = newcomer(windows, present, paused=("S1",))
        assert (turn.ahead, turn.minutes) == (1, 0.75 + NEXT_CALL_MINUTES)
    alone = newcomer(("T1", "G1"), replace(present, waiting=[]))
    assert (alone.ahead, alone.minutes) == (0, 0.75 + NEXT_CALL_MINUTES)


def test_a_newcomer_with_priority_is_next_in_its_own_queue() -> None:
    """At T1, and at G1, which relieves tax: an ordinary person is there for tax only."""
    present = floor([ticket(1, "tax-1", since=NOW - 30_000)], {"T1": NOW, "G1": NOW})
    assert newcomer(("T1", "G1"), present, level=1).ahead == 0
    # Social's person has waited for longer, measured by what its unit promises: G1 helps there.
    social = ticket(2, "social-1", since=NOW - 6_000)
    present = floor([social], {"T1": NOW, "G1": NOW})
    assert newcomer(("T1", "G1", "S1"), present, level=1, paused=("S1",)).ahead == 1


def test_what_only_a_general_window_serves_comes_before_its_relief_of_others() -> None:
    present = floor([ticket(1, "tax-1", since=NOW - 600_000)], {"T1": NOW, "G1": NOW})
    assert newcomer(("T1", "G1"), present, "social-1").ahead == 0
    assert newcomer(("T1", "G1", "S1"), present, "social-1", paused=("S1",)).ahead == 1


# Relief by comprehensive windows

RELIEVING = ("G1", "T1", "S1")
"""G1 calls for tax and for social; T1 and S1 are paused, which makes it no window's own work."""


def relieved(
    waiting: Sequence[Ticket], lately: Sequence[Ticket] = (), *, busy: bool = False
) -> dict[str, Turn]:
    """Return the turns of people whom only G1 calls, to relieve the queue that is worst off."""
    present = floor(waiting, {"G1": NOW} if busy else {}, lately=lately)
    return turns(RELIEVING, present, paused=("T1", "S1"))


def minutes_ago(minutes: float) -> int:
    return NOW - round(minutes * 60_000)


def test_the_queue_that_waits_longest_for_its_target_is_relieved_as_time_goes_on() -> None:
    """Tax promises five minutes and social forty: soon after ten o'clock tax is worse off."""
    tax, social = ticket(2, "tax-1", since=minutes_ago(1)), ticket(1, "social-1")
    now_better = replace(tax, waiting_since=minutes_ago(0.5))
    longer = replace(social, waiting_since=minutes_ago(5))
    by_ticket = relieved([longer, now_better])
    assert by_ticket["t1"].minutes < by_ticket["t2"].minutes
    by_ticket = relieved([replace(social, waiting_since=minutes_ago(7)), tax])
    assert by_ticket["t2"].minutes < by_ticket["t1"].minutes
    # While G1 is busy tax gets worse off than social.
    by_ticket = relieved([longer, now_better], busy=True)
    assert by_ticket["t2"].minutes < by_ticket["t1"].minutes
    # But social's person is the one whom G1 would call at this moment.
    assert (by_ticket["t2"].ahead, by_ticket["t1"].ahead) == (1, 1)


def test_a_newcomer_is_relieved_by_what_the_unit_promises_as_others_are() -> None:
    """When G1 is free social's person has waited for eighteen minutes, the newcomer for eight."""
    present = floor([ticket(1, "social-1", since=minutes_ago(10))], {"G1": NOW})
    free = MINUTES * 0.75 + NEXT_CALL_MINUTES
    assert newcomer(RELIEVING, present, "tax-1", paused=("T1", "S1")).minutes == free
    later = newcomer(RELIEVING, present, "social-1", paused=("T1", "S1"))
    assert later.minutes == free + MINUTES + NEXT_CALL_MINUTES


def test_who_is_expected_to_come_has_waited_from_then_on() -> None:
    waiting = [ticket(n, "social-1") for n in (1, 2, 3)]
    expected = replace(ticket(90, "tax-1"), waiting_since=minutes_ago(50))
    length = MINUTES + NEXT_CALL_MINUTES
    by_ticket = relieved(waiting, [expected])
    assert [by_ticket[f"t{n}"].minutes for n in (1, 2, 3)] == pytest.approx(
        [0.0, length, 3 * length]
    )


def test_who_took_a_number_exactly_an_hour_ago_is_expected_now() -> None:
    expected = replace(ticket(90, "tax-1", "elderly"), waiting_since=minutes_ago(60))
    by_ticket = turns(("T1",), floor([ticket(1, "tax-1")], lately=[expected]))
    assert by_ticket["t1"].minutes == MINUTES + NEXT_CALL_MINUTES


# Bounds of priority


def overtaken(*calls: PriorityCall, item: str = "tax-1") -> bool:
    """Return True if the calls keep somebody with priority from overtaking a person once more."""
    waiting = [ticket(5, item, since=NOW - 1000), ticket(99, "tax-1", "elderly")]
    present = floor(waiting, {"T1": NOW}, calls)
    by_ticket = forecast(moment(("T1",), settings=Settings(overtake_limit=1)), present).turns
    return by_ticket["t5"].minutes < by_ticket["t99"].minutes


def test_a_priority_call_counts_for_those_whom_it_overtook() -> None:
    call = PriorityCall(NOW - 1000, "tax", 6, "T1")
    assert overtaken(call)
    assert overtaken(replace(call, window="G1")), "it could have called the person"
    assert not overtaken(replace(call, window="S1"))
    assert not overtaken(replace(call, window="G1"), item="tax-2"), "no mandate"
    assert not overtaken(replace(call, at=NOW - 1001)), "before the person came"
    assert not overtaken(replace(call, order=4)), "it had come earlier"
    assert not overtaken(replace(call, queue="build"))


BOUND = Settings(priority_run=9, overtake_limit=2)


def test_people_are_overtaken_so_often_and_no_more() -> None:
    waiting = [ticket(1, "tax-1"), *(ticket(n, "tax-1", "elderly") for n in (2, 3, 4, 5))]
    by_ticket = forecast(moment(("T1",), settings=BOUND), floor(waiting)).turns
    assert sorted(by_ticket, key=lambda t: by_ticket[t].minutes) == ["t2", "t3", "t1", "t4", "t5"]


def test_ordinary_people_who_go_first_overtake_nobody() -> None:
    """T1 calls two others while a person is at S1; then priority comes and goes before as ever."""
    away, *others = [ticket(n, "tax-1") for n in (1, 2, 3)]
    expected = replace(ticket(90, "tax-1", "elderly"), waiting_since=minutes_ago(39))
    present = replace(
        floor([replace(away, visit="v"), *others], {"S1": NOW}, lately=[expected]),
        visits={"v": "S1"},
        serving={"S1": 20.0},
    )
    by_ticket = forecast(moment(("T1", "S1"), settings=BOUND), present).turns
    length = MINUTES + NEXT_CALL_MINUTES
    assert [by_ticket[f"t{n}"].minutes for n in (1, 2, 3)] == pytest.approx([3 * length, 0, length])


# People and windows that are not as usual


def test_nobody_is_told_to_be_next_whom_one_of_the_windows_would_pass_by() -> None:
    """T1 is free within a minute; G1 would call for social first."""
    waiting = [ticket(1, "social-1"), ticket(2, "tax-1")]
    present = replace(floor(waiting, {"T1": NOW, "G1": NOW}), serving={"T1": 0.0, "G1": 9.0})
    turn = turns(("T1", "G1"), present)["t2"]
    assert (turn.ahead, turn.minutes) == (1, NEXT_CALL_MINUTES)


def test_the_windows_of_the_unit_call_for_an_item_that_was_removed() -> None:
    gone = replace(ticket(1, "tax-1"), item="gone", lane=lane("gone", "ordinary"))
    by_ticket = turns(("S1", "T1", "G1"), floor([gone]))
    assert by_ticket["t1"] == Turn(Kind.SPECIALISED, 0, 0.0, 1)


def test_a_window_that_was_removed_calls_nobody_and_stops_nobody() -> None:
    by_ticket = turns(("X9", "T1"), floor([ticket(1, "tax-1")]))
    assert by_ticket["t1"] == Turn(Kind.SPECIALISED, 0, 0.0, 1)


def test_a_second_errand_begins_when_the_window_of_the_first_is_through() -> None:
    """Of two windows of a unit, the one that began last ends last."""
    second = replace(ticket(1, "build-1"), visit="v")
    for window, rest in (("T1", 0.5), ("T2", 1.5)):
        present = replace(floor([second], {"T1": NOW - 1, "T2": NOW}), visits={"v": window})
        by_ticket = turns(("T1", "T2", "S1"), present)
        assert by_ticket["t1"].minutes == pytest.approx(MINUTES * 0.75 * rest)


def test_a_window_with_hours_of_its_own_has_a_break_of_its_own() -> None:
    own = [
        OpenLine(Scope.WINDOW, "T1", frozenset({1}), time(opens), time(closes))
        for opens, closes in ((8, 9), (11, 17))
    ]
    hall = replace(HALL, hours=(*HALL.hours, *own))
    here = replace(moment(("T1",)), catalogue=hall)
    assert forecast(here, floor([ticket(1, "tax-1")])).turns["t1"].minutes == 60.0


def test_a_forecast_lets_others_run_at_its_start_and_every_sixteen_calls() -> None:
    breaths: list[int] = []
    waiting = [ticket(n, "tax-1") for n in range(40)]
    present = moment(("T1",))
    forecast(present, floor([]), lambda: breaths.append(1))
    assert len(breaths) == 1
    forecast(present, floor(waiting), lambda: breaths.append(1))
    assert len(breaths) == 1 + 3


# Visits with several errands


def test_two_errands_of_one_person_are_not_called_at_once() -> None:
    first, second = (replace(ticket(n, "tax-1"), visit="v") for n in (1, 2))
    by_ticket = turns(("T1", "T2"), floor([first, second, ticket(3, "tax-1")]))
    assert by_ticket["t1"].minutes == by_ticket["t3"].minutes == 0
    # The window is free a moment later; nobody else is before the second errand.
    assert by_ticket["t2"].minutes == MINUTES + NEXT_CALL_MINUTES


def test_a_person_at_a_window_is_expected_at_the_other_one_after_it() -> None:
    second = replace(ticket(2, "build-1"), visit="v")
    present = replace(floor([second, ticket(3, "build-1")], {"T1": NOW}), visits={"v": "T1"})
    by_ticket = turns(("S1", "T1"), present)
    assert by_ticket["t3"] == Turn(Kind.SPECIALISED, 0, 0.0, 1)
    assert by_ticket["t2"].minutes == MINUTES + NEXT_CALL_MINUTES
    alone = turns(("S1", "T1"), replace(present, waiting=[second]))
    assert alone["t2"].minutes == pytest.approx(MINUTES * 0.75)
    # Nobody at the counter knows when a window is free whose clerk has paused it.
    paused = turns(("S1", "T1"), replace(present, waiting=[second]), paused=("T1",))
    assert paused["t2"].minutes == pytest.approx(MINUTES * 0.75)
