"""Requests that provoke the error codes of the weekly bulletin."""

from __future__ import annotations

from datetime import timedelta

from werkzeug.test import TestResponse

from server.bulletins.errors import BulletinCode
from support.code_cases import case
from support.halls import MONDAY, at
from support.web import Browser, Web

WEEK = "2026-W10"


def draft_bulletin(web: Web) -> Browser:
    """Return a manager's browser after drafting the bulletin on the week of Monday."""
    web.small.clock.set(at(9, day=MONDAY + timedelta(days=7)))
    browser = web.manager()
    answer = browser.post("/office/bulletins", {"week": WEEK})
    assert answer.get_json() == {"id": WEEK}
    return browser


def _digest(browser: Browser) -> str:
    return str(browser.get(f"/bulletins/{WEEK}").get_json()["digest"])


@case(BulletinCode.BULLETIN_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.browser().get("/bulletin")


@case(BulletinCode.BULLETIN_STATE)
def _(web: Web) -> TestResponse:
    return web.manager().post("/office/bulletins", {"week": WEEK})


@case(BulletinCode.BULLETIN_WORDS)
def _(web: Web) -> TestResponse:
    words = {"words": {"closing": "迟到5次"}}
    return draft_bulletin(web).post(f"/office/bulletins/{WEEK}/words", words)


@case(BulletinCode.BULLETIN_CHANGED)
def _(web: Web) -> TestResponse:
    assert (
        draft_bulletin(web).post(f"/office/bulletins/{WEEK}/words", {"words": {}}).status_code
        == 200
    )
    administrator = web.administrator()
    return administrator.post(f"/office/bulletins/{WEEK}/release", {"seen": "0" * 64})


@case(BulletinCode.BULLETIN_SECOND)
def _(web: Web) -> TestResponse:
    browser = draft_bulletin(web)
    words = {"words": {"closing": "请各单位知悉。"}}
    assert browser.post(f"/office/bulletins/{WEEK}/words", words).status_code == 200
    return browser.post(f"/office/bulletins/{WEEK}/release", {"seen": _digest(browser)})


@case(BulletinCode.BULLETIN_ACK)
def _(web: Web) -> TestResponse:
    return web.manager().post(f"/bulletins/{WEEK}/acknowledge")
