"""Messages of day sheets and shift rules: commands and views.

Times of day are HH:MM of the hall, days ISO text, months YYYY-MM. A day of a month sheet is a
short text: a letter per slot (`LETTERS`), upper case where a correction counts.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.catalogue.messages import NameRef
from server.core.messages import Code, Command, Message

StateName = Literal[
    "on_time",
    "late",
    "early",
    "missing",
    "leave",
    "official",
    "elsewhere",
    "rest",
    "pending",
]
LETTERS: dict[str, str] = {
    "on_time": "o",
    "late": "l",
    "early": "e",
    "missing": "m",
    "leave": "v",
    "official": "f",
    "elsewhere": "w",
    "rest": "r",
    "pending": "p",
}
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]


class Mark(Message):
    """Verdict of one slot."""

    slot: str
    name: str
    due: str
    state: StateName
    minutes: int
    at: str
    """Time of the punch that served it; empty without one."""
    line: str
    """Reason in one sentence."""
    corrected: bool
    """True if a correction or a confirmed retroactive change decides this verdict."""
    moved: bool
    """True if a retroactive change moved it; a correction may be requested all the same."""
    was: str
    """Verdict before the correction, in words; empty if there was no other."""
    doubt: bool
    """True if a punch exists whose time is doubtful."""
    overdue: bool
    """True if the verdict is pending and the due time has passed."""


class TotalsView(Message):
    """Sums over days. `rate` is the on-time share of due slots; null when nothing was due."""

    due: int
    on_time: int
    late: int
    early: int
    missing: int
    leave: int
    official: int
    elsewhere: int
    pending: int
    late_minutes: int
    early_minutes: int
    absent_halves: int
    corrected: int
    days: int
    rate: float | None


class DayView(Message):
    """One person's day."""

    day: str
    weekday: int
    working: bool
    note: str
    """Name of the holiday or make-up day."""
    rule: str
    marks: list[Mark]
    absent_halves: int
    changed: list[str]
    """Retroactive changes of slots that the day does not have any more: a sentence each."""


class PersonToday(Message):
    """One person's line on the hall's sheet of a day."""

    number: str
    name: str
    windows: list[str]
    marks: list[Mark]
    absent_halves: int
    changed: list[str]
    """As in DayView."""


class UnitToday(Message):
    """A unit's people on one day; in a hall of several buildings those of one building."""

    code: str
    name: str
    site: str
    """Building of their windows; empty for people at no window, and in a hall of one building."""
    people: list[PersonToday]
    totals: TotalsView


class SiteToday(NameRef):
    """Sums of one building on one day; with an empty code those of people at no window."""

    totals: TotalsView


class AttendanceDay(Message):
    """The hall's sheet of one day."""

    day: str
    working: bool
    note: str
    known_until: str
    """Time up to which every time clock has delivered: HH:MM, with the date if another day.

    Later slots are pending. Empty when the whole day is complete.
    """
    slots: list[str]
    units: list[UnitToday]
    sites: list[SiteToday]
    """Buildings with their sums; empty for a hall in a single one."""
    totals: TotalsView


class PersonMonth(Message):
    """One person's month."""

    number: str
    name: str
    unit: str
    unit_name: str
    month: str
    days: list[DayView]
    totals: TotalsView


class MonthDay(Message):
    """Head of one column of a month sheet."""

    day: str
    weekday: int
    working: bool
    note: str


class MonthRow(Message):
    """One person's month in short: a text per day, a letter per slot."""

    number: str
    name: str
    unit: str
    unit_name: str
    days: list[str]
    totals: TotalsView


class MonthSheet(Message):
    """A unit's month, the whole hall's (`unit` empty), or a building's (`@` and its code)."""

    unit: str
    unit_name: str
    month: str
    units: list[NameRef]
    """Units to choose from: those with people on the staff list."""
    sites: list[NameRef]
    """Buildings to choose from, at last people at no window; empty for a hall in a single one."""
    days: list[MonthDay]
    rows: list[MonthRow]
    totals: TotalsView
    changed: list[str]
    """Retroactive changes, a sentence each with the values before and after."""


class ExceptionRow(Message):
    """Slot that is late, early or missing, with the state of its correction request."""

    staff: str
    name: str
    unit: str
    unit_name: str
    day: str
    mark: Mark
    request: Literal["", "asked", "approved", "refused", "cancelled"]


class ExceptionList(Message):
    """Exceptions of a month, newest first."""

    month: str
    rows: list[ExceptionRow]


class PunchView(Message):
    """One raw punch; it is never changed."""

    id: int
    reader: str
    reader_name: str
    said: str
    received_at: int
    source: str
    doubt: str
    serves: str
    """Name of the slot that it serves; empty if none."""


class LeaveRef(Message):
    """Leave that overlaps the day."""

    id: str
    kind: str
    begins: str
    ends: str
    state: str
    reason: str


class CorrectionRef(Message):
    """Requested correction in any state."""

    id: str
    slot: str
    verdict: str
    state: str
    reason: str
    by: str
    decided_by: str
    decision: str
    by_name: str = ""
    """Names of `by` and `decided_by`, if a staff list contains them."""
    decided_name: str = ""


class DayEvidence(Message):
    """Evidence of one person's day."""

    number: str
    name: str
    unit_name: str
    day: DayView
    clauses: list[str]
    punches: list[PunchView]
    leave: list[LeaveRef]
    corrections: list[CorrectionRef]


class SlotBody(Command):
    """One slot of a shift rule: a punch that is due."""

    code: Code
    name: Title
    direction: Literal["in", "out"]
    due: ClockTime
    opens: ClockTime
    closes: ClockTime
    half: Literal[1, 2]
    grace: int = Field(default=0, ge=0, le=120)
    absent_after: int = Field(default=0, ge=0, le=480)


class RuleBody(Command):
    """Shift rule: people, dates, weekdays and slots."""

    name: Title
    scope: Literal["hall", "unit", "person"] = "hall"
    subjects: list[Code] = Field(default_factory=list, max_length=500)
    valid_from: Day
    valid_to: Day | None = None
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1, max_length=7)
    slots: list[SlotBody] = Field(max_length=8)
    apart_seconds: int = Field(default=60, ge=0, le=600)


class WithdrawRule(Command):
    """Last day on which the rule applies."""

    last_day: Day


class TryRule(Command):
    """Request to compute the rule's effect on past days (at most 100); nothing is stored."""

    rule: RuleBody
    first: Day
    last: Day


class RuleView(Message):
    """Stored shift rule with its state."""

    id: str
    rule: RuleBody
    state: Literal["draft", "in_force", "withdrawn"]
    ended_on: str
    clauses: list[str]


class RuleList(Message):
    """All rules of all times."""

    rules: list[RuleView]


class RuleMade(Message):
    """Id of the new draft."""

    id: str


class TrialChange(Message):
    """Slot with a different verdict under the tried rule."""

    day: str
    slot: str
    before: str
    after: str


class TrialPerson(Message):
    """Effect of the tried rule on one person."""

    number: str
    name: str
    unit_name: str
    before: TotalsView
    after: TotalsView
    changes: list[TrialChange]


class RuleTrial(Message):
    """People whose verdicts differ under the tried rule."""

    first: str
    last: str
    people: list[TrialPerson]
