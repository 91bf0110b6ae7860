"""Reads of cases: by number, of a ticket that brings supplements, evidence, what applicants see."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

from PIL import Image

from server.cases.errors import CaseCode
from server.catalogue.actions import import_catalogue
from server.core import journal
from server.core.actors import SYSTEM
from server.leave.errors import LeaveCode
from support.code_cases.one_time_notices import hand_in, serving_at_window
from support.code_cases.requests import upload
from support.halls import STAFF, at
from support.web import Browser, Web

ITEM, DAY = "tax-1", "2026-03-02"
WHO = {"name": "测试人", "phone": "13900001234"}


def opened(browser: Browser) -> dict[str, str]:
    """Open a case at the reception desk; return its id and number."""
    answer = browser.post("/reception/cases", WHO | {"item": ITEM}).get_json()
    return {"id": answer["id"], "number": answer["number"]}


def picture(browser: Browser) -> str:
    """Hand in a picture and return its id."""
    stream = io.BytesIO()
    Image.new("RGB", (4, 3), "white").save(stream, "PNG")
    return str(upload(browser, "/files", stream.getvalue(), "现场.png").get_json()["id"])


def test_the_office_reads_one_case_by_its_number(web: Web) -> None:
    manager = web.manager()
    case, _other = opened(manager), opened(manager)
    listed = manager.get(f"/office/cases?number={case['number']}").get_json()["cases"]
    assert [row["id"] for row in listed] == [case["id"]]
    wrong = case["number"][:-1] + str((int(case["number"][-1]) + 1) % 10)
    answer = manager.get(f"/office/cases?number={wrong}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, CaseCode.CASE_NUMBER)


def test_papers_of_a_step_are_read_by_whoever_sees_the_case(web: Web) -> None:
    manager = web.manager()
    case, paper = opened(manager), picture(manager)
    step = {"move": "withdraw", "words": "来电撤回", "evidence": [paper]}
    answer = manager.post(f"/cases/{case['id']}/move", step).get_json()
    assert [entry["name"] for entry in answer["facts"][-1]["evidence"]] == ["现场.png"]
    assert manager.get(f"/cases/{case['id']}/evidence/{paper}").mimetype == "image/png"
    other = manager.get(f"/cases/{opened(manager)['id']}/evidence/{paper}")
    assert other.get_json()["code"] == LeaveCode.FILE_UNKNOWN


def test_a_clerk_of_another_unit_reads_no_file_of_the_case(web: Web) -> None:
    manager = web.manager()
    case, paper = opened(manager), picture(manager)
    step = {"move": "withdraw", "words": "来电撤回", "evidence": [paper]}
    manager.post(f"/cases/{case['id']}/move", step)
    book = web.small.ctx.catalogue()
    stranger = STAFF["S1"]
    staff = tuple(replace(s, unit="build") if s.number == stranger else s for s in book.staff)
    import_catalogue(web.small.ctx, SYSTEM, replace(book, staff=staff), "test")
    own, other = web.person(STAFF["T1"]), web.person(stranger)
    evidence = f"/cases/{case['id']}/evidence/{paper}"
    assert own.get(evidence).status_code == 200
    assert other.get(evidence).get_json()["code"] == CaseCode.CASE_UNKNOWN
    for person in (own, other, web.administrator()):
        answer = person.get(f"/files/{paper}")
        assert answer.get_json()["code"] == LeaveCode.NOT_YOUR_SHEET
    assert manager.get(f"/files/{paper}").status_code == 200


def test_the_reading_of_a_file_by_another_person_is_journalled_once_a_day(web: Web) -> None:
    manager, clerk = web.manager(), web.person(STAFF["T1"])
    case, paper = opened(manager), picture(manager)
    step = {"move": "withdraw", "words": "来电撤回", "evidence": [paper]}
    manager.post(f"/cases/{case['id']}/move", step)
    evidence = f"/cases/{case['id']}/evidence/{paper}"

    def readings() -> list[tuple[str, str]]:
        ctx = web.small.ctx
        lines = ctx.read(lambda c: journal.of_subject(c, ctx.hall_id, paper))
        return [(ln["actor"], ln["data"]["of"]) for ln in lines if ln["act"] == "file.read"]

    for _ in range(2):
        assert manager.get(evidence).status_code == clerk.get(evidence).status_code == 200
    assert readings() == [(STAFF["T1"], case["id"])]
    web.small.clock.set(at(9, day=date(2026, 3, 3)))
    web.person(STAFF["T1"]).get(evidence)
    assert readings() == [(STAFF["T1"], case["id"])] * 2


def test_the_applicant_does_not_read_of_steps_inside_the_unit(web: Web) -> None:
    manager = web.manager()
    case = opened(manager)
    manager.post(f"/cases/{case['id']}/move", {"move": "accept"})
    manager.post(f"/cases/{case['id']}/move", {"move": "ask_void", "words": "登记有误"})
    body = {"number": case["number"], "tail": "1234"}
    followed = web.browser().post("/cases/follow", body).get_json()
    assert [fact["move"] for fact in followed["facts"]] == ["file", "accept"]
    assert followed["strip"][0]["note"] == "收件、受理"
    assert followed["today"] == DAY
    assert "申请作废" not in str(followed)


def test_a_later_ticket_that_brings_the_supplements_shows_the_case(web: Web) -> None:
    clerk, first = serving_at_window(web)
    case = clerk.post("/counter/cases", WHO | {"ticket": first}).get_json()["id"]
    missing = [{"place": 0, "faults": ["missing"]}]
    notice = hand_in(clerk, first, marks=missing).get_json()["notice"]
    clerk.post(f"/cases/{case}/move", {"move": "tell"})
    clerk.post("/counter/finish", {"outcome": "notice_given"})
    clerk.post("/tickets", {"item": ITEM, "print": False})
    clerk.post("/counter/call-next")
    clerk.post("/counter/start")
    later = clerk.get("/counter").get_json()["current"]["id"]
    assert clerk.get(f"/counter/cases/{later}").get_json()["cases"] == []
    hand_in(clerk, later, earlier=notice)
    (row,) = clerk.get(f"/counter/cases/{later}").get_json()["cases"]
    assert row["id"] == case
    assert "complete" in clerk.get(f"/cases/{case}").get_json()["moves"]
