"""Line on the green channel in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GreenLine:
    """Green channels that a unit was granted in a week, and in its month up to the week's end."""

    unit: str
    name: str
    week: int
    month: int
    link: str
