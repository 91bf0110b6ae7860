"""Return of a missed number: its place, the actors who may, and the counter's list."""

from __future__ import annotations

import pytest

from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, HallError
from server.queue import calling, ticket_queries
from server.queue.errors import QueueCode
from server.queue.returning import return_missed
from server.queue.tickets import State
from support.halls import SmallHall

KIOSK = Actor(ActorKind.KIOSK, "1")


def test_a_missed_priority_person_is_not_back_in_first_place(small: SmallHall) -> None:
    small.sign_in("T1")
    late = small.issue("tax-2", "elderly")
    for _ in range(4):
        small.issue("tax-2")
    elders = [small.issue("tax-2", "elderly") for _ in range(4)]
    small.call_and_miss("T1")
    calling.return_to_queue(small.ctx, small.clerk("T1"), small.key(), late.id)
    order = [small.serve("T1") for _ in range(9)]
    called = [t.id for t in order if t.level > 0]
    assert called == [*(t.id for t in elders[:3]), late.id, elders[3].id]


def test_a_missed_person_of_a_small_unit_waits_behind_those_of_other_units(
    small: SmallHall,
) -> None:
    """Only comprehensive windows serve either item."""
    small.sign_in("G1")
    late = small.issue("social-1")
    others = [small.issue("tax-1") for _ in range(5)]
    small.call_and_miss("G1")
    returned = return_missed(small.ctx, small.clerk("G1"), small.key(), late.id)
    assert returned.ahead == 3
    order = [small.serve("G1").id for _ in range(6)]
    assert order == [*(t.id for t in others[:3]), late.id, *(t.id for t in others[3:])]


def test_two_returns_in_a_row_keep_their_order(small: SmallHall) -> None:
    small.sign_in("T1")
    first, second = small.issue("tax-2"), small.issue("tax-2")
    others = [small.issue("tax-2") for _ in range(5)]
    small.call_and_miss("T1")
    small.call_and_miss("T1")
    back = [
        return_missed(small.ctx, small.clerk("T1"), small.key(), ticket.id)
        for ticket in (second, first)
    ]
    assert [returned.ahead for returned in back] == [3, 4]
    order = [small.serve("T1").id for _ in range(7)]
    assert order[3:5] == [second.id, first.id]
    assert order[:3] + order[5:] == [t.id for t in others]


def test_a_kiosk_returns_a_number_once_and_is_in_the_journal(small: SmallHall) -> None:
    small.sign_in("T1")
    late = small.issue("tax-2")
    small.issue("tax-2")
    small.call_and_miss("T1")
    key = small.key()
    answers = [return_missed(small.ctx, KIOSK, key, late.id) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0].ahead == 1
    ticket = small.ticket(late.id)
    assert (ticket.state, ticket.returns) == (State.WAITING, 1)
    lines = small.ctx.read(lambda c: journal.of_subject(c, "small", late.id))
    returned = [line for line in lines if line["act"] == "ticket.return"]
    assert [(line["actor_kind"], line["actor"]) for line in returned] == [("kiosk", "1")]
    data = {"number": late.number, "places": 3, "ahead": 1, "order": ticket.ord}
    assert returned[0]["data"] == data


def test_a_kiosk_may_not_cancel_a_number(small: SmallHall) -> None:
    small.sign_in("T1")
    late = small.issue("tax-2")
    with pytest.raises(HallError) as caught:
        calling.cancel(small.ctx, KIOSK, small.key(), late.id)
    assert caught.value.code is CommonCode.FORBIDDEN


def test_a_waiting_number_is_not_returned(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-2")
    with pytest.raises(HallError) as caught:
        return_missed(small.ctx, KIOSK, small.key(), ticket.id)
    assert caught.value.code is QueueCode.MOVE_NOT_ALLOWED


def test_every_missed_number_of_the_day_is_listed_newest_first(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    small.issue("tax-2")
    small.issue("tax-2")
    late = [small.call_and_miss(window).id for window in ("T1", "T2")]
    small.issue("tax-2")
    missed = small.ctx.read(lambda c: ticket_queries.missed(c, "small", "2026-03-02"))
    assert [ticket.id for ticket in missed] == late[::-1]
    assert small.ctx.read(lambda c: ticket_queries.missed(c, "small", "2026-03-03")) == []
    waiting = small.ctx.read(lambda c: ticket_queries.all_waiting(c, "small"))
    assert [ticket.number for ticket in waiting] == ["A003"]
