"""Rules for corrections: deadline, monthly quota, verdicts that a slot may be corrected to.

The slot's original verdict is kept beside the correction; these rules never change it.
"""

from __future__ import annotations

from datetime import date

from server.core.errors import CommonCode, HallError
from server.core.working_days import Workdays
from server.leave.errors import LeaveCode

VERDICTS = ("on_time", "late", "early", "official", "elsewhere")
"""Verdicts that a slot may be corrected to."""
COUNTING = frozenset({"asked", "approved"})
"""States that use up the quota: a refused or withdrawn request does not."""


def check_day(day: date, today: date, workdays: Workdays, days: int) -> None:
    """Raise INVALID for a future day, CORRECTION_TOO_LATE after `days` working days have passed."""
    if day > today:
        raise HallError(CommonCode.INVALID, field="day")
    if today > workdays.after(day, days):
        raise HallError(LeaveCode.CORRECTION_TOO_LATE, days=days)


def check_quota(used: int, quota: int) -> None:
    """Raise CORRECTION_QUOTA when this month's corrections are used up."""
    if used >= quota:
        raise HallError(LeaveCode.CORRECTION_QUOTA, quota=quota, used=used)


def check_decider(decider: str, staff: str, by: str) -> None:
    """Raise OWN_CASE if the second person is the requester or the subject."""
    if decider in (staff, by):
        raise HallError(CommonCode.OWN_CASE)


def check_open(state: str) -> None:
    """Raise CORRECTION_SETTLED if the correction was decided or withdrawn."""
    if state != "asked":
        raise HallError(LeaveCode.CORRECTION_SETTLED, state=state)
