"""Keys of a keypad: they do what the page's buttons do, for the person signed in at the window."""

from __future__ import annotations

import pytest

from counters.keypad import FUNCTIONS, press
from server.core.errors import CommonCode, HallError
from server.queue import ticket_queries, window_session_queries
from server.queue.errors import QueueCode
from server.queue.settings import CounterSettings
from server.queue.tickets import State
from server.queue.window_session_queries import StoredSession
from support.halls import SmallHall


def _press(small: SmallHall, function: str, digits: str = "", window: str = "T1") -> None:
    press(small.ctx, window, function, small.key(), digits)


def _state(small: SmallHall, ticket: str) -> State:
    return small.ticket(ticket).state


def test_call_start_and_next_again(small: SmallHall) -> None:
    small.sign_in("T1")
    first, second = small.issue("tax-1").id, small.issue("tax-1").id
    _press(small, "call_next")
    assert _state(small, first) is State.CALLED
    _press(small, "start")
    assert _state(small, first) is State.SERVING
    _press(small, "call_next")
    assert (_state(small, first), _state(small, second)) == (State.FINISHED, State.CALLED)
    _press(small, "start")
    _press(small, "finish")
    assert _state(small, second) is State.FINISHED


def test_the_call_key_does_not_finish_a_ticket_that_was_just_called(small: SmallHall) -> None:
    """Keep a called ticket when the call key is pressed twice in a row.

    Two calls in a row finished a person who had not come, as if served.
    """
    small.sign_in("T1")
    first, second = small.issue("tax-1").id, small.issue("tax-1").id
    _press(small, "call_next")
    _press(small, "call_next")  # an impatient finger
    assert small.ticket(first).call_count == 1
    small.clock.advance(seconds=5)
    _press(small, "call_next")
    assert small.ticket(first).call_count == 2
    assert _state(small, first) is State.CALLED
    assert _state(small, second) is State.WAITING
    # A clerk with a keypad only finishes a service by it, once the person had the time to come.
    small.clock.advance(seconds=small.ctx.settings().of(CounterSettings).no_show_min_seconds)
    _press(small, "call_next")
    assert (_state(small, first), _state(small, second)) == (State.FINISHED, State.CALLED)


def test_the_same_press_reported_twice_recalls_once(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1").id
    _press(small, "call_next")
    small.clock.advance(seconds=5)
    for _ in range(2):
        press(small.ctx, "T1", "call_next", "one-press")
    assert small.ticket(ticket).call_count == 2


def test_keys_requeue_the_called_ticket_and_resume_the_held_one(
    small: SmallHall,
) -> None:
    small.sign_in("T1")
    first, second = small.issue("tax-1").id, small.issue("tax-1").id
    with pytest.raises(HallError) as caught:
        _press(small, "resume")
    assert caught.value.code is QueueCode.WINDOW_IDLE
    _press(small, "call_next")
    _press(small, "hold")
    _press(small, "call_next")
    _press(small, "requeue")
    assert (_state(small, first), _state(small, second)) == (State.HELD, State.WAITING)
    _press(small, "resume")
    assert _state(small, first) is State.CALLED
    with pytest.raises(HallError) as caught:
        _press(small, "requeue", window="T2")
    assert caught.value.code is QueueCode.WINDOW_NOT_SIGNED_IN


def test_recall_and_no_show(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1").id
    _press(small, "call_next")
    _press(small, "recall")
    assert small.ticket(ticket).call_count == 2
    small.clock.advance(seconds=60)
    _press(small, "no_show")
    assert _state(small, ticket) is State.MISSED


def test_hold_and_call_back(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1").id
    _press(small, "call_next")
    _press(small, "hold")
    assert _state(small, ticket) is State.HELD
    _press(small, "hold")
    assert _state(small, ticket) is State.CALLED


def test_one_key_pauses_and_resumes(small: SmallHall) -> None:
    small.sign_in("T1")
    for paused in (True, False):
        _press(small, "pause")
        row = small.ctx.read(lambda c: window_session_queries.session(c, "small", "T1"))
        assert row is not None
        assert (row.paused_at is not None) is paused


def test_the_pause_key_pauses_after_the_present_person(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    waiting = small.issue("tax-1")
    _press(small, "call_next")

    def session() -> StoredSession:
        row = small.ctx.read(lambda c: window_session_queries.session(c, "small", "T1"))
        assert row is not None
        return row

    for reason in ("other", "", "other"):
        _press(small, "pause")
        assert (session().pause_next, session().paused_at) == (reason, None)
    _press(small, "start")
    _press(small, "call_next")  # ends the service, and calls nobody
    assert session().paused_at == small.clock.now()
    assert _state(small, waiting.id) is State.WAITING


def test_transfer_to_the_window_typed(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    ticket = small.issue("tax-1").id
    _press(small, "call_next")
    with pytest.raises(HallError) as caught:
        _press(small, "transfer", "99")
    assert caught.value.code is QueueCode.TRANSFER_TARGET
    _press(small, "transfer", "2")
    assert small.call("T2").id == ticket


def test_the_same_press_again_calls_nobody_else(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    small.issue("tax-1")
    for _ in range(2):
        press(small.ctx, "T1", "call_next", "the-same-press")
    waiting = small.ctx.read(lambda c: ticket_queries.waiting_by_lane(c, "small"))
    assert [row.waiting for row in waiting] == [1]


def test_keys_need_somebody_at_the_window(small: SmallHall) -> None:
    for function in FUNCTIONS:
        with pytest.raises(HallError) as caught:
            _press(small, function)
        assert caught.value.code is QueueCode.WINDOW_NOT_SIGNED_IN
    with pytest.raises(HallError) as caught:
        _press(small, "dance")
    assert caught.value.code is CommonCode.INVALID
