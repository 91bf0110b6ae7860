"""Retroactive changes need two people: the known cases, and the rules for the second person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from server.bulletins.errors import BulletinCode
from server.core.actors import SYSTEM, Role
from server.core.errors import CommonCode
from server.integrity import checks
from server.retroactive import actions as retroactive_actions
from server.retroactive import queries as retroactive_queries
from server.spot_checks.errors import SpotCheckCode
from server.time_clocks.errors import TimeClockCode
from support.halls import MANAGER, MONDAY, STAFF, at
from support.sheets import CLERK, deliver_punches, with_clock_and_rule
from support.web import Browser, Web

FRIDAY = MONDAY - timedelta(days=3)
OTHER = STAFF["T2"]
LINK = {"enrolment": "7", "staff": OTHER, "since": FRIDAY.isoformat()}


@pytest.fixture
def settled(web: Web) -> Web:
    """Return Monday at nine; on Friday the clerk of T1 was late with finger 7."""
    with_clock_and_rule(web.small, delivered=at(9))
    deliver_punches(web.small, "08:50", "12:02", "13:55", "17:31", day=FRIDAY)
    return web


def code(answer: Any) -> str:
    return str(answer.get_json().get("code", ""))


def states(web: Web, staff: str, day: date = FRIDAY) -> list[str]:
    month = web.administrator().get(f"/attendance/people/{staff}/{day:%Y-%m}").get_json()
    day_row = next(entry for entry in month["days"] if entry["day"] == day.isoformat())
    return [mark["state"] for mark in day_row["marks"]]


def marks(web: Web, staff: str, day: date = FRIDAY) -> list[dict[str, Any]]:
    evidence = web.administrator().get(f"/attendance/evidence/{staff}/{day}").get_json()
    return list(evidence["day"]["marks"])


def violations(web: Web) -> list[str]:
    return [
        violation.en for violation in web.small.ctx.read(lambda c: checks.violations("small", c))
    ]


def waiting(browser: Browser) -> list[dict[str, Any]]:
    changes = browser.get("/office/past-changes").get_json()["changes"]
    return [change for change in changes if change["state"] == "waiting"]


def test_a_finger_with_a_past_date_moves_nothing_until_a_second_person_confirms(
    settled: Web,
) -> None:
    before = states(settled, CLERK)
    boss = settled.manager()
    assert code(boss.post("/office/fingers", LINK)) == CommonCode.PAST_REASON
    boss.why = "编号登记错了"
    answer = boss.post("/office/fingers", LINK)
    assert code(answer) == CommonCode.PAST_ASKED
    assert states(settled, CLERK) == before
    [change] = waiting(boss)
    assert change["mine"]
    assert not change["may_confirm"]
    assert {move["staff"] for move in change["moves"]} == {CLERK, OTHER}
    path = f"/office/past-changes/{change['id']}"
    assert code(boss.post(f"{path}/confirm")) == CommonCode.PAST_SECOND
    assert states(settled, CLERK) == before
    assert settled.administrator().post(f"{path}/confirm").status_code == 200
    assert states(settled, OTHER) == before
    assert not violations(settled)
    settled.small.ctx.write(
        lambda tx: retroactive_queries.change(tx, change["id"], decided_by=f"manager:{MANAGER}")
    )
    assert any("was not confirmed by a second person" in message for message in violations(settled))
    first = marks(settled, OTHER)[0]
    assert first["corrected"]
    assert first["was"] == "缺卡"
    assert "更正：原为缺卡，改为迟到20分钟" in first["line"]
    assert code(boss.post(f"{path}/confirm")) == CommonCode.PAST_STATE


def test_a_finger_from_today_on_is_linked_at_once(settled: Web) -> None:
    today = LINK | {"since": MONDAY.isoformat()}
    assert settled.manager().post("/office/fingers", today).status_code == 200


def test_a_released_bulletin_gets_its_amendment(settled: Web) -> None:
    small, week = settled.small, "2026-W09"
    small.clock.set(at(9, day=MONDAY))
    boss, admin = settled.manager(), settled.administrator()
    boss.post("/office/bulletins", {"week": week})
    boss.post(f"/office/bulletins/{week}/words", {"words": {}})
    seen = admin.get(f"/bulletins/{week}").get_json()["digest"]
    assert admin.post(f"/office/bulletins/{week}/release", {"seen": seen}).status_code == 200
    boss.why = "编号登记错了"
    boss.post("/office/fingers", LINK | {"staff": ""})
    [change] = waiting(boss)
    assert retroactive_actions.amend_due(small.ctx) == []
    path = f"/office/past-changes/{change['id']}/confirm"
    assert admin.post(path).status_code == 200
    assert retroactive_actions.amend_due(small.ctx) == [week]
    assert retroactive_actions.amend_due(small.ctx) == []
    [drafted] = admin.get(f"/bulletins/{week}").get_json()["amendments"]
    assert "编号登记错了" in drafted["words"]
    release = f"/office/bulletins/{week}/amendments/1/release"
    assert code(boss.post(release)) == BulletinCode.BULLETIN_SECOND
    assert admin.post(release).status_code == 200


def test_a_refused_change_moves_nothing_and_has_a_reason(settled: Web) -> None:
    before, boss = states(settled, CLERK), settled.manager()
    boss.why = "编号登记错了"
    boss.post("/office/fingers", LINK)
    [change] = waiting(boss)
    path = f"/office/past-changes/{change['id']}"
    admin = settled.administrator()
    assert code(admin.post(f"{path}/refuse", {"words": ""})) == CommonCode.INVALID
    assert admin.post(f"{path}/refuse", {"words": "没有依据"}).status_code == 200
    assert states(settled, CLERK) == before
    [change_row] = boss.get("/office/past-changes").get_json()["changes"]
    assert (change_row["state"], change_row["words"]) == ("refused", "没有依据")


def test_only_the_requester_may_withdraw_a_change(settled: Web) -> None:
    boss = settled.manager()
    boss.why = "编号登记错了"
    boss.post("/office/fingers", LINK)
    [change] = waiting(boss)
    path = f"/my/past-changes/{change['id']}/withdraw"
    assert code(settled.administrator().post(path)) == CommonCode.PAST_UNKNOWN
    assert boss.post(path).status_code == 200
    assert not waiting(boss)


def test_a_change_whose_values_moved_must_be_requested_again(settled: Web) -> None:
    boss = settled.manager()
    boss.why = "编号登记错了"
    boss.post("/office/fingers", LINK)
    [change] = waiting(boss)
    deliver_punches(settled.small, "08:10", day=FRIDAY)  # the time clock delivers late: a fact
    path = f"/office/past-changes/{change['id']}/confirm"
    assert code(settled.administrator().post(path)) == CommonCode.PAST_STALE
    assert states(settled, CLERK)[0] == "on_time"
    assert states(settled, OTHER)[0] == "missing"
    [change_row] = boss.get("/office/past-changes").get_json()["changes"]
    assert change_row["state"] == "stale"


def test_a_person_concerned_does_not_confirm(settled: Web) -> None:
    admin = settled.administrator()
    admin.why = "编号登记错了"
    admin.post("/office/fingers", LINK | {"staff": MANAGER})
    [change] = waiting(admin)
    people = settled.small.hall.people

    people.change_account(SYSTEM, STAFF["G1"], Role.MANAGER, disabled=False)
    path = f"/office/past-changes/{change['id']}/confirm"
    assert code(settled.manager().post(path)) == CommonCode.PAST_SECOND
    assert settled.person(STAFF["G1"]).post(path).status_code == 200


def test_an_unconfirmed_witness_makes_nobody_on_time(settled: Web) -> None:
    late = {"day": FRIDAY.isoformat(), "reason": "停电", "witness": STAFF["G1"]}
    own = late | {"lines": [{"staff": MANAGER, "at": "08:20"}]}
    boss = settled.manager()
    assert code(boss.post("/office/sign-in-sheets", own)) == TimeClockCode.SHEET_OWN
    before = states(settled, CLERK)
    signed = late | {"lines": [{"staff": CLERK, "at": "08:20"}]}
    sheet = boss.post("/office/sign-in-sheets", signed).get_json()["sheet"]
    assert states(settled, CLERK) == before
    path = f"/my/sheets/{sheet}/witness"
    for other in (boss, settled.administrator(), settled.person(CLERK)):
        assert code(other.post(path, {"agree": True})) == TimeClockCode.SHEET_UNKNOWN
    witness = settled.person(STAFF["G1"])
    [request] = witness.get("/my/to-confirm").get_json()["sheets"]
    assert request["id"] == sheet
    assert witness.post(path, {"agree": True}).status_code == 200
    assert states(settled, CLERK)[0] == "on_time"
    assert (
        code(witness.post(path, {"agree": False, "words": "没见过"})) == TimeClockCode.SHEET_STATE
    )


def test_a_witness_may_refuse(settled: Web) -> None:
    body = {"day": FRIDAY.isoformat(), "reason": "停电", "witness": STAFF["G1"]}
    signed = body | {"lines": [{"staff": CLERK, "at": "08:20"}]}
    sheet = settled.manager().post("/office/sign-in-sheets", signed).get_json()["sheet"]
    witness = settled.person(STAFF["G1"])
    assert code(witness.post(f"/my/sheets/{sheet}/witness", {"agree": False})) == CommonCode.INVALID
    no = {"agree": False, "words": "当天没有停电"}
    assert witness.post(f"/my/sheets/{sheet}/witness", no).status_code == 200
    assert states(settled, CLERK)[0] == "late"


def walk(web: Web, boss: Browser, other: str) -> str:
    check = str(boss.post("/office/checks/extra", {"other": other}).get_json()["check"])
    seen = {"id": "m-1", "window": "T1", "mark": "empty", "at": web.small.clock.now()}
    assert boss.post(f"/office/checks/{check}/marks", seen).status_code == 200
    assert boss.post(f"/office/checks/{check}/finish").status_code == 200
    return check


def test_one_person_cannot_do_an_inspection_round_for_two(settled: Web) -> None:
    boss, admin = settled.manager(), settled.administrator()
    check = walk(settled, boss, STAFF["G2"])
    assert not admin.get("/office/findings").get_json()["findings"]
    path = f"/my/checks/{check}/second"
    for other in (boss, admin):
        assert code(other.post(path, {"agree": True})) == SpotCheckCode.NOT_A_CHECKER
    second = settled.person(STAFF["G2"])
    [request] = second.get("/my/to-confirm").get_json()["checks"]
    assert (request["id"], request["problems"]) == (check, 1)
    no = {"agree": False, "words": "我没有参加"}
    assert second.post(path, no).status_code == 200
    assert not admin.get("/office/findings").get_json()["findings"]
    assert second.post(path, {"agree": True}).status_code == 200
    assert len(admin.get("/office/findings").get_json()["findings"]) == 1
    assert code(second.post(path, {"agree": True})) == SpotCheckCode.CHECK_SECOND


def test_every_value_of_a_change_can_be_read(settled: Web) -> None:
    boss = settled.manager()
    boss.why = "编号登记错了"
    boss.post("/office/fingers", LINK)
    [change] = waiting(boss)
    path = f"/office/past-changes/{change['id']}/moves"
    whole = boss.get(f"{path}/0").get_json()
    assert (whole["moves"], whole["count"]) == (change["moves"], change["count"])
    rest = boss.get(f"{path}/1").get_json()
    assert (rest["moves"], rest["count"]) == (whole["moves"][1:], whole["count"])
    assert boss.get(f"{path}/9999999").get_json()["moves"] == []
    for wrong in ("-1", "x", "12345678", "1.5", "١"):
        assert code(boss.get(f"{path}/{wrong}")) == CommonCode.NOT_FOUND
    assert code(boss.get("/office/past-changes/nothing/moves/0")) == CommonCode.PAST_UNKNOWN
    assert code(settled.clerk("T1").get(f"{path}/0")) == CommonCode.FORBIDDEN
