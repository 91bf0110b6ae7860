"""Line on complaints in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """Complaints about a unit, as in `WeekCounts`; `unit` is empty for the hall as a whole."""

    unit: str
    name: str
    received: int
    refused: int
    handed_on: int
    answered: int
    in_time: int
    answers_owed: int
    """Denominator of the on-time rate."""
    proven: int
    open: int
    overdue: int
    link: str
