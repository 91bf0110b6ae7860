"""What is known of a person's day: punches, spans of leave, corrections. Facts only, no verdicts.

Times are the hall's wall clock, naive. Nothing here is changed once it is known; what is added
later is added beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LeaveKind(StrEnum):
    """Why somebody is away with leave (FIELD: six kinds of absence, less the unexcused one)."""

    OFFICIAL = "official"
    """公出: official business outside."""
    ELSEWHERE = "elsewhere"
    """在其他地点上班: on duty at the home unit or another place of work."""
    OUTING = "outing"
    """临时外出: out for a while."""
    PERSONAL = "personal"
    """事假."""
    SICK = "sick"
    """病假."""
    REST = "rest"
    """休假: annual leave, compensatory rest and the like."""


@dataclass(frozen=True, slots=True, order=True)
class Punch:
    """One touch of a reader, as it stands for ever."""

    at: datetime
    id: int
    reader: str = ""
    doubt: str = ""
    """Why the reader's clock was not believed at that moment; empty: believed."""
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
        """Whether `moment` lies inside."""
        return self.begins <= moment <= self.ends


@dataclass(frozen=True, slots=True)
class Correction:
    """An approved correction: the slot of that day counts as `verdict`; the original stays."""

    id: str
    day: str
    slot: str
    verdict: str
    """A `verdicts.State` value."""
    reason: str
    by: str
    decided_by: str
    decided_name: str = ""
    """The name of whoever decided; empty where no list has it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A value of a past day that a second person confirmed to be changed; both stay on record."""

    day: str
    slot: str
    name: str
    """The slot's name, or what else the value is."""
    was: str
    """The value before, in words."""
    now: str
    asked_by: str
    decided_by: str
    reason: str

    @property
    def line(self) -> str:
        """One sentence: both values, who asked, who confirmed, why."""
        reason = self.reason.rstrip("。. ")
        return (
            f"更正：原为{self.was}，改为{self.now}（工号{self.asked_by}提出，"
            f"工号{self.decided_by}确认；理由：{reason}）。"
        )
