"""Line on cases in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseLine:
    """Cases of a unit or mode of handling, as in `CaseCounts`; `code`: of that unit or mode."""

    code: str
    name: str
    filed: int
    accepted: int
    not_accepted: int
    decided: int
    on_time: int
    decisions_owed: int
    """Denominator of the on-time rate."""
    early: int
    promised: int
    """Denominator of the early rate."""
    open: int
    overdue: int
    link: str
