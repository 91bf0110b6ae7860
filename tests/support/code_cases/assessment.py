"""Requests that provoke the error codes of the assessment."""

from __future__ import annotations

from datetime import date

from werkzeug.test import TestResponse

from server.assessment.errors import AssessmentCode
from support.code_cases import case
from support.halls import STAFF, at
from support.web import Browser, Web

CLERK = STAFF["T1"]
SHEET = {
    "subject": "person",
    "name": "人员",
    "since": "2026-03",
    "sections": [{"code": "a", "name": "服务", "points": "100"}],
    "lines": [
        {"code": "1", "section": "a", "name": "争吵", "measure": "mark_quarrel", "points": "-3"}
    ],
}
MARK = {
    "kind": "quarrel",
    "subject": "person",
    "code": CLERK,
    "day": "2026-03-02",
    "words": "与群众争吵",
}
ROOT = "/office/assessment"
PERIOD = f"{ROOT}/periods/2026-03"


def drafted(web: Web) -> tuple[Browser, str]:
    """Return a manager who drafted a sheet, and its address."""
    manager = web.manager()
    sheet = manager.post(f"{ROOT}/sheets", SHEET).get_json()["id"]
    return manager, f"{ROOT}/sheets/{sheet}"


def in_force(web: Web) -> tuple[Browser, str]:
    """Return the manager who put a sheet in force, and its address."""
    _, sheet = drafted(web)
    second = web.administrator()
    assert second.post(f"{sheet}/start").status_code == 200
    return second, sheet


def marked(web: Web) -> str:
    """Return the address of a mark that a manager proposed."""
    mark = web.manager().post(f"{ROOT}/marks", MARK).get_json()["id"]
    return f"{ROOT}/marks/{mark}"


def confirmed(web: Web) -> str:
    """Return the id of a mark that a second person confirmed, with a sheet in force."""
    second, _ = in_force(web)
    mark = marked(web)
    assert second.post(f"{mark}/move", {"move": "confirm"}).status_code == 200
    return mark.rpartition("/")[2]


def disputing(web: Web, ref: str) -> TestResponse:
    """Dispute a mark as the person whom it concerns."""
    body = {"month": "2026-03", "subject": "person", "code": CLERK, "words": "不属实"}
    return web.person(CLERK).post(
        "/assessment/disputes", body | {"measure": "mark_quarrel", "ref": ref}
    )


def checked(web: Web) -> tuple[Browser, str]:
    """Return the manager who checked March, and the digest that was shown."""
    in_force(web)
    web.small.clock.set(at(9, day=date(2026, 4, 1)))
    manager = web.manager()
    seen = manager.get(PERIOD).get_json()["seen"]
    assert manager.post(f"{PERIOD}/check", {"seen": seen}).status_code == 200
    return manager, seen


@case(AssessmentCode.SHEET_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().get(f"{ROOT}/sheets/none")


@case(AssessmentCode.SHEET_STATE)
def _(web: Web) -> TestResponse:
    second, sheet = in_force(web)
    return second.post(f"{sheet}/edit", SHEET)


@case(AssessmentCode.SHEET_SECOND)
def _(web: Web) -> TestResponse:
    manager, sheet = drafted(web)
    return manager.post(f"{sheet}/start")


@case(AssessmentCode.SHEET_WRONG)
def _(web: Web) -> TestResponse:
    return web.manager().post(f"{ROOT}/sheets", SHEET | {"sections": []})


@case(AssessmentCode.SHEET_SINCE)
def _(web: Web) -> TestResponse:
    in_force(web)
    _, twin = drafted(web)
    return web.administrator().post(f"{twin}/start")


@case(AssessmentCode.MARK_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().get(f"{ROOT}/marks/none")


@case(AssessmentCode.MARK_STATE)
def _(web: Web) -> TestResponse:
    mark = confirmed(web)
    return web.administrator().post(f"{ROOT}/marks/{mark}/move", {"move": "confirm"})


@case(AssessmentCode.MARK_SECOND)
def _(web: Web) -> TestResponse:
    return web.manager().post(f"{marked(web)}/move", {"move": "confirm"})


@case(AssessmentCode.MARK_ABOUT)
def _(web: Web) -> TestResponse:
    return web.manager().post(f"{ROOT}/marks", MARK | {"code": "none"})


@case(AssessmentCode.WORDS)
def _(web: Web) -> TestResponse:
    return web.manager().post(f"{ROOT}/marks", MARK | {"words": " "})


@case(AssessmentCode.DISPUTE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post(f"{ROOT}/disputes/none/settle", {"granted": True, "words": "不属实"})


@case(AssessmentCode.DISPUTE_STATE)
def _(web: Web) -> TestResponse:
    mark = confirmed(web)
    disputing(web, mark)
    return disputing(web, mark)


@case(AssessmentCode.DISPUTE_SECOND)
def _(web: Web) -> TestResponse:
    disputing(web, confirmed(web))
    manager = web.manager()
    dispute = manager.get(f"{ROOT}/disputes").get_json()["disputes"][0]["id"]
    return manager.post(f"{ROOT}/disputes/{dispute}/settle", {"granted": True, "words": "是"})


@case(AssessmentCode.DISPUTE_OVER)
def _(web: Web) -> TestResponse:
    mark = confirmed(web)
    web.small.clock.set(at(9, day=date(2026, 4, 1)))
    manager = web.manager()
    seen = {"seen": manager.get(PERIOD).get_json()["seen"]}
    manager.post(f"{PERIOD}/check", seen)
    web.administrator().post(f"{PERIOD}/release", seen)
    web.small.clock.set(at(9, day=date(2026, 4, 20)))
    return disputing(web, mark)


@case(AssessmentCode.DISPUTE_FACT)
def _(web: Web) -> TestResponse:
    in_force(web)
    return disputing(web, "none")


@case(AssessmentCode.PERIOD_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().get(f"{ROOT}/periods/2026-Q9")


@case(AssessmentCode.PERIOD_STATE)
def _(web: Web) -> TestResponse:
    return web.manager().post(f"{PERIOD}/check", {"seen": "0" * 64})


@case(AssessmentCode.PERIOD_SECOND)
def _(web: Web) -> TestResponse:
    manager, seen = checked(web)
    return manager.post(f"{PERIOD}/release", {"seen": seen})


@case(AssessmentCode.PERIOD_CHANGED)
def _(web: Web) -> TestResponse:
    checked(web)
    return web.administrator().post(f"{PERIOD}/release", {"seen": "0" * 64})


@case(AssessmentCode.SUBJECT_UNKNOWN)
def _(web: Web) -> TestResponse:
    in_force(web)
    return web.manager().get(f"{PERIOD}/person/none")
