"""Requests that provoke the error codes of call backs."""

from __future__ import annotations

from werkzeug.test import TestResponse

from server.call_backs.actions import draw_week
from server.call_backs.errors import CallBackCode
from server.core.weeks import week_of
from support.code_cases import case
from support.code_cases.cases import opened
from support.web import Browser, Web


def called(web: Web) -> tuple[Browser, str]:
    """Return a manager, and the address of the calls of a person who was drawn."""
    ctx = web.small.ctx
    clerk, case_id = opened(web)
    clerk.post(f"/cases/{case_id}/move", {"move": "not_accept", "words": "不属于本单位"})
    draw_week(ctx, web.small.hall.config.data, week_of(ctx.local().date()), 20)
    return web.manager(), f"/office/call-backs/{case_id}/call"


@case(CallBackCode.CALL_BACK_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/office/call-backs/K0/call", {"answer": "declined"})


@case(CallBackCode.CALL_BACK_ENDED)
def _(web: Web) -> TestResponse:
    manager, calls = called(web)
    manager.post(calls, {"answer": "declined"})
    return manager.post(calls, {"answer": "declined"})


@case(CallBackCode.CALL_BACK_LEVEL)
def _(web: Web) -> TestResponse:
    manager, calls = called(web)
    return manager.post(calls, {"answer": "rated"})
