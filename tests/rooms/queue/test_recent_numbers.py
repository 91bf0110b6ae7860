"""Second number of an item at one kiosk: the question before it, and the copy of the first slip."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.device_health import queries as device_health_queries
from server.queue import slip_printing, slip_queries
from support.halls import SmallHall
from support.web import Web


@pytest.fixture
def web(small: SmallHall) -> Web:
    """Return the small hall's API with a tax window."""
    small.sign_in("T1")
    return Web(small)


def recent(web: Web, kiosk: str = "1", item: str = "tax-1") -> str:
    """Return the number that a kiosk's page of an item asks about; empty: it does not ask."""
    page = web.device("kiosk", kiosk).get(f"/items/{item}/for/ordinary").get_json()
    return page["recent"]["number"] if page["recent"] else ""


def test_a_kiosk_asks_before_a_second_number_of_an_item(web: Web) -> None:
    small = web.small
    assert recent(web) == ""
    first = small.issue("tax-1")
    assert recent(web) == first.number
    assert (recent(web, "2"), recent(web, item="tax-2")) == ("", "")
    assert web.browser().get("/items/tax-1").get_json()["recent"] is None
    assert small.issue("tax-1").number == "A002", "asked, not refused"
    assert recent(web) == "A002"
    small.clock.advance(seconds=179)
    assert recent(web) == "A002"
    small.clock.advance(seconds=1)
    assert recent(web) == ""


def test_a_called_number_is_not_asked_about_and_a_hall_may_never_ask(web: Web) -> None:
    web.small.issue("tax-1")
    web.small.call("T1")
    assert recent(web) == ""
    web.small.issue("tax-1")
    web.small.configure(again_minutes=0)
    assert recent(web) == ""


def copy(web: Web, ticket: str, kiosk: str = "1") -> tuple[int, dict[str, Any]]:
    answer = web.device("kiosk", kiosk).post(f"/tickets/{ticket}/copy")
    return answer.status_code, answer.get_json()


def test_the_slip_is_printed_again_twice_and_without_the_code_of_the_phone(web: Web) -> None:
    small = web.small
    printer = {"device": "p1", "kind": "printers", "driver": "escpos", "serves": "1"}
    small.ctx.write(lambda tx: device_health_queries.announce(tx, "k1", "w", [printer]))
    ticket = small.issue("tax-1")

    def slips() -> list[Any]:
        return small.ctx.read(lambda c: slip_queries.of_ticket(c, "small", ticket.id))

    first = slips()[0]
    slip_printing.settle_slip(small.ctx, "agent", first.id, "failed", "paper_out")
    assert copy(web, ticket.id)[0] == 200
    assert json.loads(slips()[1].document)["token"] == ticket.token, "nobody holds the first"
    slip_printing.settle_slip(small.ctx, "agent", slips()[1].id, "printed", "")
    assert copy(web, ticket.id)[0] == 200
    assert (slips()[2].copy, json.loads(slips()[2].document)["token"]) == (True, "")
    assert copy(web, ticket.id)[1]["code"] == "slip_unknown"


def test_only_the_kiosk_that_gave_the_number_prints_it_again(web: Web) -> None:
    ticket = web.small.issue("tax-1")
    assert copy(web, ticket.id, "2")[1]["code"] == "ticket_unknown"
    assert copy(web, "20260302-Z001")[1]["code"] == "ticket_unknown"
    assert copy(web, ticket.id)[1]["code"] == "no_printer"
    web.small.clock.advance(seconds=180)
    assert copy(web, ticket.id)[1]["code"] == "ticket_unknown"
