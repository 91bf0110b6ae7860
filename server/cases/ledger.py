"""Ledger of a case's clock: the dated entries from which every due day follows.

A working day counts if the clock was running when the day began: the day of acceptance and the day
of resumption do not count, the day of suspension does. No law says so of the last two days, so both
other readings are computed as well: lamps take the earliest due day, silence takes the latest.
Sources: 行政许可法 32, 42, 45, 82; 民法典 201 to 203. Entries are facts; nothing here is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from server.catalogue.model import LimitUnit


class Mark(StrEnum):
    """Kind of an entry."""

    FILED = "filed"
    """The papers came."""
    TOLD = "told"
    """The applicant was told every defect at once."""
    COMPLETED = "completed"
    """The supplements were complete: this is the acceptance."""
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXTENDED = "extended"
    ENDED = "ended"
    """Decided, not accepted, withdrawn or void."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Entry of a ledger; `days`: what an extension adds, in the unit of the limit.

    `ahead`: working days before the due day by which the extension had to be requested.
    """

    mark: Mark
    day: date
    days: int = 0
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """Time limit of an item version: promised, legal, or of a stage."""

    days: int
    unit: LimitUnit = LimitUnit.WORKING


class Reading(StrEnum):
    """Reading of the days of suspension and resumption, on which the law is silent."""

    EARLIEST = "earliest"
    """Both days count."""
    RULE = "rule"
    """A day counts if the clock was running when it began."""
    LATEST = "latest"
    """Neither day counts."""

    def counts(self, *, began: bool, suspended: bool, resumed: bool) -> bool:
        """Return True if a day counts on which the clock ran when it began, or stopped, or ran on.

        `began`: it was running when the day began.
        """
        match self:
            case Reading.EARLIEST:
                return began or resumed
            case Reading.RULE:
                return began
            case Reading.LATEST:
                return began and not suspended


class WorkCalendar(Protocol):
    """Port to the working days."""

    def works(self, day: date) -> bool:
        """Return True for a working day."""

    def after(self, day: date, days: int) -> date:
        """Return the `days`-th working day after `day`."""


@dataclass(frozen=True, slots=True)
class Start:
    """Beginning of the clock: the day of acceptance, which does not count.

    `is_deemed`: nobody told the defects in time, so the case is accepted since the papers came.
    """

    day: date
    is_deemed: bool = False


def start_of(
    entries: Sequence[Entry], calendar: WorkCalendar, tell_days: int, today: date
) -> Start | None:
    """Return the beginning of the clock as of `today`; None while the applicant has to supplement.

    `tell_days`: working days within which defects have to be told (行政许可法 32: 5).
    """
    filed = entries[0]
    answer = next((e for e in entries[1:] if e.mark in _ANSWERS), None)
    last_day = calendar.after(filed.day, tell_days)
    if answer is None or answer.day > last_day:
        late = today if answer is None else answer.day
        return Start(filed.day, is_deemed=True) if late > last_day else None
    if answer.mark is Mark.TOLD:
        answer = next((e for e in entries if e.mark in (Mark.COMPLETED, Mark.ACCEPTED)), None)
    return Start(answer.day) if answer is not None and answer.mark is not Mark.ENDED else None


_ANSWERS = frozenset({Mark.TOLD, Mark.ACCEPTED, Mark.ENDED})
_MOVING = frozenset({Mark.SUSPENDED, Mark.RESUMED, Mark.EXTENDED})


def moving(entries: Sequence[Entry], start: date) -> list[Entry]:
    """Return the entries that move the due day, from the beginning of the clock on, in order.

    Suspensions before it have no effect: a deemed acceptance lies before what was written then.
    """
    return [e for e in entries if e.mark in _MOVING and e.day >= start]


def next_day(day: date) -> date:
    """Return the day after `day`."""
    return day + timedelta(days=1)
