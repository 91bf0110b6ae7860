"""Clocks of a case: what is due of it and when, from its facts, its item version, the calendar.

Every clock in days reads the same ledger by the State Council's calendar, without the hall's own
days. A case on the spot has minutes of the hall's opening hours instead of a promise in days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache

from server.cases.clock import DayTable, DueDays, due_day, is_in_time
from server.cases.hall_minutes import OpeningHours, Pause, SpotTime, due_minute
from server.cases.ledger import Entry, Limit, Mark, Reading, Start, start_of
from server.cases.rules import DECISIVE, RUNNING, CaseMove, CaseState, Fact, ledger_of
from server.catalogue.model import CaseMode, Item
from server.core.clock import local
from server.core.working_days import Workdays

YEARS_BACK, YEARS_AHEAD = 6, 8
"""Years of the table of working days around today."""


class Clock(StrEnum):
    """Clock of a case."""

    TELL = "tell"
    """Until when every defect has to be told."""
    DIRECT = "direct"
    """Minutes of opening hours in which a case on the spot is decided: its promise."""
    PROMISED = "promised"
    LEGAL = "legal"
    STAGE = "stage"
    SERVE = "serve"
    """Until when the decision has to be served (行政许可法 44)."""
    PLEDGE = "pledge"
    """Until when the applicant brings what was pledged; no lamp: it is not the unit's."""
    EXTENSION = "extension"
    """Of lamps alone: until when an extension had to be requested."""


WITHOUT_LAMP = frozenset({Clock.PLEDGE})
"""Clocks that run against the applicant."""
PROMISES = (Clock.PROMISED, Clock.DIRECT)
"""Clocks of the promise, in days or in minutes: a case has one of them."""
STAGE_WORDS: Mapping[CaseState, tuple[str, ...]] = {
    CaseState.HANDLING: ("审查", "初审", "承办", "查询"),
    CaseState.REVIEWING: ("审核", "复核", "复审"),
    CaseState.APPROVING: ("决定", "审批", "批准"),
}
"""Words by which a stage of the published flow is that of a state."""


@dataclass(frozen=True, slots=True)
class StatedFact:
    """Fact with the state after it and its time in ms."""

    fact: Fact
    state: CaseState
    at: int


@dataclass(frozen=True, slots=True)
class SpotRule:
    """Minutes of opening hours in which a case on the spot is decided, and the hall's time zone."""

    minutes: int
    hours: OpeningHours
    timezone: str

    def minute(self, at: int) -> datetime:
        """Return a time in ms as the clock on the wall shows it, without seconds."""
        return local(at, self.timezone).replace(second=0, microsecond=0)

    def minute_of(self, stated: StatedFact) -> datetime:
        """Return the minute of a fact; of papers that came on an earlier day, that day's first."""
        minute, day = self.minute(stated.at), stated.fact.day
        return minute if minute.date() == day else datetime.combine(day, time())

    def due(self, spot: SpotTime) -> datetime | None:
        """Return the time by which a case on the spot is due; None while its clock stands still."""
        return due_minute(spot, self.minutes, self.hours)


@dataclass(frozen=True, slots=True)
class Promise:
    """Promise in days: what it is counted from, and what moves it."""

    entries: Sequence[Entry]
    limit: Limit
    start: Start


