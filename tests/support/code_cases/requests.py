"""Requests that provoke the error codes of leave, corrections, cover, papers and the calendar."""

from __future__ import annotations

import io
from typing import Any

from werkzeug.test import TestResponse

from server.attendance.routes import RULE_EXAMPLE
from server.catalogue.errors import CatalogueCode
from server.core.errors import CommonCode
from server.leave.errors import LeaveCode
from support.code_cases import case
from support.leave_halls import CHIEF, STRANGER, A, B, with_cover_and_chief
from support.web import Browser, Web

LEAVE = {
    "staff": A,
    "kind": "personal",
    "begins": "2026-03-03T08:30",
    "ends": "2026-03-03T17:30",
    "reason": "家中有事",
}
CORRECTION = {
    "staff": A,
    "day": "2026-03-02",
    "slot": "am_in",
    "verdict": "on_time",
    "reason": "手指有伤",
}


def ask(browser: Browser, **change: Any) -> TestResponse:
    """Post a leave request."""
    return browser.post("/requests/leaves", LEAVE | change)


def pending_leave(web: Web) -> tuple[Browser, str]:
    """Post an undecided leave request of A; return the browser and the request's id."""
    with_cover_and_chief(web.small)
    browser = web.person(A)
    answer = ask(browser)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return browser, str(answer.get_json()["id"])


def correct(browser: Browser, **change: Any) -> TestResponse:
    """Post a correction request."""
    return browser.post("/requests/corrections", CORRECTION | change)


def upload(browser: Browser, path: str, data: bytes, name: str = "paper") -> TestResponse:
    """Upload a file."""
    return browser.client.post(
        f"/api/v1{path}",
        data={"file": (io.BytesIO(data), name)},
        headers={"X-CSRF-Token": browser.csrf},
    )


@case(LeaveCode.NOT_YOUR_SHEET)
def _(web: Web) -> TestResponse:
    _, leave = pending_leave(web)
    return web.person(STRANGER).get(f"/requests/leaves/{leave}")


@case(CommonCode.OWN_CASE)
def _(web: Web) -> TestResponse:
    browser, leave = pending_leave(web)
    return browser.post(f"/requests/leaves/{leave}/decide", {"approve": True})


@case(LeaveCode.NOT_YOUR_STEP)
def _(web: Web) -> TestResponse:
    _, leave = pending_leave(web)
    return web.person(STRANGER).post(f"/requests/leaves/{leave}/decide", {"approve": True})


@case(LeaveCode.LEAVE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.person(A).post("/requests/leaves/nothing/cancel", {})


@case(LeaveCode.LEAVE_SPAN)
def _(web: Web) -> TestResponse:
    return ask(web.person(A), ends="2026-03-03T08:30")


@case(LeaveCode.LEAVE_OVERLAP)
def _(web: Web) -> TestResponse:
    browser, _ = pending_leave(web)
    return ask(browser)


@case(LeaveCode.LEAVE_TOO_LATE)
def _(web: Web) -> TestResponse:
    return ask(web.person(A), begins="2026-02-02T08:30")


@case(LeaveCode.LEAVE_SETTLED)
def _(web: Web) -> TestResponse:
    _, leave = pending_leave(web)
    chief = web.person(CHIEF)
    chief.post(f"/requests/leaves/{leave}/decide", {"approve": True})
    return chief.post(f"/requests/leaves/{leave}/decide", {"approve": True})


@case(LeaveCode.COVER_CANNOT)
def _(web: Web) -> TestResponse:
    with_cover_and_chief(web.small)
    return ask(web.person(A), cover=A)


@case(LeaveCode.CORRECTION_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/requests/corrections/nothing/decide", {"approve": True})


@case(LeaveCode.CORRECTION_TOO_LATE)
def _(web: Web) -> TestResponse:
    return correct(web.person(A), day="2026-02-10")


@case(LeaveCode.CORRECTION_QUOTA)
def _(web: Web) -> TestResponse:
    web.small.configure(correction_quota=0)
    return correct(web.person(A))


@case(LeaveCode.CORRECTION_TWICE)
def _(web: Web) -> TestResponse:
    with_rule(web)
    assert correct(web.person(A)).status_code == 200
    return correct(web.person(B))


@case(LeaveCode.CORRECTION_SETTLED)
def _(web: Web) -> TestResponse:
    with_rule(web)
    browser = web.person(A)
    correction = correct(browser).get_json()["id"]
    browser.post(f"/requests/corrections/{correction}/cancel", {})
    return web.manager().post(f"/requests/corrections/{correction}/decide", {"approve": True})


@case(LeaveCode.FILE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.person(A).get(f"/files/{'0' * 64}")


@case(LeaveCode.FILE_TYPE)
def _(web: Web) -> TestResponse:
    return upload(web.person(A), "/files", b"<script></script>", "photo.jpg")


@case(CatalogueCode.CALENDAR_LIST)
def _(web: Web) -> TestResponse:
    return web.manager().post("/office/calendar", {"year": 2027, "text": "元旦"}, key=None)


def with_rule(web: Web) -> None:
    """Put a shift rule with a morning slot in force since the beginning of the year."""
    browser = web.manager()
    rule = RULE_EXAMPLE | {"valid_from": "2026-01-01", "valid_to": None}
    answer = browser.post("/office/rules", rule)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    browser.why = "大厅启用考勤"
    started = browser.post(f"/office/rules/{answer.get_json()['id']}/start", {})
    change = started.get_json()["data"]["change"]  # of days that are over: a second person confirms
    done = web.administrator().post(f"/office/past-changes/{change}/confirm")
    assert done.status_code == 200, done.get_data(as_text=True)
