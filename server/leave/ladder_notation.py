"""Notation of an approval ladder: which offices decide a leave, in order, by its length.

A ladder is written `1d=chief;2d=chief+manager;*=chief+manager+head`: leave of up to one working day
is decided by the chief representative; up to two days by the chief representative, then a manager;
longer leave also by the head. Lengths are working days (`d`, halves allowed) or working hours
(`h`). The first line whose limit is not exceeded counts; `*` ends the ladder. `approvers` says
who holds an office; the hall's own ladders are in `settings`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_LINE = re.compile(r"(\*|\d{1,3}(?:\.5)?[dh])=([a-z]+(?:\+[a-z]+)*)")
_STAFF_LIST = re.compile(r"(?:[^\s,]{1,64}(?:,[^\s,]{1,64})*)?")


class ApproverOffice(StrEnum):
    """Office that decides a step."""

    CHIEF = "chief"
    """首席代表 of the unit."""
    MANAGER = "manager"
    """中心管理人员: a manager of the hall's office."""
    HEAD = "head"
    """中心主任: the persons in the setting `head_staff`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a ladder: the limit of length and the offices that decide up to it, in order.

    Both limits None: any length.
    """

    days: float | None
    hours: float | None
    rungs: tuple[ApproverOffice, ...]


@dataclass(frozen=True, slots=True)
class Length:
    """Length of a leave in working time."""

    days: float
    """Working days; each half day touched counts 0.5."""
    hours: float
    """Working hours covered."""


def parse(text: str) -> tuple[Line, ...]:
    """Return a ladder from its text; raise ValueError if malformed or without a final `*`."""
    lines = tuple(_line(part.strip()) for part in text.split(";"))
    if any(line.days is None and line.hours is None for line in lines[:-1]):
        raise ValueError("only the last line may be *")
    if lines[-1].days is not None or lines[-1].hours is not None:
        raise ValueError("the last line must be *")
    return lines


def _line(text: str) -> Line:
    match = _LINE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    limit, names = match.groups()
    rungs = tuple(ApproverOffice(name) for name in names.split("+"))
    if len(set(rungs)) < len(rungs):
        raise ValueError(text)
    if limit == "*":
        return Line(None, None, rungs)
    size = float(limit[:-1])
    return Line(size, None, rungs) if limit.endswith("d") else Line(None, size, rungs)


def rungs_for(ladder: str, length: Length) -> tuple[ApproverOffice, ...]:
    """Return the offices that decide a leave of that length, in order."""
    for line in parse(ladder):
        if line.days is not None and length.days <= line.days:
            return line.rungs
        if line.hours is not None and length.hours <= line.hours:
            return line.rungs
        if line.days is None and line.hours is None:
            return line.rungs
    raise AssertionError("a ladder ends with *")


def is_ladder(text: str) -> bool:
    """Return True if the text of a setting is a valid ladder."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def is_staff_list(text: str) -> bool:
    """Return True if a setting is empty or a list of staff numbers separated by commas."""
    return _STAFF_LIST.fullmatch(text) is not None


def staff_list(text: str) -> tuple[str, ...]:
    """Return the staff numbers of such a setting."""
    return tuple(part for part in text.split(",") if part)
