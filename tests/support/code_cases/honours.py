"""Requests that provoke the error codes of honours."""

from __future__ import annotations

from datetime import date
from typing import Any

from werkzeug.test import TestResponse

from server.assessment.standings import Subject
from server.core.actors import Actor, ActorKind
from server.honours.errors import HonourCode
from server.honours.rules import FlagMove, VetoMove
from support.assessed_office import AssessedOffice
from support.code_cases import case
from support.halls import ADMINISTRATOR, STAFF, at
from support.web import Web

FLAG = "/office/honours/quarters/2026-Q1/move"
VETOES = "/office/honours/vetoes"
ACT: dict[str, Any] = {
    "kind": "quarrel",
    "subject": "window",
    "code": "T1",
    "day": "2026-03-02",
    "words": "与群众争吵",
}


def assessed(web: Web, *, ranked: bool = True) -> AssessedOffice:
    """Return the office on 1 April, with the quarter released if `ranked`."""
    office = AssessedOffice(web.small)
    office.settle_march()
    if ranked:
        office.release_quarter()
    return office


def proposed(web: Web) -> tuple[AssessedOffice, str]:
    """Return the office, and a veto that the manager proposed."""
    office = assessed(web, ranked=False)
    return office, office.veto()


def interview(web: Web) -> str:
    """Return the address of the steps of an interview that the manager proposed."""
    office = assessed(web, ranked=False)
    office.mark("quarrel", Subject.WINDOW, "G2", date(2026, 2, 27))
    office.release("2026-02")
    body = {"subject": "window", "code": "G2", "month": "2026-03"}
    page = web.manager().post("/office/honours/interviews", body).get_json()
    return f"/office/honours/interviews/{page['interviews'][0]['id']}/move"


@case(HonourCode.FLAG_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post(FLAG, {"move": "decide"})


@case(HonourCode.FLAG_STATE)
def _(web: Web) -> TestResponse:
    office = assessed(web)
    office.flag(Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR), FlagMove.PROPOSE, "S1")
    return web.manager().post(FLAG, {"move": "propose", "window": "S1"})


@case(HonourCode.FLAG_RUNNING)
def _(web: Web) -> TestResponse:
    return web.manager().post(FLAG, {"move": "propose", "window": "S1"})


@case(HonourCode.FLAG_UNRELEASED)
def _(web: Web) -> TestResponse:
    assessed(web, ranked=False)
    return web.manager().post(FLAG, {"move": "propose", "window": "S1"})


@case(HonourCode.FLAG_CANDIDATE)
def _(web: Web) -> TestResponse:
    assessed(web)
    return web.manager().post(FLAG, {"move": "propose", "window": "X9"})


@case(HonourCode.FLAG_BARRED)
def _(web: Web) -> TestResponse:
    assessed(web)
    return web.manager().post(FLAG, {"move": "propose", "window": "T1"})


@case(HonourCode.FLAG_REASON)
def _(web: Web) -> TestResponse:
    assessed(web)
    return web.manager().post(FLAG, {"move": "propose", "window": "F1"})


@case(HonourCode.FLAG_WORDS)
def _(web: Web) -> TestResponse:
    assessed(web)
    web.manager().post(FLAG, {"move": "propose", "window": "S1"})
    return web.administrator().post(FLAG, {"move": "reject"})


@case(HonourCode.FLAG_SECOND)
def _(web: Web) -> TestResponse:
    assessed(web)
    manager = web.manager()
    manager.post(FLAG, {"move": "propose", "window": "S1"})
    return manager.post(FLAG, {"move": "decide"})


