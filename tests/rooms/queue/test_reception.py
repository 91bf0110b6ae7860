"""Reception desk: tickets found, printed, cancelled and redirected, with what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from server.core import journal
from server.core.actors import Actor, ActorKind
from server.core.errors import CommonCode, ErrorCode, HallError
from server.device_health import queries as device_health_queries
from server.queue import calling, issuing, reception, slip_queries
from server.queue.business_day import keep_day
from server.queue.errors import QueueCode
from server.queue.slips import StoredSlip
from server.queue.tickets import State, Ticket
from support.halls import MANAGER, MONDAY, SmallHall, at

DESK = Actor(ActorKind.MANAGER, MANAGER)


def refused(work: Callable[[], Any]) -> HallError:
    with pytest.raises(HallError) as caught:
        work()
    return caught.value


def code_of(work: Callable[[], Any]) -> ErrorCode:
    return refused(work).code


def find(small: SmallHall, text: str) -> Ticket:
    return small.ctx.read(lambda c: reception.find(small.ctx, c, text))


def printer(small: SmallHall, kiosk: str) -> None:
    device = {
        "device": f"printer-{kiosk}",
        "kind": "printers",
        "driver": "escpos",
        "serves": kiosk,
    }
    small.ctx.write(lambda tx: device_health_queries.announce(tx, f"k{kiosk}", "w", [device]))


def slips(small: SmallHall, ticket: str) -> list[StoredSlip]:
    return small.ctx.read(lambda c: slip_queries.of_ticket(c, "small", ticket))


def last_line(small: SmallHall, ticket: str) -> dict[str, Any]:
    return small.ctx.read(lambda c: journal.of_subject(c, "small", ticket))[-1]


def cancel(small: SmallHall, ticket: str, reason: str = "gave_up", text: str = "") -> str:
    return reception.cancel(small.ctx, DESK, small.key(), ticket, reason, text)


def print_slip(small: SmallHall, ticket: str, kiosk: str) -> None:
    small.clock.advance(seconds=1)
    reception.print_slip(small.ctx, DESK, small.key(), ticket, kiosk)


def redirect(small: SmallHall, ticket: str, **target: str) -> Ticket:
    reception.redirect(
        small.ctx,
        DESK,
        small.key(),
        ticket,
        to_window=target.get("window"),
        to_item=target.get("item"),
        to_unit=target.get("unit"),
        text=target.get("text", ""),
    )
    return small.ticket(ticket)


def in_state(small: SmallHall, state: State) -> Ticket:
    """Return a ticket of window T1 in this state."""
    if state is State.MISSED:
        return small.call_and_miss("T1")
    ticket = small.call("T1")
    if state is State.SERVING:
        calling.start(small.ctx, small.clerk("T1"), small.key(), "T1")
    if state is State.HELD:
        calling.hold(small.ctx, small.clerk("T1"), small.key(), "T1", "")
    return ticket


def test_a_ticket_is_found_by_number_and_by_token(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    assert find(small, "a1").id == ticket.id
    assert find(small, ticket.token).id == ticket.id


def test_what_is_not_of_today_is_refused_with_the_number(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    assert refused(lambda: find(small, "a2")).data == {"number": "A002"}
    assert refused(lambda: find(small, "who?")).data == {"number": ""}
    small.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    keep_day(small.ctx)
    for work in (
        lambda: find(small, ticket.token),
        lambda: find(small, "A001"),
        lambda: cancel(small, ticket.id),
        lambda: redirect(small, ticket.id, window="T1"),
        lambda: print_slip(small, ticket.id, "1"),
    ):
        assert code_of(work) is QueueCode.TICKET_NOT_TODAY


def test_a_cancellation_is_journalled_with_person_and_reason(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    cancel(small, ticket.id, "other", "家里有急事")
    assert small.ticket(ticket.id).state is State.CANCELLED
    line = last_line(small, ticket.id)
    assert (line["act"], line["actor"]) == ("ticket.cancel", MANAGER)
    assert line["data"] == {"number": "A001", "reason": "other", "note": "家里有急事"}
    assert code_of(lambda: cancel(small, ticket.id)) is QueueCode.TICKET_OVER


def test_another_reason_needs_a_note(small: SmallHall) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    assert code_of(lambda: cancel(small, ticket.id, "other")) is CommonCode.REASON_REQUIRED
    assert small.ticket(ticket.id).state is State.WAITING


@pytest.mark.parametrize("state", [State.CALLED, State.SERVING])
def test_a_ticket_at_a_window_is_left_to_the_window(small: SmallHall, state: State) -> None:
    small.sign_in("T1", "T2")
    small.issue("tax-1")
    ticket = in_state(small, state)
    for work in (lambda: cancel(small, ticket.id), lambda: redirect(small, ticket.id, window="T2")):
        refusal = refused(work)
        assert refusal.code is QueueCode.TICKET_AT_WINDOW
        assert refusal.data == {"number": "A001", "window": 1}


def test_a_held_ticket_may_be_cancelled_but_not_redirected(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    small.issue("tax-1")
    ticket = in_state(small, State.HELD)
    assert code_of(lambda: redirect(small, ticket.id, window="T2")) is QueueCode.TICKET_AT_WINDOW
    cancel(small, ticket.id)
    assert small.ticket(ticket.id).state is State.CANCELLED


def test_a_missed_ticket_returns_before_it_is_redirected(small: SmallHall) -> None:
    small.sign_in("T1", "T2")
    small.issue("tax-1")
    ticket = in_state(small, State.MISSED)
    assert code_of(lambda: redirect(small, ticket.id, window="T2")) is QueueCode.TICKET_MISSED
    calling.return_to_queue(small.ctx, DESK, small.key(), ticket.id)
    assert redirect(small, ticket.id, window="T2").lane == "@T2/ordinary"


def test_a_redirected_ticket_keeps_its_number_its_seniority_and_its_time(small: SmallHall) -> None:
    small.sign_in("T1", "S1")
    first = small.issue("tax-1", "elderly")
    small.clock.advance(minutes=5)
    other = small.issue("build-1", "elderly")
    moved = redirect(small, first.id, item="build-1", text="选错事项")
    assert (moved.number, moved.ord, moved.waiting_since) == ("A001", first.ord, first.issued_at)
    assert (moved.item, moved.queue, moved.lane) == ("build-1", "build", "build-1/elderly")
    assert (moved.transfers, moved.note, moved.state) == (1, "选错事项", State.WAITING)
    assert [small.call("S1").id, small.call("S1", "done").id] == [first.id, other.id]


def test_a_redirection_is_journalled_with_person_and_target(small: SmallHall) -> None:
    small.sign_in("T1", "S1")
    ticket = small.issue("tax-1")
    assert redirect(small, ticket.id, unit="build").lane == "=build/ordinary"
    line = last_line(small, ticket.id)
    assert (line["act"], line["actor"]) == ("ticket.redirect", MANAGER)
    assert line["data"]["unit"] == "build"
    assert small.call("S1").id == ticket.id


@pytest.mark.parametrize(
    "target",
    [
        {},
        {"window": "T2"},
        {"window": "T9"},
        {"item": "tax-1"},
        {"item": "cars-1"},
        {"unit": "fire"},
        {"window": "T1", "item": "tax-2"},
    ],
)
def test_a_target_where_nobody_can_call_is_refused(
    small: SmallHall, target: dict[str, str]
) -> None:
    small.sign_in("T1")
    ticket = small.issue("tax-1")
    assert code_of(lambda: redirect(small, ticket.id, **target)) is QueueCode.TRANSFER_TARGET
    assert small.ticket(ticket.id) == ticket


def test_a_slip_is_printed_again_at_the_chosen_kiosk(small: SmallHall) -> None:
    small.sign_in("T1")
    printer(small, "1")
    printer(small, "2")
    ticket = small.issue("tax-1")
    print_slip(small, ticket.id, "2")
    first, copy = slips(small, ticket.id)
    assert (first.device, first.copy) == ("printer-1", False)
    assert (copy.device, bool(copy.copy), copy.document) == ("printer-2", True, first.document)
    assert last_line(small, ticket.id)["actor"] == MANAGER
    assert code_of(lambda: print_slip(small, ticket.id, "9")) is QueueCode.NO_PRINTER
    cancel(small, ticket.id)
    assert code_of(lambda: print_slip(small, ticket.id, "2")) is QueueCode.TICKET_OVER


def test_the_slip_of_a_redirected_ticket_says_where_it_goes_now(small: SmallHall) -> None:
    small.sign_in("T1", "S1")
    printer(small, "1")
    ticket = small.issue("tax-1")
    redirect(small, ticket.id, item="build-1")
    print_slip(small, ticket.id, "1")
    facts = json.loads(slips(small, ticket.id)[-1].document)
    assert (facts["number"], facts["item"], facts["windows"]) == ("A001", "build-1", ["S1"])


def test_a_number_issued_at_the_desk_is_printed_where_the_desk_says(small: SmallHall) -> None:
    small.sign_in("T1")
    printer(small, "1")
    printer(small, "2")
    issued = issuing.issue_with_data(
        small.ctx,
        DESK,
        small.key(),
        item="tax-1",
        applicant="elderly",
        kiosk="",
        paper=True,
        extras=issuing.IssueExtras(printer_of="2"),
    )
    ticket = small.ticket(issued.ticket_id)
    assert (ticket.kiosk, ticket.level) == ("", 1)
    assert [slip.device for slip in slips(small, ticket.id)] == ["printer-2"]


def test_no_number_is_used_up_for_a_kiosk_without_a_printer(small: SmallHall) -> None:
    small.sign_in("T1")

    def issue() -> None:
        issuing.issue_with_data(
            small.ctx,
            DESK,
            small.key(),
            item="tax-1",
            applicant="ordinary",
            kiosk="",
            paper=True,
            extras=issuing.IssueExtras(printer_of="9"),
        )

    assert code_of(issue) is QueueCode.NO_PRINTER
    assert small.issue("tax-1").number == "A001"


def test_a_slip_without_paper_is_printed_later_as_the_first(small: SmallHall) -> None:
    small.sign_in("T1")
    printer(small, "1")
    ticket_id = issuing.issue(
        small.ctx, DESK, small.key(), item="tax-1", applicant="ordinary", kiosk="", paper=False
    )
    print_slip(small, ticket_id, "1")
    (slip,) = slips(small, ticket_id)
    assert not slip.copy
    assert json.loads(slip.document)["windows"] == ["T1"]
