"""Line on the assessment in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """Unit in the assessment of a period that was released in the week; decimals are texts."""

    unit: str
    name: str
    period: str
    """Name of the period in Chinese."""
    rank: int
    score: str
    deductions: str
    link: str
