"""The approval ladder: who decides a leave of which length, in which order.

A ladder is written `1d=chief;2d=chief+manager;*=chief+manager+head`: up to one working day the
chief representative decides; up to two he, then a manager; longer leave goes on to the head.
Lengths are working days (`d`, halves allowed) or working hours (`h`); the first line that is long
enough counts, and `*` ends the ladder. Who holds an office is `leaves`, not this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_LINE = re.compile(r"(\*|\d{1,3}(?:\.5)?[dh])=([a-z]+(?:\+[a-z]+)*)")
_STAFF_LIST = re.compile(r"(?:[^\s,]{1,64}(?:,[^\s,]{1,64})*)?")


class Rung(StrEnum):
    """Who decides a step."""

    CHIEF = "chief"
    """首席代表 of the unit."""
    MANAGER = "manager"
    """中心管理人员: a manager of the hall's office."""
    HEAD = "head"
    """中心主任: whom the setting `head_staff` names."""


@dataclass(frozen=True, slots=True)
class Line:
    """Up to this length these decide, in this order. Both limits None: however long."""

    days: float | None
    hours: float | None
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Length:
    """How long a leave is in working time."""

    days: float
    """Working days; each half day touched counts a half."""
    hours: float
    """Working hours that it covers."""


def parse(text: str) -> tuple[Line, ...]:
    """A ladder from its text; raises ValueError unless it can be read and ends with `*`."""
    lines = tuple(_line(part.strip()) for part in text.split(";"))
    if any(line.days is None and line.hours is None for line in lines[:-1]):
        raise ValueError("only the last line may be *")
    if lines[-1].days is not None or lines[-1].hours is not None:
        raise ValueError("the last line must be *")
    return lines


def _line(text: str) -> Line:
    found = _LINE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    limit, names = found.groups()
    rungs = tuple(Rung(name) for name in names.split("+"))
    if len(set(rungs)) < len(rungs):
        raise ValueError(text)
    if limit == "*":
        return Line(None, None, rungs)
    size = float(limit[:-1])
    return Line(size, None, rungs) if limit.endswith("d") else Line(None, size, rungs)


def rungs_for(ladder: str, length: Length) -> tuple[Rung, ...]:
    """Who decides a leave of that length, in order."""
    for line in parse(ladder):
        if line.days is not None and length.days <= line.days:
            return line.rungs
        if line.hours is not None and length.hours <= line.hours:
            return line.rungs
        if line.days is None and line.hours is None:
            return line.rungs
    raise AssertionError("a ladder ends with *")


def is_ladder(text: str) -> bool:
    """Whether a setting can be read as a ladder."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def is_staff_list(text: str) -> bool:
    """Whether a setting is a list of staff numbers with commas, or empty."""
    return _STAFF_LIST.fullmatch(text) is not None


def staff_list(text: str) -> tuple[str, ...]:
    """The staff numbers of such a setting."""
    return tuple(part for part in text.split(",") if part)
