"""Remote numbers on both databases: who gets one, who does not, and what a scalper can reach."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from server.core.actors import Actor, ActorKind
from server.core.errors import HallError
from server.privacy.personal_data import delete_old
from server.queue import business_day, calling
from server.queue.tickets import Ticket
from server.remote_numbers import actions, queries
from server.remote_numbers.rules import Holder, code_of
from server.remote_numbers.tables import remote_number
from support.halls import MONDAY, SmallHall, at

PHONE = Actor(ActorKind.PHONE, "phone")
ON: dict[str, Any] = {"remote_numbers": "on", "remote_from_minutes": 20}


@pytest.fixture
def busy(small: SmallHall) -> SmallHall:
    """Return the hall with one window of the tax office and a long queue."""
    small.configure(**ON)
    business_day.keep_day(small.ctx)
    queue(small)
    return small


def queue(small: SmallHall) -> None:
    """Open one window of the tax office and let six people wait."""
    small.sign_in("T1")
    for _ in range(6):
        small.issue("tax-1")


def take(small: SmallHall, person: str = "zhang", source: str = "home") -> Ticket:
    holder = Holder(person, source)
    ticket = actions.take(small.ctx, PHONE, small.key(), item="tax-1", holder=holder)
    return small.ticket(ticket)


def holder(small: SmallHall, ticket: Ticket) -> tuple[str, str]:
    """Return what is stored of a number's holder: person and network address."""
    columns = select(remote_number.c.person, remote_number.c.source)
    where = remote_number.c.ticket == ticket.id
    person, source = small.ctx.read(lambda c: c.execute(columns.where(where)).one())
    return person, source


def refusal(small: SmallHall, person: str = "zhang", source: str = "home") -> HallError:
    with pytest.raises(HallError) as refused:
        take(small, person, source)
    return refused.value


def test_a_remote_number_is_like_one_of_the_hall_but_absent(busy: SmallHall) -> None:
    ticket = take(busy)
    assert (ticket.lane, ticket.number, ticket.kiosk) == ("~tax-1/ordinary", "A007", "")


def test_a_hall_that_does_not_offer_them_refuses(busy: SmallHall) -> None:
    busy.configure(remote_numbers="off")
    assert refusal(busy).code == "remote_off"


def test_a_short_wait_needs_no_remote_number(small: SmallHall) -> None:
    small.configure(**ON)
    small.sign_in("T1")
    refused = refusal(small)
    assert (refused.code, refused.data["limit"]) == ("remote_short", 20)
    assert refused.data["high"] <= 20


def test_a_person_has_one_for_an_item_and_so_many_a_day(busy: SmallHall) -> None:
    busy.configure(remote_day_most=2)
    first = take(busy)
    again = refusal(busy)
    assert (again.code, again.data) == ("remote_twice", {"number": first.number})
    calling.cancel(busy.ctx, PHONE, busy.key(), first.id)
    take(busy)  # a number given back does not count
    actions_of_day = [take(busy, "li")]
    assert len(actions_of_day) == 1
    busy.configure(remote_day_most=1)
    for ticket in busy.ctx.read(lambda c: queries.of_person(c, busy.ctx.hall_id, "li", "2026")):
        calling.cancel(busy.ctx, PHONE, busy.key(), ticket.ticket)
    take(busy, "li")
    assert refusal(busy, "li").code == "remote_twice"


def test_a_scalper_reaches_no_more_than_the_source_and_the_unit_allow(busy: SmallHall) -> None:
    busy.configure(remote_source_most=3, remote_open_most=5)
    for n in range(3):
        take(busy, f"person {n}", "shop")
    assert refusal(busy, "person 3", "shop").code == "remote_most"
    for n in range(2):
        take(busy, f"person {n + 4}", f"net {n}")
    assert refusal(busy, "person 7", "net 7").code == "remote_full"
    # Whoever waits in the hall is called all the same: nobody of the five has checked in.
    assert busy.call("T1").number == "A001"


def test_given_back_numbers_do_not_open_the_source_again(busy: SmallHall) -> None:
    busy.configure(remote_source_most=3)
    for n in range(3):
        ticket = take(busy, f"person {n}", "shop")
        calling.cancel(busy.ctx, PHONE, busy.key(), ticket.id)
    assert refusal(busy, "person 3", "shop").code == "remote_most"


def test_numbers_that_nobody_came_for_bar_their_holder(busy: SmallHall) -> None:
    busy.configure(remote_misses=1, remote_misses_days=5, remote_bar_days=3)
    take(busy)
    take(busy, "li")
    busy.clock.set(at(22))
    business_day.keep_day(busy.ctx)
    busy.clock.set(at(9, day=MONDAY.replace(day=3)))
    queue(busy)
    barred = refusal(busy)
    assert (barred.code, barred.data) == ("remote_barred", {"until": "2026-03-05"})
    take(busy, "wang")


def test_who_it_was_is_erased_when_no_rule_needs_it(busy: SmallHall) -> None:
    busy.configure(remote_misses_days=1, remote_bar_days=1)
    ticket = take(busy)
    busy.clock.advance(minutes=47 * 60)
    delete_old(busy.ctx, busy.hall.config.data)
    assert holder(busy, ticket) == ("zhang", "home")
    busy.clock.advance(minutes=2 * 60)
    delete_old(busy.ctx, busy.hall.config.data)
    assert holder(busy, ticket) == ("", "")


def test_a_repeat_with_the_same_key_is_the_same_number(busy: SmallHall) -> None:
    holder, key = Holder("zhang", "home"), busy.key()
    numbers = {actions.take(busy.ctx, PHONE, key, item="tax-1", holder=holder) for _ in range(3)}
    assert len(numbers) == 1


def test_a_check_in_code_or_a_scanned_page_finds_the_number(busy: SmallHall) -> None:
    ticket = take(busy)
    code = code_of(ticket.token)
    for text in (
        code,
        f"{code[:4].lower()} {code[4:]}",
        f"http://hall.example/t/{ticket.token}",
        ticket.token,
    ):
        number = actions.by_check_in_code(busy.ctx, text)
        assert number is not None
        assert number.id == ticket.id
    for text in ("A007", code[:7], f"{code}2", "x", "http://hall.example/t/x"):
        assert actions.by_check_in_code(busy.ctx, text) is None
    here = busy.issue("tax-1")
    assert actions.by_check_in_code(busy.ctx, code_of(here.token)) is None
