"""Requests that provoke the error codes of ratings."""

from __future__ import annotations

from werkzeug.test import TestResponse

from server.ratings.errors import RatingCode
from support.code_cases import case
from support.code_cases.hall import called_at_window
from support.web import Browser, Web

GOOD = {"level": 2}


def finished_service(web: Web) -> tuple[Browser, str]:
    """Return the browser of the clerk of T1, and the id of a ticket that was served there."""
    clerk = called_at_window(web)
    ticket = str(clerk.get("/counter").get_json()["current"]["id"])
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "done"})
    return clerk, ticket


def rate(web: Web, ticket: str) -> TestResponse:
    """Rate a service by phone."""
    return web.browser().post(f"/phone/{web.small.ticket(ticket).token}/rating", GOOD)


@case(RatingCode.RATING_NO_SERVICE)
def _(web: Web) -> TestResponse:
    clerk = called_at_window(web)
    return rate(web, str(clerk.get("/counter").get_json()["current"]["id"]))


@case(RatingCode.RATING_GIVEN)
def _(web: Web) -> TestResponse:
    _, ticket = finished_service(web)
    rate(web, ticket)
    return rate(web, ticket)


@case(RatingCode.RATING_OVER)
def _(web: Web) -> TestResponse:
    _, ticket = finished_service(web)
    web.small.clock.advance(seconds=8 * 86_400)
    return rate(web, ticket)


@case(RatingCode.RATING_CHANNEL)
def _(web: Web) -> TestResponse:
    clerk, ticket = finished_service(web)
    return clerk.post(f"/tickets/{ticket}/rating", GOOD)
