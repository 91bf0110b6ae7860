"""Corrections: the deadline in working days, the monthly quota, the second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from server.core.errors import HallError
from server.core.workflow import Attempt, WorkingDays
from server.core.working_days import Workdays
from server.leave.correction_rules import CorrectionState, check_quota
from server.leave.workflow import (
    CORRECTION,
    MANAGER,
    REQUEST_PERIOD,
    REQUESTER,
    SUBJECT,
    CorrectionMove,
)

FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (6, 9, 10, 11))
ASKED = CorrectionState.ASKED


def refusal(check: Callable[..., object], *args: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(HallError) as caught:
        check(*args)
    return str(caught.value.code), caught.value.data


def request(day: date, today: date, days: int) -> CorrectionState:
    """Request a correction of a day as somebody concerned."""
    period = WorkingDays(day, days, today, Workdays())
    attempt: Attempt[CorrectionState] = Attempt(
        None,
        "1001",
        holds=lambda _role: True,
        deadlines={REQUEST_PERIOD: period},
        facts={"days": days},
    )
    return CORRECTION.after(CorrectionMove.ASK, attempt)


def test_the_deadline_counts_working_days() -> None:
    assert request(FRIDAY, TUESDAY, 2) is ASKED
    assert request(MONDAY, MONDAY, 0) is ASKED
    assert refusal(request, FRIDAY, WEDNESDAY, 2) == ("correction_too_late", {"days": 2})
    assert refusal(request, MONDAY, TUESDAY, 0) == ("correction_too_late", {"days": 0})


def test_the_quota_of_a_month() -> None:
    check_quota(1, 2)
    for used in (2, 3):
        data = {"quota": 2, "used": used}
        assert refusal(check_quota, used, 2) == ("correction_quota", data)


def approve(state: CorrectionState, person: str, role: str = MANAGER) -> CorrectionState:
    """Approve a correction that 1002 requested for 1001."""
    parts = {SUBJECT: ("1001",), REQUESTER: ("1002",)}
    attempt = Attempt(state, person, holds=lambda each: each == role, earlier=parts)
    return CORRECTION.after(CorrectionMove.APPROVE, attempt)


def test_neither_the_requester_nor_the_subject_decides() -> None:
    assert approve(ASKED, "2001") is CorrectionState.APPROVED
    for person in ("1001", "1002"):
        assert refusal(approve, ASKED, person) == ("own_case", {})
    assert refusal(approve, ASKED, "2001", "colleague") == ("not_your_step", {"rung": MANAGER})


@pytest.mark.parametrize("state", sorted(set(CorrectionState) - {ASKED}))
def test_a_correction_is_decided_once(state: CorrectionState) -> None:
    assert refusal(approve, state, "2001") == ("correction_settled", {"state": state.value})
