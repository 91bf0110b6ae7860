"""Spot checks and findings: what is asked and what is shown.

Times are ms since 1970 (UTC). A drawn time stands in no message before it has come.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.wire.base import MASKED, Code, Command, Message, Note

Mark = Literal["at_post", "serving", "away", "empty", "undone"]
AwayReason = Literal["", "materials", "toilet", "meeting", "leave", "guiding", "unknown", "other"]
CheckState = Literal["due", "started", "done", "missed", "unfinished", "unconfirmed"]
FindingState = Literal["proposed", "dismissed", "confirmed", "disputed", "upheld", "withdrawn"]
Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=400, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"),
    MASKED,
]
Fault = Annotated[str, StringConstraints(min_length=1, max_length=20)]
IsoDay = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Maybe = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f]*$")]


# -- what is asked ---------------------------------------------------------------------------------


class StartCheck(Command):
    """Start a check, or one by hand, together with `other`: a second person of the staff list."""

    other: Code


class MarkWindow(Command):
    """One mark. `id` is made by the phone; `at` is the phone's idea of the hall's time, ms."""

    id: Code
    window: Code
    mark: Mark
    staff: Maybe = ""
    reason: AwayReason = ""
    faults: list[Fault] = Field(default_factory=list, max_length=12)
    note: Note = ""
    photos: list[Code] = Field(default_factory=list, max_length=4)
    at: int = Field(ge=0, le=1 << 53)


class JudgeFinding(Command):
    """Confirm or dismiss what the system proposed, and why."""

    confirm: bool
    why: Words


class SettleFinding(Command):
    """Decide a dispute: whether the finding stands, and why."""

    stands: bool
    why: Words


class DisputeFinding(Command):
    """Dispute a finding with a statement."""

    statement: Words


class RectifyFinding(Command):
    """What was put right, and on which day."""

    words: Words
    day: IsoDay


# -- what is shown ---------------------------------------------------------------------------------


class CheckStarted(Message):
    """The check that was started, or ended."""

    check: str


class PhotoKept(Message):
    """A photo's id: SHA-256 of what is kept."""

    id: str


class SealRules(Message):
    """What a day's times are drawn by. Minutes of the day."""

    asked: int
    count: int
    spans: list[tuple[int, int]]
    gap: int
    within: int
    opens: int | None
    closes: int | None


class SealView(Message):
    """A day's seal, for everybody. `seed`, `times` and `recipe` only once it is revealed."""

    day: str
    seal: str
    sealed_at: int
    late: bool
    rules: SealRules
    rules_text: str
    revealed_at: int | None
    seed: str
    times: list[str]
    recipe: str
    faults: list[str]
    """Why the day is not proven, as codes; empty while it is not revealed or all is well."""


class NamedPerson(Message):
    """A person by number and name."""

    number: str
    name: str


class CheckView(Message):
    """A check that has come due or was begun by hand. `start_until`: only while it is due."""

    id: str
    day: str
    kind: Literal["drawn", "extra"]
    n: int
    due_at: int | None
    started_at: int | None
    ended_at: int | None
    start_until: int | None
    state: CheckState
    reason: str
    checkers: list[NamedPerson]
    marked: int
    findings: int


class KnownNow(Message):
    """What the hall's books say of a window at `as_of`."""

    as_of: int
    staff: str
    staff_name: str
    since: int | None
    paused_at: int | None
    pause_reason: str
    last_call_at: int | None
    number: str
    number_since: int | None
    punch_at: int | None
    leave: str
    waiting: int | None


class ExpectedPerson(Message):
    """Who should sit at a window. `until`: local end of the leave, ISO."""

    number: str
    name: str
    how: Literal["signed_in", "due", "leave", "cover"]
    leave: str
    until: str
    punch_at: int | None


class WalkWindow(Message):
    """A window on the way, in walking order."""

    code: str
    number: int
    name: str
    name_en: str
    zone: str
    zone_name: str
    zone_name_en: str
    expected: list[ExpectedPerson]
    known: KnownNow


class MarkView(Message):
    """A mark as kept. `counts`: not undone and not replaced by a later one."""

    id: str
    window: str
    window_number: int
    staff: str
    staff_name: str
    mark: Mark
    reason: str
    faults: list[str]
    note: str
    photos: list[str]
    known: KnownNow
    at: int
    received_at: int
    by: str
    by_name: str
    counts: bool


class WalkView(Message):
    """A running walk."""

    check: CheckView
    marks: list[MarkView]


class ChecksState(Message):
    """Pushed to `checks`: today's seal, the checks that have come, the walks that run."""

    day: str
    seal: SealView | None
    checks: list[CheckView]
    walks: list[WalkView]
    windows: list[WalkWindow]
    faults: list[str]
    proposed: int
    disputed: int


class CheckDay(Message):
    """A day of the history."""

    seal: SealView
    checks: list[CheckView]


class CheckDays(Message):
    """GET /api/v1/office/checks/days: newest first."""

    days: list[CheckDay]


class CheckDetail(Message):
    """GET /api/v1/office/checks/<check>: a check with every mark."""

    check: CheckView
    marks: list[MarkView]


class FindingLine(Message):
    """One step in a finding's life."""

    state: str
    by: str
    by_name: str
    at: int
    words: str


class Rectified(Message):
    """What was put right."""

    words: str
    day: str
    by_name: str
    at: int


class FindingView(Message):
    """A finding with its evidence and history; `can_…`: what whoever asks may do now."""

    id: str
    day: str
    source: Literal["mark", "doubt"]
    check: str
    kind: Literal["empty", "away", "conduct", "no_call", "no_punch"]
    staff: str
    staff_name: str
    unit: str
    unit_name: str
    window: str
    window_number: int | None
    state: FindingState
    at: int
    seen_at: int | None
    faults: list[str]
    reason: str
    note: str
    photos: int
    checkers: list[NamedPerson]
    known: KnownNow | None
    waiting: int | None
    minutes: int | None
    how: str
    told: list[NamedPerson]
    dispute_until: int | None
    step: Literal["", "notice", "replacement", "interview"]
    rectified: Rectified | None
    history: list[FindingLine]
    mine: bool
    can_judge: bool
    can_dispute: bool
    can_settle: bool
    can_rectify: bool


class FindingList(Message):
    """Findings, newest first."""

    findings: list[FindingView]
