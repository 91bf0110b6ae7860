"""Tickets: numbers, lanes and seniority, and what a refused move reports."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.actors import ActorKind
from server.core.errors import HallError
from server.queue.tickets import (
    Move,
    State,
    Ticket,
    lane,
    number,
    order_of,
    read_number,
    state_after,
    ticket_id,
    unit_lane,
    window_lane,
)


def refusal(
    move: Move, state: State, actor: ActorKind, *, holds: bool = True
) -> tuple[str, dict[str, Any]]:
    """Return the case of a refused move and its data."""
    with pytest.raises(HallError) as caught:
        state_after(move, state, actor, holds=holds)
    return str(caught.value.code), caught.value.data


def test_a_move_by_somebody_without_the_right_names_both() -> None:
    data = {"move": Move.CALL, "actor": ActorKind.PHONE}
    assert refusal(Move.CALL, State.WAITING, ActorKind.PHONE) == ("forbidden", data)


def test_a_move_from_the_wrong_state_names_both() -> None:
    data = {"move": Move.CALL, "state": State.SERVING}
    assert refusal(Move.CALL, State.SERVING, ActorKind.CLERK) == ("move_not_allowed", data)


def test_a_move_at_another_window_names_the_move() -> None:
    data = {"move": Move.START}
    answer = refusal(Move.START, State.CALLED, ActorKind.CLERK, holds=False)
    assert answer == ("not_the_holder", data)


def test_a_move_counts_as_made_from_elsewhere_unless_said_otherwise() -> None:
    with pytest.raises(HallError) as caught:
        state_after(Move.START, State.CALLED, ActorKind.CLERK)
    assert str(caught.value.code) == "not_the_holder"


def test_a_call_needs_no_window_that_holds_the_ticket() -> None:
    assert state_after(Move.CALL, State.WAITING, ActorKind.CLERK) is State.CALLED


def test_the_number_after_999_is_refused_with_its_prefix() -> None:
    with pytest.raises(HallError) as caught:
        number("A", 1000)
    assert str(caught.value.code) == "numbers_exhausted"
    assert caught.value.data == {"prefix": "A"}


def test_seniority_leaves_room_for_a_thousand_between_neighbours() -> None:
    assert [order_of(arrival) for arrival in (1, 2, 3)] == [1024, 2048, 3072]


def test_the_id_of_a_ticket_is_its_day_and_its_number() -> None:
    assert ticket_id("2026-11-21", "A012") == "20261121-A012"


def test_lanes_of_items_windows_and_units_differ() -> None:
    assert lane("tax-1", "elderly") == "tax-1/elderly"
    assert window_lane("T1", "elderly") == "@T1/elderly"
    assert unit_lane("tax", "elderly") == "=tax/elderly"


def ticket(window: str) -> Ticket:
    """Return a ticket that was called last at a window."""
    return Ticket(
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
        first_called_at=1,
        called_at=1,
        call_count=1,
        serving_at=None,
        ended_at=None,
        window=window,
        staff="1001",
        outcome="",
        note="",
        returns=0,
        transfers=0,
    )


def test_the_window_of_the_ticket_holds_it() -> None:
    assert ticket("T1").holds("T1") is True
    assert ticket("T1").holds("T2") is False


def test_no_window_holds_a_ticket_that_was_not_called() -> None:
    assert ticket("").holds("") is False


@pytest.mark.parametrize(
    "text",
    ["A012", "a12", "A12", "a0012", " a 12 ", "A-012", "Ａ０１２", "ａ１２号", "A012号"],
)
def test_a_number_is_read_as_people_type_it(text: str) -> None:
    assert read_number(text) == "A012"


def test_prefixes_have_one_or_two_letters() -> None:
    assert read_number("zz999") == "ZZ999"
    assert read_number("zzz1") == ""


@pytest.mark.parametrize(
    "text", ["", "12", "A", "A0", "A000", "A1000", "A01000", "AB", "A12x", "号", "12A", "A1A"]
)
def test_a_text_that_is_no_number_gives_none(text: str) -> None:
    assert read_number(text) == ""


def test_only_a_waiting_ticket_is_redirected() -> None:
    assert state_after(Move.REDIRECT, State.WAITING, ActorKind.CLERK) is State.WAITING
    for state in set(State) - {State.WAITING}:
        data = {"move": Move.REDIRECT, "state": state}
        answer = refusal(Move.REDIRECT, state, ActorKind.MANAGER)
        assert answer == ("move_not_allowed", data)


def test_a_ticket_is_redirected_by_people_with_an_account_only() -> None:
    for actor in (ActorKind.PHONE, ActorKind.KIOSK, ActorKind.SYSTEM):
        assert refusal(Move.REDIRECT, State.WAITING, actor)[0] == "forbidden"
