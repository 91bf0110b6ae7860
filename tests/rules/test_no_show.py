"""No-show: a called person counts as on the way for some seconds and some calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from server.core.errors import HallError
from server.core.settings import Settings
from server.queue.no_show import no_show_from, require_no_show
from server.queue.tickets import Move, State, Ticket

SETTINGS = Settings(no_show_min_calls=2, no_show_min_seconds=60)
CALLED_AT = 1_000_000


def ticket(**changes: Any) -> Ticket:
    """Return a ticket that was called twice."""
    called = Ticket(
        id="20260302-A001",
        day="2026-03-02",
        number="A001",
        token="t",
        queue="tax",
        item="tax-1",
        klass="ordinary",
        level=0,
        lane="tax-1/ordinary",
        ord=1024,
        state=State.CALLED,
        version=1,
        kiosk="K1",
        issued_at=0,
        waiting_since=0,
        first_called_at=CALLED_AT,
        called_at=CALLED_AT,
        call_count=2,
        serving_at=None,
        ended_at=None,
        window="T1",
        staff="1001",
        outcome="",
        note="",
        returns=0,
        transfers=0,
    )
    return replace(called, **changes)


@dataclass(frozen=True)
class Called:
    at: int
    move: str


def call(at: int, move: Move = Move.CALL) -> Called:
    return Called(at, move)


def test_the_time_runs_from_the_last_call() -> None:
    calls = [call(100_000), call(500_000, Move.RESUME)]
    assert no_show_from(SETTINGS, ticket(), calls, 0) == 560_000


def test_a_recall_does_not_start_the_time_anew() -> None:
    calls = [call(100_000), call(500_000, Move.RECALL)]
    assert no_show_from(SETTINGS, ticket(), calls, 0) == 160_000


def test_without_stored_calls_the_tickets_own_time_counts() -> None:
    assert no_show_from(SETTINGS, ticket(), [], 5) == CALLED_AT + 60_000
    assert no_show_from(SETTINGS, ticket(called_at=None), [], 5) == 60_005


def test_after_the_calls_and_the_seconds_the_person_may_be_marked() -> None:
    require_no_show(SETTINGS, ticket(), [call(100_000)], 160_000)


@pytest.mark.parametrize(("calls", "at"), [(2, 159_999), (1, 160_000)])
def test_too_few_calls_or_seconds(calls: int, at: int) -> None:
    with pytest.raises(HallError) as caught:
        require_no_show(SETTINGS, ticket(call_count=calls), [call(100_000)], at)
    assert str(caught.value.code) == "no_show_too_early"
    assert caught.value.data == {"calls": calls, "least": 2, "seconds": 60}


def test_a_call_without_a_stored_time_is_a_call_of_now() -> None:
    with pytest.raises(HallError):
        require_no_show(SETTINGS, ticket(called_at=None), [], 10_000_000)
