"""Leave, corrections, cover and papers through the API: permissions and rejections."""

from __future__ import annotations

import io

import openpyxl
import pytest
from PIL import Image

from server.catalogue.errors import CatalogueCode
from server.core.actors import ActorKind, Principal
from server.core.errors import CommonCode
from server.leave.errors import LeaveCode
from server.leave.routes import Requests
from server.queue import snapshot
from support.code_cases.requests import ask, correct, pending_leave, upload, with_rule
from support.halls import MANAGER, at
from support.leave_halls import CHIEF, STRANGER, A, B, with_cover_and_chief
from support.web import Browser, Web


def code(answer: object) -> str:
    return str(answer.get_json()["code"])  # type: ignore[attr-defined]


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 3), "white").save(stream, "PNG")
    return stream.getvalue()


def mine(browser: Browser) -> dict[str, list[dict[str, object]]]:
    answer: dict[str, list[dict[str, object]]] = browser.get("/my/requests").get_json()
    return answer


def test_a_leave_is_approved_and_the_cover_signs_in(web: Web) -> None:
    browser, leave = pending_leave(web)
    assert [x["id"] for x in mine(browser)["leaves"]] == [leave]
    assert mine(browser)["leaves_to_decide"] == []
    chief = web.person(CHIEF)
    (waiting,) = mine(chief)["leaves_to_decide"]
    assert waiting["can"] == ["decide", "cancel", "cover", "paper"]
    assert waiting["days"] == 1
    assert chief.post(f"/requests/leaves/{leave}/decide", {"approve": True}).status_code == 200
    cover = web.person(B)
    (covering,) = mine(cover)["covering"]
    assert covering["can"] == ["handover"]
    assert cover.get("/session").get_json()["covers"] == []
    assert cover.post(f"/requests/leaves/{leave}/handover", {"words": "好"}).status_code == 200
    web.small.clock.set(at(9) + 24 * 3_600_000)
    session = web.person(B).get("/session").get_json()
    assert session["windows"] == ["T2", "T1"]
    assert session["covers"] == [
        {"staff": A, "name": "测试1", "windows": ["T1"], "until": "2026-03-03T17:30"}
    ]
    assert web.person(B).post("/counter/sign-in", {"window": "T1"}).status_code == 200


def test_a_clerk_sees_only_the_own_requests(web: Web) -> None:
    _, leave = pending_leave(web)
    stranger = web.person(STRANGER)
    assert code(stranger.get(f"/requests/leaves/{leave}")) == LeaveCode.NOT_YOUR_SHEET
    assert code(stranger.post(f"/requests/leaves/{leave}/cancel", {})) == LeaveCode.NOT_YOUR_SHEET
    answer = stranger.post(f"/requests/leaves/{leave}/cover", {"cover": STRANGER})
    assert code(answer) == LeaveCode.NOT_YOUR_SHEET
    assert code(stranger.post(f"/requests/leaves/{leave}/handover", {})) == LeaveCode.NOT_YOUR_STEP
    assert code(ask(stranger)) == LeaveCode.NOT_YOUR_SHEET
    assert code(correct(stranger)) == LeaveCode.NOT_YOUR_SHEET
    assert mine(stranger)["leaves"] == mine(stranger)["leaves_waiting"] == []
    assert code(stranger.get("/office/leaves/2026-03-01/2026-03-31")) == CommonCode.FORBIDDEN
    assert web.person(B).get(f"/requests/leaves/{leave}").status_code == 200


def test_nobody_decides_the_own_request(web: Web) -> None:
    with_cover_and_chief(web.small)
    manager = web.manager()
    answer = ask(manager, staff="2001")
    leave = answer.get_json()["id"]
    decided = manager.post(f"/requests/leaves/{leave}/decide", {"approve": True})
    assert code(decided) == CommonCode.OWN_CASE
    with_rule(web)
    correction = correct(manager).get_json()["id"]
    decided = manager.post(f"/requests/corrections/{correction}/decide", {"approve": True})
    assert code(decided) == CommonCode.OWN_CASE
    administrator = web.administrator()
    path = f"/requests/corrections/{correction}"
    assert administrator.post(f"{path}/decide", {"approve": True}).status_code == 200
    leave_view = web.person(A).get(path).get_json()
    assert (leave_view["state"], leave_view["was"]["state"]) == ("approved", "pending")
    assert leave_view["decided_by_name"] == "测试管理员"
    behind = manager.get(f"/attendance/evidence/{A}/{leave_view['day']}").get_json()
    lines = " ".join(mark["line"] for mark in behind["day"]["marks"])
    assert "经测试管理员（工号3001）批准补签，改记准时；理由：手指有伤。" in lines
    assert [entry["decided_name"] for entry in behind["corrections"]] == ["测试管理员"]


