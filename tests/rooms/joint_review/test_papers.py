"""Papers of joint review: the notice, the list of a meeting, the list of a case handed on."""

from __future__ import annotations

from typing import Any

import pytest

from server.core import setting_queries
from server.core.events import HallChanged
from server.core.store import Tx
from server.joint_review import lists, queries
from server.joint_review.meetings import standing
from server.joint_review.rules import Opinion, PartMove
from support.halls import STAFF, SmallHall
from support.joint_hall import accepted, answer, furnish, notice_of, parts, sent, step, steps_of
from support.web import Web

BODY = "市示例中心"


@pytest.fixture
def web(small: SmallHall) -> Web:
    """Return the small hall with joint review, and a body of another hall on its list."""
    furnish(small)

    def act(tx: Tx) -> None:
        setting_queries.put(tx, "elsewhere_bodies", BODY, "test")
        tx.events.append(HallChanged("settings"))

    small.ctx.write(act)
    return Web(small)


def test_the_notice_lists_every_result_for_the_lead_and_the_office(web: Web) -> None:
    hall = web.small
    case = accepted(hall)
    ids = sent(hall, case, "fire", "social")
    address = f"/cases/{case}/joint/notice.pdf"
    lead, unit = web.person(STAFF["T1"]), web.person(STAFF["F1"])
    assert lead.get(address).get_json()["code"] == "joint_unknown", "nothing has ended"
    step(hall, "fire", ids["fire"], PartMove.ANSWER, opinion=Opinion.UPWARD)
    step(hall, "fire", ids["fire"], PartMove.SEND_UP, body="市示例局")
    step(
        hall, "fire", ids["fire"], PartMove.HEAR, opinion=Opinion.DISAGREE, number="7", words="间距"
    )
    answer(hall, "social", ids["social"])
    step(hall, "fire", ids["fire"], PartMove.PASS_ON)
    for browser in (lead, web.manager()):
        answer_ = browser.get(address)
        assert answer_.data.startswith(b"%PDF"), answer_.data
    assert unit.get(address).get_json()["code"] == "joint_unknown"
    assert lead.get(f"{address}?size=a3").get_json()["code"] == "invalid"
    row = notice_of(hall, case)
    assert row is not None
    data = lists.notice_data(row, "测试大厅", "", "https://hall.test/k/1", "a5")
    assert (data["number"], data["digest"], data["to"]) == (row.id, row.digest, "申请人")
    assert data["lines"] == [
        ["单位fire", "市示例局答复（7）：不同意。间距"],
        ["单位social", "同意。social 的理由"],
    ]


def test_the_service_of_the_notice_is_recorded_once(web: Web) -> None:
    hall = web.small
    case = accepted(hall)
    part = sent(hall, case, "fire")["fire"]
    lead, address = web.person(STAFF["T1"]), f"/cases/{case}/joint/notice/service"
    body = {"how": "handed", "to": "applicant"}
    assert lead.post(address, body).get_json()["code"] == "joint_unknown"
    answer(hall, "fire", part)
    assert web.person(STAFF["F1"]).post(address, body).get_json()["code"] == "joint_lead"
    early = lead.post(address, body | {"day": "2026-03-01"}).get_json()
    assert early["code"] == "invalid", "before the notice"
    notice = lead.post(address, body).get_json()["notice"]
    shown = (notice["served_how"], notice["served_to"], notice["served_day"], notice["can_serve"])
    assert shown == ("handed", "applicant", "2026-03-02", False)
    assert lead.post(address, body).get_json()["code"] == "joint_served"


def test_the_list_of_a_meeting_names_who_was_absent(web: Web) -> None:
    hall = web.small
    case = accepted(hall)
    lead = web.person(STAFF["T1"])
    order: dict[str, Any] = {"kind": "site_visit", "day": "2026-03-02", "time": "10:00"}
    body = order | {"place": "示例路1号", "units": ["fire", "build"]}
    view = lead.post(f"/cases/{case}/joint/meetings", body).get_json()
    meeting = view["meetings"][0]["id"]
    assert lead.get(f"/joint/meetings/{meeting}.pdf").data.startswith(b"%PDF")
    assert web.person(STAFF["F1"]).get(f"/joint/meetings/{meeting}.pdf").status_code == 404
    came = [{"unit": "fire", "present": True}, {"unit": "build", "present": False}]
    lead.post(f"/joint/meetings/{meeting}/move", {"move": "record", "attendance": came})

    row = hall.ctx.read(lambda c: queries.meeting(c, "small", meeting))
    steps = hall.ctx.read(lambda c: queries.MEETING_STEPS.of(c, "small", [meeting]))[meeting]
    attended = hall.ctx.read(lambda c: queries.attendances(c, "small", [meeting]))[meeting]
    assert row is not None
    names = {"fire": "消防", "build": "住建"}
    shown = standing(steps, attended)
    data = lists.attendance_data(row, shown, names, "测试大厅", ("N1", "事项"))
    assert data["title"] == "联合踏勘签到表"
    assert [line[1] for line in data["lines"]] == ["消防", "住建"]
    assert [line[-1].strip() for line in data["lines"]] == ["", "缺席，未说明原因"]


def test_the_list_of_a_case_handed_on_has_its_days(web: Web) -> None:
    hall = web.small
    case = accepted(hall)
    lead = web.person(STAFF["T1"])
    lead.post(f"/cases/{case}/joint/elsewhere", {"body": BODY})
    part = parts(hall, case)["tax"]
    step(hall, "tax", part.id, PartMove.SIGN)
    assert lead.get(f"/joint/parts/{part.id}.pdf").data.startswith(b"%PDF")
    assert web.person(STAFF["F1"]).get(f"/joint/parts/{part.id}.pdf").status_code == 404
    data = lists.handed_on_data(
        part, steps_of(hall, part.id), "测试大厅", "单位tax", ("N1", "事项"), [("申请表", "")]
    )
    rows = dict(data["rows"])
    assert (rows["办理机构"], rows["移交日期"]) == (BODY, "2026年3月2日")
    assert rows["签收日期"] == "2026年3月2日"
    assert rows["结果返回日期"].strip().startswith("年")
    assert data["lines"] == [["1", "申请表", "—", "　"]]
