"""Differences between a released bulletin and the records of today, in words."""

from __future__ import annotations

from dataclasses import dataclass

from server.attendance.week_lines import AttendanceLine
from server.attendance.words import EARLY, LATE, MISSING, ON_TIME
from server.bulletins.figures import Figures


@dataclass(frozen=True, slots=True)
class Difference:
    """Figure whose present value differs from the released one."""

    name: str
    was: str
    now: str
    link: str


def differences(released: Figures, today: Figures) -> tuple[Difference, ...]:
    """Return the facts and unit lines that differ from the release, in order."""
    changes = [
        Difference(name, was.value, today.facts[name].value, was.link)
        for name, was in released.facts.items()
        if name in today.facts and today.facts[name].value != was.value
    ]
    lines = {line.unit: line for line in today.units}
    for was_line in released.units:
        now_line = lines.get(was_line.unit)
        if now_line is not None and _counts(now_line) != _counts(was_line):
            name, link = f"{was_line.name}考勤", was_line.link
            changes.append(Difference(name, _counts_text(was_line), _counts_text(now_line), link))
    return tuple(changes)


def _counts(line: AttendanceLine) -> tuple[int, ...]:
    return (line.due, line.on_time, line.late, line.early, line.missing, line.absent_halves)


def _counts_text(line: AttendanceLine) -> str:
    return (
        f"应打卡{line.due}次，{ON_TIME}{line.on_time}次，{LATE}{line.late}次，{EARLY}{line.early}次，"
        f"{MISSING}{line.missing}次，旷工半天{line.absent_halves}人次"
    )
