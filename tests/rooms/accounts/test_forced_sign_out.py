"""Person who may not act any more: the window is free, the keypad inactive, nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counters.keypad import FUNCTIONS, press
from server.accounts import queries as accounts_queries
from server.catalogue.actions import import_catalogue
from server.catalogue.model import Role
from server.core import journal
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.integrity.checks import violations
from server.queue import calling, window_session_queries
from server.queue.errors import QueueCode
from server.queue.tickets import Outcome, State
from support.halls import ADMINISTRATOR, STAFF, SmallHall, at, catalogue

BOSS = Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR)


@pytest.fixture
def hall(database_url: str, tmp_path: Path) -> Iterator[SmallHall]:
    small = SmallHall(database_url, tmp_path, at(9))
    small.sign_in("T1", "T2")
    small.hall.people.add_account(SYSTEM, STAFF["T1"], Role.CLERK, "only-for-this-test")
    yield small
    small.close()


def at_work(hall: SmallHall) -> dict[str, str]:
    """Let T1 serve a ticket, hold one and have one transferred to it; return ids by state."""
    ticket_ids = {}
    for name in ("held", "serving"):
        ticket_ids[name] = hall.issue("tax-1").id
        assert hall.call("T1").id == ticket_ids[name]
        calling.start(hall.ctx, hall.clerk("T1"), hall.key(), "T1")
        if name == "held":
            calling.hold(hall.ctx, hall.clerk("T1"), hall.key(), "T1", "")
    ticket_ids["sent"] = hall.issue("tax-1").id
    assert hall.call("T2").id == ticket_ids["sent"]
    calling.transfer(
        hall.ctx,
        hall.clerk("T2"),
        hall.key(),
        "T2",
        to_window="T1",
        to_item=None,
        to_unit=None,
        text="",
    )
    return ticket_ids


def disable(hall: SmallHall) -> None:
    hall.hall.people.change_account(BOSS, STAFF["T1"], None, True)


def leave_the_list(hall: SmallHall) -> None:
    book = catalogue()
    staff = tuple(person for person in book.staff if person.number != STAFF["T1"])
    import_catalogue(hall.ctx, SYSTEM, replace(book, staff=staff), "without one")


@pytest.mark.parametrize("ended", [disable, leave_the_list])
def test_the_window_is_freed_and_its_tickets_are_called_elsewhere(
    hall: SmallHall, ended: object
) -> None:
    of = at_work(hall)
    ended(hall)  # type: ignore[operator]
    assert hall.ctx.read(lambda c: window_session_queries.session(c, "small", "T1")) is None
    assert {hall.ticket(ticket).state for ticket in of.values()} == {State.WAITING}
    assert {hall.ticket(ticket).window for ticket in of.values()} == {""}
    lines = hall.ctx.read(lambda c: journal.of_subject(c, "small", of["serving"]))
    assert (lines[-1]["act"], lines[-1]["data"]["from"]) == ("ticket.transfer", "serving")
    called = []
    for _ in of:
        called.append(hall.call("T2").id)
        calling.start(hall.ctx, hall.clerk("T2"), hall.key(), "T2")
        calling.finish(hall.ctx, hall.clerk("T2"), hall.key(), "T2", Outcome.DONE, "")
    assert called == [of["held"], of["serving"], of["sent"]]  # in their old places
    assert hall.ctx.read(lambda c: violations("small", c)) == []


@pytest.mark.parametrize("function", [*FUNCTIONS, "transfer"])
def test_the_keypad_of_a_disabled_person_is_rejected(hall: SmallHall, function: str) -> None:
    hall.issue("tax-1")
    disable(hall)
    with pytest.raises(HallError) as refused:
        press(hall.ctx, "T1", function, hall.key(), "2")
    assert refused.value.code is QueueCode.WINDOW_NOT_SIGNED_IN


def test_a_window_session_left_by_an_older_version_has_a_rejected_keypad(hall: SmallHall) -> None:
    hall.ctx.write(lambda tx: accounts_queries.set_account(tx, STAFF["T1"], disabled=1))
    with pytest.raises(HallError) as refused:
        press(hall.ctx, "T1", "call_next", hall.key())
    assert refused.value.code is QueueCode.WINDOW_NOT_SIGNED_IN


def test_a_person_without_a_window_session_can_be_disabled(hall: SmallHall) -> None:
    hall.hall.people.add_account(SYSTEM, STAFF["G1"], Role.CLERK, "only-for-this-test")
    hall.hall.people.change_account(BOSS, STAFF["G1"], None, True)
    assert hall.ctx.read(lambda c: window_session_queries.session(c, "small", "T1")) is not None
