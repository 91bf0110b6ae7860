"""Routing while windows are away: pauses, the midday break, and who waits for which window.

The small hall is open from 8:30 to 12:00 and from 14:30 to 17:30. Tax has the windows T1 and T2,
and G1 and G2 by a mandate.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

import pytest

from server.catalogue.model import OpenLine, Scope
from server.core.clock import instant
from server.core.errors import HallError
from server.core.settings import Settings
from server.queue import routing
from server.queue.routing import Delay, DelayReason, WindowSession
from support.small_routes import (
    HALL,
    SETTINGS,
    TAX,
    moment,
    refusal,
    route,
    sessions,
    with_hours,
)


def paused(**until: datetime | None) -> dict[str, WindowSession]:
    """Return paused sessions with their expected return."""
    return {
        code: WindowSession(code, "", paused=True, until=ms(back)) for code, back in until.items()
    }


def ms(when: datetime | None) -> int | None:
    return None if when is None else instant(when, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("staffed", "until"),
    [
        (paused(T1=moment(10, 40), G1=None), moment(10, 40)),
        (paused(T1=moment(10, 40), G1=moment(10, 20)), moment(10, 20)),
        (paused(T1=None), None),
        (paused(T1=moment(9, 50)), None),  # overdue
        (paused(T1=moment(12, 10)), moment(14, 30)),  # back in the break
    ],
)
def test_paused_windows_do_not_stop_the_numbers(
    staffed: dict[str, WindowSession], until: datetime | None
) -> None:
    answer = route(staffed=staffed)
    assert answer.now == tuple(staffed)
    assert answer.delay == Delay(DelayReason.PAUSE, ms(until))


def test_one_window_that_calls_is_no_delay() -> None:
    assert route(staffed=sessions("T1", "T2", paused=["T1"])).delay is None


def test_windows_that_are_not_back_today_give_no_numbers() -> None:
    staffed = paused(T1=moment(18), T2=moment(17, 30))
    assert refusal(now=moment(16), staffed=staffed) == ("all_paused", {"windows": ["T1", "T2"]})


def test_the_midday_break_does_not_stop_the_numbers() -> None:
    settings = Settings(break_ticket_minutes=240)
    for now in (moment(11, 50), moment(12), moment(13)):
        answer = routing.route(HALL, "tax-1", now, sessions("T2"), settings)
        assert (answer.now, answer.closes) == (("T2",), moment(17, 30))
        assert answer.delay == Delay(DelayReason.MIDDAY, ms(moment(14, 30)))
        assert answer.today == TAX
    assert routing.route(HALL, "tax-1", moment(13), {}, settings).now == TAX
    assert routing.route(HALL, "tax-1", moment(11), sessions("T2"), settings).delay is None
    with pytest.raises(HallError):
        routing.route(HALL, "tax-1", moment(17, 16), sessions("T2"), settings)


WAITING = [
    (moment(10), sessions("T1", "T2", paused=["T2"]), ("T1",), None),
    (moment(11, 55), sessions("T1"), ("T1",), None),  # after the last ticket
    (moment(13), sessions("T1"), ("T1",), (DelayReason.MIDDAY, moment(14, 30))),
    (moment(13), {}, ("T1", "T2"), (DelayReason.MIDDAY, moment(14, 30))),
    (moment(12), sessions("T1"), ("T1",), (DelayReason.MIDDAY, moment(14, 30))),
    (moment(14, 30), {}, (), None),
    (moment(15), {}, (), None),
    (moment(8), sessions("T1"), ("T1",), None),
    (moment(8), {}, (), None),
    (moment(18), sessions("T1"), ("T1",), None),
    (moment(10), paused(T1=moment(10, 20)), ("T1",), (DelayReason.PAUSE, moment(10, 20))),
    (moment(13), paused(T1=None), ("T1",), (DelayReason.PAUSE, moment(14, 30))),
    (moment(18), paused(T1=None), ("T1",), (DelayReason.PAUSE, None)),
]


@pytest.mark.parametrize(("now", "staffed", "windows", "delay"), WAITING)
def test_windows_that_call_for_people_who_wait(
    now: datetime,
    staffed: dict[str, WindowSession],
    windows: tuple[str, ...],
    delay: tuple[DelayReason, datetime | None] | None,
) -> None:
    expected = Delay(delay[0], ms(delay[1])) if delay else None
    answer = routing.delayed(HALL, "tax-1", ["T1", "T2"], now, staffed, SETTINGS)
    assert answer == (windows, expected)


def test_in_the_break_the_window_that_stays_open_calls_for_people_who_wait() -> None:
    late = with_hours(OpenLine(Scope.WINDOW, "T1", frozenset({1}), time(9), time(13)))
    now = moment(12, 30)
    staffed = sessions("T1", "T2")
    answer = routing.delayed(late, "tax-1", ["T1", "T2"], now, staffed, SETTINGS)
    assert answer == (("T1",), None)
    # While both are paused it is the first to come back; the other one has its break.
    until = paused(T1=moment(12, 45), T2=moment(12, 45))
    answer = routing.delayed(late, "tax-1", ["T1", "T2"], now, until, SETTINGS)
    assert answer == (("T1", "T2"), Delay(DelayReason.PAUSE, ms(moment(12, 45))))


AFTERNOON = with_hours(OpenLine(Scope.ITEM, "tax-1", frozenset({1}), time(15), time(16)))
"""The hall where an item is served for an hour of the afternoon only."""


def test_paused_windows_are_back_for_an_item_within_its_own_hours() -> None:
    now = moment(14, 35)
    for back, until in ((moment(15, 10), moment(15, 10)), (moment(14, 40), moment(15))):
        answer = routing.delayed(AFTERNOON, "tax-1", ["T1"], now, paused(T1=back), SETTINGS)
        assert answer == (("T1",), Delay(DelayReason.PAUSE, ms(until)))
    late = paused(T1=moment(16, 10))
    assert refusal(now=moment(15, 20), staffed=late, hall=AFTERNOON)[0] == "all_paused"
    assert route(now=moment(15, 20), staffed=paused(T1=moment(15, 50)), hall=AFTERNOON).delay == (
        Delay(DelayReason.PAUSE, ms(moment(15, 50)))
    )


def test_people_wait_until_the_hours_of_their_item() -> None:
    early = OpenLine(Scope.ITEM, "tax-1", frozenset({1}), time(9), time(10))
    hall = replace(AFTERNOON, hours=(*AFTERNOON.hours, early))
    answer = routing.delayed(hall, "tax-1", ["T1"], moment(11), sessions("T1"), SETTINGS)
    assert answer == (("T1",), Delay(DelayReason.MIDDAY, ms(moment(15))))


def test_a_pause_by_the_office_is_told_apart_from_that_of_a_clerk() -> None:
    by_office = {
        code: WindowSession(code, "", paused=True, until=ms(moment(10, 30)), office=True)
        for code in ("T1", "T2")
    }
    assert route(staffed=by_office).delay == Delay(DelayReason.HALL, ms(moment(10, 30)))
    mixed = by_office | paused(T2=moment(10, 20))
    assert route(staffed=mixed).delay == Delay(DelayReason.PAUSE, ms(moment(10, 20)))
