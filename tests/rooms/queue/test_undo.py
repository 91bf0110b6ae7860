"""Undo at the counter: the ticket is where it was, and no figure remembers the mistake."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from counters import views
from counters.messages import CounterState
from server.core import journal
from server.core.errors import ErrorCode, HallError
from server.queue import calling, snapshot, ticket_counts, ticket_queries, undo, window_sessions
from server.queue.errors import QueueCode
from server.queue.tickets import Outcome, State
from support.halls import STAFF, SmallHall


def _undo(small: SmallHall, window: str = "T1") -> str:
    return undo.undo(small.ctx, small.clerk(window), small.key(), window)


def _refused(small: SmallHall, code: ErrorCode) -> None:
    with pytest.raises(HallError) as caught:
        _undo(small)
    assert caught.value.code is code


def _start(small: SmallHall) -> None:
    calling.start(small.ctx, small.clerk("T1"), small.key(), "T1")


def _finish(small: SmallHall, note: str = "") -> None:
    calling.finish(small.ctx, small.clerk("T1"), small.key(), "T1", Outcome.DONE, note)


def _figures(small: SmallHall) -> object:
    """Return the day's figures: of the clerk, of the queues, and every ticket."""

    def query(c: Connection) -> object:
        return (
            ticket_counts.day_of_staff(c, "small", "2026-03-02", STAFF["T1"]),
            ticket_counts.served_today(c, "small", "2026-03-02"),
            ticket_queries.of_day(c, "small", "2026-03-02"),
        )

    return small.ctx.read(query)


def _state(small: SmallHall) -> CounterState:
    return snapshot.read_with(
        small.ctx,
        lambda seen: views.counter(
            seen,
            seen.catalogue.window_by["T1"],
            views.WindowDay(
                missed=ticket_queries.missed(seen.conn, "small", seen.day),
                figures=views.figures(
                    ticket_counts.day_of_staff(seen.conn, "small", seen.day, STAFF["T1"])
                ),
                calls=(),
                stranded=0,
                share=(),
                share_seal="",
                announced=("", ""),
            ),
        ),
    )


def test_an_undone_act_leaves_everything_as_before(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    ticket = small.call("T1")
    clerk = small.clerk("T1")
    calling.hold(small.ctx, clerk, small.key(), "T1", "缺复印件")
    calling.resume(small.ctx, clerk, small.key(), "T1", ticket.id)
    small.clock.advance(seconds=90)
    before = _figures(small)
    _start(small)
    assert _undo(small) == ticket.id
    assert _figures(small) == before
    calling.recall(small.ctx, clerk, small.key(), "T1")
    small.clock.advance(seconds=60)
    before = _figures(small)
    calling.no_show(small.ctx, clerk, small.key(), "T1")
    _undo(small)
    assert _figures(small) == before
    _start(small)
    small.clock.advance(minutes=3)
    before = _figures(small)
    _finish(small, "材料齐全")
    small.clock.advance(seconds=59)
    _undo(small)
    assert _figures(small) == before
    assert small.ticket(ticket.id).note == "缺复印件"
    lines = small.ctx.read(lambda c: journal.of_subject(c, "small", ticket.id))
    acts = [line["act"] for line in lines if line["act"].startswith("ticket.undo")]
    assert acts == ["ticket.undo_start", "ticket.undo_no_show", "ticket.undo_finish"]


def test_an_act_is_undone_only_once_soon_and_before_the_next_call(small: SmallHall) -> None:
    small.sign_in("T1")
    for _ in range(3):
        small.issue("tax-1")
    _refused(small, QueueCode.NOTHING_TO_UNDO)
    first = small.serve("T1")
    _undo(small)
    _refused(small, QueueCode.NOTHING_TO_UNDO)
    _finish(small)
    small.clock.advance(seconds=60)
    _refused(small, QueueCode.UNDO_TOO_LATE)
    second = small.call("T1")
    _refused(small, QueueCode.UNDO_NEXT_CALLED)
    # The second person is set aside: the window is free again, but somebody was called.
    calling.hold(small.ctx, small.clerk("T1"), small.key(), "T1", "")
    _refused(small, QueueCode.NOTHING_TO_UNDO)
    assert small.ticket(first.id).state is State.FINISHED
    assert small.ticket(second.id).state is State.HELD


def test_an_undo_belongs_to_the_window_session(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    small.serve("T1")
    clerk = small.clerk("T1")
    window_sessions.pause(small.ctx, clerk, small.key(), "T1", "rest", "")
    _refused(small, QueueCode.WINDOW_PAUSED)
    window_sessions.sign_out(small.ctx, clerk, small.key(), "T1", force=True)
    small.sign_in("T1")
    _refused(small, QueueCode.NOTHING_TO_UNDO)


def test_a_missed_person_who_waits_again_is_not_taken_back(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    missed = small.call_and_miss("T1")
    assert (offer := _state(small).undo) is not None
    assert (offer.number, offer.move) == (missed.number, "no_show")
    calling.return_to_queue(small.ctx, small.clerk("T1"), small.key(), missed.id)
    assert _state(small).undo is None
    _refused(small, QueueCode.MOVE_NOT_ALLOWED)


def test_the_window_is_offered_the_undo_with_its_time(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    small.issue("tax-1")
    ticket = small.serve("T1")
    offer = _state(small).undo
    assert offer is not None
    assert (offer.number, offer.move) == (ticket.number, "finish")
    assert offer.until == small.clock.now() + 60_000
    small.call("T1")
    assert _state(small).undo is None
    _start(small)
    assert (offer := _state(small).undo) is not None
    assert offer.move == "start"
    small.clock.advance(seconds=60)
    assert _state(small).undo is None
    small.configure(undo_seconds=0)
    _finish(small)
    assert _state(small).undo is None
