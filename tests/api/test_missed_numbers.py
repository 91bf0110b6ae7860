"""Missed numbers at the kiosk: look-up, return, refusals, limits, and what is not shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.missed import number_of
from server.queue import calling
from server.queue.business_day import keep_day
from server.queue.tickets import Outcome
from server.web_api.limits import MISSED
from support.halls import MONDAY, SmallHall, at
from support.web import Browser, Web


@pytest.fixture
def kiosk(web: Web) -> Browser:
    """Return the client of kiosk 1."""
    return web.device("kiosk", "1")


def missed(small: SmallHall, window: str = "T1") -> str:
    """Return the number of a person who missed the call; three others wait."""
    small.sign_in(window)
    number = small.issue("tax-2").number
    for _ in range(3):
        small.issue("tax-2")
    small.call_and_miss(window)
    return number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("A012", "A012"),
        ("a12", "A012"),
        (" A 012", ""),
        ("Ａ０１２", "A012"),
        ("AB7", "AB007"),
        ("012", ""),
        ("A1234", ""),
        ("A0-2", ""),
    ],
)
def test_a_typed_number_is_read_as_printed(typed: str, number: str) -> None:
    assert number_of(typed) == number


@pytest.mark.parametrize("by", ["number", "token"])
def test_a_missed_number_comes_back_at_the_kiosk(web: Web, kiosk: Browser, by: str) -> None:
    number = missed(web.small)
    token = web.small.ticket(f"20260302-{number}").token
    slip = {"number": number.lower(), "token": token}[by]
    look = kiosk.get(f"/missed/{slip}").get_json()
    assert look == {
        "number": number,
        "standing": "may_return",
        "ahead": 3,
        "returns_left": 2,
        "window": None,
    }
    back = kiosk.post(f"/missed/{slip}/return").get_json()
    assert back == look | {"standing": "waiting", "returns_left": 1}
    assert kiosk.get(f"/missed/{slip}").get_json()["standing"] == "waiting"


def test_a_repeated_command_returns_the_number_once(web: Web, kiosk: Browser) -> None:
    number = missed(web.small)
    first = kiosk.post(f"/missed/{number}/return", key="press-1")
    again = kiosk.post(f"/missed/{number}/return", key="press-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.get_json() == first.get_json()
    assert web.small.ticket(f"20260302-{number}").returns == 1


def test_a_called_number_is_sent_to_its_window(web: Web, kiosk: Browser) -> None:
    web.small.sign_in("T1")
    ticket = web.small.issue("tax-2")
    assert kiosk.get(f"/missed/{ticket.number}").get_json()["standing"] == "waiting"
    web.small.call("T1")
    look = kiosk.get(f"/missed/{ticket.number}").get_json()
    assert (look["standing"], look["window"]["number"]) == ("called", 1)
    clerk = web.small.clerk("T1")
    calling.hold(web.small.ctx, clerk, web.small.key(), "T1", "")
    look = kiosk.get(f"/missed/{ticket.number}").get_json()
    assert (look["standing"], look["window"]["number"]) == ("held", 1)
    calling.resume(web.small.ctx, clerk, web.small.key(), "T1", ticket.id)
    calling.start(web.small.ctx, clerk, web.small.key(), "T1")
    assert kiosk.get(f"/missed/{ticket.number}").get_json()["standing"] == "serving"
    calling.finish(web.small.ctx, clerk, web.small.key(), "T1", Outcome.DONE, "")
    look = kiosk.get(f"/missed/{ticket.number}").get_json()
    assert (look["standing"], look["window"]) == ("over", None)
    refusal = kiosk.post(f"/missed/{ticket.number}/return")
    assert (refusal.status_code, refusal.get_json()["code"]) == (409, "move_not_allowed")


def test_a_number_without_returns_left_is_refused(web: Web, kiosk: Browser) -> None:
    web.small.configure(return_limit=0)
    number = missed(web.small)
    look = kiosk.get(f"/missed/{number}").get_json()
    assert (look["standing"], look["returns_left"]) == ("no_returns", 0)
    assert kiosk.post(f"/missed/{number}/return").get_json()["code"] == "return_limit"


def test_an_unknown_number_and_an_unknown_code_are_refused(web: Web, kiosk: Browser) -> None:
    web.small.sign_in("T1")
    for slip, number in (("Z999", "Z999"), ("no-such-token-on-any-slip", "")):
        look = kiosk.get(f"/missed/{slip}").get_json()
        assert (look["standing"], look["number"]) == ("unknown", number)
        assert kiosk.post(f"/missed/{slip}/return").get_json()["code"] == "ticket_unknown"


def test_a_slip_of_yesterday_is_not_valid(web: Web, kiosk: Browser) -> None:
    number = missed(web.small)
    token = web.small.ticket(f"20260302-{number}").token
    web.small.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    assert kiosk.get(f"/missed/{token}").get_json()["standing"] == "other_day"
    assert kiosk.get(f"/missed/{number}").get_json()["standing"] == "unknown"
    assert kiosk.post(f"/missed/{token}/return").get_json()["code"] == "ticket_unknown"
    keep_day(web.small.ctx)
    assert kiosk.get(f"/missed/{token}").get_json()["standing"] == "other_day"


def test_only_a_kiosk_asks(web: Web) -> None:
    number = missed(web.small)
    assert web.browser().get(f"/missed/{number}").status_code == 401
    assert web.device("board", "main").get(f"/missed/{number}").status_code == 403


def test_tries_are_limited_for_each_kiosk(web: Web, kiosk: Browser) -> None:
    answers = [kiosk.get(f"/missed/A{n:03d}") for n in range(1, MISSED.per_caller + 2)]
    assert [a.status_code for a in answers[-2:]] == [200, 429]
    assert web.device("kiosk", "2").get("/missed/A001").status_code == 200


def test_any_window_that_may_serve_a_missed_number_returns_it(web: Web) -> None:
    number = missed(web.small)
    own = web.clerk("T1", seated=False).get("/counter").get_json()
    assert [card["number"] for card in own["missed"]] == [number]
    assert own["missed_elsewhere"] == []
    other = web.clerk("T2")
    state = other.get("/counter").get_json()
    assert state["missed"] == []
    [card] = state["missed_elsewhere"]
    assert (card["number"], card["window"], card["item_name"]) == (number, 1, "事项tax-2")
    for window in ("S1", "G1"):  # not of their unit; not in their mandate
        assert web.clerk(window).get("/counter").get_json()["missed_elsewhere"] == []
    assert other.post(f"/tickets/{card['id']}/return").status_code == 200
    assert web.small.ticket(card["id"]).returns == 1
    assert other.get("/counter").get_json()["missed_elsewhere"] == []
