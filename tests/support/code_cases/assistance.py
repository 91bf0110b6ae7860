"""Requests that provoke the error codes of assistance."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from server.assistance.errors import AssistCode
from support import joint_hall
from support.code_cases import case
from support.code_cases.cases import accepted, needs_three_people
from support.halls import MANAGER, STAFF, at
from support.web import Browser, Web

HELPER, OTHER = STAFF["T1"], STAFF["T2"]
DAY_MS = 86_400_000
SIGNED = {"move": "accept", "signed": True}
DONE: list[dict[str, Any]] = [
    SIGNED,
    {"move": "do", "words": "已提交"},
    {"move": "deliver", "words": "已交还"},
    {"move": "file"},
    {"move": "report", "words": "已报告"},
]


def recorded(web: Web, **more: Any) -> tuple[Browser, str]:
    """Return the first asked, and the address of the steps of a question."""
    clerk = web.person(HELPER)
    ask = clerk.post("/first-asks", {"subject": "问社保转移"} | more).get_json()["id"]
    return clerk, f"/first-asks/{ask}/move"


def entrusted(web: Web, **more: Any) -> tuple[Browser, str]:
    """Return the helper, and the address of the steps of a job."""
    helper = str(more.get("helper", HELPER))
    browser = web.manager() if helper == MANAGER else web.person(helper)
    body = {"helper": helper, "scope": "代办", "until": "2026-03-06"}
    body |= {} if "case" in more else {"project": "示例项目", "name": "测试人"}
    job = browser.post("/helper-jobs", body | more).get_json()["id"]
    return browser, f"/helper-jobs/{job}/move"


def green_case(web: Web) -> tuple[Browser, str]:
    """Return the clerk of T1, and the address of the green channel of an accepted case."""
    clerk, steps = accepted(web)
    return clerk, steps.replace("/move", "/green")


@case(AssistCode.FIRST_ASK_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/first-asks/FA0/move", {"move": "take"})


@case(AssistCode.FIRST_ASK_STATE)
def _(web: Web) -> TestResponse:
    clerk, steps = recorded(web)
    return clerk.post(steps, {"move": "take"})


@case(AssistCode.FIRST_ASK_PARTY)
def _(web: Web) -> TestResponse:
    clerk, steps = recorded(web, to_staff=OTHER)
    return clerk.post(steps, {"move": "take"})


@case(AssistCode.FIRST_ASK_WORDS)
def _(web: Web) -> TestResponse:
    clerk, steps = recorded(web)
    return clerk.post(steps, {"move": "answer"})


@case(AssistCode.FIRST_ASK_TO)
def _(web: Web) -> TestResponse:
    clerk, steps = recorded(web)
    return clerk.post(steps, {"move": "hand_over", "to_staff": HELPER})


@case(AssistCode.HELPER_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/helper-jobs/HJ0/move", SIGNED)


@case(AssistCode.HELPER_STATE)
def _(web: Web) -> TestResponse:
    helper, steps = entrusted(web)
    return helper.post(steps, {"move": "report", "words": "已报告"})


@case(AssistCode.HELPER_PARTY)
def _(web: Web) -> TestResponse:
    _helper, steps = entrusted(web)
    return web.manager().post(steps, SIGNED)


@case(AssistCode.HELPER_WORDS)
def _(web: Web) -> TestResponse:
    helper, steps = entrusted(web)
    helper.post(steps, SIGNED)
    return helper.post(steps, {"move": "do"})


@case(AssistCode.HELPER_SIGNED)
def _(web: Web) -> TestResponse:
    helper, steps = entrusted(web)
    return helper.post(steps, {"move": "accept"})


@case(AssistCode.HELPER_OVER)
def _(web: Web) -> TestResponse:
    helper, steps = entrusted(web, until="2026-03-02")
    helper.post(steps, SIGNED)
    web.small.clock.set(at(9) + DAY_MS)
    return web.person(HELPER).post(steps, {"move": "do", "words": "已提交"})


@case(AssistCode.HELPER_SELF)
def _(web: Web) -> TestResponse:
    helper, steps = entrusted(web, helper=MANAGER)
    for body in DONE:
        helper.post(steps, body)
    return helper.post(steps, {"move": "call_back", "words": "满意"})


@case(AssistCode.HELPER_TAKEN)
def _(web: Web) -> TestResponse:
    needs_three_people(web)
    clerk, steps = accepted(web)
    case_id = steps.split("/")[2]
    clerk.post(steps, {"move": "pass", "words": "意见"})
    web.person(OTHER).post(steps, {"move": "pass", "words": "意见"})
    body = {"helper": OTHER, "scope": "代办", "until": "2026-03-06", "case": case_id}
    return clerk.post("/helper-jobs", body)


@case(AssistCode.HELPER_BARRED)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    helper, job = entrusted(web, case=steps.split("/")[2])
    helper.post(job, SIGNED)
    return clerk.post(steps, {"move": "decide", "outcome": "granted", "words": "准予"})


@case(AssistCode.GREEN_STATE)
def _(web: Web) -> TestResponse:
    clerk, steps = green_case(web)
    return clerk.post(steps, {"move": "lift", "words": "理由"})


@case(AssistCode.GREEN_OFFICE)
def _(web: Web) -> TestResponse:
    clerk, steps = green_case(web)
    clerk.post(steps, {"move": "propose", "words": "市重点项目"})
    return clerk.post(steps, {"move": "grant"})


@case(AssistCode.GREEN_SECOND)
def _(web: Web) -> TestResponse:
    _clerk, steps = green_case(web)
    web.manager().post(steps, {"move": "propose", "words": "市重点项目"})
    return web.manager().post(steps, {"move": "grant"})


@case(AssistCode.GREEN_WORDS)
def _(web: Web) -> TestResponse:
    clerk, steps = green_case(web)
    return clerk.post(steps, {"move": "propose"})


@case(AssistCode.GREEN_ENDED)
def _(web: Web) -> TestResponse:
    clerk, steps = green_case(web)
    clerk.post(steps.replace("/green", "/move"), {"move": "withdraw", "words": "撤回"})
    return clerk.post(steps, {"move": "propose", "words": "市重点项目"})


@case(AssistCode.ASSIST_PERSON)
def _(web: Web) -> TestResponse:
    joint_hall.furnish(web.small)
    clerk, steps = recorded(web)
    return clerk.post(steps, {"move": "hand_over", "to_staff": STAFF["S1"]})
