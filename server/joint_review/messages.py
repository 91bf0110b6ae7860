"""Messages of joint review: parts, meetings, the whole of a case, and the wall of all."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.cases.messages import CaseText
from server.cases.paper_kinds import ServedHow, ServedTo
from server.cases.rules import CaseState
from server.catalogue.model import CaseMode
from server.core.messages import MASKED, TYPED, Code, Command, Message
from server.joint_review.rules import (
    MeetingKind,
    MeetingMove,
    MeetingState,
    Opinion,
    PartClock,
    PartKind,
    PartMove,
    PartState,
)
from server.supervision.rules import LampLevel

FIELD_WORDS = {
    "attendance": ("签到", "attendance"),
    "body": ("办理机关", "body"),
    "meeting": ("会议", "meeting"),
    "opinion": ("意见", "opinion"),
    "part": ("征求意见", "part"),
    "parts": ("征求意见的单位", "parts"),
    "place": ("地点", "place"),
    "present": ("是否到会、是否收到", "present"),
    "question": ("征求意见的内容", "question"),
    "time": ("时间", "time"),
    "units": ("单位", "units"),
}
BodyName = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f]*$"), MASKED]
AnswerNumber = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f]*$"), TYPED]
IsoDay = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), TYPED]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), TYPED]


class PartRequest(Command):
    """Unit that is asked for its opinion; `days` 0: by the setting."""

    unit: Code
    question: Annotated[CaseText, StringConstraints(min_length=1)]
    days: Annotated[int, Field(ge=0, le=60)] = 0


class SendParts(Command):
    """Parts that are sent at once; `words`: why an answer may come after the promised day."""

    parts: Annotated[tuple[PartRequest, ...], Field(min_length=1, max_length=20)]
    words: CaseText = ""


class MovePart(Command):
    """Step of a part with what it needs."""

    move: PartMove
    opinion: Opinion | None = None
    words: CaseText = ""
    body: BodyName = ""
    number: AnswerNumber = ""


class SendOn(Command):
    """Superior body to which a case is sent up, or body of another hall that decides it."""

    body: BodyName
    words: CaseText = ""


class CallMeeting(Command):
    """Meeting or joint site visit with the units that are invited."""

    kind: MeetingKind
    day: IsoDay
    time: TimeOfDay
    place: Annotated[CaseText, StringConstraints(min_length=1, max_length=80)]
    units: Annotated[tuple[Code, ...], Field(min_length=1, max_length=30)]


class UnitAttendance(Command):
    """Attendance of one unit; `reason` of an absence may be empty."""

    unit: Code
    present: bool
    reason: Annotated[CaseText, StringConstraints(max_length=200)] = ""


class MoveMeeting(Command):
    """Step of a meeting with what it needs."""

    move: MeetingMove
    attendance: Annotated[tuple[UnitAttendance, ...], Field(max_length=30)] = ()
    words: CaseText = ""


class PartStepView(Message):
    """Step of a part."""

    n: int
    move: PartMove
    state: PartState
    at: int
    day: str
    days: int
    opinion: Opinion | None
    number: str
    words: str
    by: str
    by_name: str


class PartDueView(Message):
    """Due day of a part by the clock that runs; `days_left` in working days, negative: late."""

    clock: PartClock
    day: str
    days_left: int
    lamp: LampLevel | None


class PartView(Message):
    """Part of a case; without opinion and words for whoever may not see them yet."""

    id: str
    kind: PartKind
    unit: str
    unit_name: str
    body: str
    question: str
    state: PartState
    hidden: bool
    opinion: Opinion | None
    due: PartDueView | None
    late: list[PartClock]
    """Clocks whose due day was ever crossed."""
    steps: list[PartStepView]
    moves: list[PartMove]


class AttendanceView(Message):
    """Attendance of a unit that stands."""

    unit: str
    unit_name: str
    present: bool
    reason: str


class MeetingStepView(Message):
    """Step of a meeting."""

    n: int
    move: MeetingMove
    at: int
    words: str
    by: str
    by_name: str


class MeetingView(Message):
    """Meeting with the attendance that stands; `correction`: one that waits to be confirmed."""

    id: str
    kind: MeetingKind
    day: str
    time: str
    place: str
    state: MeetingState
    units: list[AttendanceView]
    """Invited units; all absent while nothing is recorded."""
    recorded: bool
    correction: list[AttendanceView]
    steps: list[MeetingStepView]
    moves: list[MeetingMove]


class JointNoticeView(Message):
    """The one notice to the applicant, and how it was served."""

    id: str
    day: str
    served_how: ServedHow | None
    served_to: ServedTo | None
    served_day: str
    can_serve: bool


class UnitName(Message):
    """Unit that can be asked."""

    code: str
    name: str


class JointView(Message):
    """Joint review of one case."""

    case: str
    number: str
    item_name: str
    mode: CaseMode
    unit_name: str
    today: str
    promised: str
    """ISO day by which the case is promised; empty while its clock stands still."""
    is_lead: bool
    parts: list[PartView]
    meetings: list[MeetingView]
    notice: JointNoticeView | None
    send_up_due: PartDueView | None
    """Of a case that is decided above and was not sent up."""
    can_send: bool
    can_call: bool
    can_send_up: bool
    can_hand_on: bool
    default_days: int
    units: list[UnitName]
    bodies: list[str]


class CellView(Message):
    """Part on the wall; `lamp` None: green, or nothing is due."""

    part: str
    kind: PartKind
    unit: str
    unit_name: str
    body: str
    state: PartState
    opinion: Opinion | None
    due: PartDueView | None


class WallRow(Message):
    """Case on the wall with its parts, its meetings and who was absent."""

    case: str
    number: str
    item_name: str
    unit: str
    unit_name: str
    mode: CaseMode
    state: CaseState
    day: str
    promised: str
    cells: list[CellView]
    send_up_due: PartDueView | None
    notice: str
    meetings: int
    absent: list[str]
    """Names of the units that were absent from a meeting of the case."""


class WallTotals(Message):
    """Numbers above the wall."""

    cases: int
    parts: int
    yellow: int
    red: int
    absent: int


class JointWall(Message):
    """Wall of joint review: open cases, late ones first."""

    today: str
    totals: WallTotals
    rows: list[WallRow]


class AskedPart(Message):
    """Part that waits for one's own unit, or that it answered."""

    case: str
    number: str
    item_name: str
    lead_name: str
    part: PartView


class MyParts(Message):
    """Parts of one's own units: those that wait, due ones first, and those answered lately."""

    today: str
    waiting: list[AskedPart]
    answered: list[AskedPart]
