"""Facts of a person's day: punches, spans of leave, corrections. No verdicts.

Times are the hall's wall clock, naive. Facts are never changed; later facts are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LeaveKind(StrEnum):
    """Kinds of leave (FIELD: six kinds of absence, less the unexcused one)."""

    OFFICIAL = "official"
    """公出: official business outside."""
    ELSEWHERE = "elsewhere"
    """在其他地点上班: on duty at the home unit or another place of work."""
    OUTING = "outing"
    """临时外出: a short absence."""
    PERSONAL = "personal"
    """事假."""
    SICK = "sick"
    """病假."""
    REST = "rest"
    """休假: annual leave, compensatory rest and the like."""


@dataclass(frozen=True, slots=True, order=True)
class Punch:
    """One punch at a time clock; never changed."""

    at: datetime
    id: int
    reader: str = ""
    doubt: str = ""
    """Reason why the time is doubtful (the clock was wrong); empty: the time is trusted."""
    source: str = "push"
    """push, pull, file or sheet (hand-signed)."""


@dataclass(frozen=True, slots=True)
class LeaveSpan:
    """Approved leave from `begins` to `ends`, both included, to the minute."""

    id: str
    kind: LeaveKind
    begins: datetime
    ends: datetime
    cover: str = ""
    """Staff number of the B who stands in, if named."""

    def holds(self, moment: datetime) -> bool:
        """Return True if `moment` lies inside."""
        return self.begins <= moment <= self.ends


@dataclass(frozen=True, slots=True)
class Correction:
    """Approved correction: the slot of that day counts as `verdict`; the original is kept."""

    id: str
    day: str
    slot: str
    verdict: str
    """A `verdicts.State` value."""
    reason: str
    by: str
    decided_by: str
    decided_name: str = ""
    """Name of the person who decided; empty if no staff list has it."""


@dataclass(frozen=True, slots=True)
class RetroactiveChange:
    """Value of a past day that a second person confirmed to be changed; both values are kept."""

    day: str
    slot: str
    name: str
    """Name of the slot, or of the other value that changed."""
    value_before: str
    """The value before, in words."""
    value_after: str
    requested_by: str
    decided_by: str
    reason: str
