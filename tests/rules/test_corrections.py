"""Corrections: the deadline in working days, the monthly quota, the second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from server.core.errors import HallError
from server.core.working_days import Workdays
from server.leave.correction_rules import check_quota

WORKDAYS = Workdays()
FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (6, 9, 10, 11))


def refusal(check: Callable[..., None], *args: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(HallError) as caught:
        check(*args)
    return str(caught.value.code), caught.value.data


def test_the_deadline_counts_working_days() -> None:
    check_day(FRIDAY, TUESDAY, WORKDAYS, 2)
    late = refusal(check_day, FRIDAY, WEDNESDAY, WORKDAYS, 2)
    assert late == ("correction_too_late", {"days": 2})


def test_the_same_day_can_be_corrected_but_no_future_day() -> None:
    check_day(MONDAY, MONDAY, WORKDAYS, 0)
    assert refusal(check_day, TUESDAY, MONDAY, WORKDAYS, 2) == ("invalid", {"field": "day"})


def test_the_quota_of_a_month() -> None:
    check_quota(1, 2)
    for used in (2, 3):
        data = {"quota": 2, "used": used}
        assert refusal(check_quota, used, 2) == ("correction_quota", data)


def test_neither_the_requester_nor_the_subject_decides() -> None:
    check_decider("2001", "1001", "1002")
    for own in ("1001", "1002"):
        assert refusal(check_decider, own, "1001", "1002") == ("own_case", {})


def test_a_correction_is_decided_once() -> None:
    check_open("asked")
    for state in ("approved", "refused", "withdrawn"):
        assert refusal(check_open, state) == ("correction_settled", {"state": state})
