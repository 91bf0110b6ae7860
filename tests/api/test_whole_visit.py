"""A whole visit through the API: number, materials, case, fee, licence, number for it, rating.

On the business data of the reference hall, so that the item with which people take a number for
their licence, its window, the fees and the people are those that a hall starts from.
"""

from __future__ import annotations

from typing import Any

import pytest

from server.catalogue.actions import import_catalogue
from server.catalogue.reference import load
from server.core.actors import SYSTEM, Role
from server.demo.command import ISSUING_ITEM
from server.integrity.checks import violations
from support.web import PASSWORD, Browser, Web

ITEM, MATERIALS, STANDARD = "zrzy-17", 3, "copy"
UNIT, ISSUER, CASHIER = "1024", "1004", "1009"
WINDOWS = {UNIT: "W20", ISSUER: "W01"}
ID_NUMBER = "110101199003070038"  # check digit fits, person invented


def sent(browser: Browser, path: str, body: Any = None) -> Any:
    """Send a command that is accepted; return its answer."""
    answer = browser.post(path, body)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


@pytest.fixture
def people(web: Web) -> dict[str, Browser]:
    """Return the people of the reference hall, signed in, those with a window at it."""
    hall = web.small.hall
    import_catalogue(hall.ctx, SYSTEM, load(), "reference")
    roles = dict.fromkeys((UNIT, ISSUER, CASHIER), Role.CLERK)
    hall.people.add_demo_accounts(roles, PASSWORD)
    web.small.configure(issuing_item=ISSUING_ITEM)
    browsers = {number: web.person(number) for number in roles}
    for number, window in WINDOWS.items():
        sent(browsers[number], "/counter/sign-in", {"window": window})
    office = web.manager()
    for post, number in (("issuer", ISSUER), ("cashier", CASHIER)):
        sent(office, "/office/cases/posts", {"post": post, "holders": [number]})
    return browsers


def served(kiosk: Browser, clerk: Browser, item: str) -> Any:
    """Take a number, call it by the queue and start its service; return the ticket."""
    ticket = sent(kiosk, "/tickets", {"item": item, "print": False})["ticket"]
    called = sent(clerk, "/counter/call-next")["current"]
    assert called["number"] == ticket["number"]
    sent(clerk, "/counter/start")
    return ticket


def decided(unit: Browser, ticket: str) -> tuple[str, str]:
    """Record the materials, open, charge and grant the case; return its id and its notice."""
    marks = [{"place": place} for place in range(MATERIALS)]
    sent(unit, "/notices", {"item": ITEM, "ticket": ticket, "marks": marks, "paper": "a4"})
    applicant = {"ticket": ticket, "name": "王示例", "id_number": ID_NUMBER}
    case = str(sent(unit, "/counter/cases", applicant)["id"])
    sent(unit, f"/cases/{case}/move", {"move": "accept"})
    (due,) = sent(unit, f"/cases/{case}/fees", {"standard": STANDARD})["dues"]
    sent(unit, "/counter/finish", {"outcome": "accepted"})
    decision = {"move": "decide", "words": "准予", "outcome": "granted"}
    sent(unit, f"/cases/{case}/move", decision)
    return case, str(due["notice"])


def shelved(unit: Browser, issuer: Browser, case: str) -> str:
    """Register a licence, hand it over and count it onto the shelf; return its id."""
    registration = {"kind": "不动产权证书", "number": "YS-0001"}
    (licence,) = sent(unit, f"/cases/{case}/licences", registration)["licences"]
    ids = [licence["id"]]
    given = sent(unit, "/my/licence-lists", {"licences": ids, "counted": 1})["id"]
    count = {"present": ids, "counted": 1, "shelf": "A-01"}
    sent(issuer, f"/issuing/lists/{given}/receive", count)
    return str(ids[0])


def test_a_visit_from_the_number_to_the_rating_leaves_whole_books(
    web: Web, people: dict[str, Browser]
) -> None:
    unit, issuer, kiosk = people[UNIT], people[ISSUER], web.device("kiosk", "1")
    case, notice = decided(unit, served(kiosk, unit, ITEM)["id"])
    licence = shelved(unit, issuer, case)
    ticket = served(kiosk, issuer, ISSUING_ITEM)
    shown = issuer.get("/issuing").get_json()["ticket"]
    assert shown == {"id": ticket["id"], "number": ticket["number"], "window": 1}
    wish = {"licences": [licence], "id_number": ID_NUMBER, "signed": "paper"}
    wish["ticket"] = ticket["id"]
    refused = issuer.post("/issuing/hand-out", wish)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "licence_dues")
    paid = {"move": "confirm", "reference": "YH-0001"}
    sent(people[CASHIER], f"/fees/{notice}/move", paid)
    (row,) = sent(issuer, "/issuing/hand-out", wish)["licences"]
    assert row["state"] == "handed"
    sent(issuer, "/counter/finish", {"outcome": "done"})
    phone = web.browser()
    token = ticket["url"].rpartition("/")[2]
    assert sent(phone, f"/phone/{token}/rating", {"level": 1})["given"] == 1
    assert web.small.ctx.read(lambda c: violations("small", c)) == []
