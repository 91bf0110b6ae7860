"""Reception desk through the API: every role, what is shown, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from server.core import journal
from server.core.actors import SYSTEM, Role
from server.device_health import queries as device_health_queries
from server.queue import slip_queries
from support.halls import ADMINISTRATOR, MANAGER, NEWCOMER, STAFF
from support.web import PASSWORD, Browser, Web

DESKS: dict[str, Callable[[Web], Browser]] = {
    "clerk": lambda web: web.clerk("G2", seated=False),
    "manager": Web.manager,
    "administrator": Web.administrator,
}
NUMBERS = {"clerk": STAFF["G2"], "manager": MANAGER, "administrator": ADMINISTRATOR}
OTHERS: dict[str, Callable[[Web], Browser]] = {
    "nobody": Web.browser,
    "kiosk": lambda web: web.device("kiosk", "1"),
    "board": lambda web: web.device("board", "main"),
    "agent": lambda web: web.device("agent", "kiosk"),
}
ROUTES = (
    ("GET", "/reception"),
    ("GET", "/reception/find/A001"),
    ("GET", "/reception/items/tax-1"),
    ("POST", "/reception/tickets"),
    ("POST", "/reception/tickets/20260302-A001/print"),
    ("POST", "/reception/tickets/20260302-A001/cancel"),
    ("POST", "/reception/tickets/20260302-A001/redirect"),
)
IDENTITY = ("note", "applicant", "klass", "mark", "proof", "token", "url", "staff")
"""Names of fields that would say who the applicant is, or let somebody act as the applicant."""


@pytest.fixture(params=sorted(DESKS))
def desk(request: pytest.FixtureRequest, web: Web) -> tuple[str, Browser]:
    """Return each role with the browser of a person at the desk, while T1 serves."""
    web.clerk("T1")
    return request.param, DESKS[request.param](web)


def issued(web: Web, item: str = "tax-1") -> dict[str, Any]:
    answer = web.device("kiosk", "1").post("/tickets", {"item": item})
    assert answer.status_code == 200
    ticket: dict[str, Any] = answer.get_json()["ticket"]
    return ticket


def with_printer(web: Web, kiosk: str) -> None:
    device = {
        "device": f"printer-{kiosk}",
        "kind": "printers",
        "driver": "escpos",
        "serves": kiosk,
    }
    web.small.ctx.write(lambda tx: device_health_queries.announce(tx, f"k{kiosk}", "w", [device]))


def actors(web: Web, ticket: str) -> list[tuple[str, str]]:
    lines = web.small.ctx.read(lambda c: journal.of_subject(c, "small", ticket))
    return [(line["act"], line["actor"]) for line in lines]


@pytest.mark.parametrize("who", sorted(OTHERS))
def test_only_people_with_an_account_use_the_desk(web: Web, who: str) -> None:
    caller = OTHERS[who](web)
    expected = "not_signed_in" if who == "nobody" else "forbidden"
    for method, path in ROUTES:
        answer = caller.get(path) if method == "GET" else caller.post(path)
        assert answer.get_json()["code"] == expected, path


def test_a_ticket_is_found_as_it_is_typed_or_scanned(web: Web, desk: tuple[str, Browser]) -> None:
    ticket = issued(web)
    for written in ("A001", "a1", "a-001", "Ａ００１号", ticket["token"]):
        shown = desk[1].get(f"/reception/find/{written}").get_json()
        assert (shown["id"], shown["state"]) == (ticket["id"], "waiting")
    assert [w["number"] for w in shown["windows"]] == [1]
    assert (shown["ahead"], shown["item_name"], shown["unit_name"]) == (0, "事项tax-1", "单位tax")
    assert shown["can_redirect"]
    assert not shown["can_return"]


def test_the_desk_sees_when_a_ticket_was_called_and_by_which_window(web: Web) -> None:
    clerk = web.clerk("T1")
    issued(web)
    clerk.post("/counter/call-next")
    shown = web.manager().get("/reception/find/A001").get_json()
    assert (shown["state"], shown["window"]["number"]) == ("called", 1)
    assert [c["at"] for c in shown["calls"]] == [web.small.clock.now()]
    assert not any(shown[can] for can in ("can_return", "can_cancel", "can_redirect"))


def test_nothing_shown_says_who_the_applicant_is(web: Web) -> None:
    web.clerk("T1")
    web.device("kiosk", "1").post("/tickets", {"item": "tax-1", "applicant": "elderly"})
    shown = web.manager().get("/reception/find/A001").get_json()
    assert shown["priority"] is True
    assert set(IDENTITY) & set(shown) == set()
    assert "老" not in str(shown)


@pytest.mark.parametrize("written", ["A002", "B1", "x", "who", "A1000", "no-such-token"])
def test_an_unknown_number_is_refused_in_both_languages(web: Web, written: str) -> None:
    answer = web.manager().get(f"/reception/find/{written}")
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (404, "ticket_not_today")
    number = problem["data"]["number"]
    assert (number or "A012") in problem["message_zh"]
    assert (number or "A012") in problem["message_en"]


def test_every_role_issues_prints_redirects_and_cancels_in_its_own_name(
    web: Web, desk: tuple[str, Browser]
) -> None:
    role, browser = desk
    web.clerk("S1")
    with_printer(web, "1")
    assert [p["kiosk"] for p in browser.get("/reception").get_json()["printers"]] == ["1"]
    answer = browser.post("/reception/tickets", {"item": "tax-1", "applicant": "elderly"})
    made = answer.get_json()
    ticket, path = made["ticket"]["id"], f"/reception/tickets/{made['ticket']['id']}"
    assert made["url"].endswith(f"/t/{web.small.ticket(ticket).token}")
    assert made["ticket"]["slip"] == "none"
    printed = browser.post(f"{path}/print", {"kiosk": "1"}).get_json()
    assert printed["slip"] == "owed"
    moved = browser.post(f"{path}/redirect", {"item": "build-1"}).get_json()
    assert (moved["item"], moved["number"], moved["windows"][0]["number"]) == ("build-1", "A001", 3)
    ended = browser.post(f"{path}/cancel", {"reason": "gave_up"}).get_json()
    assert (ended["state"], ended["can_print"]) == ("cancelled", False)
    acts = ("ticket.issue", "slip.reprint", "ticket.redirect", "ticket.cancel")
    assert actors(web, ticket) == [(name, NUMBERS[role]) for name in acts]


def test_a_slip_goes_to_the_kiosk_that_the_desk_names(web: Web, desk: tuple[str, Browser]) -> None:
    with_printer(web, "1")
    with_printer(web, "2")
    body = {"item": "tax-1", "kiosk": "2"}
    made = desk[1].post("/reception/tickets", body).get_json()["ticket"]
    (slip,) = web.small.ctx.read(lambda c: slip_queries.of_ticket(c, "small", made["id"]))
    assert (slip.device, made["slip"]) == ("printer-2", "owed")
    refused = desk[1].post("/reception/tickets", body | {"kiosk": "7"}).get_json()
    assert refused["code"] == "no_printer"


def test_a_repeated_command_issues_one_number(web: Web) -> None:
    web.clerk("T1")
    manager = web.manager()
    answers = [
        manager.post("/reception/tickets", {"item": "tax-1"}, key="once").get_json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert manager.get("/reception/find/A002").status_code == 404


def test_a_missed_ticket_returns_from_the_desk(web: Web, desk: tuple[str, Browser]) -> None:
    ticket, clerk = issued(web), web.person(STAFF["T1"])
    clerk.post("/counter/call-next")
    clerk.post("/counter/recall")
    web.small.clock.advance(seconds=60)
    clerk.post("/counter/no-show")
    shown = desk[1].get("/reception/find/a1").get_json()
    assert (shown["state"], shown["can_return"], len(shown["calls"])) == ("missed", True, 2)
    assert desk[1].post(f"/tickets/{ticket['id']}/return").status_code == 200
    assert desk[1].get("/reception/find/a1").get_json()["state"] == "waiting"


def test_the_way_names_windows_zones_and_hours(desk: tuple[str, Browser]) -> None:
    way = desk[1].get("/reception/items/tax-1").get_json()
    rows = [(w["window"]["number"], w["window"]["zone_name"], w["state"]) for w in way["windows"]]
    assert rows[:2] == [(1, "东厅", "open"), (2, "东厅", "unstaffed")]
    assert [row[0] for row in rows] == [1, 2, 11, 12]
    assert way["windows"][0]["today"] == [
        {"opens": "08:30", "closes": "12:00"},
        {"opens": "14:30", "closes": "17:30"},
    ]
    assert way["refusal"] is None


def test_the_way_to_a_window_that_is_closed_today_names_its_days(web: Web) -> None:
    way = web.manager().get("/reception/items/fire-1").get_json()
    (window,) = way["windows"]
    assert (window["today"], window["weekdays"]) == ([], [2])
    assert way["refusal"]["code"] == "other_day"


@pytest.mark.parametrize("item", ["tobacco-1", "cars-1"])
def test_the_way_to_a_unit_elsewhere_is_its_address(web: Web, item: str) -> None:
    way = web.manager().get(f"/reception/items/{item}").get_json()
    assert way["windows"] == []
    assert (way["unit"]["place"], way["unit"]["place_en"]) == ("北街一号", "1 North Street")


def test_a_consultation_item_names_the_place_that_accepts_it(web: Web) -> None:
    way = web.manager().get("/reception/items/ask-1").get_json()
    assert (way["advice"], way["windows"][0]["window"]["number"]) == ("到二楼", 3)


def test_a_second_errand_joins_the_first_number(web: Web, desk: tuple[str, Browser]) -> None:
    web.clerk("S1")
    first = issued(web)
    body = {"item": "build-1", "companion": first["id"]}
    second = desk[1].post("/reception/tickets", body).get_json()["ticket"]
    assert [other["number"] for other in second["others"]] == [first["number"]]
    assert web.small.ticket(second["id"]).visit == first["id"]
    web.small.call("T1")
    shown = desk[1].get(f"/reception/find/{second['number']}").get_json()
    (other,) = shown["others"]
    assert (other["state"], other["window"]["number"]) == ("called", 1)
    refused = desk[1].post("/reception/tickets", body | {"companion": "nobody"}).get_json()
    assert refused["code"] == "ticket_unknown"


def test_the_desk_sees_until_when_the_windows_are_paused(web: Web) -> None:
    clerk = web.clerk("T1")
    ticket = issued(web, "tax-2")
    clerk.post("/counter/pause", {"reason": "rest", "minutes": 40})
    shown = web.manager().get(f"/reception/find/{ticket['number']}").get_json()
    assert shown["delay"] == {"reason": "pause", "until": web.small.clock.now() + 40 * 60_000}


def test_a_consultation_number_is_marked_at_the_desk(web: Web) -> None:
    web.clerk("S1")
    made = web.manager().post("/reception/tickets", {"item": "ask-1"}).get_json()["ticket"]
    assert made["consult"] is True


def test_an_unknown_item_has_no_way(web: Web) -> None:
    assert web.manager().get("/reception/items/nothing").get_json()["code"] == "item_unknown"


def test_a_person_without_a_window_may_sit_at_the_desk(web: Web) -> None:
    web.small.hall.people.add_account(SYSTEM, NEWCOMER, Role.CLERK, PASSWORD)
    web.clerk("T1")
    issued(web)
    assert web.person(NEWCOMER).get("/reception/find/A1").status_code == 200
