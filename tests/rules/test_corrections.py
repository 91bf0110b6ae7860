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


def test_the_quota_of_a_month() -> None:
    check_quota(1, 2)
    for used in (2, 3):
        data = {"quota": 2, "used": used}
        assert refusal(check_quota, used, 2) == ("correction_quota", data)
