"""Corrections: requested in time and within a quota, decided by a second person, original kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from server.accounts.errors import AccountCode
from server.core import journal
from server.core.errors import CommonCode, ErrorCode, HallError
from server.leave import correction_actions, tables
from server.leave import correction_queries as stored
from server.leave import integrity as leave_integrity
from server.leave.correction_actions import CorrectionRequest
from server.leave.errors import LeaveCode
from support.halls import ADMINISTRATOR, MANAGER, MONDAY, SmallHall, at
from support.leave_halls import CHIEF, STRANGER, A, B, actor, with_cover_and_chief

WAS = {
    "state": "late",
    "minutes": 7,
    "name": "上午签到",
    "due": "08:30",
    "at": "08:37",
    "line": "…",
}


def stands(_conn: Connection, _staff: str, _day: date, slot: str) -> dict[str, Any]:
    if slot not in ("am_in", "am_out", "pm_in", "pm_out"):
        raise HallError(CommonCode.INVALID, field="slot")
    return WAS


@pytest.fixture
def hall(small: SmallHall) -> SmallHall:
    return with_cover_and_chief(small)


def ask(hall: SmallHall, by: str = A, **change: Any) -> str:
    request = replace(
        CorrectionRequest(A, MONDAY, "am_in", "on_time", "手指有伤", "08:25"), **change
    )
    return correction_actions.request(hall.ctx, actor(by), hall.key(), request, stands)


def decide(
    hall: SmallHall, correction: str, by: str, approve: bool = True, words: str = ""
) -> None:
    correction_actions.decide(hall.ctx, actor(by), hall.key(), correction, approve, words)


def kept(hall: SmallHall, correction: str) -> stored.Correction:
    row = hall.ctx.read(lambda c: stored.get(c, "small", correction))
    assert row is not None
    return row


def refused(code: ErrorCode, act: object, *args: object, **more: object) -> None:
    assert callable(act)
    with pytest.raises(HallError) as caught:
        act(*args, **more)
    assert caught.value.code is code


def test_a_second_person_decides_and_the_original_stays(hall: SmallHall) -> None:
    correction = ask(hall)
    refused(CommonCode.OWN_CASE, decide, hall, correction, A)
    refused(LeaveCode.NOT_YOUR_STEP, decide, hall, correction, CHIEF)
    refused(CommonCode.INVALID, decide, hall, correction, MANAGER, False)
    assert hall.ctx.read(lambda c: stored.approved(c, "small", MONDAY, MONDAY)) == {}
    decide(hall, correction, MANAGER, words="监控可证")
    assert kept(hall, correction).was == WAS
    (only,) = hall.ctx.read(lambda c: stored.approved(c, "small", MONDAY, MONDAY))[
        (A, "2026-03-02")
    ]
    assert (only.slot, only.verdict, only.by, only.decided_by) == ("am_in", "on_time", A, MANAGER)
    refused(LeaveCode.CORRECTION_SETTLED, decide, hall, correction, ADMINISTRATOR)
    acts = [x["act"] for x in hall.ctx.read(lambda c: journal.of_subject(c, "small", correction))]
    assert acts == ["correction.ask", "correction.approve"]


def test_the_requester_does_not_decide_a_correction_for_another(hall: SmallHall) -> None:
    correction = ask(hall, MANAGER)
    refused(CommonCode.OWN_CASE, decide, hall, correction, MANAGER)
    decide(hall, correction, ADMINISTRATOR, False, "没有依据")
    assert kept(hall, correction).state == "refused"
    assert kept(hall, correction).was == WAS


def test_who_may_ask(hall: SmallHall) -> None:
    refused(LeaveCode.NOT_YOUR_SHEET, ask, hall, STRANGER)
    refused(AccountCode.ACCOUNT_UNKNOWN, ask, hall, MANAGER, staff="9999")
    assert kept(hall, ask(hall, B)).by == B
    assert kept(hall, ask(hall, CHIEF, slot="am_out")).by == CHIEF


def test_the_months_quota(hall: SmallHall) -> None:
    hall.configure(correction_quota=2)
    first = ask(hall)
    ask(hall, slot="am_out")
    refused(LeaveCode.CORRECTION_QUOTA, ask, hall, slot="pm_in")
    decide(hall, first, MANAGER, False, "不属实")
    ask(hall, slot="pm_in")
    refused(LeaveCode.CORRECTION_QUOTA, ask, hall, slot="pm_out")


def test_a_slot_has_one_correction_until_it_is_refused(hall: SmallHall) -> None:
    correction = ask(hall)
    refused(LeaveCode.CORRECTION_TWICE, ask, hall)
    refused(
        LeaveCode.NOT_YOUR_SHEET,
        correction_actions.cancel,
        hall.ctx,
        actor(STRANGER),
        "k",
        correction,
        "",
    )
    correction_actions.cancel(hall.ctx, actor(A), hall.key(), correction, "弄错了")
    assert kept(hall, correction).was == WAS
    decide(hall, ask(hall), MANAGER)
    refused(LeaveCode.CORRECTION_TWICE, ask, hall)


def test_the_deadline_counts_working_days(hall: SmallHall) -> None:
    hall.configure(correction_days=1)
    hall.clock.set(at(9, day=MONDAY + timedelta(days=4)))
    friday = MONDAY + timedelta(days=4)
    ask(hall, day=friday)
    hall.clock.set(at(17, day=MONDAY + timedelta(days=7)))
    ask(hall, day=friday, slot="pm_in")
    hall.clock.set(at(9, day=MONDAY + timedelta(days=8)))
    refused(LeaveCode.CORRECTION_TOO_LATE, ask, hall, day=friday, slot="pm_out")
    refused(CommonCode.INVALID, ask, hall, day=MONDAY + timedelta(days=9))


@pytest.mark.parametrize("change", [{"verdict": "leave"}, {"slot": "tea"}, {"file": "0" * 64}])
def test_invalid_corrections_are_rejected(hall: SmallHall, change: dict[str, Any]) -> None:
    with pytest.raises(HallError) as caught:
        ask(hall, **change)
    assert caught.value.code in (CommonCode.INVALID, LeaveCode.FILE_UNKNOWN)


def test_changes_made_in_the_database_are_violations(hall: SmallHall) -> None:
    correction = ask(hall)
    decide(hall, correction, MANAGER)

    def told() -> list[str]:
        return [p[1] for p in hall.ctx.read(lambda c: list(leave_integrity.problems(c, "small")))]

    assert told() == []
    row = tables.correction.c.id == correction

    def tamper(**values: str) -> None:
        change = update(tables.correction).where(row).values(**values)
        hall.ctx.write(lambda tx: tx.conn.execute(change).rowcount)

    tamper(decided_by=A)
    assert ["decision" in line for line in told()] == [True]
    tamper(decided_by=MANAGER, was='{"state": "missing"}')
    assert ["original verdict" in line for line in told()] == [True]
