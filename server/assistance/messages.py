"""Messages of assistance: questions of the first asked, jobs of helpers, green channels."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.assistance.rules import (
    AskMove,
    AskState,
    GreenMove,
    GreenState,
    JobMove,
    JobState,
)
from server.cases.messages import CaseBrief, CasePhone, CaseText, PersonName
from server.cases.rules import CaseState
from server.core.messages import TYPED, Code, Command, Message
from server.leave.messages import PaperRef

FIELD_WORDS = {
    "subject": ("咨询的事", "what was asked"),
    "to_unit": ("接收单位", "receiving unit"),
    "to_staff": ("接收人", "receiver"),
    "project": (
        "事由（办件、事项、项目选一种）",
        "what it is about: a case, an item, or a project",
    ),
    "helper": ("帮办代办人", "helper"),
    "scope": ("委托办理的事", "what the helper is authorised to do"),
    "until": ("委托期限", "end of the authorisation"),
    "signed": ("签字、签收情况", "how it was signed"),
    "ask": ("首问记录", "question"),
    "job": ("帮办代办", "helper's job"),
}
Day = Annotated[str, StringConstraints(max_length=10)]
Short = Annotated[CaseText, StringConstraints(min_length=1, max_length=200)]
OptionalCode = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f]*$"), TYPED]


class RecordAsk(Command):
    """Question of the first asked; unit or person who receives it, if it is known already."""

    subject: Short
    item: OptionalCode = ""
    name: PersonName = ""
    phone: CasePhone = ""
    to_unit: OptionalCode = ""
    to_staff: OptionalCode = ""


class MoveAsk(Command):
    """Step of a question; unit or person only of one that is handed over."""

    move: AskMove
    words: CaseText = ""
    to_unit: OptionalCode = ""
    to_staff: OptionalCode = ""


class EntrustJob(Command):
    """Job for a helper, about exactly one of case, item and project.

    `name`: who entrusts it, empty for the applicant of the case. `until`: last ISO day.
    """

    helper: Code
    scope: Short
    until: Day
    case: OptionalCode = ""
    item: OptionalCode = ""
    project: Annotated[CaseText, StringConstraints(max_length=100)] = ""
    name: PersonName = ""
    phone: CasePhone = ""


class MoveJob(Command):
    """Step of a job; `signed`: the person signed the printed authorisation.

    `helper`: of a job that is handed on, the next one.
    """

    move: JobMove
    words: CaseText = ""
    signed: bool = False
    helper: OptionalCode = ""
    evidence: Annotated[tuple[Code, ...], Field(max_length=10)] = ()


class MoveGreen(Command):
    """Step of a green channel, with its reason."""

    move: GreenMove
    words: CaseText = ""


class AskStepView(Message):
    """Step of a question; `to`: unit or person to whom it was handed over."""

    n: int
    move: AskMove
    state: AskState
    at: int
    due: str
    to: str
    words: str
    by: str
    by_name: str


class AskView(Message):
    """Question with its steps."""

    id: str
    at: int
    day: str
    subject: str
    item: str
    item_name: str
    name: str
    phone: str
    """Telephone of whoever asked, until the question ends."""
    staff: str
    staff_name: str
    """The first asked."""
    to: str
    """Unit or person that receives it."""
    state: AskState
    due: str
    overdue: bool
    steps: list[AskStepView]
    moves: list[AskMove]
    """Moves that the viewer may make now."""


class JobStepView(Message):
    """Step of a job."""

    n: int
    move: JobMove
    state: JobState
    at: int
    signed: bool
    words: str
    evidence: list[PaperRef]
    by: str
    by_name: str


class HelpedCase(Message):
    """Of a case what its helper needs, who may be of another unit and see nothing else of it."""

    state: CaseState
    unit_name: str
    due: str
    """ISO day of the promised limit; empty while none runs."""
    missing: list[str]
    """Materials that are missing or wrong by the last hand-in."""


class JobView(Message):
    """Job of a helper with its steps."""

    id: str
    at: int
    day: str
    case: str
    case_number: str
    about: str
    """Item or project."""
    progress: HelpedCase | None
    """None without a case, and after the end of the job."""
    scope: str
    until: str
    expired: bool
    name: str
    phone: str
    helper: str
    helper_name: str
    staff_name: str
    state: JobState
    steps: list[JobStepView]
    moves: list[JobMove]
    """Moves that the viewer may make now."""


class GreenStepView(Message):
    """Step of a green channel."""

    n: int
    move: GreenMove
    state: GreenState
    at: int
    words: str
    by: str
    by_name: str


class GreenView(Message):
    """Green channel of a case; `state` None: nobody proposed it."""

    state: GreenState | None
    steps: list[GreenStepView]
    moves: list[GreenMove]
    """Moves that the viewer may make now."""


class CaseJob(Message):
    """Job about a case, as its card names it."""

    id: str
    helper: str
    helper_name: str
    until: str
    state: JobState


class CaseAssistance(Message):
    """Helpers and green channel of a case."""

    case: str
    green: GreenView
    jobs: list[CaseJob]


class GreenCase(Message):
    """Case with a green channel."""

    case: CaseBrief
    green: GreenView


class UnitChoice(Message):
    """Unit that may receive a question."""

    code: str
    name: str


class PersonChoice(Message):
    """Person who may receive a question or help."""

    number: str
    name: str
    unit: str
    unit_name: str


class ItemChoice(Message):
    """Item that a question or job may be about."""

    code: str
    name: str
    unit: str


class AssistanceChoices(Message):
    """Units and items to choose from, and the people whom the viewer may choose."""

    units: list[UnitChoice]
    people: list[PersonChoice]
    items: list[ItemChoice]


class GreenCount(Message):
    """Green channels that a unit was granted in a month."""

    unit: str
    unit_name: str
    month: str
    granted: int


class AssistanceList(Message):
    """Questions, jobs and green channels of the hall."""

    today: str
    every: int
    """On a desk at most one of so many places goes to a green case before its due order."""
    asks: list[AskView]
    jobs: list[JobView]
    greens: list[GreenCase]
    counts: list[GreenCount]


class MyAssistance(Message):
    """Questions that a person recorded or receives, and the own jobs."""

    today: str
    staff: str
    asks: list[AskView]
    jobs: list[JobView]
