"""Requests that provoke the error codes of undone acts, corrections, chosen calls, settings."""

from __future__ import annotations

from werkzeug.test import TestResponse

from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.core.errors import CommonCode
from server.queue.errors import QueueCode
from support.code_cases import case
from support.code_cases.hall import called_at_window, issued_ticket
from support.halls import branches
from support.web import Browser, Web


def _finished(web: Web) -> tuple[Browser, str]:
    """Return the clerk's browser, and the address of the correction of a finished ticket."""
    clerk = called_at_window(web)
    ticket = clerk.get("/counter").get_json()["current"]["id"]
    clerk.post("/counter/start")
    clerk.post("/counter/finish", {"outcome": "done"})
    return clerk, f"/tickets/{ticket}/correct"


def _choose(web: Web, item: str) -> TestResponse:
    clerk = web.clerk("T1")
    web.clerk("S1")
    number = issued_ticket(web, item).partition("-")[2]
    return clerk.post("/counter/call-chosen", {"number": number, "reason": "unwell"})


@case(QueueCode.CHOSEN_OFF)
def _(web: Web) -> TestResponse:
    return _choose(web, "tax-1")


@case(QueueCode.CHOSEN_NOT_SERVED)
def _(web: Web) -> TestResponse:
    web.small.configure(chosen_calls="on")
    return _choose(web, "build-1")


@case(QueueCode.NOT_FINISHED)
def _(web: Web) -> TestResponse:
    clerk = called_at_window(web)
    ticket = clerk.get("/counter").get_json()["current"]["id"]
    return clerk.post(f"/tickets/{ticket}/correct", {"outcome": "done", "reason": "选错"})


@case(QueueCode.NOTHING_CORRECTED)
def _(web: Web) -> TestResponse:
    clerk, correct = _finished(web)
    return clerk.post(correct, {"outcome": "done", "reason": "选错"})


@case(QueueCode.NOTHING_TO_UNDO)
def _(web: Web) -> TestResponse:
    return called_at_window(web).post("/counter/undo")


@case(QueueCode.UNDO_TOO_LATE)
def _(web: Web) -> TestResponse:
    clerk = called_at_window(web)
    clerk.post("/counter/start")
    web.small.clock.advance(seconds=60)
    return clerk.post("/counter/undo")


@case(QueueCode.UNDO_NEXT_CALLED)
def _(web: Web) -> TestResponse:
    clerk = called_at_window(web)
    clerk.post("/counter/start")
    issued_ticket(web)
    clerk.post("/counter/call-next", {"complete": "done"})
    return clerk.post("/counter/undo")


@case(CommonCode.NOT_IN_WORKBOOK)
def _(web: Web) -> TestResponse:
    body = {"values": {"pinned_items": "nothing-1"}}
    return web.administrator().post("/office/settings", body)


@case(QueueCode.OTHER_SITE)
def _(web: Web) -> TestResponse:
    import_catalogue(web.small.ctx, SYSTEM, branches(), "two buildings")
    web.small.configure(kiosk_sites="1 centre; 2 north")
    return web.device("kiosk", "1").post("/tickets", {"item": "build-1"})
