"""Day sheets and shift rules: what is asked and what is shown.

Times of day are HH:MM of the hall, days ISO text, months YYYY-MM. A day of a month sheet is a
short text, a letter per slot (`LETTERS`), capital where a correction counts.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.wire.base import Code, Command, Message
from server.wire.views import NameRef

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
    """The verdict of one slot."""

    slot: str
    name: str
    due: str
    state: StateName
    minutes: int
    at: str
    """Time of the punch that served it, empty without one."""
    line: str
    """The reason in one sentence."""
    corrected: bool
    """A correction, or a change of the past that a second person confirmed, speaks here."""
    moved: bool
    """A change of the past moved it; a correction may be asked for all the same."""
    was: str
    """What stood here before it was corrected, in words; empty: nothing else."""
    doubt: bool
    """A punch was there whose clock was not believed."""
    overdue: bool
    """Pending, and the time at which it was due has passed."""


class TotalsView(Message):
    """What days add up to; `rate` is on time as a share of due, null when nothing was due."""

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
    """Changes of the past that no mark shows, because its slot is gone: a sentence each."""


class PersonToday(Message):
    """One line of the hall's day."""

    number: str
    name: str
    windows: list[str]
    marks: list[Mark]
    absent_halves: int
    changed: list[str]
    """As in DayView."""


class UnitToday(Message):
    """A unit's people on one day."""

    code: str
    name: str
    people: list[PersonToday]
    totals: TotalsView


class AttendanceDay(Message):
    """The hall on one day."""

    day: str
    working: bool
    note: str
    known_until: str
    """Up to this moment every time clock has delivered, later slots are pending: HH:MM, with the
    day if it was another one; empty when the whole day is known."""
    slots: list[str]
    units: list[UnitToday]
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
    """The head of one column."""

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
    """A unit's month, or the whole hall's (`unit` empty)."""

    unit: str
    unit_name: str
    month: str
    units: list[NameRef]
    """Units to choose from: those with people on the list."""
    days: list[MonthDay]
    rows: list[MonthRow]
    totals: TotalsView
    changed: list[str]
    """Changes of the past, a sentence each with both values."""


class ExceptionRow(Message):
    """A slot that is not in order, and whether somebody asked to have it corrected."""

    staff: str
    name: str
    unit: str
    unit_name: str
    day: str
    mark: Mark
    request: Literal["", "asked", "approved", "refused", "cancelled"]


class ExceptionList(Message):
    """What is to be settled in a month, newest first."""

    month: str
    rows: list[ExceptionRow]


class PunchView(Message):
    """One raw punch, as it stands for ever."""

    id: int
    reader: str
    reader_name: str
    said: str
    received_at: int
    source: str
    doubt: str
    serves: str
    """Name of the slot that it serves; empty: none."""


class LeaveRef(Message):
    """Leave that touches the day."""

    id: str
    kind: str
    begins: str
    ends: str
    state: str
    reason: str


class CorrectionRef(Message):
    """A correction that was asked for, whatever became of it."""

    id: str
    slot: str
    verdict: str
    state: str
    reason: str
    by: str
    decided_by: str
    decision: str
    by_name: str = ""
    """Their names, where a staff list has them."""
    decided_name: str = ""


class DayEvidence(Message):
    """Everything behind one person's day."""

    number: str
    name: str
    unit_name: str
    day: DayView
    clauses: list[str]
    punches: list[PunchView]
    leave: list[LeaveRef]
    corrections: list[CorrectionRef]


class SlotBody(Command):
    """One punch that is due."""

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
    """A shift rule: for whom, between which dates, on which weekdays, with which slots."""

    name: Title
    scope: Literal["hall", "unit", "person"] = "hall"
    subjects: list[Code] = Field(default_factory=list, max_length=500)
    valid_from: Day
    valid_to: Day | None = None
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1, max_length=7)
    slots: list[SlotBody] = Field(max_length=8)
    apart_seconds: int = Field(default=60, ge=0, le=600)


class WithdrawRule(Command):
    """The last day on which the rule holds."""

    last_day: Day


class TryRule(Command):
    """Replay these days with the rule, keeping nothing; at most 100 days."""

    rule: RuleBody
    first: Day
    last: Day


class RuleView(Message):
    """A rule as it stands."""

    id: str
    rule: RuleBody
    state: Literal["draft", "in_force", "withdrawn"]
    ended_on: str
    clauses: list[str]


class RuleList(Message):
    """Every rule there ever was."""

    rules: list[RuleView]


class RuleMade(Message):
    """The new draft."""

    id: str


class TrialChange(Message):
    """A slot that would have come out differently."""

    day: str
    slot: str
    before: str
    after: str


class TrialPerson(Message):
    """What the rule would have meant for one person."""

    number: str
    name: str
    unit_name: str
    before: TotalsView
    after: TotalsView
    changes: list[TrialChange]


class RuleTrial(Message):
    """Everybody whose days would have read differently."""

    first: str
    last: str
    people: list[TrialPerson]
