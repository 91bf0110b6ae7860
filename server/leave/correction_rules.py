"""Rules for corrections: states, monthly quota, verdicts that a slot may be corrected to.

The slot's original verdict is kept beside the correction; these rules never change it.
"""

from __future__ import annotations

from enum import StrEnum

from server.core.errors import HallError
from server.leave.errors import LeaveCode


class CorrectionState(StrEnum):
    """State of a correction."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"


VERDICTS = ("on_time", "late", "early", "official", "elsewhere")
"""Verdicts that a slot may be corrected to."""
COUNTING = frozenset({CorrectionState.ASKED.value, CorrectionState.APPROVED.value})
"""States that use up the quota: a refused or withdrawn request does not."""


def check_quota(used: int, quota: int) -> None:
    """Raise CORRECTION_QUOTA when this month's corrections are used up."""
    if used >= quota:
        raise HallError(LeaveCode.CORRECTION_QUOTA, quota=quota, used=used)
