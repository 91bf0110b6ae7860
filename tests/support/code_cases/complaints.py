"""Requests that provoke the error codes of complaints."""

from __future__ import annotations

from werkzeug.test import TestResponse

from server.complaints.errors import ComplaintCode
from support.code_cases import case
from support.code_cases.ratings import chief_of_tax
from support.halls import STAFF
from support.web import Browser, Web

ABOUT_UNIT = {"about": "unit", "subject": "tax", "words": "等候时间长"}
HANDED_ON = ABOUT_UNIT | {"kind": "handed_on", "source": "12345", "source_number": "7"}


def handed_in(web: Web) -> tuple[Browser, str]:
    """Return a manager who registered a complaint, and the address of its steps."""
    manager = web.manager()
    manager.post("/office/complaints", HANDED_ON)
    complaint = manager.get("/office/complaints").get_json()["complaints"][0]["id"]
    return manager, f"/complaints/{complaint}/move"


def accepted(web: Web) -> tuple[Browser, str]:
    """Return a manager who accepted a complaint, and the address of its steps."""
    manager, steps = handed_in(web)
    manager.post(steps, {"move": "accept"})
    return manager, steps


@case(ComplaintCode.COMPLAINT_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/complaints/C0/move", {"move": "close"})


@case(ComplaintCode.COMPLAINT_NUMBER)
def _(web: Web) -> TestResponse:
    return web.browser().post("/complaints/follow", {"number": "26000011", "code": "x"})


@case(ComplaintCode.COMPLAINT_ABOUT)
def _(web: Web) -> TestResponse:
    return web.manager().post("/office/complaints", ABOUT_UNIT | {"subject": "nowhere"})


@case(ComplaintCode.COMPLAINT_EMPTY)
def _(web: Web) -> TestResponse:
    return web.manager().post("/office/complaints", ABOUT_UNIT | {"words": ""})


@case(ComplaintCode.COMPLAINT_OWN)
def _(web: Web) -> TestResponse:
    body = ABOUT_UNIT | {"about": "person", "subject": STAFF["T1"]}
    return web.person(STAFF["T1"]).post("/reception/complaints", body)


@case(ComplaintCode.COMPLAINT_TAKEN)
def _(web: Web) -> TestResponse:
    manager, _steps = handed_in(web)
    return manager.post("/office/complaints", HANDED_ON)


@case(ComplaintCode.COMPLAINT_STATE)
def _(web: Web) -> TestResponse:
    manager, steps = handed_in(web)
    return manager.post(steps, {"move": "close"})


@case(ComplaintCode.COMPLAINT_OFFICE)
def _(web: Web) -> TestResponse:
    manager = web.manager()
    about = {"about": "person", "subject": STAFF["T1"], "topics": ["attitude"]}
    manager.post("/office/complaints", about)
    complaint = manager.get("/office/complaints").get_json()["complaints"][0]["id"]
    manager.post(f"/complaints/{complaint}/move", {"move": "accept"})
    return chief_of_tax(web).post(
        f"/complaints/{complaint}/move", {"move": "refuse", "words": "不"}
    )


@case(ComplaintCode.COMPLAINT_SECOND)
def _(web: Web) -> TestResponse:
    manager, steps = accepted(web)
    manager.post(steps, {"move": "ask_time", "words": "情况复杂"})
    return manager.post(steps, {"move": "grant_time", "words": "同意"})


@case(ComplaintCode.COMPLAINT_WORDS)
def _(web: Web) -> TestResponse:
    manager, steps = handed_in(web)
    return manager.post(steps, {"move": "refuse"})


@case(ComplaintCode.COMPLAINT_OUTCOME)
def _(web: Web) -> TestResponse:
    manager, steps = accepted(web)
    return manager.post(steps, {"move": "answer", "words": "已整改"})


@case(ComplaintCode.COMPLAINT_EXTENDED)
def _(web: Web) -> TestResponse:
    manager, steps = accepted(web)
    manager.post(steps, {"move": "ask_time", "words": "情况复杂"})
    web.administrator().post(steps, {"move": "grant_time", "words": "同意"})
    return manager.post(steps, {"move": "ask_time", "words": "情况复杂"})
