"""Chosen calls and the next numbers at a window: rights, reasons, and what the office sees."""

from __future__ import annotations

import json

import pytest

from server.core.errors import CommonCode, ErrorCode, HallError
from server.queue import call_queries, chosen_calls, ticket_queries, window_session_queries
from server.queue.call_candidates import Moment
from server.queue.errors import QueueCode
from server.queue.stored_floor import StoredFloor
from server.queue.tickets import Ticket
from support.halls import STAFF, SmallHall


def _choose(
    small: SmallHall, ticket: Ticket, reason: str = "unwell", text: str = "", window: str = "T1"
) -> str:
    clerk, number = small.clerk(window), ticket.number.lower()
    return chosen_calls.call_chosen(small.ctx, clerk, small.key(), window, number, reason, text)


def _refused(code: ErrorCode, small: SmallHall, ticket: Ticket, reason: str = "unwell") -> None:
    with pytest.raises(HallError) as caught:
        _choose(small, ticket, reason)
    assert caught.value.code is code


def _next(small: SmallHall, window: str, most: int = 9) -> list[str]:
    ctx = small.ctx
    seats = ctx.read(lambda c: window_session_queries.sessions(c, "small"))
    now, sessions = ctx.clock.now(), window_session_queries.for_rules(seats)
    moment = Moment(ctx.catalogue(), ctx.settings(), sessions, ctx.local(now), now)
    return ctx.read(
        lambda c: chosen_calls.next_tickets(
            StoredFloor(c, "small", "2026-03-02"),
            ticket_queries.waiting(c, "small"),
            moment,
            window,
            most,
        )
    )


def test_a_window_calls_a_chosen_number_with_its_reason(small: SmallHall) -> None:
    small.configure(chosen_calls="on")
    small.sign_in("T1")
    tickets = [small.issue("tax-1") for _ in range(3)]
    assert _choose(small, tickets[2], "other", "行动不便") == tickets[2].id
    stored = small.ticket(tickets[2].id)
    assert (stored.state, stored.window, stored.staff) == ("called", "T1", STAFF["T1"])
    calls = small.ctx.read(lambda c: call_queries.calls_of(c, "small", stored.id))
    assert json.loads(calls[0].why)["codes"] == ["chosen"]
    day = small.ctx.read(lambda c: chosen_calls.chosen_calls(c, "small", "2026-03-02"))
    assert [(c.ticket, c.window, c.reason, c.note) for c in day] == [
        (stored.id, "T1", "other", "行动不便")
    ]
    _refused(QueueCode.WINDOW_BUSY, small, tickets[0])


def test_what_stands_against_a_chosen_call(small: SmallHall) -> None:
    small.sign_in("T1", "S1")
    mine, other = small.issue("tax-1"), small.issue("build-1")
    _refused(QueueCode.CHOSEN_OFF, small, mine)
    small.configure(chosen_calls="on")
    _refused(QueueCode.CHOSEN_NOT_SERVED, small, other)
    _refused(CommonCode.REASON_REQUIRED, small, mine, "other")
    small.serve("T1")
    _refused(QueueCode.MOVE_NOT_ALLOWED, small, mine)


def test_the_next_numbers_are_those_that_the_window_then_calls(small: SmallHall) -> None:
    small.configure(priority_run=1)
    small.sign_in("T1", "S1")
    for klass in ("ordinary", "ordinary", "elderly", "elderly", "ordinary"):
        small.issue("tax-1", klass)
        small.issue("build-1", klass)
    foreseen = _next(small, "T1")
    assert _next(small, "T1", 2) == foreseen[:2]
    assert [small.serve("T1").id for _ in foreseen] == foreseen
    assert len(foreseen) == 5
