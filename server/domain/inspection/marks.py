"""What two checkers see at a window, and when that is a finding. Knows no window and no person.

Marks are never changed: a later mark of the same window in the same walk takes the place of an
earlier one, and an undone mark is one more mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Seen(StrEnum):
    """What is seen with one look."""

    AT_POST = "at_post"
    """在岗."""
    SERVING = "serving"
    """正在办理."""
    AWAY = "away"
    """离开, with a reason."""
    EMPTY = "empty"
    """空岗: nobody there, nobody knows why."""
    UNDONE = "undone"
    """The mark before was a slip of the finger."""


class Reason(StrEnum):
    """Why somebody is away."""

    MATERIALS = "materials"
    """取送材料."""
    TOILET = "toilet"
    MEETING = "meeting"
    LEAVE = "leave"
    """请假."""
    GUIDING = "guiding"
    """引导帮办."""
    UNKNOWN = "unknown"
    """去向不明: the only reason that is a finding."""
    OTHER = "other"
    """In the note."""


class Kind(StrEnum):
    """Kinds of findings."""

    EMPTY = "empty"
    AWAY = "away"
    CONDUCT = "conduct"
    NO_CALL = "no_call"
    """The system's doubt: people wait, the window does not call."""
    NO_PUNCH = "no_punch"
    """The system's doubt: at work by the marks, no punch all morning."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; `at` in ms, as the phone says, kept inside the walk."""

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
    """The hall's conduct faults from its setting: words between commas, each once."""
    words = [word.strip()[:FAULT_LENGTH] for word in _BETWEEN.split(text)]
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_FAULTS]


def standing(marks: Iterable[Mark]) -> dict[str, Mark]:
    """The mark that counts for each window: the last by its time; none where it was undone."""
    last: dict[str, Mark] = {}
    for mark in sorted(marks, key=lambda one: (one.at, one.received_at, one.id)):
        last[mark.window] = mark
    return {window: mark for window, mark in last.items() if mark.seen is not Seen.UNDONE}


def kind_of(mark: Mark) -> Kind | None:
    """The finding that a mark is; None: all in order."""
    if mark.seen is Seen.UNDONE:
        return None
    if mark.seen is Seen.EMPTY:
        return Kind.EMPTY
    if mark.seen is Seen.AWAY and mark.reason == Reason.UNKNOWN:
        return Kind.AWAY
    return Kind.CONDUCT if mark.faults else None
