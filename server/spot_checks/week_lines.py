"""Lines on spot checks and findings in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One spot check; `state` done or missed, `kind` drawn or extra."""

    id: str
    day: str
    kind: str
    state: str
    at: str
    windows: int
    link: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding that stands or is disputed."""

    id: str
    day: str
    window: str
    staff: str
    name: str
    unit: str
    unit_name: str
    kind: str
    words: str
    state: str
    step: str
    rectified: bool
    link: str
