"""Marks of spot checks: what two checkers see at a window, and the finding that follows.

Marks are never changed: a later mark of the same window in the same inspection round replaces an
earlier one, and undoing a mark adds one more mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Seen(StrEnum):
    """Observation at a window."""

    AT_POST = "at_post"
    """在岗."""
    SERVING = "serving"
    """正在办理."""
    AWAY = "away"
    """离开, with a reason."""
    EMPTY = "empty"
    """空岗: unattended, reason unknown."""
    UNDONE = "undone"
    """The previous mark was entered by mistake."""


class Reason(StrEnum):
    """Reason why the person is away."""

    MATERIALS = "materials"
    """取送材料."""
    TOILET = "toilet"
    MEETING = "meeting"
    LEAVE = "leave"
    """请假."""
    GUIDING = "guiding"
    """引导帮办."""
    UNKNOWN = "unknown"
    """去向不明: the only reason that results in a finding."""
    OTHER = "other"
    """Stated in the note."""


class Kind(StrEnum):
    """Kinds of findings."""

    EMPTY = "empty"
    AWAY = "away"
    CONDUCT = "conduct"
    NO_CALL = "no_call"
    """Anomaly raised by the system: people wait, the window does not call."""
    NO_PUNCH = "no_punch"
    """Anomaly raised by the system: at work by the marks, no punch all morning."""
    COMPLAINT = "complaint"
    """Complaint that was answered as proven or partly proven."""
    SELF_RATED = "self_rated"
    """Anomaly raised by the system: ratings that look like the window's own."""
    NOT_TOLD_ONCE = "not_told_once"
    """Anomaly raised by the system: a second notice names what the first should have named."""
    CASE_OVERDUE = "case_overdue"
    """Anomaly raised by the system: a case is past one of its due days."""
    EXTENSION_LATE = "extension_late"
    """Anomaly raised by the system: an extension was requested too late and does not count."""
    PART_OVERDUE = "part_overdue"
    """Anomaly raised by the system: a unit did not answer, send up or pass on in time."""
    CONSENT_MOVED = "consent_moved"
    """Anomaly raised by the system: by the calendar as it is now, silence had not counted then."""
    OUTSIDE = "outside"
    """Anomaly raised by the system: a case looks as if it was handled outside the hall."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; `at` in ms as the phone reports it, limited to the inspection round."""

    id: str
    window: str
    seen: Seen
    at: int
    received_at: int
    reason: str = ""
    faults: tuple[str, ...] = ()


MOST_FAULTS = 12
FAULT_LENGTH = 20
_BETWEEN = re.compile(r"[,，、;；\n]+")


def fault_list(text: str) -> tuple[str, ...]:
    """Return the hall's conduct faults from its setting, separated by commas, without repeats."""
    words = [word.strip()[:FAULT_LENGTH] for word in _BETWEEN.split(text)]
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_FAULTS]


def standing(marks: Iterable[Mark]) -> dict[str, Mark]:
    """Return the mark that counts for each window: the last by its time; none if it was undone."""
    last: dict[str, Mark] = {}
    for mark in sorted(marks, key=lambda mark: (mark.at, mark.received_at, mark.id)):
        last[mark.window] = mark
    return {window: mark for window, mark in last.items() if mark.seen is not Seen.UNDONE}


def kind_of(mark: Mark) -> Kind | None:
    """Return the kind of finding that a mark results in; None if all is in order."""
    if mark.seen is Seen.UNDONE:
        return None
    if mark.seen is Seen.EMPTY:
        return Kind.EMPTY
    if mark.seen is Seen.AWAY and mark.reason == Reason.UNKNOWN:
        return Kind.AWAY
    return Kind.CONDUCT if mark.faults else None
