"""Messages of leave, corrections, cover, papers and the working calendar: commands and views.

Times are the hall's wall clock to the minute (`2026-11-24T08:30`), days ISO text; only `at` and
`created_at` are milliseconds.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from server.core.messages import MASKED, Code, Command, Message, Note


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
    """Request for leave. `cover` null means the cover of the staff list, empty means nobody."""

    staff: Code
    kind: LeaveKindName
    begins: Minute
    ends: Minute
    reason: Reason
    file: FileId = ""
    cover: StaffOrNone | None = None
    emergency: bool = False


class DecideCase(Command):
    """Approval or refusal; a refusal needs words."""

    approve: bool
    words: Note = ""


class CaseWords(Command):
    """Words for a cancellation or a handover."""

    words: Note = ""


class NameCover(Command):
    """Another cover (B); empty means nobody."""

    cover: StaffOrNone


class HandInPaper(Command):
    """Paper attached later."""

    file: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class AskCorrection(Command):
    """Request to count one slot of a day as `verdict`. `claimed` is the time the person states."""

    staff: Code
    day: SheetDay
    slot: Code
    verdict: ClaimName
    reason: Reason
    claimed: Clock = ""
    file: FileId = ""


class CaseAsked(Message):
    """Id of the new case."""

    id: str


class PaperRef(Message):
    """Stored paper; its bytes are at `/api/v1/files/<id>`."""

    id: str
    name: str
    media: str
    size: int


class PersonRef(Message):
    """Person of the staff list."""

    number: str
    name: str
    unit: str
    unit_name: str


class CaseStep(Message):
    """One step of a leave."""

    act: str
    by: str
    by_name: str
    at: int
    rung: str = ""
    words: str = ""
    cover_name: str = ""
    ends: str = ""
    """Original end of a shortened leave."""


class LeaveBeside(Message):
    """Other leave of the unit at the same time."""

    name: str
    kind: str
    begins: str
    ends: str
    state: str


class LeaveEvidence(Message):
    """Facts for the person who decides about a leave."""

    unit_size: int
    beside: list[LeaveBeside]
    taken_days: float
    """Working days of the person's approved leave in this year."""
    cover_away: bool
    """True if the named cover (B) is away for some of the time."""


class LeaveCase(Message):
    """Leave with its steps and the actions permitted to the viewer."""

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
    """True if it was requested afterwards."""
    state: Literal["asked", "approved", "refused", "cancelled"]
    running: bool
    rungs: list[str]
    waiting: str
    """Role that decides next; empty if no decision is open."""
    steps: list[CaseStep]
    by: str
    by_name: str
    created_at: int
    can: list[Literal["decide", "cancel", "cover", "handover", "paper"]]
    evidence: LeaveEvidence | None = None


class SlotWas(Message):
    """Verdict of a slot at the time of the correction request."""

    state: str
    minutes: int
    name: str
    due: str
    at: str
    line: str


class CorrectionCase(Message):
    """Request to correct one slot, with the verdict before it."""

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
    """Corrections that this person has used of the month's quota."""
    quota: int
    can: list[Literal["decide", "cancel"]]


class HallSpan(Message):
    """One span of the hall's working hours, HH:MM."""

    opens: str
    closes: str


class LadderLine(Message):
    """Line of an approval ladder: its rungs decide up to these working days or hours.

    `days` and `hours` both null means any length.
    """

    days: float | None
    hours: float | None
    rungs: list[str]


class MyRequests(Message):
    """Requests of one person: their own, handovers to confirm as cover (B), cases to decide."""

    me: PersonRef
    chief: bool
    manages: bool
    today: str
    spans: list[HallSpan]
    """The hall's hours of an ordinary day; they define a half day and a day."""
    default_cover: str
    colleagues: list[PersonRef]
    """People who may be the cover."""
    team: list[PersonRef]
    """People for whom the person may request leave."""
    leaves: list[LeaveCase]
    corrections: list[CorrectionCase]
    covering: list[LeaveCase]
    leaves_to_decide: list[LeaveCase]
    corrections_to_decide: list[CorrectionCase]
    leaves_waiting: list[LeaveCase]
    """Leave of one's people that another person has to decide."""
    corrections_waiting: list[CorrectionCase]
    used: int
    quota: int
    correction_days: int
    after_days: int
    ladder: list[LadderLine]


class LadderView(Message):
    """Approval ladder in force: its group of people and its lines."""

    who: Literal["staff", "chief", "office"]
    lines: list[LadderLine]


class LeaveList(Message):
    """Leave that overlaps some days, with the approval rules in force."""

    first: str
    last: str
    leaves: list[LeaveCase]
    people: list[PersonRef]
    ladders: list[LadderView]
    heads: list[PersonRef]
    """Heads of the centre; empty means the administrators."""
    after_days: int