def test_a_correction_is_asked_for_once_and_decided_by_a_manager(web: Web) -> None:
    with_cover_and_chief(web.small)
    with_rule(web)
    browser = web.person(A)
    assert code(correct(browser, slot="tea")) == CommonCode.INVALID
    correction = correct(browser, claimed="08:25").get_json()["id"]
    chief = web.person(CHIEF)
    answer = chief.post(f"/requests/corrections/{correction}/decide", {"approve": True})
    assert code(answer) == LeaveCode.NOT_YOUR_STEP
    (waiting,) = mine(web.manager())["corrections_to_decide"]
    assert (waiting["used"], waiting["quota"]) == (1, 3)


def test_a_paper_is_read_by_those_who_may_see_its_case(web: Web) -> None:
    with_cover_and_chief(web.small)
    browser = web.person(A)
    paper = upload(browser, "/files", picture(), "病历.png").get_json()
    assert (paper["media"], paper["name"]) == ("image/png", "病历.png")
    stranger, chief = web.person(STRANGER), web.person(CHIEF)
    path = f"/files/{paper['id']}"
    assert browser.get(path).data == picture()
    assert code(chief.get(path)) == LeaveCode.NOT_YOUR_SHEET
    assert ask(browser, file=paper["id"]).status_code == 200
    assert code(stranger.get(path)) == LeaveCode.NOT_YOUR_SHEET
    answer = chief.get(path)
    assert answer.data == picture()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == (
        "inline; filename*=UTF-8''%E7%97%85%E5%8E%86.png"
    )


def test_a_paper_follows_later_and_stays_in_the_steps(web: Web) -> None:
    browser, leave = pending_leave(web)
    path = f"/requests/leaves/{leave}/paper"
    assert code(browser.post(path, {"file": "0" * 64})) == LeaveCode.FILE_UNKNOWN
    paper = upload(browser, "/files", picture(), "病历.png").get_json()["id"]
    assert code(web.person(STRANGER).post(path, {"file": paper})) == LeaveCode.NOT_YOUR_SHEET
    assert browser.post(path, {"file": paper}).status_code == 200
    leave_view = browser.get(f"/requests/leaves/{leave}").get_json()
    assert leave_view["paper"]["name"] == "病历.png"
    assert leave_view["steps"][-1]["act"] == "attach"
    browser.post(f"/requests/leaves/{leave}/cancel", {})
    assert code(browser.post(path, {"file": paper})) == LeaveCode.LEAVE_SETTLED


def test_a_pdf_is_never_shown_in_place(web: Web) -> None:
    browser = web.person(A)
    paper = upload(browser, "/files", b"%PDF-1.7\n<script>", 'x"; inline.pdf').get_json()
    answer = browser.get(f"/files/{paper['id']}")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    "change",
    [
        {"begins": "2026-02-30T08:30"},
        {"begins": "0001-01-01T00:00"},
        {"begins": "2026-03-03"},
        {"begins": 1_700_000_000},
        {"kind": "holiday"},
        {"reason": ""},
        {"file": "../../etc/passwd"},
    ],
)
def test_invalid_requests_are_rejected(web: Web, change: dict[str, object]) -> None:
    assert code(ask(web.person(A), **change)) == CommonCode.INVALID


