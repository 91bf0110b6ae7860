"""Line on joint review in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JointLine:
    """Parts and absences of a unit, as in `JointCounts`."""

    code: str
    name: str
    sent: int
    answered: int
    on_time: int
    owed: int
    """Denominator of the on-time rate."""
    overdue: int
    meetings: int
    absent: int
    link: str
