"""Lists of people and units that pages offer: exactly those are what the acts accept.

A page that offers less than everybody keeps a rule. For each such page this test attempts the act
with everybody of the hall: whom the page offers is accepted, anybody else is refused by a code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from server.assistance.errors import AssistCode
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.issuing.errors import LicenceCode
from server.joint_review.errors import JointCode
from server.leave.errors import LeaveCode
from support import joint_hall
from support.halls import MANAGER, STAFF
from support.web import Browser, Web

ME, HELPER, COVERED = STAFF["T1"], STAFF["T2"], STAFF["F1"]
DAYS = iter(range(3, 28))


@pytest.fixture
def clerk(web: Web) -> Browser:
    """Return a clerk of the tax who covers somebody; fire has a chief, social only a clerk."""
    joint_hall.furnish(web.small)
    book = web.small.ctx.catalogue()
    changes = {COVERED: {"chief": True, "cover": ME}, MANAGER: {"unit": ""}}
    staff = tuple(replace(s, **changes.get(s.number, {})) for s in book.staff)  # type: ignore[arg-type]
    import_catalogue(web.small.ctx, SYSTEM, replace(book, staff=staff), "test")
    return web.person(ME)


def accepted_of(
    names: Iterable[str], act: Callable[[str], TestResponse], refusals: AbstractSet[str]
) -> set[str]:
    """Return the names with which an act is accepted; the others are refused by such a code."""
    accepted = set()
    for name in names:
        answer = act(name)
        if answer.status_code == 200:
            accepted.add(name)
        else:
            assert answer.get_json()["code"] in refusals, (name, answer.get_json())
    return accepted


def everybody(web: Web) -> list[str]:
    """Return every staff number."""
    return [person.number for person in web.small.ctx.catalogue().staff]


def every_unit(web: Web) -> list[str]:
    """Return the code of every unit."""
    return [unit.code for unit in web.small.ctx.catalogue().units]


def people(browser: Browser, query: str = "") -> set[str]:
    """Return the people whom the pages of assistance offer."""
    answer = browser.get(f"/assistance/choices{query}").get_json()["people"]
    return {choice["number"] for choice in answer}


def recorded(browser: Browser) -> str:
    """Record a question; return its id."""
    return str(browser.post("/first-asks", {"subject": "问题"}).get_json()["id"])


def entrusted(browser: Browser, helper: str) -> TestResponse:
    """Entrust a job to a helper."""
    body = {"scope": "代办", "until": "2026-03-06", "project": "项目", "name": "测试人"}
    return browser.post("/helper-jobs", body | {"helper": helper})


def test_a_question_goes_to_whom_the_page_offers(web: Web, clerk: Browser) -> None:
    refusals = {AssistCode.ASSIST_PERSON, AssistCode.FIRST_ASK_TO}
    offered = people(clerk)
    assert COVERED in offered < set(everybody(web))

    def record(number: str) -> TestResponse:
        return clerk.post("/first-asks", {"subject": "问题", "to_staff": number})

    def hand_over(number: str) -> TestResponse:
        step = {"move": "hand_over", "to_staff": number}
        return clerk.post(f"/first-asks/{recorded(clerk)}/move", step)

    assert accepted_of(everybody(web), record, refusals) == offered
    assert accepted_of(everybody(web), hand_over, refusals) == offered
    others = set(everybody(web)) - {MANAGER}
    assert others <= people(web.manager())

    def by_office(number: str) -> TestResponse:
        return web.manager().post("/first-asks", {"subject": "问题", "to_staff": number})

    assert accepted_of(everybody(web), by_office, refusals) == people(web.manager())


def test_a_job_is_entrusted_and_handed_on_to_whom_the_page_offers(web: Web, clerk: Browser) -> None:
    refusals = {AssistCode.ASSIST_PERSON}
    offered = people(clerk, "?for=job")
    assert {ME, HELPER} <= offered < set(everybody(web))
    assert accepted_of(everybody(web), lambda n: entrusted(clerk, n), refusals) == offered
    jobs = [entrusted(clerk, HELPER).get_json()["id"] for _ in everybody(web)]
    web.administrator().post(f"/office/accounts/{HELPER}", {"disabled": True})

    def hand_on(number: str) -> TestResponse:
        step = {"move": "hand_on", "words": "调离", "helper": number}
        return clerk.post(f"/helper-jobs/{jobs.pop()}/move", step)

    assert accepted_of(everybody(web), hand_on, {*refusals, "invalid"}) == offered - {HELPER}
    assert HELPER not in people(clerk, "?for=job")


def test_leave_is_filed_for_whom_the_page_offers(web: Web, clerk: Browser) -> None:
    team = {person["number"] for person in clerk.get("/my/requests").get_json()["team"]}
    assert team == {COVERED}

    def file(number: str) -> TestResponse:
        day = f"2026-03-{next(DAYS):02}"
        span = {"begins": f"{day}T08:30", "ends": f"{day}T12:00"}
        body = {"kind": "personal", "reason": "家中有急事", "staff": number, "cover": ME}
        return clerk.post("/requests/leaves", body | span)

    others = set(everybody(web)) - {ME}
    assert accepted_of(others, file, {LeaveCode.NOT_YOUR_SHEET}) == team


def test_units_are_asked_and_called_that_the_page_offers(web: Web, clerk: Browser) -> None:
    case = joint_hall.accepted(web.small)
    view = clerk.get(f"/cases/{case}/joint").get_json()
    offered = {unit["code"] for unit in view["units"]}
    assert offered == set(every_unit(web)) - {"tax"}
    order = {"kind": "meeting", "day": "2026-03-03", "time": "09:30", "place": "会议室"}

    def call(unit: str) -> TestResponse:
        return clerk.post(f"/cases/{case}/joint/meetings", order | {"units": [unit]})

    def send(unit: str) -> TestResponse:
        parts = {"parts": [{"unit": unit, "question": "请提出意见。", "days": 2}]}
        return clerk.post(f"/cases/{case}/joint/parts", parts)

    for act in (call, send):
        assert accepted_of(every_unit(web), act, {JointCode.JOINT_UNITS}) == offered
    assert accepted_of(every_unit(web), send, {JointCode.JOINT_UNITS}) == set(), "each answers yet"


def test_numbers_are_handed_in_for_the_units_that_the_page_offers(web: Web, clerk: Browser) -> None:
    offered = {unit["unit"] for unit in clerk.get("/my/licences").get_json()["units"]}
    assert offered == {"tax"}

    def hand_in(unit: str) -> TestResponse:
        content = {"file": (BytesIO(f"{unit}-1\n".encode()), "numbers.csv")}
        path = f"/api/v1/my/licence-rolls/{unit}"
        return clerk.client.post(path, data=content, headers=clerk.headers(""))

    assert accepted_of(every_unit(web), hand_in, {LicenceCode.LICENCE_POST}) == offered
