"""Requests that provoke the error codes of joint review."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from server.joint_review.errors import JointCode
from support.code_cases import case
from support.halls import STAFF
from support.joint_hall import ASKED, FORWARDED, JOINT, accepted, furnish
from support.web import Browser, Web

MEETING = {"kind": "meeting", "day": "2026-03-02", "time": "10:00", "place": "三楼会议室"}
PRESENT = [{"unit": "fire", "present": True}]


def lead(web: Web, item: str = JOINT) -> tuple[Browser, str]:
    """Return the browser of the lead's handler, and the address of an accepted case."""
    furnish(web.small)
    return web.person(STAFF["T1"]), f"/cases/{accepted(web.small, item)}/joint"


def order(*units: str, days: int = 3) -> dict[str, Any]:
    """Return parts for these units."""
    return {"parts": [{"unit": unit, "question": "请提出意见。", "days": days} for unit in units]}


def part_of(web: Web) -> tuple[Browser, Browser, str]:
    """Return the browsers of lead and asked unit, and the address of the steps of its part."""
    clerk, case_url = lead(web)
    view = clerk.post(f"{case_url}/parts", order("fire")).get_json()
    steps = f"/joint/parts/{view['parts'][0]['id']}/move"
    return clerk, web.person(STAFF["F1"]), steps


def upward(web: Web) -> tuple[Browser, str]:
    """Return the browser of the asked unit, and the address of its part, which lies above."""
    _clerk, unit, steps = part_of(web)
    unit.post(steps, {"move": "answer", "opinion": "upward"})
    unit.post(steps, {"move": "send_up", "body": "市示例局"})
    return unit, steps


def meeting_of(web: Web, **more: Any) -> tuple[Browser, str]:
    """Return the browser of the lead, and the address of the steps of a meeting."""
    clerk, case_url = lead(web)
    view = clerk.post(f"{case_url}/meetings", MEETING | {"units": ["fire"]} | more).get_json()
    return clerk, f"/joint/meetings/{view['meetings'][0]['id']}/move"


@case(JointCode.JOINT_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().get("/cases/K0/joint")


@case(JointCode.JOINT_MODE)
def _(web: Web) -> TestResponse:
    clerk, case_url = lead(web, FORWARDED)
    return clerk.post(f"{case_url}/parts", order("fire"))


@case(JointCode.JOINT_CASE)
def _(web: Web) -> TestResponse:
    clerk, case_url = lead(web)
    clerk.post(f"{case_url.removesuffix('/joint')}/move", {"move": "withdraw", "words": "不办了"})
    return clerk.post(f"{case_url}/parts", order("fire"))


@case(JointCode.JOINT_LEAD)
def _(web: Web) -> TestResponse:
    _clerk, case_url = lead(web)
    return web.manager().post(f"{case_url}/parts", order("fire"))


@case(JointCode.JOINT_UNIT)
def _(web: Web) -> TestResponse:
    clerk, _asked, steps = part_of(web)
    return clerk.post(steps, {"move": "answer", "opinion": "agree"})


@case(JointCode.JOINT_UNITS)
def _(web: Web) -> TestResponse:
    clerk, case_url = lead(web)
    return clerk.post(f"{case_url}/parts", order("fire", "fire"))


@case(JointCode.JOINT_STATE)
def _(web: Web) -> TestResponse:
    _clerk, unit, steps = part_of(web)
    return unit.post(steps, {"move": "pass_on"})


@case(JointCode.JOINT_WORDS)
def _(web: Web) -> TestResponse:
    _clerk, unit, steps = part_of(web)
    return unit.post(steps, {"move": "answer", "opinion": "disagree"})


@case(JointCode.JOINT_OPINION)
def _(web: Web) -> TestResponse:
    _clerk, unit, steps = part_of(web)
    return unit.post(steps, {"move": "answer"})


@case(JointCode.JOINT_LIMIT)
def _(web: Web) -> TestResponse:
    clerk, case_url = lead(web)
    return clerk.post(f"{case_url}/parts", order(*ASKED, days=30))


@case(JointCode.JOINT_ENDED)
def _(web: Web) -> TestResponse:
    _clerk, unit, steps = part_of(web)
    unit.post(steps, {"move": "answer", "opinion": "agree"})
    return unit.post(steps, {"move": "take_back", "words": "看错了"})


@case(JointCode.JOINT_OPEN)
def _(web: Web) -> TestResponse:
    clerk, case_url = lead(web)
    clerk.post(f"{case_url}/parts", order("fire"))
    return clerk.post(f"{case_url.removesuffix('/joint')}/move", {"move": "pass", "words": "同意"})


@case(JointCode.JOINT_BODY)
def _(web: Web) -> TestResponse:
    clerk, case_url = lead(web)
    return clerk.post(f"{case_url}/elsewhere", {"body": "市示例中心"})


@case(JointCode.JOINT_NUMBER)
def _(web: Web) -> TestResponse:
    unit, steps = upward(web)
    return unit.post(steps, {"move": "hear", "opinion": "agree"})


@case(JointCode.JOINT_SCOPE)
def _(web: Web) -> TestResponse:
    clerk, case_url = lead(web, FORWARDED)
    bodies = {"values": {"elsewhere_bodies": "市示例中心"}}
    web.administrator().post("/office/settings", bodies)
    return clerk.post(f"{case_url}/elsewhere", {"body": "市示例中心"})


@case(JointCode.JOINT_SERVED)
def _(web: Web) -> TestResponse:
    clerk, unit, steps = part_of(web)
    view = unit.post(steps, {"move": "answer", "opinion": "agree"}).get_json()
    address = f"/cases/{view['case']}/joint/notice/service"
    clerk.post(address, {"how": "handed", "to": "applicant"})
    return clerk.post(address, {"how": "handed", "to": "applicant"})


@case(JointCode.MEETING_STATE)
def _(web: Web) -> TestResponse:
    clerk, steps = meeting_of(web)
    return clerk.post(steps, {"move": "confirm"})


@case(JointCode.MEETING_DAY)
def _(web: Web) -> TestResponse:
    clerk, steps = meeting_of(web, day="2026-03-04")
    return clerk.post(steps, {"move": "record", "attendance": PRESENT})


@case(JointCode.MEETING_LIST)
def _(web: Web) -> TestResponse:
    clerk, steps = meeting_of(web)
    return clerk.post(steps, {"move": "record"})


def past_meeting(web: Web) -> tuple[Browser, str]:
    """Return the browser of the lead the day after a meeting, and the address of its steps."""
    clerk, steps = meeting_of(web)
    clerk.post(steps, {"move": "record", "attendance": PRESENT})
    web.small.clock.advance(seconds=86_400)
    return web.person(STAFF["T1"]), steps


@case(JointCode.MEETING_PAST)
def _(web: Web) -> TestResponse:
    clerk, steps = past_meeting(web)
    return clerk.post(steps, {"move": "correct", "attendance": PRESENT, "words": "有误"})


@case(JointCode.MEETING_SECOND)
def _(web: Web) -> TestResponse:
    clerk, steps = past_meeting(web)
    clerk.post(steps, {"move": "request", "attendance": PRESENT, "words": "有误"})
    return clerk.post(steps, {"move": "confirm"})
