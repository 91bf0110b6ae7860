"""Messages of reports: tables of cells, as page, paper, workbook and API show them."""

from __future__ import annotations

from enum import StrEnum

from server.core.messages import Message
from server.reports.periods import PeriodKind
from server.reports.rules import Grouping

FIELD_WORDS = {
    "period": ("期间", "period"),
    "by": ("统计方式", "grouping"),
}


class ColumnKind(StrEnum):
    """Kind of the cells of a column."""

    WORDS = "words"
    COUNT = "count"
    MINUTES = "minutes"
    RATE = "rate"
    """Percentage with numerator and denominator; its value is the percentage."""
    CHANGE = "change"
    MONEY = "money"
    """Yuan with two decimals."""
    DAYS = "days"
    """Mean of working days, with one decimal."""


class ReportColumn(Message):
    """Column of a report's table."""

    key: str
    zh: str
    en: str
    kind: ColumnKind


class ReportRow(Message):
    """Row of a report's table; `values` are the numbers of its cells, null for words."""

    key: str
    cells: list[str]
    values: list[float | None]


class ReportTable(Message):
    """Table of a report: a row a group or a day, and all together."""

    key: str
    title: str
    title_en: str
    columns: list[ReportColumn]
    rows: list[ReportRow]
    total: ReportRow
    notes: list[str]
    """Definitions of its figures, with numerator and denominator."""
    notes_en: list[str]


class MainFigure(Message):
    """Main figure of all groups with that of the period before and the change."""

    key: str
    zh: str
    en: str
    value: str
    earlier: str
    change: str


class PeriodIds(Message):
    """Period of each kind around the end of the period shown."""

    day: str
    week: str
    month: str


class ReportView(Message):
    """Report of a day, week or month."""

    hall: str
    kind: PeriodKind
    period: str
    first: str
    last: str
    running: bool
    """True while its last day is not over."""
    earlier_first: str
    earlier_last: str
    """Days of the period before that compare with it: while it runs, as many as have passed."""
    before: str
    after: str
    """Id of the period after; empty if it lies in the future."""
    periods: PeriodIds
    by: Grouping
    groupings: list[Grouping]
    """Groupings to choose from."""
    unit_name: str
    """Unit whose figures alone these are; empty for the whole hall."""
    made_at: int
    main: list[MainFigure]
    tables: list[ReportTable]
