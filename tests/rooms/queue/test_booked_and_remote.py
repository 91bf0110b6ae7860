"""Tickets with an appointment and remote numbers: order of calls, absence, check-in, waits told."""

from __future__ import annotations

import json

import pytest

from server.core.actors import Actor, ActorKind
from server.core.errors import HallError
from server.queue import call_queries, calling, reception, returning, snapshot
from server.queue.forecasts import Forecasts
from server.queue.issuing import IssueExtras
from server.queue.queue_views import waiting_in
from server.queue.tickets import Outcome, Ticket
from support.halls import SmallHall

REMOTE = IssueExtras(absent=True)
PHONE = Actor(ActorKind.PHONE, "phone")


def _slot(small: SmallHall, minutes: int) -> IssueExtras:
    return IssueExtras(slot=small.clock.now() + minutes * 60_000)


def _next(small: SmallHall, window: str = "T1") -> Ticket:
    """Finish whatever is at the window and return the next ticket."""
    return small.call(window, Outcome.DONE.value)


def _why(small: SmallHall, ticket: Ticket) -> list[str]:
    calls = small.ctx.read(lambda c: call_queries.calls_of(c, small.ctx.hall_id, ticket.id))
    codes: list[str] = json.loads(calls[-1].why)["codes"]
    return codes


def _check_in(small: SmallHall, ticket: Ticket) -> returning.Returned:
    return returning.check_in(small.ctx, PHONE, small.key(), ticket.id)


def test_an_appointment_is_called_first_once_its_time_has_come(small: SmallHall) -> None:
    small.sign_in("T1")
    first, second = small.issue("tax-1"), small.issue("tax-1")
    booked = small.issue_extra("tax-1", _slot(small, 10))
    assert _next(small).id == first.id  # it has not come yet
    small.clock.advance(minutes=10)
    called = _next(small)
    assert called.id == booked.id
    assert _why(small, called) == ["booked"]
    assert _next(small).id == second.id


def test_between_two_appointments_somebody_without_is_called(small: SmallHall) -> None:
    small.sign_in("T1")
    others = [small.issue("tax-1") for _ in range(3)]
    booked = [small.issue_extra("tax-1", _slot(small, 0)) for _ in range(2)]
    order = [_next(small).id for _ in range(5)]
    assert order == [booked[0].id, others[0].id, booked[1].id, others[1].id, others[2].id]


def test_a_missed_appointment_that_comes_back_waits_without_one(small: SmallHall) -> None:
    small.sign_in("T1")
    small.configure(return_places=1, no_show_min_seconds=0, no_show_min_calls=1)
    booked = small.issue_extra("tax-1", _slot(small, 0))
    others = [small.issue("tax-1") for _ in range(3)]
    assert _next(small).id == booked.id
    calling.no_show(small.ctx, small.clerk("T1"), small.key(), "T1")
    returning.return_missed(small.ctx, PHONE, small.key(), booked.id)
    assert small.ticket(booked.id).lane == others[0].lane
    assert [_next(small).id for _ in range(2)] == [others[0].id, booked.id]


def test_a_remote_number_keeps_its_place_if_its_holder_is_there_in_time(small: SmallHall) -> None:
    small.sign_in("T1")
    first, remote, third = small.issue("tax-1"), small.issue_extra("tax-1", REMOTE), None
    third = small.issue("tax-1")
    assert waiting_in(snapshot.take(small.ctx), "tax") == 2
    assert _check_in(small, remote).ahead == 0
    assert waiting_in(snapshot.take(small.ctx), "tax") == 3
    assert [_next(small).id for _ in range(3)] == [first.id, remote.id, third.id]


def test_a_remote_number_is_passed_over_not_lost(small: SmallHall) -> None:
    small.sign_in("T1")
    small.configure(return_places=1)
    remote = small.issue_extra("tax-1", REMOTE)
    others = [small.issue("tax-1") for _ in range(4)]
    assert _next(small).id == others[0].id
    passed = small.ticket(remote.id)
    assert (passed.state, passed.lane) == ("waiting", "!tax-1/ordinary")
    assert _check_in(small, remote).ahead == 1
    assert [_next(small).id for _ in range(3)] == [others[1].id, remote.id, others[2].id]


def test_nobody_is_called_who_is_not_there(small: SmallHall) -> None:
    small.sign_in("T1")
    remote = [small.issue_extra("tax-1", REMOTE) for _ in range(2)]
    with pytest.raises(HallError) as refusal:
        small.call("T1")
    assert refusal.value.code == "nobody_waiting"
    # Nothing of a refused call is stored: the next one passes them over again.
    assert small.ticket(remote[0].id).lane == "~tax-1/ordinary"
    here = small.issue("tax-1")
    assert small.call("T1").id == here.id
    assert [small.ticket(t.id).lane[0] for t in remote] == ["!", "!"]


def test_only_a_remote_number_is_checked_in_and_only_once(small: SmallHall) -> None:
    small.sign_in("T1")
    plain, remote = small.issue("tax-1"), small.issue_extra("tax-1", REMOTE)
    _check_in(small, remote)
    for ticket in (plain, remote):
        with pytest.raises(HallError) as refusal:
            _check_in(small, ticket)
        assert refusal.value.code == "move_not_allowed"


def test_the_reception_sends_nobody_on_who_is_not_there(small: SmallHall) -> None:
    small.sign_in("T1")
    remote = small.issue_extra("tax-1", REMOTE)
    with pytest.raises(HallError) as refusal:
        reception.redirect(
            small.ctx,
            Actor(ActorKind.MANAGER, "manager"),
            small.key(),
            remote.id,
            to_window="T1",
            to_item=None,
            to_unit=None,
            text="",
        )
    assert refusal.value.code == "move_not_allowed"


def test_waits_count_remote_numbers_until_their_turn_has_passed(small: SmallHall) -> None:
    small.sign_in("T1")
    remote = small.issue_extra("tax-1", REMOTE)
    own = small.issue("tax-1")
    item = small.ctx.catalogue().item_by["tax-1"]
    latest = Forecasts.of(small.ctx).refresh()
    turns = [latest.turn_of(small.ticket(t.id), item).ahead for t in (remote, own)]
    assert turns == [0, 1]
    _next(small)
    latest = Forecasts.of(small.ctx).refresh()
    # Whoever comes now is next; the remote number would be placed by its check-in.
    assert latest.turn_of(small.ticket(remote.id), item) == latest.newcomer(item, 0)
    assert remote.id not in latest.forecast.turns


def test_waits_of_others_know_whose_appointment_is_near(small: SmallHall) -> None:
    small.sign_in("T1")
    ahead = [small.issue("tax-1") for _ in range(2)]
    plain = Forecasts.of(small.ctx).refresh()
    item = small.ctx.catalogue().item_by["tax-1"]
    booked = small.issue_extra("tax-1", _slot(small, 0))
    latest = Forecasts.of(small.ctx).refresh()
    turns = [latest.turn_of(small.ticket(t.id), item) for t in (booked, *ahead)]
    assert [turn.ahead for turn in turns] == [0, 1, 2]
    assert latest.newcomer(item, 0).minutes > plain.newcomer(item, 0).minutes
    # A slot in an hour waits like everybody: its time comes after the two are called.
    later = latest.newcomer(item, 0, small.clock.now() + 60 * 60_000)
    assert later.ahead == 3
    assert latest.newcomer(item, 0, small.clock.now()).ahead == 2