def test_the_office_imports_a_year_by_paste_or_sheet(web: Web) -> None:
    manager = web.manager()
    assert manager.get("/office/calendar/2026").get_json()["working_days"][9] == 18
    assert manager.get("/office/calendar/2027").get_json()["known"] is False
    body = {"year": 2027, "text": "2027-01-01 休 元旦\n放假"}
    refused = manager.post("/office/calendar", body, key=None)
    assert code(refused) == CatalogueCode.CALENDAR_LIST
    assert refused.get_json()["data"]["problems"][0]["line"] == 2
    answer = manager.post("/office/calendar", body | {"text": "1月1日至3日 休 元旦"}, key=None)
    assert answer.get_json() == {"year": 2027, "off": 3, "on": 0}
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["2028-01-01", "休", "元旦"])
    stream = io.BytesIO()
    book.save(stream)
    answer = upload(manager, "/office/calendar/2028/sheet", stream.getvalue())
    assert answer.get_json()["off"] == 1
    years = manager.get("/office/calendar/2028").get_json()["years"]
    assert {2026, 2027, 2028} <= set(years)
    bad = upload(manager, "/office/calendar/2028/sheet", b"nothing")
    assert code(bad) == CatalogueCode.CALENDAR_LIST
    assert code(manager.get("/office/calendar/x")) == CommonCode.INVALID


def test_a_missing_calendar_year_is_an_alarm(web: Web) -> None:
    def told() -> list[str]:
        alarms = web.manager().get("/office/today").get_json()["alarms"]
        return [a["message_zh"] for a in alarms if a["code"] == "calendar_missing"]

    assert told() == []
    web.small.clock.set(at(9) + 260 * 24 * 3_600_000)
    (line,) = told()
    assert "2027" in line
    web.small.clock.set(at(9) + 320 * 24 * 3_600_000)
    (line,) = told()
    assert "现在只按周一到周五算" in line


def test_leave_that_was_cut_short_counts_what_was_taken(web: Web) -> None:
    _, leave = pending_leave(web)
    chief = web.person(CHIEF)
    chief.post(f"/requests/leaves/{leave}/decide", {"approve": True})
    web.small.clock.set(at(12) + 24 * 3_600_000)
    assert web.person(A).post(f"/requests/leaves/{leave}/cancel", {}).status_code == 200
    leave_view = web.manager().get(f"/requests/leaves/{leave}").get_json()
    assert (leave_view["days"], leave_view["ends"]) == (0.5, "2026-03-03T12:00")
    assert leave_view["evidence"]["taken_days"] == 0.5


def test_b_may_file_the_papers_of_a(web: Web) -> None:
    with_cover_and_chief(web.small)
    assert [person["number"] for person in mine(web.person(B))["team"]] == [A]
    assert mine(web.person(A))["team"] == []


def test_the_list_of_leave(web: Web) -> None:
    _, leave = pending_leave(web)
    manager = web.manager()
    listing = manager.get("/office/leaves/2026-03-01/2026-03-31").get_json()
    assert [entry["id"] for entry in listing["leaves"]] == [leave]
    assert [entry["who"] for entry in listing["ladders"]] == ["staff", "chief", "office"]
    assert manager.get("/office/leaves/2026-03-04/2026-03-31").get_json()["leaves"] == []
    assert code(manager.get("/office/leaves/2026-03-04/2026-03-01")) == CommonCode.INVALID
    assert code(manager.get("/office/leaves/x/y")) == CommonCode.INVALID


def test_the_feed_of_requests_holds_the_own_ones(web: Web) -> None:
    with_cover_and_chief(web.small)
    feed = Requests(web.small.hall)
    clerk = Principal(ActorKind.CLERK, A, "clerk")
    assert feed.own(clerk, A)
    assert not feed.own(clerk, B)
    assert not feed.own(Principal(ActorKind.MANAGER, MANAGER, "manager"), A)
    assert not feed.own(Principal(ActorKind.CLERK, A, "clerk", must_change=True), A)
    assert not feed.own(Principal(ActorKind.KIOSK, A), A)
    assert not feed.own(None, A)


def test_the_feed_follows_a_decision_and_the_clock(web: Web) -> None:
    _, leave = pending_leave(web)
    feed = Requests(web.small.hall)

    def state() -> tuple[str, bool]:
        (leave_view,) = feed.mine(snapshot.take(web.small.ctx), A).leaves
        return leave_view.state, leave_view.running

    assert state() == ("asked", False)
    web.person(CHIEF).post(f"/requests/leaves/{leave}/decide", {"approve": True})
    assert state() == ("approved", False)
    web.small.clock.set(at(9) + 24 * 3_600_000)
    assert state() == ("approved", True)
