"""Lines on attendance in a weekly report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttendanceLine:
    """One unit's week. Counts are punches that were due; `rate` is the share on time, 0 to 1."""

    unit: str
    name: str
    people: int
    due: int
    on_time: int
    late: int
    early: int
    missing: int
    leave: int
    away: int
    """Official business and duty elsewhere."""
    absent_halves: int
    pending: int
    rate: float | None
    last_rate: float | None
    link: str


@dataclass(frozen=True, slots=True)
class NamedCase:
    """Person with an exception this week."""

    staff: str
    name: str
    unit: str
    unit_name: str
    late: int
    early: int
    missing: int
    absent_halves: int
    minutes: int
    link: str