@case(HonourCode.VETO_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post("/honours/vetoes/V0/move", {"move": "confirm"})


@case(HonourCode.VETO_STATE)
def _(web: Web) -> TestResponse:
    _office, veto = proposed(web)
    body = {"move": "uphold", "words": "维持"}
    return web.administrator().post(f"/honours/vetoes/{veto}/move", body)


@case(HonourCode.VETO_SUBJECT)
def _(web: Web) -> TestResponse:
    return web.manager().post(VETOES, ACT | {"code": "X9"})


@case(HonourCode.VETO_EVIDENCE)
def _(web: Web) -> TestResponse:
    return web.manager().post(VETOES, ACT)


@case(HonourCode.VETO_WORDS)
def _(web: Web) -> TestResponse:
    return web.manager().post(VETOES, ACT | {"words": ""})


@case(HonourCode.VETO_SECOND)
def _(web: Web) -> TestResponse:
    _office, veto = proposed(web)
    return web.manager().post(f"/honours/vetoes/{veto}/move", {"move": "confirm"})


@case(HonourCode.VETO_OFFICE)
def _(web: Web) -> TestResponse:
    office, veto = proposed(web)
    office.settle(Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR), veto, VetoMove.CONFIRM)
    body = {"move": "withdraw", "words": "不对"}
    return web.person(STAFF["T1"]).post(f"/honours/vetoes/{veto}/move", body)


@case(HonourCode.VETO_DISPUTE_OVER)
def _(web: Web) -> TestResponse:
    office, veto = proposed(web)
    office.settle(Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR), veto, VetoMove.CONFIRM)
    web.small.clock.set(at(9, day=date(2026, 4, 7)))
    body = {"move": "dispute", "words": "情况不符"}
    return web.person(STAFF["T1"]).post(f"/honours/vetoes/{veto}/move", body)


@case(HonourCode.INTERVIEW_UNKNOWN)
def _(web: Web) -> TestResponse:
    body = {"subject": "window", "code": "T1", "month": "2026-02"}
    return web.manager().post("/office/honours/interviews", body)


@case(HonourCode.INTERVIEW_STATE)
def _(web: Web) -> TestResponse:
    steps = interview(web)
    manager = web.manager()
    body = {"move": "hold", "words": "已约谈", "day": "2026-04-01"}
    manager.post(steps, body)
    return manager.post(steps, body)


@case(HonourCode.INTERVIEW_WORDS)
def _(web: Web) -> TestResponse:
    steps = interview(web)
    return web.manager().post(steps, {"move": "hold", "day": "2026-04-01"})


@case(HonourCode.INTERVIEW_SECOND)
def _(web: Web) -> TestResponse:
    steps = interview(web)
    return web.manager().post(steps, {"move": "drop", "words": "已调离"})


def fixed(web: Web) -> tuple[str, str]:
    """Return address and digest of the allowance of February, which everybody gets whole."""
    web.small.clock.set(at(9, day=date(2026, 4, 1)))
    page = web.manager().get("/office/honours/allowance/2026-02").get_json()
    return "/office/honours/lists/allowance/2026-02", page["paper"]["seen"]


@case(HonourCode.LIST_UNKNOWN)
def _(web: Web) -> TestResponse:
    address, _seen = fixed(web)
    return web.manager().post(f"{address}/1/release")


@case(HonourCode.LIST_STATE)
def _(web: Web) -> TestResponse:
    address, seen = fixed(web)
    return web.manager().post(f"{address[:-1]}4/draft", {"seen": seen})


@case(HonourCode.LIST_CHANGED)
def _(web: Web) -> TestResponse:
    address, _seen = fixed(web)
    return web.manager().post(f"{address}/draft", {"seen": "0" * 64})


@case(HonourCode.LIST_WORDS)
def _(web: Web) -> TestResponse:
    address, seen = fixed(web)
    web.manager().post(f"{address}/draft", {"seen": seen})
    web.administrator().post(f"{address}/1/release")
    return web.manager().post(f"{address}/draft", {"seen": seen})


@case(HonourCode.LIST_SECOND)
def _(web: Web) -> TestResponse:
    address, seen = fixed(web)
    web.manager().post(f"{address}/draft", {"seen": seen})
    return web.manager().post(f"{address}/1/release")
