"""Requests that provoke the error codes of cases and of their supervision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from werkzeug.test import TestResponse

from server.cases.errors import CaseCode
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.supervision.errors import SupervisionCode
from support.code_cases import case
from support.code_cases.hall import called_at_window
from support.code_cases.one_time_notices import hand_in, serving_at_window
from support.code_cases.ratings import chief_of_tax
from support.halls import STAFF
from support.web import Browser, Web

WHO = {"name": "测试人", "phone": "13900000000"}
NETWORK = {"kind": "network", "first": "2026-03-02", "last": "2026-03-02", "words": "专网中断"}


def opened(web: Web, **more: Any) -> tuple[Browser, str]:
    """Return the browser of the clerk of T1, who opened a case, and the case's id."""
    clerk = web.person(STAFF["T1"])
    answer = clerk.post("/reception/cases", WHO | {"item": "tax-1"} | more)
    return clerk, str(answer.get_json()["id"])


def accepted(web: Web) -> tuple[Browser, str]:
    """Return the browser of the clerk of T1, who accepted a case, and the address of its steps."""
    clerk, case_id = opened(web)
    steps = f"/cases/{case_id}/move"
    clerk.post(steps, {"move": "accept"})
    return clerk, steps


def needs_three_people(web: Web) -> None:
    """Let the item tax-1 be handled, reviewed and approved by three people."""
    book = web.small.ctx.catalogue()
    items = tuple(replace(item, three_hands=item.code == "tax-1") for item in book.items)
    import_catalogue(web.small.ctx, SYSTEM, replace(book, items=items), "test")


