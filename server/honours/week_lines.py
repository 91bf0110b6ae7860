"""Line on the red flag in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlagLine:
    """Walk of the red flag in a week, in words."""

    n: int
    quarter: str
    name: str
    """Window that has it now; "收回" when it went back to the office."""
    before: str
    day: str
    link: str
