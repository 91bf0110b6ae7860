"""Lamps after a run and their violations: pure functions, no I/O.

Every crossing is a fact exactly once, with one line of the journal and, if it is red, one proposed
finding; none was written before its time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.breaking.history import Violation

Key = tuple[str, str, str]
"""Case, clock, level."""
RED = "red"
MAY_BE_MISSED = frozenset({("tell", "yellow")})
"""Lamps of a clock that ends by itself: a dead server may be away for all of its time."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Crossing of a threshold: due day or time, and the day or minute from which it holds."""

    due: str
    since: str


@dataclass(frozen=True, slots=True)
class WrittenLamp:
    """Lamp as stored; `minute`: ISO minute of the hall's clock when it was written."""

    key: Key
    due: str
    day: str
    minute: str


@dataclass(slots=True)
class LampHistory:
    """Evidence of a run: the lamps, their journal lines, and the marks of the findings."""

    expected: Mapping[Key, Crossing]
    lamps: Sequence[WrittenLamp]
    lines: Sequence[Key]
    findings: Sequence[str]
    checks: Sequence[str] = field(default=())
    """Violations that `hall check` found."""


def lamp_violations(history: LampHistory) -> list[Violation]:
    """Return every broken promise of a run."""
    checks = (_crossings, _times, _lines, _findings)
    broken = [violation for check in checks for violation in check(history)]
    return [*broken, *(Violation("hall check", text) for text in history.checks)]


def _crossings(history: LampHistory) -> Iterator[Violation]:
    written = Counter(lamp.key for lamp in history.lamps)
    for key, count in written.items():
        if count > 1:
            yield Violation("lamp twice", f"{key} was written {count} times")
    for key in history.expected.keys() - written.keys():
        if key[1:] not in MAY_BE_MISSED:
            yield Violation("lamp missing", f"{key} crossed and was not written")
    for key in written.keys() - history.expected.keys():
        if key[1:] not in MAY_BE_MISSED:
            yield Violation("lamp without a crossing", f"{key} was written")


def _times(history: LampHistory) -> Iterator[Violation]:
    for lamp in history.lamps:
        crossing = history.expected.get(lamp.key)
        if crossing is None:
            continue
        if lamp.minute < crossing.since:
            yield Violation("lamp too early", f"{lamp.key}: {lamp.minute}, not {crossing.since}")
        if (lamp.due, lamp.day) != (crossing.due, crossing.since[:10]):
            text = f"{lamp.key}: {lamp.due}, {lamp.day}, not {crossing.due}, {crossing.since}"
            yield Violation("lamp of another day", text)


def _lines(history: LampHistory) -> Iterator[Violation]:
    lamps, lines = {lamp.key for lamp in history.lamps}, Counter(history.lines)
    for key in lamps | lines.keys():
        if (key in lamps, lines[key]) != (True, 1):
            yield Violation("journal", f"{key} has {lines[key]} lines")


def _findings(history: LampHistory) -> Iterator[Violation]:
    red = {f"lamp:{case}:{clock}" for (case, clock, level) in _keys(history) if level == RED}
    findings = Counter(history.findings)
    for mark in red | findings.keys():
        if (mark in red, findings[mark]) != (True, 1):
            yield Violation("finding", f"{mark} has {findings[mark]} findings")


def _keys(history: LampHistory) -> set[Key]:
    return {lamp.key for lamp in history.lamps}
