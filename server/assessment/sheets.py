"""Score sheets: the base and parts of a hundred points, and the lines by which facts cost or earn.

A line says how many points each `per` units of a measure cost (negative) or earn (positive). Points
are decimals; nothing here knows a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from server.core.measured import Subject

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
MOST_POINTS = Decimal(1000)
MOST_PARTS, MOST_LINES = 20, 120


class Longer(StrEnum):
    """Way in which months add up to a longer period."""

    MEAN = "mean"
    SUM = "sum"


class LinePeriod(StrEnum):
    """Period whose total a line changes."""

    MONTH = "month"
    YEAR = "year"
    """Points count once in the year's total, beside the mean or sum of its months."""


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a sheet (考核项): the points that a subject starts with, and their bounds."""

    code: str
    name: str
    points: Decimal = ZERO
    floor: Decimal | None = ZERO
    """Least that deductions leave of the points; None: without a bound."""
    cap: Decimal | None = None
    """Most that bonuses of the part add; None: without a bound."""


@dataclass(frozen=True, slots=True)
class Line:
    """Line of a sheet (评分细则): what a measure costs or earns."""

    code: str
    part: str
    name: str
    measure: str
    points: Decimal
    """Points for each `per`; negative: deducted."""
    per: Decimal = ONE
    free: Decimal = ZERO
    """Amount of a month that counts nothing."""
    repeat_from: int = 0
    """Each from this one on counts `repeat_factor` times; 0: all count once."""
    repeat_factor: Decimal = ONE
    chief_share: Decimal = ZERO
    """Share of each deduction that the unit's chief representative loses as well, 0 to 1."""
    period: LinePeriod = LinePeriod.MONTH

    def units(self, amount: Decimal) -> int:
        """Return how many times the line counts for an amount of a month."""
        return max(0, int((amount - self.free) // self.per))

    def cost(self, amount: Decimal) -> Decimal:
        """Return the points of an amount of a month. They never fall back as the amount grows."""
        units = self.units(amount)
        repeated = max(0, units - self.repeat_from + 1) if self.repeat_from else 0
        return self.points * (units - repeated + repeated * self.repeat_factor)

    @property
    def is_bonus(self) -> bool:
        """True if the line earns points."""
        return self.points > 0

    @property
    def is_yearly(self) -> bool:
        """True if the line costs the year's total once, and no month's."""
        return self.period is LinePeriod.YEAR


@dataclass(frozen=True, slots=True)
class Sheet:
    """Score sheet of one kind of subject."""

    subject: Subject
    name: str
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    source: str = ""
    """Rule that the sheet follows, in words."""
    bonus: Decimal | None = None
    """Most that all bonuses add; None: without a bound."""
    floor: Decimal | None = ZERO
    cap: Decimal | None = None
    """Bounds of a month's total; None: without one."""
    people_share: Decimal = ZERO
    """Weight of the mean of its people in the total of a window or unit."""
    windows_share: Decimal = ZERO
    """Weight of the mean of its windows in the total of a unit."""
    coefficients: tuple[tuple[str, Decimal], ...] = ()
    """Factor of a unit's total, by code; others have 1."""
    longer: Longer = Longer.MEAN

    @property
    def base(self) -> Decimal:
        """Points before any fact: the sum of the parts."""
        return sum((part.points for part in self.parts), ZERO)

    @property
    def own_share(self) -> Decimal:
        """Weight of the own lines in the total."""
        return ONE - self.people_share - self.windows_share

    def coefficient(self, code: str) -> Decimal:
        """Return the factor of a unit's total."""
        return dict(self.coefficients).get(code, ONE)
