"""Visits with several errands: numbers of one person, called one after the other, on one page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.core.errors import HallError
from server.queue import call_queries, calling, chosen_calls, slip_queries, undo
from server.queue.errors import QueueCode
from server.queue.tickets import Outcome, Ticket
from support.halls import SmallHall
from support.web import Web


@pytest.fixture
def web(small: SmallHall) -> Web:
    """Return the small hall's API with a tax and a build window."""
    small.sign_in("T1", "S1")
    return Web(small)


def take(web: Web, item: str, first: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the view of a number taken at kiosk 1, with the person's first one."""
    body = {"item": item, "companion": first["token"] if first else ""}
    answer = web.device("kiosk", "1").post("/tickets", body)
    assert answer.status_code == 200, answer.get_json()
    ticket: dict[str, Any] = answer.get_json()["ticket"]
    return ticket


def code_of(small: SmallHall, window: str) -> tuple[str, dict[str, Any]]:
    with pytest.raises(HallError) as caught:
        small.call(window)
    return str(caught.value.code), caught.value.data


def phone(web: Web, ticket: dict[str, Any]) -> dict[str, Any]:
    page: dict[str, Any] = web.browser().get(f"/phone/{ticket['token']}").get_json()
    return page


def test_two_numbers_of_one_person_are_never_called_at_once(web: Web) -> None:
    small = web.small
    first = take(web, "tax-1")
    other = take(web, "build-1", first)
    behind = take(web, "build-1")
    assert small.call("T1").id == first["id"]
    assert small.call("S1").id == behind["id"], "the next person is not kept waiting"
    assert small.ticket(other["id"]).visit == first["id"]


def test_the_other_number_is_next_as_soon_as_the_first_is_finished(web: Web) -> None:
    small = web.small
    first = take(web, "tax-1")
    other = take(web, "build-1", first)
    small.call("T1")
    assert code_of(small, "S1") == ("nobody_waiting", {"window": "S1", "elsewhere": True})
    take(web, "build-1")
    take(web, "tax-1")
    small.call("T1", "done")
    called = small.call("S1")
    assert called.id == other["id"], "it kept its place"
    calls = small.ctx.read(lambda c: call_queries.calls_of(c, "small", called.id))
    assert json.loads(calls[-1].why)["codes"] == ["first"]


def test_no_chosen_call_and_no_undo_brings_a_person_to_two_windows(web: Web) -> None:
    small = web.small
    small.configure(chosen_calls="on", undo_seconds=60)
    first = take(web, "tax-1")
    other = take(web, "build-1", first)
    small.call("T1")
    clerk = small.clerk("S1")
    with pytest.raises(HallError) as caught:
        chosen_calls.call_chosen(small.ctx, clerk, small.key(), "S1", other["number"], "unwell", "")
    assert caught.value.code is QueueCode.TICKET_AT_WINDOW
    calling.start(small.ctx, small.clerk("T1"), small.key(), "T1")
    calling.finish(small.ctx, small.clerk("T1"), small.key(), "T1", Outcome.DONE, "")
    assert small.call("S1").id == other["id"]
    with pytest.raises(HallError) as caught:
        undo.undo(small.ctx, small.clerk("T1"), small.key(), "T1")
    assert caught.value.code is QueueCode.TICKET_AT_WINDOW
    assert small.ticket(first["id"]).state == "finished"


def test_a_number_on_hold_is_not_resumed_while_the_other_is_at_a_window(web: Web) -> None:
    small = web.small
    first = take(web, "tax-1")
    take(web, "build-1", first)
    small.call("T1")
    act = small.ctx, small.clerk("T1")
    calling.hold(*act, small.key(), "T1", "")
    small.call("S1")
    with pytest.raises(HallError) as caught:
        calling.resume(*act, small.key(), "T1", first["id"])
    assert caught.value.code is QueueCode.TICKET_AT_WINDOW
    assert caught.value.data == {"number": "C001", "window": 3, "companion": "A001"}


def test_one_phone_page_shows_both_numbers_each_with_its_place(web: Web) -> None:
    small = web.small
    first = take(web, "tax-1")
    take(web, "build-1")
    other = take(web, "build-1", first)
    assert [(o["number"], o["state"], o["ahead"]) for o in other["others"]] == [
        (first["number"], "waiting", 0)
    ]
    small.call("T1")
    page = phone(web, first)
    assert page["others"][0]["token"] == other["token"]
    assert (page["others"][0]["ahead"], page["called_window"]["number"]) == (1, 1)
    assert phone(web, other)["after"] == first["number"]
    assert phone(web, other)["others"][0]["called_window"]["number"] == 1
    assert phone(web, first)["after"] == ""


def test_a_third_number_belongs_to_the_same_visit(web: Web) -> None:
    first = take(web, "tax-1")
    other = take(web, "build-1", first)
    third = take(web, "tax-2", other)
    assert [o["number"] for o in third["others"]] == [first["number"], other["number"]]


def test_the_slip_of_the_second_number_names_the_first(web: Web) -> None:
    first = take(web, "tax-1")
    other = take(web, "build-1", first)
    rows = web.small.ctx.read(lambda c: slip_queries.of_ticket(c, "small", other["id"]))
    assert json.loads(rows[0].document)["others"] == [first["number"]]


def test_the_second_wait_begins_after_the_first_errand(web: Web) -> None:
    """Both windows are free: the second number cannot be called while the first is served."""
    first = take(web, "tax-1")
    assert (first["ahead"], first["high"]) == (0, 2)
    kiosk = web.device("kiosk", "1")
    body = {"item": "build-1", "companion": first["token"]}
    other = kiosk.post("/tickets", body, key="press").get_json()["ticket"]
    ticket: Ticket = web.small.ticket(other["id"])
    assert (ticket.told_high or 0) > 2
    again = kiosk.post("/tickets", body, key="press").get_json()["ticket"]
    assert again["id"] == other["id"], "one press, one number"


def test_a_number_that_is_not_of_today_is_no_companion(web: Web) -> None:
    answer = web.device("kiosk", "1").post("/tickets", {"item": "tax-1", "companion": "unknown"})
    assert answer.get_json()["code"] == "ticket_unknown"
    assert take(web, "tax-1")["number"] == "A001", "no number was used up"
