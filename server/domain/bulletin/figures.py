"""The figures of one week, each with the address of its evidence.

Plain values, nothing computed from a clock; what is released keeps exactly these.
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
        """2026-W47."""
        return f"{self.year}-W{self.number:02}"

    @property
    def first(self) -> date:
        """Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Sunday."""
        return self.first + timedelta(days=6)

    def before(self) -> Week:
        """The week before."""
        return week_of(self.first - timedelta(days=1))


def week_of(day: date) -> Week:
    """The week that a day lies in."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


LAST_YEAR = 9998
"""A week of a later one would end after the last day there is."""


def parse_week(text: str) -> Week:
    """2026-W47 as a week; raises ValueError."""
    year, _, number = text.partition("-W")
    week = Week(int(year), int(number))
    if week.year > LAST_YEAR:
        raise ValueError(text)
    if week.first.isocalendar()[:2] != (week.year, week.number) or text != week.id:
        raise ValueError(text)
    return week


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure that a sentence quotes, and where it can be looked up."""

    value: str
    link: str


@dataclass(frozen=True, slots=True)
class AttendanceLine:
    """One unit's week. Counts are punches that were due; `rate` on time as a share, 0 to 1."""

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
    """A person who was not in order this week."""

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
    """Everything a bulletin states about one week."""

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
    """Last week's, with what became of them."""
    service_units: tuple[ServiceLine, ...] = ()
    service_windows: tuple[ServiceLine, ...] = ()
    rates: dict[str, list[float | None]] = field(default_factory=dict)
    """On-time rate of each unit over the last weeks, oldest first, this week last."""


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` (0 to 1) of the sorted values do not exceed; None for none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that reads differently today than it was released."""

    name: str
    was: str
    now: str
    link: str


def differences(released: Figures, today: Figures) -> tuple[Difference, ...]:
    """What has become known since: facts and unit lines that differ, in order."""
    found = [
        Difference(name, was.value, today.facts[name].value, was.link)
        for name, was in released.facts.items()
        if name in today.facts and today.facts[name].value != was.value
    ]
    lines = {line.unit: line for line in today.units}
    for was_line in released.units:
        now_line = lines.get(was_line.unit)
        if now_line is not None and _counts(now_line) != _counts(was_line):
            name, link = f"{was_line.name}考勤", was_line.link
            found.append(Difference(name, _said(was_line), _said(now_line), link))
    return tuple(found)


def _counts(line: AttendanceLine) -> tuple[int, ...]:
    return (line.due, line.on_time, line.late, line.early, line.missing, line.absent_halves)


def _said(line: AttendanceLine) -> str:
    return (
        f"应打卡{line.due}次，准时{line.on_time}次，迟到{line.late}次，早退{line.early}次，"
        f"缺卡{line.missing}次，旷工半天{line.absent_halves}人次"
    )
