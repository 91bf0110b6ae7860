"""Requests that provoke the error codes of day sheets and shift rules."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from server.attendance.errors import ShiftRuleCode
from server.attendance.routes import RULE_EXAMPLE
from support.code_cases import case
from support.web import Browser, Web


def manager(web: Web) -> Browser:
    """Return the browser of a signed-in manager."""
    return web.manager()


def _drafted(browser: Browser, **change: Any) -> str:
    answer = browser.post("/office/rules", RULE_EXAMPLE | change)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])


@case(ShiftRuleCode.RULE_INVALID)
def _(web: Web) -> TestResponse:
    return manager(web).post("/office/rules", RULE_EXAMPLE | {"valid_to": "2020-01-01"})


@case(ShiftRuleCode.RULE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return manager(web).post("/office/rules/nothing/start", {})


@case(ShiftRuleCode.RULE_STATE)
def _(web: Web) -> TestResponse:
    browser = manager(web)
    rule = _drafted(browser)
    assert browser.post(f"/office/rules/{rule}/start", {}).status_code == 200
    return browser.post(f"/office/rules/{rule}/start", {})
