"""Figures of one week, each with the address of its evidence.

Plain values, computed without a clock; a release stores exactly these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week, Monday to Sunday."""

    year: int
    number: int

    @property
    def id(self) -> str:
        """Identifier such as 2026-W47."""
        return f"{self.year}-W{self.number:02}"

    @property
    def first(self) -> date:
        """Monday of the week."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Sunday of the week."""
        return self.first + timedelta(days=6)

    def before(self) -> Week:
        """Return the week before."""
        return week_of(self.first - timedelta(days=1))


def week_of(day: date) -> Week:
    """Return the week of a day."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


LAST_YEAR = 9998
"""Last valid year: weeks of a later one could end after the last representable date."""


def parse_week(text: str) -> Week:
    """Return the week from a text such as 2026-W47; raise ValueError if it is malformed."""
    year, _, number = text.partition("-W")
    week = Week(int(year), int(number))
    if week.year > LAST_YEAR:
        raise ValueError(text)
    if week.first.isocalendar()[:2] != (week.year, week.number) or text != week.id:
        raise ValueError(text)
    return week


@dataclass(frozen=True, slots=True)
class Fact:
    """Figure that a sentence quotes, with a link to its evidence."""

    value: str
    link: str


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


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """Tickets of a unit or a window. Waits and service times in minutes."""

    code: str
    name: str
    issued: int
    served: int
    missed: int
    expired: int
    wait_p50: float | None
    wait_p90: float | None
    service_mean: float | None
    link: str


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one week's bulletin."""

    week: str
    first: str
    last: str
    hall: str
    facts: dict[str, Fact]
    units: tuple[AttendanceLine, ...] = ()
    cases: tuple[NamedCase, ...] = ()
    checks: tuple[CheckLine, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    last_findings: tuple[FindingLine, ...] = ()
    """Last week's findings with their present state."""
    service_units: tuple[ServiceLine, ...] = ()
    service_windows: tuple[ServiceLine, ...] = ()
    rates: dict[str, list[float | None]] = field(default_factory=dict)
    """On-time rate of each unit over the last weeks, oldest first, this week last."""


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value that `share` (0 to 1) of the values do not exceed; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
