"""Requests that provoke the error codes of retroactive changes."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.test import TestResponse

from server.core.errors import CommonCode
from server.queue.business_day import keep_day
from support.code_cases import case
from support.halls import MONDAY, STAFF, at
from support.sheets import deliver_punches, with_clock_and_rule
from support.web import Browser, Web

FRIDAY = MONDAY - timedelta(days=3)


def link(browser: Browser, why: str) -> TestResponse:
    """Assign the finger that punched on Friday to another person."""
    browser.why = why
    body = {"enrolment": "7", "staff": STAFF["T2"], "since": FRIDAY.isoformat()}
    return browser.post("/office/fingers", body)


def late(web: Web) -> Browser:
    """Return a manager's browser; the clerk of T1 was late on Friday."""
    with_clock_and_rule(web.small, delivered=at(9))
    deliver_punches(web.small, "08:50", day=FRIDAY)
    return web.manager()


def requested_change(web: Web) -> tuple[Browser, str]:
    """Request a retroactive change; return the manager's browser and the address of the change."""
    manager = late(web)
    change = link(manager, "登记错了").get_json()["data"]["change"]
    return manager, f"/office/past-changes/{change}"


@case(CommonCode.PAST_REASON)
def _(web: Web) -> TestResponse:
    return link(late(web), "")


@case(CommonCode.PAST_ASKED)
def _(web: Web) -> TestResponse:
    return link(late(web), "登记错了")


@case(CommonCode.PAST_SECOND)
def _(web: Web) -> TestResponse:
    manager, change = requested_change(web)
    return manager.post(f"{change}/confirm")


@case(CommonCode.PAST_STATE)
def _(web: Web) -> TestResponse:
    manager, change = requested_change(web)
    manager.post(f"{change.replace('office', 'my')}/withdraw")
    return web.administrator().post(f"{change}/confirm")


@case(CommonCode.PAST_STALE)
def _(web: Web) -> TestResponse:
    _, change = requested_change(web)
    deliver_punches(web.small, "08:10", day=FRIDAY)
    return web.administrator().post(f"{change}/confirm")


@case(CommonCode.PAST_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.administrator().post("/office/past-changes/nothing/confirm")


@case(CommonCode.PAST_CLOSED)
def _(web: Web) -> TestResponse:
    web.small.clock.set(at(9, day=MONDAY + timedelta(days=1)))
    keep_day(web.small.ctx)
    web.small.clock.set(at(9, day=MONDAY + timedelta(days=2)))
    values = {"values": {"timezone": "Asia/Tokyo"}}
    return web.administrator().post("/office/settings", values, key=None)
