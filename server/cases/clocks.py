"""Clocks of a case: what is due of it and when, from its facts, its item version, the calendar.

Every clock reads the same ledger by the State Council's calendar, without the hall's own days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from server.cases.clock import DayTable, DueDays, due_day
from server.cases.ledger import Entry, Limit, Mark, Reading, Start, start_of
from server.cases.rules import RUNNING, CaseMove, CaseState, Fact, ledger_of
from server.catalogue.model import Item
from server.core.working_days import Workdays

YEARS_BACK, YEARS_AHEAD = 6, 8
"""Years of the table of working days around today."""


class Clock(StrEnum):
    """Clock of a case."""

    TELL = "tell"
    """Until when every defect has to be told."""
    PROMISED = "promised"
    LEGAL = "legal"
    STAGE = "stage"


STAGE_WORDS: Mapping[CaseState, tuple[str, ...]] = {
    CaseState.HANDLING: ("审查", "初审", "承办", "查询"),
    CaseState.REVIEWING: ("审核", "复核", "复审"),
    CaseState.APPROVING: ("决定", "审批", "批准"),
}
"""Words by which a stage of the published flow is that of a state."""


@dataclass(frozen=True, slots=True)
class StatedFact:
    """Fact with the state after it."""

    fact: Fact
    state: CaseState


@dataclass(frozen=True, slots=True)
class CaseClocks:
    """Working days and rules in force by which clocks are read; `today` is an argument."""

    calendar: Workdays
    table: DayTable
    tell_days: int
    today: date

    def due(self, facts: Sequence[StatedFact], item: Item) -> dict[Clock, DueDays]:
        """Return the due days of every clock that a case has now."""
        state = facts[-1].state
        entries = ledger_of([stated.fact for stated in facts])
        if state is CaseState.FILED:
            last = self.calendar.after(entries[0].day, self.tell_days)
            return {Clock.TELL: DueDays(last, last, last)}
        start = self.start(entries)
        if start is None or (state not in RUNNING and state is not CaseState.SUSPENDED):
            return {}
        limits = {Clock.PROMISED: Limit(item.promised_days)}
        if item.legal_days:
            limits[Clock.LEGAL] = Limit(item.legal_days, item.legal_unit)
        clocks = {clock: self._days(entries, limit, start) for clock, limit in limits.items()}
        days = stage_days(item, state)
        if days is not None:
            since = Start(_entered(facts))
            own = [entry for entry in entries if entry.mark is not Mark.EXTENDED]
            clocks[Clock.STAGE] = self._days(own, Limit(days), since)
        return clocks

    def start(self, entries: Sequence[Entry]) -> Start | None:
        """Return the beginning of the clock."""
        return start_of(entries, self.calendar, self.tell_days, self.today)

    def _days(self, entries: Sequence[Entry], limit: Limit, start: Start) -> DueDays:
        return DueDays(*(due_day(entries, limit, self.table, start, r) for r in Reading))


def stage_days(item: Item, state: CaseState) -> int | None:
    """Return the working days of the item's published stage for a state; None without one.

    Half a day is rounded up: a stage is due at the end of its last day.
    """
    words = STAGE_WORDS.get(state, ())
    for stage in item.flow:
        if stage.counted and stage.days and any(word in stage.stage for word in words):
            return max(1, -int(-stage.days // 1))
    return None


def _entered(facts: Sequence[StatedFact]) -> date:
    """Return the day on which the present stage began."""
    state, day = facts[-1].state, facts[-1].fact.day
    for stated in reversed(facts):
        if stated.state not in (state, CaseState.SUSPENDED):
            return day
        if stated.fact.move is not CaseMove.RESUME and stated.state is state:
            day = stated.fact.day
    return day


@lru_cache(maxsize=4)
def table_of(calendar: Workdays, year: int) -> DayTable:
    """Return the table of the working days around a year."""
    return DayTable(calendar, year - YEARS_BACK, year + YEARS_AHEAD)
