"""Remote numbers over HTTP: the offer, taking one, checking in by phone, kiosk and desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.appointments.people import here_code
from server.remote_numbers.rules import code_of
from support.halls import SmallHall, at
from support.web import Web

ARRIVE = "/kiosk/appointments/arrive"
BODY = {"item": "tax-1", "phone": "13900000001"}


@pytest.fixture
def web(tmp_path: Path) -> Web:
    small = SmallHall(f"sqlite:///{tmp_path / 'hall.db'}", tmp_path, at(9))
    small.sign_in("T1")
    return Web(small)


def offered(web: Web) -> Web:
    web.small.configure(remote_numbers="on")
    for _ in range(6):
        web.small.issue("tax-1")
    return web


def code(answer: Any) -> str:
    assert answer.status_code >= 400
    return str(answer.get_json()["code"])


def taken(web: Web, phone: str = BODY["phone"]) -> dict[str, str]:
    answer = web.browser().post("/remote/numbers", BODY | {"phone": phone})
    assert answer.status_code == 200, answer.get_json()
    number: dict[str, str] = answer.get_json()
    return number


def test_the_offer_says_why_there_is_none(web: Web) -> None:
    phone = web.browser()
    assert phone.get("/remote/items/tax-1").get_json()["refusal"] == "remote_off"
    web.small.configure(remote_numbers="on")
    offer = phone.get("/remote/items/tax-1").get_json()
    assert (offer["offered"], offer["refusal"]) == (False, "remote_short")
    assert "20" in offer["refusal_zh"]
    assert "20" in offer["refusal_en"]
    assert code(phone.get("/remote/items/none")) == "item_unknown"
    offer = offered(web).browser().get("/remote/items/tax-1").get_json()
    assert (offer["offered"], offer["ahead"], offer["check_in_ahead"]) == (True, 6, 5)


def test_from_afar_to_the_window(web: Web) -> None:
    number, phone = taken(offered(web)), web.browser()
    page = phone.get(f"/phone/{number['token']}").get_json()
    assert (page["number"], page["presence"], page["ahead"]) == ("A007", "away", 6)
    assert number["url"].endswith(f"/t/{number['token']}")
    path = f"/remote/{number['token']}/check-in"
    assert code(phone.post(path, {"here": ""})) == "remote_not_here"
    assert code(phone.post(path, {"here": "123456"})) == "remote_not_here"
    ctx = web.small.ctx
    here = here_code(web.small.hall.config.data, ctx.tokens, ctx.day())
    answer = phone.post(path, {"here": here.lower()}).get_json()
    assert answer == {"number": "A007", "ahead": 0, "late": False}
    assert phone.get(f"/phone/{number['token']}").get_json()["presence"] == "here"
    assert code(phone.post(path, {"here": here})) == "move_not_allowed"
    assert code(phone.post("/remote/nobody/check-in", {"here": here})) == "ticket_unknown"


def test_a_kiosk_and_the_desk_check_in(web: Web) -> None:
    offered(web)
    numbers = [taken(web, f"1390000000{n}") for n in range(2)]
    kiosk, desk = web.device("kiosk", "1"), web.clerk("T2")
    answer = kiosk.post(ARRIVE, {"code": code_of(numbers[0]["token"])}).get_json()
    assert (answer["start"], answer["arrival"]) == ("", "on_time")
    assert (answer["ticket"]["number"], answer["ticket"]["presence"]) == ("A007", "here")
    ticket = web.small.ticket("20260302-A008")
    assert desk.post(f"/tickets/{ticket.id}/check-in").status_code == 200
    assert web.small.ticket(ticket.id).lane == "tax-1/ordinary"


def test_a_late_holder_waits_behind_those_who_were_there(web: Web) -> None:
    number = taken(offered(web))
    for _ in range(3):
        web.small.issue("tax-1")
    for _ in range(7):
        web.small.call("T1", "done")
    assert web.small.ticket("20260302-A007").lane == "!tax-1/ordinary"
    page = web.browser().get(f"/phone/{number['token']}").get_json()
    assert page["presence"] == "passed"
    assert page["check_in_code"] == code_of(number["token"])
    answer = web.device("kiosk", "1").post(ARRIVE, {"code": page["check_in_code"]}).get_json()
    assert (answer["arrival"], answer["ticket"]["ahead"]) == ("late", 2)
