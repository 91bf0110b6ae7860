"""Messages of spot checks and findings: commands and views.

Times are ms since 1970 (UTC). No message contains a drawn time before it has come.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.core.messages import MASKED, Code, Command, Message, Note

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


# -- commands --------------------------------------------------------------------------------------


class StartCheck(Command):
    """Second inspector of a check to start: a person of the staff list."""

    other: Code


class MarkWindow(Command):
    """One mark. The phone makes `id`; `at` is the phone's estimate of the hall's time, ms."""

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
    """Confirmation or dismissal of a proposed finding, with the reason."""

    confirm: bool
    why: Words


class SettleFinding(Command):
    """Decision of a dispute with the reason; `stands`: the finding is upheld."""

    stands: bool
    why: Words


class DisputeFinding(Command):
    """Statement that disputes a finding."""

    statement: Words


class RectifyFinding(Command):
    """Rectification of a finding and its day."""

    words: Words
    day: IsoDay


# -- views -----------------------------------------------------------------------------------------


class CheckStarted(Message):
    """Check that was started or ended."""

    check: str


class PhotoKept(Message):
    """Id of a stored photo: SHA-256 of its stored bytes."""

    id: str


class SealRules(Message):
    """Rules of a day's draw, in minutes of the day."""

    asked: int
    count: int
    spans: list[tuple[int, int]]
    gap: int
    within: int
    opens: int | None
    closes: int | None


class SealView(Message):
    """Draw commitment of a day, for everybody.

    `seed`, `times` and `recipe` are filled only once it is revealed.
    """

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
    """Codes of failed proofs; empty while it is not revealed or if all proofs hold."""


class NamedPerson(Message):
    """Person by number and name."""

    number: str
    name: str


class CheckView(Message):
    """Check that is due or was started by hand. `start_until` is set only while it is due."""

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
    """Recorded state of a window at `as_of`."""

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
    """Person who should be at a window. `until`: local end of the leave, ISO."""

    number: str
    name: str
    how: Literal["signed_in", "due", "leave", "cover"]
    leave: str
    until: str
    punch_at: int | None


class WalkWindow(Message):
    """Window of an inspection round, in walking order."""

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
    """Stored mark. `counts`: neither undone nor replaced by a later one."""

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
    """Running inspection round."""

    check: CheckView
    marks: list[MarkView]


class ChecksState(Message):
    """Full state of the feed `checks`: today's draw commitment, due checks, running rounds."""

    day: str
    seal: SealView | None
    checks: list[CheckView]
    walks: list[WalkView]
    windows: list[WalkWindow]
    faults: list[str]
    proposed: int
    disputed: int


class CheckDay(Message):
    """Day of the history."""

    seal: SealView
    checks: list[CheckView]


class CheckDays(Message):
    """Answer to GET /api/v1/office/checks/days, newest first."""

    days: list[CheckDay]


class CheckDetail(Message):
    """Answer to GET /api/v1/office/checks/<check>: a check with every mark."""

    check: CheckView
    marks: list[MarkView]


class FindingLine(Message):
    """One step in a finding's history."""

    state: str
    by: str
    by_name: str
    at: int
    words: str


class Rectified(Message):
    """Rectification of a finding."""

    words: str
    day: str
    by_name: str
    at: int


class NoticePair(Message):
    """Two one-time notices of a matter: the second names what the first should have named."""

    item_name: str
    first: str
    later: str
    later_at: int
    untold: str


class FindingView(Message):
    """Finding with evidence and history; `can_…`: actions permitted to the viewer now."""

    id: str
    day: str
    source: Literal["mark", "doubt"]
    check: str
    kind: Literal[
        "empty",
        "away",
        "conduct",
        "no_call",
        "no_punch",
        "self_rated",
        "complaint",
        "not_told_once",
        "case_overdue",
        "part_overdue",
        "extension_late",
        "consent_moved",
        "outside",
    ]
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
    notices: NoticePair | None
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
