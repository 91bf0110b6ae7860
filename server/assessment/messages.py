"""Messages of the assessment: sheets, periods, the sheet of a subject, marks and disputes.

Points and other decimals are texts such as `-1.5`, so that no reader rounds them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.assessment.periods import PeriodKind
from server.assessment.workflow import DisputeState, MarkMove, MarkState
from server.core.measured import Subject
from server.core.messages import MASKED, Code, Command, Message
from server.leave.messages import FileId, PaperRef, SheetDay

FIELD_WORDS = {
    "since": ("起始月份", "first month"),
    "sections": ("考核项", "parts"),
    "lines": ("评分细则", "lines"),
    "section": ("所属考核项", "part of the line"),
    "per": ("每几次", "amount for which points count"),
    "free": ("免计数量", "amount that counts nothing"),
    "repeat_from": ("第几次起加倍", "number from which it counts more"),
    "repeat_factor": ("倍数", "factor of repeats"),
    "chief_share": ("首席代表分担比例", "share of the chief representative"),
    "bonus": ("加分上限", "most that bonuses add"),
    "floor": ("最低分", "least points"),
    "cap": ("上限", "most points"),
    "people_share": ("人员平均所占比重", "weight of the people"),
    "windows_share": ("窗口平均所占比重", "weight of the windows"),
    "coefficients": ("单位系数", "coefficients of units"),
    "factor": ("系数", "coefficient"),
    "longer": ("季度、年度得分", "score of longer periods"),
    "mark": ("人工记分", "mark"),
    "dispute": ("申诉", "dispute"),
    "measure": ("计量", "measure"),
    "points": ("分值", "points"),
    "times": ("次数", "times"),
    "month": ("月份", "month"),
    "ref": ("扣分依据", "fact"),
    "granted": ("申诉裁定", "ruling"),
    "pack": ("参考评分表", "ready sheet"),
    "move": ("处理步骤", "step"),
    "code": ("编码", "code"),
}
MonthText = Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
ScoreWords = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), MASKED
]


class ScoreReason(Command):
    """Reason of a step."""

    words: ScoreWords = ""


class ScoreStep(Message):
    """Step of a sheet, mark or dispute."""

    move: str
    at: int
    by_name: str
    words: str


class ScorePeriodBrief(Message):
    """Period in a list."""

    id: str
    kind: PeriodKind
    words: str
    words_en: str
    state: Literal["running", "open", "checked", "released"]


class ScoreOverview(Message):
    """Periods, newest first, and what waits for somebody."""

    periods: list[ScorePeriodBrief]
    marks_open: int
    disputes_open: int
    has_sheet: bool


class ScoreStanding(Message):
    """Score and rank of a subject; both are ranges while something is not measured."""

    code: str
    name: str
    unit_name: str
    score: str
    low: str
    high: str
    rank: int
    rank_best: int
    rank_worst: int
    deductions: str
    bad_ratings: int
    unmeasured: list[str]


class ScoreStandings(Message):
    """Standings of one kind of subject."""

    subject: Subject
    rows: list[ScoreStanding]


class ScoreChange(Message):
    """Total that differs from the released one; empty: it was not assessed."""

    subject: Subject
    code: str
    name: str
    was: str
    now: str
    facts: list[str]


class ScoreAmendmentView(Message):
    """Amendment of a release."""

    n: int
    words: str
    changes: list[ScoreChange]
    drafted_by_name: str
    drafted_at: int
    released_by_name: str
    released_at: int | None
    digest: str
    may_release: bool


class ScorePeriodView(Message):
    """Period with its standings: as released, or as the records give them now."""

    id: str
    kind: PeriodKind
    words: str
    words_en: str
    state: Literal["running", "open", "checked", "released"]
    obstacle: str
    """State that keeps it from being checked and released: running, no_sheet, months, or empty."""
    seen: str
    """Digest of the contents as of now, to be sent with a check or release."""
    digest: str
    """Digest of the newest release or amendment; empty before."""
    checked_by_name: str
    checked_at: int | None
    is_changed: bool
    """True if the records have changed since the check or release."""
    released_by_name: str
    released_at: int | None
    may_check: bool
    may_release: bool
    may_amend: bool
    standings: list[ScoreStandings]
    changes: list[ScoreChange]
    amendments: list[ScoreAmendmentView]


class SeenScores(Command):
    """Digest of the contents that were shown."""

    seen: Code


class ScoreCharge(Message):
    """Fact that costs or earns points, with the address of its evidence."""

    measure: str
    ref: str
    day: str
    points: str
    words: str
    link: str
    """Empty for whoever may not open the office's pages."""
    staff_name: str
    dispute: DisputeState | None
    may_dispute: bool


