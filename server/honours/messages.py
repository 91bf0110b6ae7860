"""Messages of honours: a quarter with its ranking and decision, vetoes, interviews, allowance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.assessment.standings import Subject
from server.complaints.messages import ComplaintText
from server.core.messages import Code, Command, Message
from server.honours.allowance_rules import Cut
from server.honours.interview_rules import InterviewMove, InterviewState
from server.honours.list_rules import ListKind
from server.honours.rules import BarKind, Cause, FlagMove, FlagState, VetoKind, VetoMove, VetoState
from server.leave.messages import PaperRef

FIELD_WORDS = {
    "quarter": ("季度", "quarter"),
    "month": ("月份", "month"),
    "veto": ("一票否决", "veto"),
    "findings": ("查岗问题", "findings"),
    "complaints": ("投诉", "complaints"),
    "interview": ("约谈", "interview"),
}
Day = Annotated[str, StringConstraints(max_length=10)]
MonthId = Annotated[str, StringConstraints(max_length=7)]
OptionalCode = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f]*$")]


class MoveFlag(Command):
    """Step of a quarter's decision; `window` of a proposal."""

    move: FlagMove
    window: OptionalCode = ""
    words: ComplaintText = ""


class ProposeVeto(Command):
    """Veto as it is proposed; `code`: staff number, window or unit."""

    kind: VetoKind
    subject: Subject
    code: Code
    window: OptionalCode = ""
    """Window at which a person's act happened."""
    day: Day
    words: ComplaintText = ""
    complaints: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    """Numbers of proven complaints."""
    findings: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    evidence: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    """Papers."""


class MoveVeto(Command):
    """Step of a veto with its words and papers."""

    move: VetoMove
    words: ComplaintText = ""
    evidence: Annotated[tuple[Code, ...], Field(max_length=10)] = ()


class ProposeInterview(Command):
    """Interview that is due: of a person, window or unit, in a month."""

    subject: Subject
    code: Code
    month: MonthId


class MoveInterview(Command):
    """Interview that was held on a day, or is dropped."""

    move: InterviewMove
    words: ComplaintText = ""
    day: Day = ""


class EvidenceView(Message):
    """Record that speaks against a window, with its address in the office."""

    id: str
    words: str
    link: str


class BarView(Message):
    """Reason that bars a window from a quarter's flag."""

    kind: BarKind
    evidence: list[EvidenceView]


class RankedWindowView(Message):
    """Window in a quarter's ranking."""

    window: str
    name: str
    rank: int
    rank_best: int
    rank_worst: int
    score: str
    deductions: str
    bad_ratings: int
    served: int
    """Numbers served in the quarter: of windows with one rank, more come first."""
    unmeasured: list[str]
    bars: list[BarView]
    needs_reason: bool
    """True if a decision for it needs a written reason."""
    months: list[float | None]
    """Released scores of the quarter's months, in order."""


class FlagStepView(Message):
    """Step of a quarter's decision."""

    move: FlagMove
    state: FlagState
    at: int
    window_name: str
    words: str
    by_name: str


class FlagMoveView(Message):
    """Walk of the flag; an empty window is the office."""

    n: int
    at: int
    from_name: str
    to_name: str
    quarter: str
    quarter_words: str
    cause: Cause


class AwardView(Message):
    """Decision on a quarter's flag, with the moves that the viewer may make now."""

    quarter: str
    quarter_words: str
    window: str
    window_name: str
    rank: int
    score: str
    state: FlagState
    struck_by: list[str]
    """Standing vetoes that took it away."""
    steps: list[FlagStepView]
    moves: list[FlagMove]


class VetoStepView(Message):
    """Step of a veto."""

    move: VetoMove
    at: int
    words: str
    evidence: list[PaperRef]
    by_name: str
    """Empty where the viewer only learns that the office acted."""


class VetoView(Message):
    """Veto with its evidence, and the moves that the viewer may make now."""

    id: str
    kind: VetoKind
    subject: Subject
    name: str
    """Name of the person, window or unit."""
    unit_name: str
    window_name: str
    day: str
    state: VetoState
    complaints: list[str]
    findings: list[str]
    windows: list[str]
    """Names of the windows whose flag it takes."""
    strikes_unit: bool
    first_quarter: str
    last_quarter: str
    dispute_until: int | None
    steps: list[VetoStepView]
    moves: list[VetoMove]