@case(CaseCode.CASE_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/cases/K0/move", {"move": "accept"})


@case(CaseCode.CASE_NUMBER)
def _(web: Web) -> TestResponse:
    return web.browser().post("/cases/follow", {"number": "20260302000011", "tail": "0000"})


@case(CaseCode.CASE_ITEM)
def _(web: Web) -> TestResponse:
    return web.person(STAFF["T1"]).post("/reception/cases", WHO | {"item": "ask-1"})


@case(CaseCode.CASE_TICKET)
def _(web: Web) -> TestResponse:
    clerk = called_at_window(web)
    ticket = str(clerk.get("/counter").get_json()["current"]["id"])
    return clerk.post("/counter/cases", WHO | {"ticket": ticket})


@case(CaseCode.CASE_TAKEN)
def _(web: Web) -> TestResponse:
    clerk, _case_id = opened(web, outer_no="7")
    return clerk.post("/reception/cases", WHO | {"item": "tax-1", "outer_no": "7"})


@case(CaseCode.CASE_ID_NUMBER)
def _(web: Web) -> TestResponse:
    body = WHO | {"item": "tax-1", "id_number": "110105194912310021"}
    return web.person(STAFF["T1"]).post("/reception/cases", body)


@case(CaseCode.CASE_STATE)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    return clerk.post(steps, {"move": "resume"})


@case(CaseCode.CASE_POST)
def _(web: Web) -> TestResponse:
    _clerk, steps = accepted(web)
    return web.manager().post(steps, {"move": "pass", "words": "同意"})


@case(CaseCode.CASE_OFFICE)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    clerk.post(steps, {"move": "ask_void", "words": "重复登记"})
    return clerk.post(steps, {"move": "make_void", "words": "同意"})


@case(CaseCode.CASE_SECOND)
def _(web: Web) -> TestResponse:
    _clerk, steps = accepted(web)
    manager = web.manager()
    manager.post(steps, {"move": "ask_void", "words": "重复登记"})
    return manager.post(steps, {"move": "make_void", "words": "同意"})


@case(CaseCode.CASE_HANDS)
def _(web: Web) -> TestResponse:
    needs_three_people(web)
    clerk, steps = accepted(web)
    clerk.post(steps, {"move": "pass", "words": "同意"})
    return clerk.post(steps, {"move": "pass", "words": "同意"})


@case(CaseCode.CASE_STAGES)
def _(web: Web) -> TestResponse:
    needs_three_people(web)
    clerk, steps = accepted(web)
    return clerk.post(steps, {"move": "decide", "words": "准予", "outcome": "granted"})


@case(CaseCode.CASE_MATERIALS)
def _(web: Web) -> TestResponse:
    clerk, ticket = serving_at_window(web)
    case_id = clerk.post("/counter/cases", WHO | {"ticket": ticket}).get_json()["id"]
    hand_in(clerk, ticket, marks=[{"place": 0, "faults": ["missing"]}])
    return clerk.post(f"/cases/{case_id}/move", {"move": "accept"})


def lacks_a_paper(web: Web, *, tolerable: bool) -> tuple[Browser, str]:
    """Return a clerk with a case that lacks a material, and the address of its steps."""
    book = web.small.ctx.catalogue()
    items = tuple(
        replace(
            i, promised_days=5, materials=tuple(replace(m, tolerable=True) for m in i.materials)
        )
        if tolerable
        else i
        for i in book.items
    )
    import_catalogue(web.small.ctx, SYSTEM, replace(book, items=items), "test")
    clerk, ticket = serving_at_window(web)
    case_id = clerk.post("/counter/cases", WHO | {"ticket": ticket}).get_json()["id"]
    hand_in(clerk, ticket, marks=[{"place": 0, "faults": ["missing"]}])
    return clerk, f"/cases/{case_id}/move"


@case(CaseCode.CASE_TOLERANCE)
def _(web: Web) -> TestResponse:
    clerk, steps = lacks_a_paper(web, tolerable=False)
    return clerk.post(steps, {"move": "pledge", "days": 1})


@case(CaseCode.CASE_PLEDGE)
def _(web: Web) -> TestResponse:
    clerk, steps = lacks_a_paper(web, tolerable=True)
    clerk.post(steps, {"move": "pledge", "days": 1})
    clerk.post(steps, {"move": "accept"})
    return clerk.post(steps, {"move": "decide", "outcome": "granted", "words": "准予"})


@case(CaseCode.CASE_WORDS)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    return clerk.post(steps, {"move": "pass"})


@case(CaseCode.CASE_OUTCOME)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    return clerk.post(steps, {"move": "decide", "words": "准予"})


@case(CaseCode.CASE_BASIS)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    return clerk.post(steps, {"move": "suspend", "words": "需要评审", "days": 5})


@case(CaseCode.CASE_DAYS)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    return clerk.post(steps, {"move": "ask_time", "words": "情况复杂"})


@case(CaseCode.CASE_EXTENDED)
def _(web: Web) -> TestResponse:
    clerk, steps = accepted(web)
    clerk.post(steps, {"move": "ask_time", "words": "情况复杂", "days": 5})
    return clerk.post(steps, {"move": "ask_time", "words": "情况复杂", "days": 5})


@case(CaseCode.CASE_SERVED)
def _(web: Web) -> TestResponse:
    clerk, case_id = opened(web)
    paper = clerk.get(f"/cases/{case_id}").get_json()["papers"][0]["id"]
    body = {"how": "handed", "to": "applicant"}
    clerk.post(f"/cases/papers/{paper}/service", body)
    return clerk.post(f"/cases/papers/{paper}/service", body)


@case(CaseCode.CASE_COVER)
def _(web: Web) -> TestResponse:
    clerk, case_id = opened(web)
    return clerk.post("/my/cases/take-over", {"from_staff": STAFF["T2"], "cases": [case_id]})


@case(SupervisionCode.EXPLAIN_CHIEF)
def _(web: Web) -> TestResponse:
    return web.person(STAFF["T1"]).post("/my/explanations", NETWORK)


@case(SupervisionCode.EXPLAIN_DIGEST)
def _(web: Web) -> TestResponse:
    return chief_of_tax(web).post("/my/explanations", NETWORK | {"kind": "batch"})
