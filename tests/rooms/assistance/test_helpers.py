"""Helpers: seven steps under an authorisation, and never a review or approval of the same case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from server.assistance import helper_actions, queries
from server.assistance.alarms import alarms
from server.assistance.authorisation_pdf import data_of
from server.assistance.barred import end_work
from server.assistance.errors import AssistCode
from server.assistance.helper_actions import Job, JobWish
from server.assistance.integrity import problems
from server.assistance.rules import JobMove
from server.assistance.tables import helper_job
from server.cases import actions as cases
from server.cases.actions import Applicant, Opening, Wish
from server.cases.rules import CaseMove, CaseOutcome, CaseWay
from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.errors import HallError
from server.queue import snapshot
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, at
from support.web import Web

HELPER = Actor(ActorKind.CLERK, STAFF["T1"])
SECOND = Actor(ActorKind.CLERK, STAFF["T2"])
OTHER = Actor(ActorKind.CLERK, STAFF["G1"])
OFFICE = Actor(ActorKind.MANAGER, MANAGER)
LAST = date(2026, 3, 6)
DAY_MS = 86_400_000
STEPS = (
    JobWish(JobMove.ACCEPT, signed=True),
    JobWish(JobMove.DO, "已代为提交材料"),
    JobWish(JobMove.DO, "已代为补正"),
    JobWish(JobMove.DELIVER, "执照已当面交还"),
    JobWish(JobMove.FILE),
    JobWish(JobMove.REPORT, "已向单位报告"),
)


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    return small


def entrusted(hall: SmallHall, **more: Any) -> str:
    job = Job(HELPER.name, "代为提交材料、领取证照", LAST, project="示例项目", name="测试人")
    return helper_actions.entrust(hall.ctx, OTHER, hall.key(), replace(job, **more))


def step(hall: SmallHall, actor: Actor, job: str, wish: JobWish) -> None:
    helper_actions.move(hall.ctx, actor, hall.key(), job, wish)


def state(hall: SmallHall, job: str) -> str:
    row = hall.ctx.read(lambda c: queries.job(c, hall.ctx.hall_id, job))
    assert row is not None
    return row.state


def violations(hall: SmallHall) -> list[str]:
    return hall.ctx.read(lambda c: [en for _zh, en in problems(c, hall.ctx.hall_id)])


def error(act: Callable[[], object]) -> str:
    with pytest.raises(HallError) as refused:
        act()
    return refused.value.code.value


def test_seven_steps_end_with_a_call_back_by_another_person(hall: SmallHall) -> None:
    job = entrusted(hall)
    for wish in STEPS:
        step(hall, HELPER, job, wish)
    called = JobWish(JobMove.CALL_BACK, "委托人表示满意")
    assert error(lambda: step(hall, HELPER, job, called)) == AssistCode.HELPER_PARTY
    step(hall, OFFICE, job, called)
    assert state(hall, job) == "ended"
    assert violations(hall) == []


def test_a_manager_who_helps_does_not_call_back(hall: SmallHall) -> None:
    job = entrusted(hall, helper=MANAGER)
    for wish in STEPS:
        step(hall, OFFICE, job, wish)
    called = JobWish(JobMove.CALL_BACK, "满意")
    assert error(lambda: step(hall, OFFICE, job, called)) == AssistCode.HELPER_SELF
    step(hall, Actor(ActorKind.ADMINISTRATOR, ADMINISTRATOR), job, called)
    assert violations(hall) == []


def test_nothing_is_done_without_a_signed_authorisation_or_after_its_end(hall: SmallHall) -> None:
    job = entrusted(hall)
    accept = JobWish(JobMove.ACCEPT)
    assert error(lambda: step(hall, HELPER, job, accept)) == AssistCode.HELPER_SIGNED
    assert error(lambda: step(hall, HELPER, job, STEPS[1])) == AssistCode.HELPER_STATE
    assert error(lambda: step(hall, SECOND, job, STEPS[0])) == AssistCode.HELPER_UNKNOWN
    assert error(lambda: step(hall, OTHER, job, STEPS[0])) == AssistCode.HELPER_PARTY
    assert error(lambda: step(hall, HELPER, job, JobWish(JobMove.ENTRUST))) == "invalid"
    unknown = JobWish(JobMove.ACCEPT, evidence=("nothing",))
    assert error(lambda: step(hall, HELPER, job, unknown)) == "file_unknown"
    step(hall, HELPER, job, STEPS[0])
    assert error(lambda: step(hall, HELPER, job, JobWish(JobMove.DO))) == AssistCode.HELPER_WORDS
    hall.clock.set(at(23, 59) + 4 * DAY_MS)
    step(hall, HELPER, job, STEPS[1])
    hall.clock.set(at(0) + 5 * DAY_MS)
    assert error(lambda: step(hall, HELPER, job, STEPS[2])) == AssistCode.HELPER_OVER
    step(hall, HELPER, job, STEPS[3])  # what was done has to be delivered
    assert state(hall, job) == "delivered"


def test_the_person_takes_the_authorisation_back(hall: SmallHall) -> None:
    job = entrusted(hall)
    step(hall, OTHER, job, JobWish(JobMove.REVOKE, "委托人自行办理"))
    assert state(hall, job) == "revoked"
    assert error(lambda: step(hall, HELPER, job, STEPS[0])) == AssistCode.HELPER_STATE


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"project": ""}, "project"),
        ({"item": "tax-1"}, "project"),
        ({"helper": "9999"}, "helper"),
        ({"until": date(2026, 3, 1)}, "until"),
        ({"name": ""}, "name"),
    ],
)
def test_a_job_names_one_matter_a_helper_a_person_and_a_day(
    hall: SmallHall, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(HallError) as refused:
        entrusted(hall, **more)
    assert refused.value.data == {"field": field}


# -- the same case ---------------------------------------------------------------------------------


def three_hands(hall: SmallHall) -> None:
    book = hall.ctx.catalogue()
    items = tuple(replace(item, three_hands=item.code == "tax-1") for item in book.items)
    import_catalogue(hall.ctx, SYSTEM, replace(book, items=items), "test")


def opened(hall: SmallHall) -> str:
    opening = Opening("tax-1", Applicant("测试申请人"), CaseWay.RECEPTION)
    case = cases.open_case(hall.ctx, HELPER, hall.key(), opening)
    cases.move(hall.ctx, HELPER, hall.key(), case, Wish(CaseMove.ACCEPT))
    return case


def helping(hall: SmallHall, case: str, helper: Actor = HELPER) -> str:
    job = helper_actions.entrust(
        hall.ctx, OFFICE, hall.key(), Job(helper.name, "代办", LAST, case=case)
    )
    step(hall, helper, job, STEPS[0])
    return job


def take(hall: SmallHall, actor: Actor, case: str, wanted: CaseMove) -> None:
    outcome = CaseOutcome.GRANTED if wanted is CaseMove.DECIDE else None
    cases.move(hall.ctx, actor, hall.key(), case, Wish(wanted, "意见", outcome))


def test_whoever_helps_with_a_case_does_not_decide_it(hall: SmallHall) -> None:
    case = opened(hall)
    job = helper_actions.entrust(
        hall.ctx, OFFICE, hall.key(), Job(HELPER.name, "代办", LAST, case=case)
    )
    clerk = Web(hall).person(HELPER.name)
    assert "decide" in clerk.get(f"/cases/{case}").get_json()["moves"]
    step(hall, HELPER, job, STEPS[0])
    view = clerk.get(f"/cases/{case}").get_json()
    assert "decide" not in view["moves"]
    assert [held["why"]["code"] for held in view["held"]] == [AssistCode.HELPER_BARRED]
    assert view["flags"] == ["helped"]
    refused = error(lambda: take(hall, HELPER, case, CaseMove.DECIDE))
    assert refused == AssistCode.HELPER_BARRED
    step(hall, HELPER, job, JobWish(JobMove.REVOKE, "委托人撤回"))
    assert error(lambda: take(hall, HELPER, case, CaseMove.DECIDE)) == AssistCode.HELPER_BARRED
    take(hall, SECOND, case, CaseMove.DECIDE)
    assert violations(hall) == []


def test_a_helper_may_handle_but_not_review(hall: SmallHall) -> None:
    three_hands(hall)
    case = opened(hall)
    helping(hall, case, SECOND)
    take(hall, HELPER, case, CaseMove.PASS)
    for wanted in (CaseMove.PASS, CaseMove.RETURN):
        refused = error(lambda w=wanted: take(hall, SECOND, case, w))  # type: ignore[misc]
        assert refused == AssistCode.HELPER_BARRED


def test_whoever_reviewed_a_case_does_not_help_with_it(hall: SmallHall) -> None:
    three_hands(hall)
    case = opened(hall)
    take(hall, HELPER, case, CaseMove.PASS)
    waiting = helper_actions.entrust(
        hall.ctx, OFFICE, hall.key(), Job(SECOND.name, "代办", LAST, case=case)
    )
    take(hall, SECOND, case, CaseMove.PASS)
    assert error(lambda: helping(hall, case, SECOND)) == AssistCode.HELPER_TAKEN
    assert error(lambda: step(hall, SECOND, waiting, STEPS[0])) == AssistCode.HELPER_TAKEN
    job = helping(hall, case)  # handled, not reviewed
    assert violations(hall) == []
    hall.ctx.write(
        lambda tx: tx.conn.execute(
            update(helper_job).where(helper_job.c.id == job).values(helper=SECOND.name)
        )
    )
    assert [text for text in violations(hall) if "helper" in text] == [
        f"case {case} was reviewed or approved by its helper"
    ]


def test_a_job_whose_helper_s_account_ends_is_listed_and_handed_on(hall: SmallHall) -> None:
    case = opened(hall)
    job, done = helping(hall, case), entrusted(hall)
    for wish in STEPS:
        step(hall, HELPER, done, wish)
    assert codes(hall) == []
    hall.ctx.write(lambda tx: end_work(hall.ctx, tx, OFFICE, HELPER.name, "account_disabled"))
    assert (state(hall, job), state(hall, done)) == ("left", "reported")
    assert codes(hall) == ["helper_left"]
    on = JobWish(JobMove.HAND_ON, "原帮办代办人调离", helper=SECOND.name)
    assert error(lambda: step(hall, HELPER, job, on)) == AssistCode.HELPER_PARTY
    for nobody in ("9999", HELPER.name):
        assert error(lambda n=nobody: step(hall, OFFICE, job, replace(on, helper=n))) == "invalid"  # type: ignore[misc]
    step(hall, OFFICE, job, on)
    assert (state(hall, job), codes(hall)) == ("handed_on", [])
    rows = hall.ctx.read(lambda c: queries.jobs_of(c, hall.ctx.hall_id, SECOND.name))
    anew = next(row for row in rows if row.helper == SECOND.name)
    assert (anew.state, anew.case, anew.until) == ("entrusted", case, LAST.isoformat())
    assert error(lambda: step(hall, SECOND, anew.id, STEPS[1])) == AssistCode.HELPER_STATE
    step(hall, SECOND, anew.id, STEPS[0])
    people = hall.ctx.read(lambda c: queries.people(c, hall.ctx.hall_id, [anew.id]))
    assert people[anew.id].name == "测试申请人"
    assert violations(hall) == []


def codes(hall: SmallHall) -> list[str]:
    """Return the codes of the alarms."""
    return [alarm.code for alarm in alarms(hall.hall)(snapshot.take(hall.ctx))]


def test_a_helper_of_another_unit_sees_what_the_job_needs_and_no_more(hall: SmallHall) -> None:
    book = hall.ctx.catalogue()
    staff = tuple(
        replace(s, unit="social" if s.number == STAFF["S1"] else s.unit) for s in book.staff
    )
    import_catalogue(hall.ctx, SYSTEM, replace(book, staff=staff), "test")
    case = opened(hall)
    job = helping(hall, case, Actor(ActorKind.CLERK, STAFF["S1"]))
    clerk = Web(hall).person(STAFF["S1"])
    assert clerk.get(f"/cases/{case}").status_code == 404
    assert clerk.get(f"/cases/{case}/assistance").status_code == 404
    (view,) = clerk.get("/my/assistance").get_json()["jobs"]
    assert view["progress"].keys() == {"state", "unit_name", "due", "missing"}
    assert (view["progress"]["state"], view["progress"]["missing"]) == ("handling", [])
    assert view["progress"]["due"] > view["day"]
    step(hall, Actor(ActorKind.CLERK, STAFF["S1"]), job, JobWish(JobMove.REVOKE, "委托人撤回"))
    (view,) = clerk.get("/my/assistance").get_json()["jobs"]
    assert (view["progress"], view["phone"]) == (None, "")


def test_nobody_but_the_office_is_shown_everybody(hall: SmallHall) -> None:
    three_hands(hall)
    book = hall.ctx.catalogue()
    social = {STAFF["S1"], STAFF["G2"]}
    staff = tuple(
        replace(s, unit="social", chief=s.number == STAFF["S1"]) if s.number in social else s
        for s in book.staff
    )
    import_catalogue(hall.ctx, SYSTEM, replace(book, staff=staff), "test")
    web, case = Web(hall), opened(hall)
    take(hall, HELPER, case, CaseMove.PASS)
    take(hall, SECOND, case, CaseMove.PASS)

    def shown(staff: str, query: str = "") -> set[str]:
        person = web.manager() if staff == MANAGER else web.person(staff)
        answer = person.get(f"/assistance/choices{query}").get_json()
        return {choice["number"] for choice in answer["people"]}

    assert {STAFF["S1"]} == shown(HELPER.name) & social, "of another unit its representative"
    assert HELPER.name not in shown(HELPER.name), "nobody hands over to oneself"
    assert shown(HELPER.name, "?for=job") & social == set()
    about = shown(HELPER.name, f"?for=job&case={case}")
    assert HELPER.name in about
    assert SECOND.name not in about, "who reviewed a case does not help with it"
    assert web.person(STAFF["S1"]).get(f"/assistance/choices?case={case}").status_code == 404
    assert social <= shown(MANAGER)


def test_the_authorisation_says_who_what_until_when_and_that_it_is_free(hall: SmallHall) -> None:
    case = opened(hall)
    job = helping(hall, case)
    clerk = Web(hall).person(HELPER.name)
    view = clerk.get("/my/assistance").get_json()["jobs"][0]
    assert (view["name"], view["about"]) == ("测试申请人", "事项tax-1")
    answer = clerk.get(f"/helper-jobs/{job}/authorisation.pdf")
    assert answer.data.startswith(b"%PDF")
    people = "测试申请人", "工号 1001"
    data = data_of(job, "大厅", people, "事项tax-1", "代办", ("2026-03-02", "2026-03-06"))
    assert ["费用", "免费"] in data["rows"]
    assert ["委托期限", "2026年3月2日至2026年3月6日"] in data["rows"]
    assert "不收取任何费用" in data["text"][0]
    assert (
        Web(hall).person(OTHER.name).get(f"/helper-jobs/{job}/authorisation.pdf").status_code == 404
    )
