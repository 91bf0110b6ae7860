"""Leave, corrections, cover, papers and the working calendar: what is asked and what is shown.

Moments are the hall's wall clock to the minute (`2026-11-24T08:30`), days ISO text; only `at` and
`created_at` are milliseconds.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from server.wire.base import MASKED, Code, Command, Edit, Message, Note


def _is_minute(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _is_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Minute = Annotated[
    str,
    StringConstraints(pattern=r"^20\d\d-\d\d-\d\dT\d\d:\d\d$"),
    AfterValidator(_is_minute),
]
SheetDay = Annotated[str, StringConstraints(pattern=r"^20\d\d-\d\d-\d\d$"), AfterValidator(_is_day)]
Clock = Annotated[str, StringConstraints(pattern=r"^(?:(?:[01]\d|2[0-3]):[0-5]\d)?$")]
Reason = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"),
    MASKED,
]
FileId = Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{64})?$")]
StaffOrNone = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f]*$")]
LeaveKindName = Literal["official", "elsewhere", "outing", "personal", "sick", "rest"]
ClaimName = Literal["on_time", "late", "early", "official", "elsewhere"]


class AskLeave(Command):
    """Ask for leave. `cover` null: the cover of the staff list; empty: nobody."""

    staff: Code
    kind: LeaveKindName
    begins: Minute
    ends: Minute
    reason: Reason
    file: FileId = ""
    cover: StaffOrNone | None = None
    emergency: bool = False


class DecideCase(Command):
    """Approve or refuse; a refusal needs words."""

    approve: bool
    words: Note = ""


class CaseWords(Command):
    """A word with a cancellation or a handover."""

    words: Note = ""


class NameCover(Command):
    """Another B; empty: nobody."""

    cover: StaffOrNone


class HandInPaper(Command):
    """The paper that was missing."""

    file: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class AskCorrection(Command):
    """One slot of one day shall count as `verdict`; `claimed`: the time that the person says."""

    staff: Code
    day: SheetDay
    slot: Code
    verdict: ClaimName
    reason: Reason
    claimed: Clock = ""
    file: FileId = ""


class CaseAsked(Message):
    """The new case."""

    id: str


class PaperRef(Message):
    """A kept paper, to be had at `/api/v1/files/<id>`."""

    id: str
    name: str
    media: str
    size: int


class PersonRef(Message):
    """Somebody of the staff list."""

    number: str
    name: str
    unit: str
    unit_name: str


class CaseStep(Message):
    """Something that was done with a leave."""

    act: str
    by: str
    by_name: str
    at: int
    rung: str = ""
    words: str = ""
    cover_name: str = ""
    ends: str = ""
    """For a shortened leave: when it would have ended."""


class LeaveBeside(Message):
    """Other leave of the unit at the same time."""

    name: str
    kind: str
    begins: str
    ends: str
    state: str


class LeaveEvidence(Message):
    """What whoever decides should know."""

    unit_size: int
    beside: list[LeaveBeside]
    taken_days: float
    """Working days of approved leave of the person since the beginning of the year."""
    cover_away: bool
    """The named B is away himself for some of the time."""


class LeaveCase(Message):
    """A leave with its steps and what the asker may do with it."""

    id: str
    person: PersonRef
    kind: LeaveKindName
    begins: str
    ends: str
    days: float
    hours: float
    reason: str
    paper: PaperRef | None
    cover: str
    cover_name: str
    handed_over: bool
    emergency: bool
    after: bool
    """Asked for afterwards."""
    state: Literal["asked", "approved", "refused", "cancelled"]
    running: bool
    rungs: list[str]
    waiting: str
    """Whose decision is next; empty when none is."""
    steps: list[CaseStep]
    by: str
    by_name: str
    created_at: int
    can: list[Literal["decide", "cancel", "cover", "handover", "paper"]]
    evidence: LeaveEvidence | None = None


class SlotWas(Message):
    """The verdict of a slot as it stood when a correction was asked for."""

    state: str
    minutes: int
    name: str
    due: str
    at: str
    line: str


class CorrectionCase(Message):
    """A request to correct one slot, with the verdict that stood."""

    id: str
    person: PersonRef
    day: str
    slot: str
    verdict: str
    claimed: str
    reason: str
    paper: PaperRef | None
    was: SlotWas
    state: Literal["asked", "approved", "refused", "cancelled"]
    by: str
    by_name: str
    created_at: int
    decided_by: str
    decided_by_name: str
    decided_at: int | None
    decision: str
    used: int
    """Of the month's quota, by this person."""
    quota: int
    can: list[Literal["decide", "cancel"]]


class HallSpan(Message):
    """One span of the hall's working hours, HH:MM."""

    opens: str
    closes: str


class LadderLine(Message):
    """Up to `days` working days or `hours` working hours (both null: any) these decide."""

    days: float | None
    hours: float | None
    rungs: list[str]


class MyRequests(Message):
    """Everything that concerns one person: asked, to confirm as B, to decide."""

    me: PersonRef
    chief: bool
    manages: bool
    today: str
    spans: list[HallSpan]
    """The hall's hours of an ordinary day: what a half day and a day mean."""
    default_cover: str
    colleagues: list[PersonRef]
    """Who may stand in."""
    team: list[PersonRef]
    """For whom the person may ask."""
    leaves: list[LeaveCase]
    corrections: list[CorrectionCase]
    covering: list[LeaveCase]
    leaves_to_decide: list[LeaveCase]
    corrections_to_decide: list[CorrectionCase]
    leaves_waiting: list[LeaveCase]
    """Of one's people, but for somebody else to decide."""
    corrections_waiting: list[CorrectionCase]
    used: int
    quota: int
    correction_days: int
    after_days: int
    ladder: list[LadderLine]


class LadderView(Message):
    """One approval ladder in force: for whom, and its lines."""

    who: Literal["staff", "chief", "office"]
    lines: list[LadderLine]


class LeaveList(Message):
    """Leave that touches some days, and the rules by which leave is decided now."""

    first: str
    last: str
    leaves: list[LeaveCase]
    people: list[PersonRef]
    ladders: list[LadderView]
    heads: list[PersonRef]
    """The centre's heads; empty: the administrators."""
    after_days: int


class CoverRef(Message):
    """Somebody for whom the person at the page stands in now."""

    staff: str
    name: str
    windows: list[str]
    until: str


class StateDay(Message):
    """A holiday or make-up working day; `own`: the hall's own special day, which wins."""

    day: str
    opens: bool
    note: str
    like_weekday: int
    own: bool


class CalendarYear(Message):
    """One year of the working calendar."""

    year: int
    known: bool
    source: str
    imported_at: int | None
    week: list[int]
    """ISO weekdays worked in an ordinary week."""
    days: list[StateDay]
    working_days: list[int]
    """Working days of each month."""
    years: list[int]
    missing: list[int]


class ImportCalendar(Edit):
    """A year's list, a line per day or stretch: day, 休 or 班, name."""

    year: int = Field(ge=2000, le=2099)
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class CalendarTaken(Message):
    """What an import brought."""

    year: int
    off: int
    on: int