@dataclass(frozen=True, slots=True)
class CaseClocks:
    """Working days and rules in force by which clocks are read; `today` is an argument."""

    calendar: Workdays
    table: DayTable
    tell_days: int
    today: date
    spot: SpotRule

    def due(self, facts: Sequence[StatedFact], item: Item) -> dict[Clock, DueDays]:
        """Return the due days of every clock in days that a case has now."""
        state = facts[-1].state
        entries = ledger_of([stated.fact for stated in facts])
        if state is CaseState.FILED:
            last = self.calendar.after(entries[0].day, self.tell_days)
            return {Clock.TELL: DueDays(last, last, last)}
        start = self.start(entries)
        if start is None or not _runs(state):
            return {}
        clocks: dict[Clock, DueDays] = {}
        pledge = open_pledge(facts)
        if pledge is not None:
            last = self.calendar.after(pledge.day, pledge.days)
            clocks[Clock.PLEDGE] = DueDays(last, last, last)
        promise = self.promise(facts, item)
        if promise is not None:
            clocks[Clock.PROMISED] = self._days(promise.entries, promise.limit, promise.start)
        if item.legal_days:
            limit = Limit(item.legal_days, item.legal_unit)
            clocks[Clock.LEGAL] = self._days(entries, limit, start)
        days = stage_days(item, state)
        if days is not None:
            since = Start(_entered(facts))
            own = [entry for entry in entries if entry.mark is not Mark.EXTENDED]
            clocks[Clock.STAGE] = self._days(own, Limit(days), since)
        return clocks

    def promise(self, facts: Sequence[StatedFact], item: Item) -> Promise | None:
        """Return the promise in days of an accepted case; None if it is decided on the spot.

        A case on the spot whose time was extended has the days of the extension, from its request.
        """
        entries = ledger_of([stated.fact for stated in facts])
        start = self.start(entries)
        if start is None:
            return None
        if not on_the_spot(item):
            return Promise(entries, Limit(item.promised_days), start)
        request = self._spot_extension(facts)
        if request is None:
            return None
        own = [entry for entry in entries if entry.mark is not Mark.EXTENDED]
        return Promise(own, Limit(request.fact.days), Start(request.fact.day))

    def spot_time(self, facts: Sequence[StatedFact], item: Item) -> SpotTime | None:
        """Return the time of a case on the spot; None for any other, and before its acceptance."""
        if not on_the_spot(item) or self._spot_extension(facts) is not None:
            return None
        return self._spot_time(facts)

    def is_on_the_spot(self, facts: Sequence[StatedFact], item: Item) -> bool:
        """Return True if a case has the clock in minutes now."""
        return _runs(facts[-1].state) and self.spot_time(facts, item) is not None

    def direct_due(self, facts: Sequence[StatedFact], item: Item) -> datetime | None:
        """Return the time by which a case on the spot is due; None while its clock stands still."""
        spot = self.spot_time(facts, item)
        return None if spot is None else self.spot.due(spot)

    def _spot_time(self, facts: Sequence[StatedFact]) -> SpotTime | None:
        start = self.start(ledger_of([stated.fact for stated in facts]))
        if start is None:
            return None
        first = facts[0]
        if not start.is_deemed:
            first = next(stated for stated in facts if stated.fact.move in _ACCEPTANCES)
        pauses: list[Pause] = []
        for stated in facts:
            if stated.fact.move is CaseMove.SUSPEND:
                pauses.append(Pause(self.spot.minute_of(stated), None))
            elif stated.fact.move is CaseMove.RESUME:
                pauses[-1] = Pause(pauses[-1].begins, self.spot.minute_of(stated))
        return SpotTime(self.spot.minute_of(first), tuple(pauses))

    def _spot_extension(self, facts: Sequence[StatedFact]) -> StatedFact | None:
        """Return the request for more time that was granted and came in time; None without one."""
        request_place = granted = None
        for place, stated in enumerate(facts):
            if stated.fact.move is CaseMove.ASK_TIME:
                request_place = place
            elif stated.fact.move is CaseMove.GRANT_TIME:
                granted = request_place
        if granted is None:
            return None
        return facts[granted] if self._is_in_minutes(facts[: granted + 1]) else None

    def _is_in_minutes(self, facts: Sequence[StatedFact]) -> bool:
        """Return True if the last fact, a request for more time, came within the minutes."""
        spot = self._spot_time(facts[:-1])
        due = None if spot is None else self.spot.due(spot)
        return due is None or self.spot.minute_of(facts[-1]) <= due

    def missed_day(self, facts: Sequence[StatedFact], item: Item) -> date | None:
        """Return the due day for which the last fact, a request for more time, came too late.

        None if it came in time; by the promise, in the reading of the rule.
        """
        earlier, request = facts[:-1], facts[-1].fact
        spot = self.spot_time(earlier, item)
        if spot is not None:
            due = self.spot.due(spot)
            return None if due is None or self._is_in_minutes(facts) else due.date()
        promise = self.promise(earlier, item)
        if promise is None:
            return None
        day = due_day(promise.entries, promise.limit, self.table, promise.start, Reading.RULE)
        if day is None:
            return None
        ordinals = request.day.toordinal(), day.toordinal()
        return None if is_in_time(*ordinals, request.ahead, self.table) else day

    def serve_due(self, facts: Sequence[StatedFact]) -> date | None:
        """Return the day by which the decision has to be served; None before it.

        None as well if it was made before such a day was kept.
        """
        if facts[-1].state is not CaseState.DECIDED:
            return None
        fact = next(s.fact for s in reversed(facts) if s.fact.move in DECISIVE)
        return self.calendar.after(fact.day, fact.days) if fact.days else None

    def start(self, entries: Sequence[Entry]) -> Start | None:
        """Return the beginning of the clock."""
        return start_of(entries, self.calendar, self.tell_days, self.today)

    def _days(self, entries: Sequence[Entry], limit: Limit, start: Start) -> DueDays:
        return DueDays(*(due_day(entries, limit, self.table, start, r) for r in Reading))


_ACCEPTANCES = frozenset({CaseMove.ACCEPT, CaseMove.COMPLETE})


def _runs(state: CaseState) -> bool:
    return state in RUNNING or state is CaseState.SUSPENDED


def open_pledge(facts: Sequence[StatedFact]) -> Fact | None:
    """Return the pledge whose materials have not come yet, or None."""
    last = next(
        (s.fact for s in reversed(facts) if s.fact.move in (CaseMove.PLEDGE, CaseMove.SUPPLY)), None
    )
    return last if last is not None and last.move is CaseMove.PLEDGE else None


def on_the_spot(item: Item) -> bool:
    """Return True if the cases of an item are decided while the applicant waits."""
    return item.case_mode is CaseMode.DIRECT or item.promised_days == 0


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
