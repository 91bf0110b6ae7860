"""Requests that provoke the error codes of ratings."""

from __future__ import annotations

from dataclasses import replace

from werkzeug.test import TestResponse

from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.ratings.errors import RatingCode
from support.code_cases import case
from support.code_cases.hall import called_at_window
from support.halls import STAFF
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


BAD = {"level": 4, "contact_name": "测试人"}


def bad_rating(web: Web) -> str:
    """Return the address of the steps of a bad rating, given by phone with a name."""
    _, ticket = finished_service(web)
    web.browser().post(f"/phone/{web.small.ticket(ticket).token}/rating", BAD)
    redress = web.manager().get("/office/redresses").get_json()["redresses"][0]
    return f"/redresses/{redress['rating']}/move"


def appealed(web: Web) -> tuple[Browser, str]:
    """Return a manager who contacted the person and appealed, and the address of the steps."""
    manager, steps = web.manager(), bad_rating(web)
    manager.post(steps, {"move": "contact", "result": "reached"})
    manager.post(steps, {"move": "appeal", "words": "评价有误"})
    return manager, steps


@case(RatingCode.REDRESS_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/redresses/R0/move", {"move": "close"})


@case(RatingCode.REDRESS_STATE)
def _(web: Web) -> TestResponse:
    return web.manager().post(bad_rating(web), {"move": "answer", "words": "已整改"})


def chief_of_tax(web: Web) -> Browser:
    """Return the browser of the clerk of T2, who becomes the chief representative of tax."""
    book = web.small.ctx.catalogue()
    person = replace(book.staff_by[STAFF["T2"]], chief=True)
    staff = tuple(person if s.number == person.number else s for s in book.staff)
    import_catalogue(web.small.ctx, SYSTEM, replace(book, staff=staff), "test")
    return web.person(STAFF["T2"])


@case(RatingCode.REDRESS_OFFICE)
def _(web: Web) -> TestResponse:
    _, steps = appealed(web)
    return chief_of_tax(web).post(steps, {"move": "grant", "words": "属实"})


@case(RatingCode.REDRESS_SECOND)
def _(web: Web) -> TestResponse:
    manager, steps = appealed(web)
    return manager.post(steps, {"move": "grant", "words": "属实"})


@case(RatingCode.REDRESS_WORDS)
def _(web: Web) -> TestResponse:
    _, steps = appealed(web)
    return web.administrator().post(steps, {"move": "grant"})


@case(RatingCode.REDRESS_RESULT)
def _(web: Web) -> TestResponse:
    return web.manager().post(bad_rating(web), {"move": "contact"})


@case(RatingCode.RATING_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/office/ratings/R0/erase", {"reason": "本人要求"})
