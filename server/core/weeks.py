"""ISO weeks, and the figures that a weekly report quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week, Monday to Sunday."""

    year: int
    number: int

    @property
    def id(self) -> str:
        """Identifier such as 2026-W47."""
        return f"{self.year}-W{self.number:02}"

    @property
    def first(self) -> date:
        """Monday of the week."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Sunday of the week."""
        return self.first + timedelta(days=6)

    def before(self) -> Week:
        """Return the week before."""
        return week_of(self.first - timedelta(days=1))


def week_of(day: date) -> Week:
    """Return the week of a day."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


LAST_YEAR = 9998
"""Last valid year: weeks of a later one could end after the last representable date."""


def parse_week(text: str) -> Week:
    """Return the week from a text such as 2026-W47; raise ValueError if it is malformed."""
    year, _, number = text.partition("-W")
    week = Week(int(year), int(number))
    if week.year > LAST_YEAR:
        raise ValueError(text)
    if week.first.isocalendar()[:2] != (week.year, week.number) or text != week.id:
        raise ValueError(text)
    return week


@dataclass(frozen=True, slots=True)
class Fact:
    """Figure that a sentence quotes, with a link to its evidence."""

    value: str
    link: str