class ScoreLineView(Message):
    """Line applied to a subject."""

    code: str
    name: str
    rule: str
    rule_en: str
    """Line in words, e.g. 每次扣1分."""
    points: str
    is_measured: bool
    charges: list[ScoreCharge]


class ScorePartView(Message):
    """Part applied to a subject."""

    name: str
    points: str
    total: str
    bonus: str
    left_out: bool
    lines: list[ScoreLineView]


class CarriedScore(Message):
    """Share of another's deduction that a chief representative carries."""

    of_name: str
    line: str
    charge: ScoreCharge


class MemberScore(Message):
    """Person or window whose score enters that of a window or unit."""

    subject: Subject
    code: str
    name: str
    score: str


class MonthScore(Message):
    """Score of a subject in a month, opened to its facts."""

    month: str
    words: str
    words_en: str
    released: bool
    dispute_until: str
    """ISO day; empty before the release."""
    base: str
    own: str
    total: str
    low: str
    high: str
    coefficient: str
    parts: list[ScorePartView]
    yearly: list[ScoreLineView]
    """Lines that cost the year's total once, and no month's."""
    year_points: str
    carried: list[CarriedScore]
    members: list[MemberScore]
    unmeasured: list[str]
    reasons: list[str]
    """Reasons why something could not be measured."""
    struck: list[ScoreCharge]
    """Facts that count nothing because a dispute was granted."""


class SubjectScore(Message):
    """Score sheet of one window, person or unit in a period."""

    period: str
    words: str
    words_en: str
    subject: Subject
    code: str
    name: str
    unit_name: str
    standing: ScoreStanding | None
    among: int
    """Number of those who are ranked."""
    months: list[MonthScore]


class ScoreMonthFigure(Message):
    """Month in a chart: of one subject the score and its range, of all the mean, least and most."""

    month: str
    released: bool
    score: str
    low: str
    high: str


class ScorePartFigure(Message):
    """Part in a chart: its points and what is left of them; `left` null: nothing was measured."""

    name: str
    points: str
    left: str | None


class ScoreDeduction(Message):
    """Measure in a chart: the points that it cost, as a positive number, and its facts."""

    measure: str
    name: str
    name_en: str
    points: str
    facts: int


class ScoreFigures(Message):
    """Figures of the charts of a period, of one subject or of all of its kind."""

    months: list[ScoreMonthFigure]
    """Oldest first: the released ones of a year until the period's end, and the period's own."""
    parts: list[ScorePartFigure]
    """On the mean of the period's months."""
    deductions: list[ScoreDeduction]
    """By the lines before the least points of a part are applied; the most first."""


class ScoreChoice(Message):
    """Subject whose sheet a person may see."""

    subject: Subject
    code: str
    name: str


class MyAssessment(Message):
    """Periods and subjects that a person may see: oneself, and as chief representative the unit."""

    periods: list[ScorePeriodBrief]
    choices: list[ScoreChoice]


class ProposeScoreMark(Command):
    """Mark by hand: who, on which day, how often, and the facts in words."""

    kind: Code
    subject: Subject
    code: Code
    day: SheetDay
    times: Annotated[int, Field(ge=1, le=20)] = 1
    words: ScoreWords
    evidence: Annotated[tuple[FileId, ...], Field(max_length=10)] = ()


class MoveScoreMark(Command):
    """Step of a mark."""

    move: MarkMove
    words: ScoreWords = ""


class ScoreMarkView(Message):
    """Mark by hand with its steps, and the steps that the reader may take."""

    id: str
    kind: str
    kind_name: str
    day: str
    about_name: str
    unit_name: str
    times: int
    state: MarkState
    words: str
    evidence: list[PaperRef]
    steps: list[ScoreStep]
    moves: list[MarkMove]


class ScoreMarkKind(Message):
    """Kind of marks."""

    kind: str
    name: str
    name_en: str


class ScoreMarkList(Message):
    """Marks that wait for a second person, those of a month, and the kinds."""

    month: str
    waiting: list[ScoreMarkView]
    marks: list[ScoreMarkView]
    kinds: list[ScoreMarkKind]
    choices: list[ScoreChoice]


class DisputePoints(Command):
    """Dispute about a fact of a month."""

    month: MonthText
    subject: Subject
    code: Code
    measure: Code
    ref: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    words: ScoreWords


class SettleScoreDispute(Command):
    """Ruling on a dispute: granted, the fact counts nothing."""

    granted: bool
    words: ScoreWords


class ScoreDisputeView(Message):
    """Dispute with its steps."""

    id: str
    month: str
    subject: Subject
    code: str
    name: str
    measure_name: str
    fact: str
    link: str
    state: DisputeState
    steps: list[ScoreStep]
    may_settle: bool


class ScoreDisputeList(Message):
    """Disputes, open ones first."""

    disputes: list[ScoreDisputeView]
