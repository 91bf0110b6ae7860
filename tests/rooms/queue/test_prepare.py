"""Numbers that a board asks to prepare: the next ones, and only those whose windows are sure."""

from __future__ import annotations

from display.board import board
from server.queue import snapshot
from server.queue.forecasts import Forecasts
from server.queue.prepare import to_prepare
from support.halls import SmallHall


def _prepare(small: SmallHall, zone: str) -> list[str]:
    forecast = Forecasts.of(small.ctx).current().forecast
    return board(snapshot.take(small.ctx), zone, forecast).prepare


def test_a_board_asks_the_next_numbers_of_its_own_windows(small: SmallHall) -> None:
    small.sign_in("T1", "S1")
    tax = [small.issue("tax-1").number for _ in range(3)]
    build = small.issue("build-1").number
    assert _prepare(small, "east") == []
    small.configure(prepare_numbers=2)
    assert _prepare(small, "east") == tax[:2]
    assert _prepare(small, "west") == [build]
    small.call("T1")
    assert tax[0] not in _prepare(small, "main")


def test_nobody_is_sent_to_a_board_whose_windows_are_not_sure(small: SmallHall) -> None:
    small.sign_in("T1", "G1")
    either, only = small.issue("tax-1"), small.issue("tax-2")
    forecast = Forecasts.of(small.ctx).current().forecast
    assert to_prepare(forecast, {"T1"}, (), 3) == [only.id]
    assert to_prepare(forecast, {"T1", "G1"}, (), 3) == [either.id, only.id]
    assert to_prepare(forecast, {"T1", "G1"}, {either.id}, 3) == [only.id]
