"""Numbers that a board asks to prepare: soon, and sure to be called in the board's zone."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from server.core.clock import local
from server.core.settings import Settings
from server.queue.call_candidates import Moment
from server.queue.prepare import to_prepare
from server.queue.routing import WindowSession
from server.queue.turns import Kind, Turn
from server.queue.wait_forecast import Forecast, PresentFloor, forecast
from support.forecast_floor import HALL, NOW, ticket
from support.halls import at

EAST = ("T1", "T2", "G1", "G2")
"""Windows of the east room; tax and its mandates are all there, building is in the west room."""


def prepared(
    minutes: Mapping[int, float],
    *,
    items: Mapping[int, str] | None = None,
    windows: Collection[str] = ("T1", "G1"),
    paused: Collection[str] = (),
    back: Mapping[str, int] | None = None,
    zone: Collection[str] = EAST,
    gone: Collection[str] = (),
    most: int = 9,
    without_turn: Collection[int] = (),
) -> list[str]:
    """Return whom the board asks, given the minutes until the call of each ticket.

    `back`: the times (ms) at which paused windows are expected back.
    """
    waiting = [ticket(n, (items or {}).get(n, "tax-1")) for n in minutes]
    turns = {
        f"t{n}": Turn(Kind.BOTH, n, expected, 2)
        for n, expected in minutes.items()
        if n not in without_turn
    }
    until = back or {}
    sessions = {
        code: WindowSession(code, code, code in paused or code in until, until.get(code))
        for code in windows
    }
    moment = Moment(HALL, Settings(), sessions, local(NOW, "Asia/Shanghai"), NOW)
    return to_prepare(Forecast(moment, waiting, turns, [], {}, {}), zone, gone, most)


def test_the_next_number_is_first() -> None:
    assert prepared({1: 9.0, 2: 3.0, 3: 6.0}) == ["t2", "t3", "t1"]


def test_the_numbers_of_a_played_forecast_are_asked() -> None:
    sessions = {"T1": WindowSession("T1", "T1")}
    moment = Moment(HALL, Settings(), sessions, local(NOW, "Asia/Shanghai"), NOW)
    waiting = [ticket(n, "tax-1") for n in (2, 1, 3)]
    present = PresentFloor(waiting, {}, {}, (), {}, (), lambda *_item: 8.0)
    assert to_prepare(forecast(moment, present), EAST, (), 3) == ["t1", "t2"]


def test_of_two_numbers_called_at_the_same_time_the_senior_one_is_first() -> None:
    assert prepared({3: 4.0, 1: 4.0, 2: 4.0}) == ["t1", "t2", "t3"]


@pytest.mark.parametrize(("minutes", "numbers"), [(12.0, ["t1"]), (12.1, [])])
def test_nobody_is_asked_to_prepare_more_than_twelve_minutes_ahead(
    minutes: float, numbers: list[str]
) -> None:
    assert prepared({1: minutes}) == numbers


def test_a_board_asks_no_more_than_it_has_places_for() -> None:
    assert prepared({1: 1.0, 2: 2.0, 3: 3.0}, most=2) == ["t1", "t2"]


def test_a_number_called_meanwhile_is_not_asked_any_more() -> None:
    assert prepared({1: 1.0, 2: 2.0}, gone={"t1"}) == ["t2"]


def test_a_number_that_no_window_is_going_to_call_is_not_asked() -> None:
    assert prepared({1: 1.0, 2: 2.0}, without_turn={1}) == ["t2"]


def test_a_number_that_another_room_may_call_is_not_asked_here() -> None:
    """A person who goes to the wrong room loses the place."""
    errands = {1: "build-1", 2: "tax-1"}
    assert prepared({1: 1.0, 2: 2.0}, items=errands, windows=("S1", "T1")) == ["t2"]
    assert prepared({1: 1.0}, windows=("T1", "G1"), zone=("T1",)) == []
    assert prepared({1: 1.0}, windows=("T1", "G1"), zone=("T1", "G1")) == ["t1"]


def test_a_window_of_another_room_that_is_soon_back_may_call_the_number() -> None:
    """Its people are not asked to the boards of rooms that never call them."""
    back = {"S1": at(10, 5)}
    assert prepared({1: 5.0}, items={1: "build-1"}, windows=("S1",), back=back) == []
    west = ("S1", "F1")
    assert prepared({1: 5.0}, items={1: "build-1"}, windows=("S1",), back=back, zone=west) == ["t1"]


def test_a_window_of_another_room_paused_for_an_unknown_time_is_no_reason_to_wait() -> None:
    assert prepared({1: 1.0}, windows=("T1", "G1"), paused=("G1",), zone=("T1",)) == ["t1"]


def test_a_window_that_left_the_hall_is_no_reason_to_wait() -> None:
    assert prepared({1: 1.0}, windows=("T1", "X9"), zone=("T1",)) == ["t1"]