class SubjectChoice(Message):
    """Person, window or unit to choose from."""

    subject: Subject
    code: str
    name: str


class QuarterPage(Message):
    """Quarter's ranking, its candidates and the decision, with the flag's history."""

    quarter: str
    quarter_words: str
    quarters: list[str]
    """Quarters to choose from, newest first."""
    running: bool
    released: bool
    months: list[str]
    ranking: list[RankedWindowView]
    award: AwardView | None
    can_propose: bool
    holder: str
    """Name of the window where the flag is; empty: the office."""
    holder_quarter: str
    history: list[FlagMoveView]
    awards: list[AwardView]
    vetoes_open: int
    """Vetoes that wait for somebody."""


class VetoPage(Message):
    """Vetoes, newest first, and whom one may be about."""

    today: str
    vetoes: list[VetoView]
    choices: list[SubjectChoice]


class MyVetoes(Message):
    """Vetoes that concern a person, or the unit that the person represents."""

    vetoes: list[VetoView]


class InterviewStepView(Message):
    """Step of an interview."""

    move: InterviewMove
    at: int
    day: str
    words: str
    by_name: str


class InterviewView(Message):
    """Interview that is due, and what became of it; `id` empty: nobody proposed it yet."""

    id: str
    subject: Subject
    code: str
    name: str
    unit_name: str
    month: str
    months: list[str]
    state: InterviewState | None
    steps: list[InterviewStepView]
    moves: list[InterviewMove]


class DraftList(Command):
    """Draft of a list; `seen`: digest of what was shown, `words`: why a fixed one is amended."""

    seen: Annotated[str, StringConstraints(max_length=64)]
    words: ComplaintText = ""


class ListChange(Message):
    """Row of a list that differs; null: it was not there."""

    key: str
    name: str
    was: str | None
    now: str | None


class ListVersion(Message):
    """Version of a list that two people fixed."""

    n: int
    words: str
    changes: list[ListChange]
    digest: str
    drafted_by_name: str
    released_by_name: str
    released_at: int


class ListView(Message):
    """State of a list: its fixed versions, the draft, and what has changed since."""

    kind: ListKind
    period: str
    seen: str
    """Digest of the list as the records give it now."""
    obstacle: str
    """State that keeps it from being fixed; empty: nothing does."""
    versions: list[ListVersion]
    draft: int
    """Number of the draft that waits for a second person; 0: none."""
    draft_by_name: str
    draft_words: str
    draft_changes: list[ListChange]
    draft_is_current: bool
    """False if the records have changed since it was drafted."""
    changes: list[ListChange]
    """Rows by which the records differ from the newest fixed version."""
    may_release: bool


class YearUnitView(Message):
    """Unit of the year's list."""

    unit: str
    name: str
    rank: int
    rank_best: int
    rank_worst: int
    score: str
    flags: int
    vetoes: list[str]
    """Grounds and days of the vetoes that take its honours, in words."""
    veto_ids: list[str]


class YearPage(Message):
    """Year's list of units for the county's review, and the interviews that were due."""

    year: str
    hall: str
    """Name of the hall, as the list has it."""
    years: list[str]
    released: bool
    until: str
    """Before the release: last day that the list covers, so far; empty without scores."""
    units: list[YearUnitView]
    """As fixed, if the list is; else as the records give it."""
    paper: ListView
    running_months: int
    """Months in last place after which an interview is due."""
    interviews: list[InterviewView]


class CutView(Message):
    """Reason for less than the whole allowance, and what it cost in yuan."""

    cut: Cut
    yuan: int
    words: str


class AllowanceRow(Message):
    """Allowance of one person."""

    number: str
    name: str
    unit_name: str
    late: int
    early: int
    missing: int
    absent_halves: int
    leave_days: str
    amount: int
    pending: int
    cuts: list[CutView]


class AllowancePage(Message):
    """Allowance table of a month, with the rule in words."""

    month: str
    month_words: str
    hall: str
    """Name of the hall, as the table has it."""
    months: list[str]
    rule: str
    rule_en: str
    is_final: bool
    people: list[AllowanceRow]
    """As fixed, if the table is; else as the records give it."""
    sum: int
    paper: ListView


class FlagHolder(Message):
    """Window with the flag, for everybody; `window` 0: none has it."""

    window: int
    window_name: str
    window_name_en: str
    quarter: str
    quarter_words: str
    quarter_words_en: str
