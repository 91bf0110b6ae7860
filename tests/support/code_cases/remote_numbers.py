"""Requests that provoke the error codes of remote numbers."""

from __future__ import annotations

from werkzeug.test import TestResponse

from server.queue.business_day import keep_day
from server.remote_numbers.errors import RemoteCode
from support.code_cases import case
from support.halls import MONDAY, at
from support.web import Web

PERSON = {"item": "tax-1", "phone": "13900001234"}


def _busy(web: Web, **settings: int) -> Web:
    """Return the hall with remote numbers, one window and a long queue."""
    web.small.configure(remote_numbers="on", **settings)
    keep_day(web.small.ctx)
    web.small.sign_in("T1")
    for _ in range(6):
        web.small.issue("tax-1")
    return web


def _take(web: Web, item: str = "tax-1", phone: str = PERSON["phone"]) -> TestResponse:
    return web.browser().post("/remote/numbers", PERSON | {"item": item, "phone": phone})


@case(RemoteCode.REMOTE_OFF)
def remote_off(web: Web) -> TestResponse:
    return _take(web)


@case(RemoteCode.REMOTE_SHORT)
def remote_short(web: Web) -> TestResponse:
    web.small.configure(remote_numbers="on")
    web.small.sign_in("T1")
    return _take(web)


@case(RemoteCode.REMOTE_TWICE)
def remote_twice(web: Web) -> TestResponse:
    assert _take(_busy(web)).status_code == 200
    return _take(web)


@case(RemoteCode.REMOTE_MOST)
def remote_most(web: Web) -> TestResponse:
    assert _take(_busy(web, remote_source_most=1)).status_code == 200
    return _take(web, phone="13900001235")


@case(RemoteCode.REMOTE_FULL)
def remote_full(web: Web) -> TestResponse:
    assert _take(_busy(web, remote_open_most=1)).status_code == 200
    return _take(web, phone="13900001235")


@case(RemoteCode.REMOTE_BARRED)
def remote_barred(web: Web) -> TestResponse:
    assert _take(_busy(web, remote_misses=1)).status_code == 200
    web.small.clock.set(at(22))
    keep_day(web.small.ctx)
    web.small.clock.set(at(9, day=MONDAY.replace(day=3)))
    return _take(_busy(web, remote_misses=1))


@case(RemoteCode.REMOTE_NOT_HERE)
def remote_not_here(web: Web) -> TestResponse:
    token = _take(_busy(web)).get_json()["token"]
    return web.browser().post(f"/remote/{token}/check-in", {"here": ""})
