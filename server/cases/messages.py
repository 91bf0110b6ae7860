"""Messages of cases: as one is opened, handled, listed, and followed by its applicant."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.cases.clocks import Clock
from server.cases.day_walk import DayKind
from server.cases.minute_walk import MinuteKind
from server.cases.paper_kinds import PaperKind, ServedHow, ServedTo
from server.cases.rules import (
    CaseFlag,
    CaseMove,
    CaseOutcome,
    CaseState,
    CaseWay,
    HallPost,
    IdKind,
    Post,
    ResultPlace,
    SuspensionBasis,
)
from server.catalogue.model import CaseMode
from server.core.messages import MASKED, TYPED, Code, Command, Message, Problem
from server.leave.messages import PaperRef

FIELD_WORDS = {
    "case": ("办件", "case"),
    "days": ("工作日数", "number of working days"),
    "holders": ("岗位人员", "holders of the post"),
    "list": ("交接清单", "list of a take-over"),
    "paper": ("文书、纸张", "paper"),
    "phone": ("电话", "telephone"),
    "size": ("纸张大小", "size of the paper"),
    "to": ("去向", "where to"),
    "id_kind": ("证件类型", "kind of document"),
    "id_number": ("证件号码", "ID number"),
    "agent": ("代理人", "agent"),
    "outer_no": ("外部编号", "number of the other system"),
    "basis": ("中止事由", "reason why the time stops"),
    "tail": ("手机号后四位", "last four digits of the telephone"),
    "post": ("审批岗位", "post"),
    "from_staff": ("原经办人", "previous handler"),
    "cases": ("办件", "cases"),
    "how": ("送达方式", "way of service"),
}
CaseText = Annotated[
    str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]
PersonName = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f]*$"), MASKED]
IdNumber = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9 ]*$"), TYPED]
"""Kept only masked and as a keyed hash."""
CasePhone = Annotated[str, StringConstraints(max_length=20, pattern=r"^[0-9+\- ]*$"), TYPED]
OuterNumber = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00-\x1f]*$"), TYPED]
Days = Annotated[int, Field(ge=0, le=365)]


class ApplicantFields(Command):
    """Applicant of a case, and the agent who comes in the applicant's place."""

    name: Annotated[PersonName, StringConstraints(min_length=1)]
    id_kind: IdKind = IdKind.ID_CARD
    id_number: IdNumber = ""
    phone: CasePhone = ""
    agent: PersonName = ""


class OpenAtWindow(ApplicantFields):
    """Case of the called person; `ticket`: id of the ticket."""

    ticket: Code


class OpenCase(ApplicantFields):
    """Case without a ticket; `day`: ISO day on which the papers came, empty for today."""

    item: Code
    outer_no: OuterNumber = ""
    day: Annotated[str, StringConstraints(max_length=10)] = ""


class OpenList(Command):
    """Cases of a list that a unit handed in; those whose number is registered are left out."""

    cases: Annotated[tuple[OpenCase, ...], Field(min_length=1, max_length=200)]


class OpenedList(Message):
    """Result of a list: numbers of the new cases; how many were registered before."""

    numbers: list[str]
    repeated: int


class MoveCase(Command):
    """Step of a case with what it needs."""

    move: CaseMove
    words: CaseText = ""
    outcome: CaseOutcome | None = None
    basis: SuspensionBasis | None = None
    days: Days = 0
    to: CaseState | None = None
    evidence: Annotated[tuple[Code, ...], Field(max_length=10)] = ()


class TakeOver(Command):
    """List of the cases that a cover takes over from a person."""

    from_staff: Code
    cases: Annotated[tuple[Code, ...], Field(min_length=1, max_length=200)]


class ServePaper(Command):
    """Service of a paper; `day`: ISO day, empty for today."""

    how: ServedHow
    to: ServedTo
    day: Annotated[str, StringConstraints(max_length=10)] = ""


class SetPosts(Command):
    """Holders of a unit's post, or without a unit of a post of the hall.

    Nobody: for a unit the rule for a post without a named holder applies, in the hall the work
    rests.
    """

    unit: Annotated[str, StringConstraints(max_length=64)] = ""
    post: Post | HallPost
    holders: Annotated[tuple[Code, ...], Field(max_length=50)] = ()


class HallPostView(Message):
    """Post of the hall with its holders."""

    post: HallPost
    staff: list[str]
    names: list[str]


class PostView(Message):
    """Post of a unit with its holders."""

    unit: str
    unit_name: str
    post: Post
    staff: list[str]
    names: list[str]


class PostList(Message):
    """Posts of the hall and of every unit."""

    hall: list[HallPostView]
    posts: list[PostView]


class CountingSpan(Message):
    """Time in ms in which minutes of opening hours run."""

    begins: int
    ends: int


class DueView(Message):
    """Due days of one clock; empty while it stands still."""

    clock: Clock
    day: str
    """By the rule: a day counts if the clock was running when it began."""
    earliest: str
    latest: str
    days_left: int | None
    """Working days after today up to the day; negative: overdue."""
    time: str
    """Time of that day, HH:MM, by which a case on the spot is due; empty for a due day."""
    minutes_left: int | None
    """Minutes of opening hours left when it was read, of a case on the spot; negative: over."""
    counting: list[CountingSpan]
    """Spans from the reading on, of this day and the next; empty for a due day."""
    late: bool


