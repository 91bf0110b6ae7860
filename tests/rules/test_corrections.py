"""Corrections: the deadline in working days, the monthly quota, the second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from server.core.errors import HallError
from server.core.workflow import Attempt, WorkingDays
from server.core.working_days import Workdays
from server.leave import workflow
from server.leave.correction_rules import CorrectionState, check_quota
from server.leave.workflow import CORRECTION, CorrectionMove

WORKDAYS = Workdays()
FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (6, 9, 10, 11))


def refusal(check: Callable[..., object], *args: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(HallError) as caught:
        check(*args)
    return str(caught.value.code), caught.value.data


def request(day: date, today: date, days: int) -> CorrectionState:
    """Request a correction of a day, as the person concerned."""
    period = WorkingDays(day, days, today, WORKDAYS)
    attempt: Attempt[CorrectionState] = Attempt(
        None,
        holds=lambda _role: True,
        deadlines={workflow.REQUEST_PERIOD: period},
        facts={"days": days},
    )
    return CORRECTION.after(CorrectionMove.ASK, attempt)


def approve(decider: str, staff: str, requester: str, state: str = "asked") -> CorrectionState:
    """Approve a correction as a manager."""
    attempt = Attempt(
        CorrectionState(state),
        decider,
        holds=lambda _role: True,
        earlier={workflow.SUBJECT: (staff,), workflow.REQUESTER: (requester,)},
    )
    return CORRECTION.after(CorrectionMove.APPROVE, attempt)


def test_the_deadline_counts_working_days() -> None:
    assert request(FRIDAY, TUESDAY, 2) is CorrectionState.ASKED
    late = refusal(request, FRIDAY, WEDNESDAY, 2)
    assert late == ("correction_too_late", {"days": 2})


def test_the_same_day_can_be_corrected() -> None:
    assert request(MONDAY, MONDAY, 0) is CorrectionState.ASKED


def test_the_quota_of_a_month() -> None:
    check_quota(1, 2)
    for used in (2, 3):
        data = {"quota": 2, "used": used}
        assert refusal(check_quota, used, 2) == ("correction_quota", data)


def test_neither_the_requester_nor_the_subject_decides() -> None:
    assert approve("2001", "1001", "1002") is CorrectionState.APPROVED
    for own in ("1001", "1002"):
        assert refusal(approve, own, "1001", "1002") == ("own_case", {})


def test_a_correction_is_decided_once() -> None:
    for state in ("approved", "refused", "cancelled"):
        settled = ("correction_settled", {"state": state})
        assert refusal(approve, "2001", "1001", "1002", state) == settled
