"""Messages of score sheets: the sheet as it is written, lists, and the trial of a sheet.

Points and other decimals are texts such as `-1.5`, so that no reader rounds them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from server.assessment.messages import MonthText, ScoreStep
from server.assessment.sheets import MOST_LINES, MOST_PARTS, LinePeriod, Longer
from server.assessment.workflow import SheetMove, SheetState
from server.core.measured import Subject
from server.core.messages import Code, Command, Message

Points = Annotated[str, StringConstraints(pattern=r"^-?\d{1,4}(\.\d{1,2})?$")]
SheetText = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
SourceText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class ScorePartForm(Command):
    """Part of a sheet; `floor` and `cap` null: without a bound."""

    code: Code
    name: SheetText
    points: Points = "0"
    floor: Points | None = "0"
    cap: Points | None = None


class ScoreLineForm(Command):
    """Line of a sheet: points for each `per` of a measure."""

    code: Code
    section: Code
    name: SheetText
    measure: Code
    points: Points
    per: Points = "1"
    free: Points = "0"
    repeat_from: Annotated[int, Field(ge=0, le=100)] = 0
    repeat_factor: Points = "1"
    chief_share: Points = "0"
    period: LinePeriod = LinePeriod.MONTH


class ScoreCoefficient(Command):
    """Factor of a unit's total."""

    unit: Code
    factor: Points


class ScoreSheetForm(Command):
    """Score sheet as it is written; `since`: month from which it is to be in force."""

    subject: Subject
    name: SheetText
    since: MonthText
    source: SourceText = ""
    sections: Annotated[tuple[ScorePartForm, ...], Field(max_length=MOST_PARTS)]
    lines: Annotated[tuple[ScoreLineForm, ...], Field(max_length=MOST_LINES)]
    bonus: Points | None = None
    floor: Points | None = "0"
    cap: Points | None = None
    people_share: Points = "0"
    windows_share: Points = "0"
    coefficients: Annotated[tuple[ScoreCoefficient, ...], Field(max_length=200)] = ()
    longer: Longer = Longer.MEAN


class EditScoreSheet(ScoreSheetForm):
    """New contents of a draft; `seen`: digest of the contents that were shown."""

    seen: Annotated[str, StringConstraints(max_length=64)] = ""


class CopyPack(Command):
    """Draft made from one of the sheets that come with the software."""

    pack: Code
    since: MonthText


class ScoreMeasure(Message):
    """Measure that a line can count."""

    code: str
    name: str
    name_en: str
    counted_in: str
    subjects: list[Subject]
    typed: bool
    """True for marks by hand."""


class ScoreSheetBrief(Message):
    """Score sheet in a list."""

    id: str
    subject: Subject
    name: str
    since: str
    state: SheetState
    base: str
    lines: int


class ScorePack(Message):
    """Score sheet that comes with the software, after a published rule."""

    id: str
    subject: Subject
    name: str
    source: str
    lines: int


class ScoreSheetView(Message):
    """Score sheet with its contents, its steps, and the steps that the reader may take."""

    id: str
    state: SheetState
    digest: str
    form: ScoreSheetForm
    steps: list[ScoreStep]
    moves: list[SheetMove]


class ScoreSheetList(Message):
    """Score sheets, those that come with the software, and all measures."""

    sheets: list[ScoreSheetBrief]
    packs: list[ScorePack]
    measures: list[ScoreMeasure]


class TrialLine(Message):
    """Line of a trial by which a subject's points change; empty: the line is not in that sheet."""

    name: str
    was: str
    now: str


class TrialRow(Message):
    """Subject of a trial: its total by the sheet in force and by the one on trial."""

    code: str
    name: str
    was: str
    now: str
    change: str
    rank_was: int
    rank_now: int
    lines: list[TrialLine]


class TrialView(Message):
    """Trial of a sheet on a past month: who gains and who loses."""

    month: str
    words: str
    subject: Subject
    has_before: bool
    """False if no sheet was in force for the subject."""
    rows: list[TrialRow]
