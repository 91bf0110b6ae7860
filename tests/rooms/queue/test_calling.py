"""Calls at a window: every move, who may make it, and which ticket a window calls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, ErrorCode, HallError
from server.queue import (
    call_queries,
    calling,
    ticket_queries,
    window_session_queries,
    window_sessions,
)
from server.queue.business_day import keep_day
from server.queue.call_order import Why
from server.queue.errors import QueueCode
from server.queue.settings import NumberSettings
from server.queue.tickets import Outcome, State
from support.halls import MONDAY, SmallHall, at


def _why(small: SmallHall, ticket: str) -> str:
    calls = small.ctx.read(lambda c: call_queries.calls_of(c, "small", ticket))
    return str(calls[-1].why)


def _refused(code: ErrorCode, act: object, *args: object) -> HallError:
    assert callable(act)
    with pytest.raises(HallError) as caught:
        act(*args)
    assert caught.value.code is code
    return caught.value


def test_first_come_first_called(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    issued = [small.issue("tax-2").id for _ in range(4)]
    called = [small.serve("T1").id, small.serve("T2").id, small.serve("T1").id]
    assert called == issued[:3]


def test_a_called_ticket_is_not_called_again(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    small.issue("tax-1")
    small.call("T1")
    _refused(QueueCode.NOBODY_WAITING, small.call, "T2")


def test_the_bound_on_priority(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-2")
    small.issue("tax-2")
    for _ in range(4):
        small.issue("tax-2", "elderly")
    order = [small.serve("T1") for _ in range(6)]
    assert [t.klass == "elderly" for t in order] == [True, True, False, True, True, False]
    assert Why.PRIORITY in _why(small, order[0].id)
    assert Why.RUN_ENDED in _why(small, order[2].id)


def test_nobody_is_overtaken_more_often_than_stated(small: SmallHall) -> None:
    small.configure(kiosk_minute_numbers=99)
    small.sign_in("T1")
    ordinary = [small.issue("tax-2") for _ in range(6)]
    for _ in range(30):
        small.issue("tax-2", "elderly")
    order = [small.serve("T1") for _ in range(36)]
    limit = small.ctx.settings().of(NumberSettings).overtake_limit
    for person in ordinary:
        place = next(n for n, t in enumerate(order) if t.id == person.id)
        assert sum(t.level > 0 for t in order[:place]) <= limit + ordinary.index(person) * limit
    first = next(n for n, t in enumerate(order) if t.id == ordinary[0].id)
    assert first <= limit


def test_a_returning_priority_ticket_overtakes_again(small: SmallHall) -> None:
    small.configure(overtake_limit=2, priority_run=20)
    small.sign_in("T1")
    patient = small.issue("tax-2")
    elder = small.issue("tax-2", "elderly")
    for _ in range(2):
        assert small.call_and_miss("T1").id == elder.id
        calling.return_to_queue(small.ctx, small.clerk("T1"), small.key(), elder.id)
    called = small.call("T1")
    assert called.id == patient.id
    assert Why.OVERTAKEN in _why(small, called.id)


def test_a_comprehensive_window_first_serves_what_only_it_can(small: SmallHall) -> None:
    small.sign_in("T1", "G1")
    early = small.issue("tax-1")
    small.clock.advance(minutes=20)
    small.issue("social-1")
    first = small.serve("G1")
    assert first.queue == "social"
    assert Why.ONLY_COMPREHENSIVE in _why(small, first.id)
    relieved = small.serve("G1")
    assert relieved.id == early.id
    assert Why.RELIEF in _why(small, relieved.id)


def test_a_comprehensive_window_calls_only_items_of_its_mandate(small: SmallHall) -> None:
    small.sign_in("T1", "G1")
    small.issue("tax-2")
    _refused(QueueCode.NOBODY_WAITING, small.call, "G1")


def test_start_finish(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    clerk = small.clerk("T1")
    ticket = small.call("T1")
    small.clock.advance(minutes=1)
    calling.start(small.ctx, clerk, small.key(), "T1")
    small.clock.advance(minutes=7)
    _refused(
        CommonCode.REASON_REQUIRED,
        calling.finish,
        small.ctx,
        clerk,
        small.key(),
        "T1",
        Outcome.REFUSED,
        "",
    )
    calling.finish(small.ctx, clerk, small.key(), "T1", Outcome.REFUSED, "不在范围")
    done = small.ticket(ticket.id)
    assert (done.state, done.outcome, done.note) == (State.FINISHED, "refused", "不在范围")
    assert done.ended_at is not None
    assert done.serving_at is not None
    assert done.ended_at - done.serving_at == 7 * 60_000


def test_calling_next_finishes_the_current_service(small: SmallHall) -> None:
    small.sign_in("T1")
    first, second = small.issue("tax-1"), small.issue("tax-1")
    small.call("T1")
    _refused(QueueCode.WINDOW_BUSY, small.call, "T1")
    assert small.call("T1", "default").id == second.id
    done = small.ticket(first.id)
    assert (done.state, done.outcome) == (State.FINISHED, "accepted")


def test_calling_next_without_a_waiting_ticket_still_finishes_the_service(small: SmallHall) -> None:
    small.sign_in("T1")
    first = small.issue("tax-1")
    small.call("T1")
    called = calling.call_next(small.ctx, small.clerk("T1"), small.key(), "T1", "done")
    assert called == ""
    assert small.ticket(first.id).outcome == "done"


def test_no_show_needs_calls_and_time(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    small.call("T1")
    clerk = small.clerk("T1")
    small.clock.advance(seconds=60)
    _refused(QueueCode.NO_SHOW_TOO_EARLY, calling.no_show, small.ctx, clerk, small.key(), "T1")
    calling.recall(small.ctx, clerk, small.key(), "T1")
    calling.no_show(small.ctx, clerk, small.key(), "T1")
    assert small.ctx.read(lambda c: ticket_queries.at_window(c, "small", "T1")) == []


def test_a_missed_person_waits_behind_three_others(small: SmallHall) -> None:
    small.sign_in("T1")
    late = small.issue("tax-2")
    others = [small.issue("tax-2") for _ in range(5)]
    small.call_and_miss("T1")
    phone = Actor(ActorKind.PHONE, "phone")
    calling.return_to_queue(small.ctx, phone, small.key(), late.id)
    order = [small.serve("T1").id for _ in range(6)]
    assert order == [*(t.id for t in others[:3]), late.id, *(t.id for t in others[3:])]


def test_returns_are_limited(small: SmallHall) -> None:
    small.sign_in("T1")
    late = small.issue("tax-2")
    desk = small.clerk("T1")
    for _ in range(2):
        small.call_and_miss("T1")
        calling.return_to_queue(small.ctx, desk, small.key(), late.id)
    small.call_and_miss("T1")
    _refused(QueueCode.RETURN_LIMIT, calling.return_to_queue, small.ctx, desk, small.key(), late.id)


def test_a_held_ticket_frees_the_window_and_can_be_resumed(small: SmallHall) -> None:
    small.sign_in("T1")
    first, second = small.issue("tax-1"), small.issue("tax-1")
    clerk = small.clerk("T1")
    small.call("T1")
    calling.hold(small.ctx, clerk, small.key(), "T1", "填表")
    assert small.call("T1").id == second.id
    _refused(QueueCode.WINDOW_BUSY, calling.resume, small.ctx, clerk, small.key(), "T1", first.id)
    calling.start(small.ctx, clerk, small.key(), "T1")
    calling.finish(small.ctx, clerk, small.key(), "T1", Outcome.DONE, "")
    calling.resume(small.ctx, clerk, small.key(), "T1", first.id)
    assert small.ticket(first.id).state is State.CALLED


def test_a_held_ticket_cannot_be_resumed_at_another_window(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    ticket = small.issue("tax-1")
    small.call("T1")
    calling.hold(small.ctx, small.clerk("T1"), small.key(), "T1", "")
    _refused(
        QueueCode.NOT_THE_HOLDER,
        calling.resume,
        small.ctx,
        small.clerk("T2"),
        small.key(),
        "T2",
        ticket.id,
    )


def test_transfer_keeps_number_and_seniority(small: SmallHall) -> None:
    small.sign_in("T1", "S1")
    sent = small.issue("tax-1")
    small.issue("build-1")
    small.call("T1")
    calling.transfer(
        small.ctx,
        small.clerk("T1"),
        small.key(),
        "T1",
        to_window=None,
        to_item="build-1",
        to_unit=None,
        text="续办",
    )
    called = small.call("S1")
    assert (called.id, called.number, called.transfers) == (sent.id, "A001", 1)


def test_a_ticket_transferred_to_a_window_is_called_only_there(small: SmallHall) -> None:
    small.sign_in("T1", "T2", "S1")
    sent = small.issue("tax-1")
    small.call("T1")
    calling.transfer(
        small.ctx,
        small.clerk("T1"),
        small.key(),
        "T1",
        to_window="S1",
        to_item=None,
        to_unit=None,
        text="",
    )
    _refused(QueueCode.NOBODY_WAITING, small.call, "T2")
    called = small.call("S1")
    assert called.id == sent.id
    assert Why.TRANSFERRED in _why(small, called.id)


def test_an_unstaffed_window_is_a_target_only_if_confirmed(small: SmallHall) -> None:
    small.sign_in("T1")
    sent = small.issue("tax-1")
    small.call("T1")
    clerk = small.clerk("T1")
    # F1 opens on Tuesdays only.
    with pytest.raises(HallError, match="transfer_target"):
        calling.transfer_confirmed(small.ctx, clerk, small.key(), "T1", "F1", "")
    calling.transfer_confirmed(small.ctx, clerk, small.key(), "T1", "S1", "")
    small.sign_in("S1")
    assert small.call("S1").id == sent.id


@pytest.mark.parametrize(
    "target",
    [
        {"to_window": "T1"},
        {"to_window": "nowhere"},
        {"to_window": "T2"},
        {"to_item": "nothing"},
        {"to_item": "build-1"},
        {"to_unit": "build"},
        {},
        {"to_window": "T2", "to_unit": "tax"},
    ],
)
def test_a_transfer_needs_a_staffed_target(small: SmallHall, target: dict[str, str]) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    small.call("T1")
    with pytest.raises(HallError) as caught:
        calling.transfer(
            small.ctx,
            small.clerk("T1"),
            small.key(),
            "T1",
            to_window=target.get("to_window"),
            to_item=target.get("to_item"),
            to_unit=target.get("to_unit"),
            text="",
        )
    assert caught.value.code is QueueCode.TRANSFER_TARGET


def test_another_person_cannot_act_at_a_window(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    small.issue("tax-1")
    small.call("T1")
    stranger = small.clerk("T2")
    _refused(QueueCode.WINDOW_TAKEN, calling.start, small.ctx, stranger, small.key(), "T1")


def test_moves_need_the_right_state(small: SmallHall) -> None:
    small.sign_in("T1")
    clerk = small.clerk("T1")
    _refused(QueueCode.WINDOW_IDLE, calling.recall, small.ctx, clerk, small.key(), "T1")
    ticket = small.issue("tax-1")
    small.call("T1")
    calling.start(small.ctx, clerk, small.key(), "T1")
    _refused(QueueCode.MOVE_NOT_ALLOWED, calling.recall, small.ctx, clerk, small.key(), "T1")
    _refused(QueueCode.MOVE_NOT_ALLOWED, calling.cancel, small.ctx, clerk, small.key(), ticket.id)
    _refused(QueueCode.TICKET_UNKNOWN, calling.cancel, small.ctx, clerk, small.key(), "nothing")


def test_a_kiosk_cannot_call(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    kiosk = Actor(ActorKind.KIOSK, "1")
    _refused(QueueCode.WINDOW_TAKEN, calling.call_next, small.ctx, kiosk, small.key(), "T1", None)


def test_paused_and_empty_windows_do_not_call(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    window_sessions.pause(small.ctx, small.clerk("T1"), small.key(), "T1", "rest", "")
    _refused(QueueCode.WINDOW_PAUSED, small.call, "T1")
    window_sessions.unpause(small.ctx, small.clerk("T1"), small.key(), "T1")
    assert small.call("T1").number == "A001"
    _refused(QueueCode.WINDOW_NOT_SIGNED_IN, small.call, "T2")


def test_sign_in_rules(small: SmallHall) -> None:
    small.sign_in("T1")
    clerk = small.clerk("T1")
    window_sessions.sign_in(small.ctx, clerk, small.key(), "T1")
    _refused(
        QueueCode.WINDOW_NOT_ALLOWED, window_sessions.sign_in, small.ctx, clerk, small.key(), "T2"
    )
    _refused(QueueCode.WINDOW_UNKNOWN, window_sessions.sign_in, small.ctx, clerk, small.key(), "X")
    _refused(QueueCode.WINDOW_CLOSED, small.sign_in, "F1")


def test_signing_out_the_last_window_reports_the_waiting_tickets(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    small.issue("tax-2")
    window_sessions.sign_out(small.ctx, small.clerk("T1"), small.key(), "T1", force=False)
    with pytest.raises(HallError) as caught:
        window_sessions.sign_out(small.ctx, small.clerk("T2"), small.key(), "T2", force=False)
    assert (caught.value.code, caught.value.data["waiting"]) == (QueueCode.LAST_WINDOW, 1)
    window_sessions.sign_out(small.ctx, small.clerk("T2"), small.key(), "T2", force=True)


def test_waiting_tickets_expire_at_closing_and_are_counted(small: SmallHall) -> None:
    keep_day(small.ctx)
    small.sign_in("T1")
    small.issue("tax-1")
    small.issue("tax-1")
    small.call("T1")
    small.clock.set(at(18, 31))
    assert keep_day(small.ctx) == 2
    assert keep_day(small.ctx) == 0
    last = list(small.ctx.read(lambda c: list(journal.lines(c, "small"))))[-1]
    assert (last.act, last.data) == ("day.close", '{"expired":2}')
    small.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    keep_day(small.ctx)
    assert small.ctx.read(lambda c: ticket_queries.heads(c, "small")) == []


def test_every_act_is_journalled_and_the_chain_holds(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    small.serve("T1")
    lines = small.ctx.read(lambda c: journal.of_subject(c, "small", ticket.id))
    acts = [line["act"] for line in lines]
    assert acts == ["ticket.issue", "ticket.call", "ticket.start", "ticket.finish"]
    assert [line["actor"] for line in lines] == ["1", "1001", "1001", "1001"]
    assert small.ctx.read(lambda c: journal.first_break(c, "small")) is None


def test_a_changed_line_breaks_the_chain(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    small.ctx.write(
        lambda tx: (
            tx.conn.exec_driver_sql(
                "UPDATE journal SET actor = '2' WHERE act = 'ticket.issue'"
            ).rowcount
        )
    )
    broken = small.ctx.read(lambda c: journal.first_break(c, "small"))
    assert broken is not None


@pytest.mark.parametrize("end", ["finish", "no_show", "transfer", "hold"])
def test_a_pause_after_this_person_begins_when_the_window_is_free(
    small: SmallHall, end: str
) -> None:
    small.sign_in("T1", "T2")
    small.issue("tax-1")
    small.call("T1")
    clerk = small.clerk("T1")
    window_sessions.pause(small.ctx, clerk, small.key(), "T1", "leave", "", 30, after=True)
    small.clock.advance(seconds=60)
    if end == "transfer":
        to = {"to_window": "T2", "to_item": None, "to_unit": None}
        calling.transfer(small.ctx, clerk, small.key(), "T1", **to, text="")
    elif end == "hold":
        calling.hold(small.ctx, clerk, small.key(), "T1", "")
    elif end == "no_show":
        calling.recall(small.ctx, clerk, small.key(), "T1")
        small.clock.advance(seconds=60)
        calling.no_show(small.ctx, clerk, small.key(), "T1")
    else:
        calling.start(small.ctx, clerk, small.key(), "T1")
        calling.finish(small.ctx, clerk, small.key(), "T1", Outcome.DONE, "")
    session = small.ctx.read(lambda c: window_session_queries.session(c, "small", "T1"))
    assert session is not None
    now = small.clock.now()
    assert (session.paused_at, session.pause_until) == (now, now + 30 * 60_000)
    assert (session.pause_reason, session.pause_next) == ("leave", "")
