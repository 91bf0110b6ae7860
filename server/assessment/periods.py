"""Periods of the assessment: a month, and the quarter, half-year and year of such months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.core.weeks import LAST_YEAR

MONTHS_OF_YEAR = 12
LONGEST_MONTH = timedelta(days=31)
DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    """Kind of a period."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


LENGTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF_YEAR: 6,
    PeriodKind.YEAR: 12,
}
"""Months of a period of each kind."""
_LETTERS = {PeriodKind.QUARTER: "Q", PeriodKind.HALF_YEAR: "H"}
_HALVES = ("上半年", "下半年")


@dataclass(frozen=True, slots=True)
class Period:
    """Period with its first day. Raises ValueError if no such period begins on that day."""

    kind: PeriodKind
    first: date

    def __post_init__(self) -> None:
        if self.first.day != 1 or (self.first.month - 1) % LENGTHS[self.kind]:
            raise ValueError(f"no {self.kind} begins on {self.first}")

    @property
    def last(self) -> date:
        """Last day of the period."""
        return _month_after(self.first, LENGTHS[self.kind]) - DAY

    @property
    def months(self) -> tuple[Period, ...]:
        """Months of the period, in order."""
        return tuple(
            Period(PeriodKind.MONTH, _month_after(self.first, n)) for n in range(LENGTHS[self.kind])
        )

    @property
    def id(self) -> str:
        """Identifier: 2026-11, 2026-Q4, 2026-H2 or 2026."""
        if self.kind is PeriodKind.MONTH:
            return self.first.isoformat()[:7]
        year = f"{self.first.year:04}"
        return year if self.kind is PeriodKind.YEAR else f"{year}-{_LETTERS[self.kind]}{self.place}"

    @property
    def place(self) -> int:
        """Place among the periods of its kind in the year, from 1."""
        return (self.first.month - 1) // LENGTHS[self.kind] + 1

    @property
    def words(self) -> str:
        """Name in Chinese: 2026年11月, 2026年第4季度, 2026年下半年, 2026年度."""
        year = f"{self.first.year}年"
        if self.kind is PeriodKind.YEAR:
            return f"{year}度"
        if self.kind is PeriodKind.HALF_YEAR:
            return year + _HALVES[self.place - 1]
        return (
            f"{year}{self.place}月"
            if self.kind is PeriodKind.MONTH
            else f"{year}第{self.place}季度"
        )

    @property
    def words_en(self) -> str:
        """Name in English: November 2026, quarter 4 of 2026, half-year 2 of 2026, year 2026."""
        year = self.first.year
        if self.kind is PeriodKind.YEAR:
            return f"year {year}"
        if self.kind is PeriodKind.MONTH:
            return f"{self.first:%B} {year}"
        return f"{self.kind.value.replace('_', '-')} {self.place} of {year}"

    def before(self) -> Period:
        """Return the period before, of the same kind."""
        return period_of(self.kind, self.first - DAY)

    def after(self) -> Period:
        """Return the period after, of the same kind."""
        return period_of(self.kind, self.last + DAY)


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the period of a kind that a day belongs to."""
    month = (day.month - 1) // LENGTHS[kind] * LENGTHS[kind] + 1
    return Period(kind, date(day.year, month, 1))


def parse_period(text: str) -> Period:
    """Return the period of an identifier; raise ValueError if it is malformed."""
    year, _, part = text.partition("-")
    if not 0 < int(year) <= LAST_YEAR:
        raise ValueError(text)
    kind = next((kind for kind, letter in _LETTERS.items() if part.startswith(letter)), None)
    if kind is not None:
        first = date(int(year), (int(part[1:]) - 1) * LENGTHS[kind] + 1, 1)
    else:
        kind = PeriodKind.MONTH if part else PeriodKind.YEAR
        first = date(int(year), int(part or 1), 1)
    period = Period(kind, first)
    if period.id != text:
        raise ValueError(text)
    return period


def _month_after(first: date, months: int) -> date:
    """Return the first day of the month `months` after the one that begins on `first`."""
    years, month = divmod(first.month - 1 + months, MONTHS_OF_YEAR)
    return date(first.year + years, month + 1, 1)
