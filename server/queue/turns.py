"""Expected turn of a person, and the kinds of people who compete for the same windows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from server.catalogue.model import Window, WindowKind


class Kind(StrEnum):
    """People who compete for the same windows; the waits of each kind vary in their own way."""

    SPECIALISED = "specialised"
    """Only the unit's own windows may call."""
    COMPREHENSIVE = "comprehensive"
    """Only comprehensive windows may call."""
    BOTH = "both"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Turn:
    """Expected turn of one person."""

    kind: Kind
    ahead: int
    """People whom windows that may call this person call before. 0: whichever of them ends its
    service first calls this person, unless somebody with priority comes."""
    minutes: float
    """Expected minutes until the call."""
    windows: int
    """Windows that may call this person: staffed, and not paused for an unknown time."""
    priority_ahead: int = 0
    """Of those ahead, people of a higher priority."""
    delay: float = 0.0
    """Minutes until the first of the windows calls at all: all are paused, or in a break."""


def not_before(turn: Turn, minutes: float) -> Turn:
    """Return the turn of a person whom nobody calls within so many minutes."""
    if turn.windows == 0:
        return replace(turn, minutes=turn.minutes + minutes, delay=minutes)
    delay = max(turn.delay, minutes)
    return replace(turn, minutes=max(turn.minutes, minutes), delay=delay)


def kind_of(level: int, windows: Iterable[Window]) -> Kind:
    """Return the kind of a person whom these windows may call."""
    if level > 0:
        return Kind.PRIORITY
    kinds = {window.kind for window in windows}
    if len(kinds) > 1:
        return Kind.BOTH
    return Kind.COMPREHENSIVE if WindowKind.COMPREHENSIVE in kinds else Kind.SPECIALISED
