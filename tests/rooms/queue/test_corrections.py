"""Corrections of a finished service: today at once with a reason, afterwards by a second person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind, Role
from server.core.errors import CommonCode, ErrorCode, HallError
from server.core.weeks import week_of
from server.queue import corrections, week_facts
from server.queue.errors import QueueCode
from server.queue.tickets import Outcome, Ticket
from server.retroactive import actions as retroactive_actions
from server.retroactive import queries as stored_changes
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, SmallHall, at

BOSS, ADMIN = Actor(ActorKind.MANAGER, MANAGER), Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)


def _served(small: SmallHall) -> Ticket:
    small.sign_in("T1", "T2")
    small.issue("tax-1")
    return small.serve("T1")


def _correct(
    small: SmallHall, actor: Actor, ticket: Ticket, item: str | None = None, text: str = "选错"
) -> None:
    corrections.correct(
        *(small.ctx, actor, small.key(), ticket.id),
        outcome=Outcome.CONSULTED,
        item=item,
        text=text,
    )


def _refused(code: ErrorCode, small: SmallHall, actor: Actor, ticket: Ticket) -> HallError:
    with pytest.raises(HallError) as caught:
        _correct(small, actor, ticket)
    assert caught.value.code is code
    return caught.value


def _units(small: SmallHall) -> dict[str, int]:
    """Return the numbers issued in the week, by unit, as the bulletin counts them."""
    ctx = small.ctx
    rows = ctx.read(lambda c: week_facts.tickets(ctx, c, week_of(MONDAY)))
    lines = week_facts.lines(ctx.catalogue(), rows, week_of(MONDAY))[0]
    return {line.code: line.served for line in lines if line.served}


def test_the_clerk_who_served_and_the_office_correct_todays_service(small: SmallHall) -> None:
    ticket = _served(small)
    _refused(CommonCode.FORBIDDEN, small, small.clerk("T2"), ticket)
    with pytest.raises(HallError, match="reason_required"):
        _correct(small, small.clerk("T1"), ticket, text="")
    _correct(small, small.clerk("T1"), ticket)
    assert small.ticket(ticket.id).outcome == "consulted"
    _refused(QueueCode.NOTHING_CORRECTED, small, BOSS, ticket)
    _correct(small, BOSS, ticket, "social-1")
    corrected = small.ticket(ticket.id)
    assert (corrected.item, corrected.queue, corrected.number) == (
        "social-1",
        "social",
        ticket.number,
    )
    assert _units(small) == {"social": 1}
    lines = small.ctx.read(lambda c: journal.of_subject(c, "small", ticket.id))
    assert lines[-1]["act"] == "ticket.correct"
    data = lines[-1]["data"]
    assert (data["was_item"], data["item"], data["note"]) == ("tax-1", "social-1", "选错")


def test_a_service_that_is_not_over_is_not_corrected(small: SmallHall) -> None:
    small.sign_in("T1")
    small.issue("tax-1")
    _refused(QueueCode.NOT_FINISHED, small, small.clerk("T1"), small.call("T1"))


def test_a_past_service_is_corrected_by_two(small: SmallHall) -> None:
    for staff, role in ((MANAGER, Role.MANAGER), (ADMINISTRATOR, Role.ADMINISTRATOR)):
        small.hall.people.add_account(SYSTEM, staff, role, "only-for-this-test")
    ticket = _served(small)
    small.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    error = _refused(CommonCode.PAST_ASKED, small, small.clerk("T1"), ticket)
    assert small.ticket(ticket.id).outcome == "done"
    change = str(error.data["change"])
    moves = small.ctx.read(lambda c: stored_changes.moves(c, "small", change))
    assert [(m.key.slot, m.was, m.now) for m in moves] == [
        (f"ticket:{ticket.id}", "done tax-1", "consulted tax-1")
    ]
    retroactive_actions.confirm(small.ctx, BOSS, small.key(), change)
    assert small.ticket(ticket.id).outcome == "consulted"


def test_a_past_correction_is_void_if_another_came_first(small: SmallHall) -> None:
    for staff, role in ((MANAGER, Role.MANAGER), (ADMINISTRATOR, Role.ADMINISTRATOR)):
        small.hall.people.add_account(SYSTEM, staff, role, "only-for-this-test")
    ticket = _served(small)
    small.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    first = _refused(CommonCode.PAST_ASKED, small, small.clerk("T1"), ticket).data["change"]
    with pytest.raises(HallError, match="past_asked") as second:
        _correct(small, BOSS, ticket, "tax-2")
    retroactive_actions.confirm(small.ctx, ADMIN, small.key(), str(second.value.data["change"]))
    with pytest.raises(HallError, match="past_stale"):
        retroactive_actions.confirm(small.ctx, BOSS, small.key(), str(first))
