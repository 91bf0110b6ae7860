"""Requests that provoke the error codes of one-time notices."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from server.one_time_notices.errors import NoticeCode
from support.code_cases import case
from support.code_cases.hall import called_at_window
from support.web import Browser, Web

IN_ORDER = [{"place": 0}]


def serving_at_window(web: Web) -> tuple[Browser, str]:
    """Return the browser of the clerk of T1, and the id of the ticket that is served there."""
    clerk = called_at_window(web)
    clerk.post("/counter/start")
    return clerk, str(clerk.get("/counter").get_json()["current"]["id"])


def hand_in(clerk: Browser, ticket: str, **changes: Any) -> TestResponse:
    """Record a hand-in of the ticket."""
    body = {"item": "tax-1", "ticket": ticket, "marks": IN_ORDER, "paper": "a4"}
    return clerk.post("/notices", body | changes)


@case(NoticeCode.NOTICE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.browser().get("/notices/0000000000000000")


@case(NoticeCode.NOTICE_ITEM)
def _(web: Web) -> TestResponse:
    clerk, ticket = serving_at_window(web)
    missing = [{"place": 0, "faults": ["missing"]}]
    notice = hand_in(clerk, ticket, marks=missing).get_json()["notice"]
    clerk.post("/counter/finish", {"outcome": "notice_given"})
    issued = clerk.post("/tickets", {"item": "tax-2", "print": False}).get_json()
    return clerk.get(f"/tickets/{issued['ticket']['id']}/matter?notice={notice}")


@case(NoticeCode.HAND_IN_TICKET)
def _(web: Web) -> TestResponse:
    clerk = called_at_window(web)
    ticket = str(clerk.get("/counter").get_json()["current"]["id"])
    return hand_in(clerk, ticket)


@case(NoticeCode.HAND_IN_MATERIALS)
def _(web: Web) -> TestResponse:
    clerk, ticket = serving_at_window(web)
    return hand_in(clerk, ticket, marks=[])


@case(NoticeCode.HAND_IN_EXPIRY)
def _(web: Web) -> TestResponse:
    clerk, ticket = serving_at_window(web)
    return hand_in(clerk, ticket, marks=[{"place": 0, "faults": ["expired"]}])