class StripDay(Message):
    """Day of the clock's strip; `number`: days counted up to its end, of `total`."""

    day: str
    kind: DayKind
    number: int
    total: int
    due: bool
    note: str
    """Fact of that day, in words."""


class StretchView(Message):
    """Minutes of a case on the spot, ISO on the hall's wall clock, `ends` excluded.

    `number`: minutes counted up to its end, of `total`.
    """

    begins: str
    ends: str
    kind: MinuteKind
    number: int
    total: int


class CasePaperView(Message):
    """Paper of a case and how it was served."""

    id: str
    kind: PaperKind
    title: str
    day: str
    served_how: ServedHow | None
    served_to: ServedTo | None
    served_day: str


class CaseFactView(Message):
    """Fact of a case."""

    n: int
    move: CaseMove
    state: CaseState
    at: int
    day: str
    days: int
    late: bool
    """True of a request for an extension that came too late and does not count."""
    basis: SuspensionBasis | None
    outcome: CaseOutcome | None
    words: str
    evidence: list[PaperRef]
    paper: str
    by: str
    by_name: str


class CaseBrief(Message):
    """Case in a list."""

    id: str
    number: str
    item: str
    item_name: str
    unit: str
    unit_name: str
    mode: CaseMode
    way: CaseWay
    state: CaseState
    owner: str
    owner_name: str
    day: str
    applicant: str
    due: list[DueView]
    flags: list[CaseFlag]


class HeldMove(Message):
    """Move that waits for another room, such as the parts of a joint review, and why."""

    move: CaseMove
    why: Problem


class CaseView(CaseBrief):
    """Case as whoever handles it sees it."""

    outer_no: str
    outcome: CaseOutcome | None
    ticket_number: str
    id_kind: IdKind | None
    id_masked: str
    phone: str
    agent: str
    started: str
    """ISO day of acceptance, which does not count; empty before it."""
    deemed: bool
    three_hands: bool
    legal_words: str
    facts: list[CaseFactView]
    papers: list[CasePaperView]
    strip: list[StripDay]
    days_over: int
    """Working days after the promised day on which it was decided; 0: in time, or undecided."""
    stretches: list[StretchView]
    """Instead of the strip, of a case that is decided on the spot."""
    moves: list[CaseMove]
    """Moves that the viewer may make now."""
    held: list[HeldMove]
    extension_days: int
    pledge_days: int
    """Working days within which pledged materials have to come, at most."""


class CaseList(Message):
    """Cases, those due first at the top."""

    today: str
    cases: list[CaseBrief]
    more: int
    """Cases left out of the list, which are due later."""


class CoveredDesk(Message):
    """Desk of a person whose cover one is: on it, or waiting for a post of that person."""

    staff: str
    name: str
    cases: list[CaseBrief]


class TakenList(Message):
    """List of a take-over by or from oneself, to be printed and signed; `at` in ms."""

    id: str
    at: int
    by_name: str
    from_name: str
    cases: int


class Desk(Message):
    """Own desk: cases on it and on one's posts, and desks that one may take over as cover."""

    today: str
    posts: list[PostView]
    cases: list[CaseBrief]
    more: int
    """Cases left out, which are due later."""
    covered: list[CoveredDesk]
    lists: list[TakenList]
    """Take-overs of the last thirty days, newest first."""


class UnitDue(Message):
    """Cases of a unit that are overdue, and due within the days."""

    unit: str
    unit_name: str
    overdue: int
    due: int


class DueByUnit(Message):
    """Due cases by unit, of the promised and of the legal clock."""

    today: str
    until: str
    promised: list[UnitDue]
    legal: list[UnitDue]


class FollowCase(Command):
    """Number of a case and the last four digits of the applicant's telephone."""

    number: Annotated[str, StringConstraints(max_length=80), TYPED]
    tail: Annotated[str, StringConstraints(max_length=8, pattern=r"^[0-9]*$"), TYPED]


class FollowedFact(Message):
    """Fact of a case as the applicant sees it, without names and opinions."""

    move: CaseMove
    day: str
    words: str


class FollowedResult(Message):
    """Result of a case: a licence, and where it is; `day`: since when."""

    kind: str
    copy_number: int
    place: ResultPlace
    day: str
    waybill: str
    carrier: str


class FollowedCase(Message):
    """Case as the applicant sees it."""

    today: str
    hall: str
    hall_en: str
    number: str
    item_name: str
    item_name_en: str
    unit_name: str
    unit_name_en: str
    phone: str
    state: CaseState
    outcome: CaseOutcome | None
    day: str
    due: str
    """ISO day by which it is promised; empty while the clock stands still or after the end."""
    due_time: str
    """Time of that day, HH:MM, of a case on the spot; else empty."""
    late: bool
    facts: list[FollowedFact]
    results: list[FollowedResult]
    strip: list[StripDay]
