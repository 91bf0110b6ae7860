"""Corrections: until when one may be asked for, how many a month, what a slot may count as.

What the slot was stays beside it for ever; these rules never touch it.
"""

from __future__ import annotations

from datetime import date

from server.domain.errors import Code, HallError
from server.domain.workdays import Workdays

VERDICTS = ("on_time", "late", "early", "official", "elsewhere")
"""What a slot may count as after a correction."""
COUNTING = frozenset({"asked", "approved"})
"""States that use up the quota: a refused or withdrawn request does not."""


def check_day(day: date, today: date, workdays: Workdays, days: int) -> None:
    """Raises INVALID for a day to come, CORRECTION_TOO_LATE `days` working days after it."""
    if day > today:
        raise HallError(Code.INVALID, field="day")
    if today > workdays.after(day, days):
        raise HallError(Code.CORRECTION_TOO_LATE, days=days)


def check_quota(used: int, quota: int) -> None:
    """Raises CORRECTION_QUOTA when this month's are used up."""
    if used >= quota:
        raise HallError(Code.CORRECTION_QUOTA, quota=quota, used=used)


def check_decider(decider: str, staff: str, by: str) -> None:
    """The second person is neither requester nor subject; raises OWN_CASE."""
    if decider in (staff, by):
        raise HallError(Code.OWN_CASE)


def check_open(state: str) -> None:
    """Raises CORRECTION_SETTLED for one that was decided or withdrawn."""
    if state != "asked":
        raise HallError(Code.CORRECTION_SETTLED, state=state)
