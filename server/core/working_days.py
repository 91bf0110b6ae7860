"""Working days: the State Council calendar, the hall's special days, the ordinary week.

`Workdays` answers by date only and counts working days between dates. It has no hours (see
`catalogue/workdays`) and no clock. It does not guess the calendar of a year that it was not given:
`known` returns False for such a year, and its days follow the ordinary week.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

PLAIN_WEEK = frozenset({1, 2, 3, 4, 5})
MONDAY_HOURS = 1
LONGEST_COUNT = 3660
"""Days that a count examines before it gives up: ten years."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """Holiday (`opens` False), or a make-up working day with the hours of `like_weekday`."""

    day: date
    opens: bool
    note: str
    like_weekday: int = 1


@dataclass(frozen=True, slots=True)
class Due:
    """ISO days: `next`, by which the next step is due, empty at the end; `answer`, the unit's.

    `answer` is empty as long as the unit need not answer.
    """

    next: str
    answer: str


@dataclass(frozen=True)
class Workdays:
    """Working days of one hall: `own` special days take precedence over the `state` calendar."""

    state: tuple[SpecialDay, ...] = ()
    own: tuple[SpecialDay, ...] = ()
    week: frozenset[int] = PLAIN_WEEK
    """ISO weekdays worked in an ordinary week."""
    years: frozenset[int] = field(default=frozenset())
    """Years whose State Council calendar is loaded."""
    weeks: tuple[tuple[date, frozenset[int]], ...] = ()
    """Weeks in force over time: (first day, weekdays), oldest first, the present one last.

    The first also applies to the time before it. Empty: `week` always applied.
    """

    @cached_property
    def _special(self) -> dict[date, SpecialDay]:
        return {s.day: s for s in (*self.state, *self.own)}

    def special(self, day: date) -> SpecialDay | None:
        """Return the holiday or make-up day on `day`, or None."""
        return self._special.get(day)

    def weekday(self, day: date) -> int | None:
        """Return the ISO weekday whose rule applies on `day`; None on a rest day."""
        special = self._special.get(day)
        if special is None:
            return day.isoweekday() if day.isoweekday() in self.week_of(day) else None
        return special.like_weekday if special.opens else None

    def week_of(self, day: date) -> frozenset[int]:
        """Return the ISO weekdays worked in the week as it was in force on `day`."""
        if not self.weeks:
            return self.week
        index = bisect_right(self.weeks, day, key=lambda entry: entry[0]) - 1
        return self.weeks[max(0, index)][1]

    def works(self, day: date) -> bool:
        """Return True if `day` is a working day."""
        return self.weekday(day) is not None

    def known(self, year: int) -> bool:
        """Return True if the calendar of `year` is loaded."""
        return year in self.years

    def among(self, first: date, last: date) -> Iterator[date]:
        """Yield the working days from `first` to `last`, both included."""
        for ahead in range((last - first).days + 1):
            day = first + timedelta(days=ahead)
            if self.works(day):
                yield day

    def count(self, first: date, last: date) -> int:
        """Return the number of working days from `first` to `last`, both included."""
        return sum(1 for _ in self.among(first, last))

    def after(self, day: date, days: int) -> date:
        """Return the `days`-th working day after `day` (0: `day`); raise ValueError if none."""
        current, remaining = day, days
        for _ in range(LONGEST_COUNT):
            if remaining <= 0:
                return current
            current += timedelta(days=1)
            remaining -= self.works(current)
        raise ValueError(f"no {days} working days after {day}")

    def statutory(self) -> Workdays:
        """Return the working days by law: the State Council's, without the hall's own days."""
        return Workdays(self.state, (), PLAIN_WEEK, self.years)


def week_of(lines: Iterable[frozenset[int]]) -> frozenset[int]:
    """Return the weekdays in a hall's lines of hours; the plain week if there are no lines."""
    return frozenset().union(*lines) or PLAIN_WEEK


def is_overdue(due: str, today: date) -> bool:
    """Return True if the ISO day has passed; an empty one, of what has ended, is never overdue."""
    return bool(due) and today.isoformat() > due
