"""Which days are worked: the State Council calendar, the hall's own special days, the week.

A `Workdays` answers by date only and counts working days between dates. It knows no hours (that is
`hours`), no clock, and guesses nothing about a year whose calendar it was not given: `known` says
so, and the days of an unknown year follow the plain week.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from server.domain.catalogue import Catalogue, Scope, SpecialDay

PLAIN_WEEK = frozenset({1, 2, 3, 4, 5})
MONDAY_HOURS = 1
LONGEST_COUNT = 3660
"""Days that a count looks at before it gives up: ten years."""


@dataclass(frozen=True)
class Workdays:
    """Working days of one hall: `own` special days win over the `state` calendar."""

    state: tuple[SpecialDay, ...] = ()
    own: tuple[SpecialDay, ...] = ()
    week: frozenset[int] = PLAIN_WEEK
    """ISO weekdays worked in an ordinary week."""
    years: frozenset[int] = field(default=frozenset())
    """Years whose State Council calendar is known."""
    weeks: tuple[tuple[date, frozenset[int]], ...] = ()
    """Weeks that were in force before, each from its day on, oldest first, the present one last;
    the first also speaks for the time before it. Empty: `week` always was."""

    @cached_property
    def _special(self) -> dict[date, SpecialDay]:
        return {s.day: s for s in (*self.state, *self.own)}

    def special(self, day: date) -> SpecialDay | None:
        """The holiday or make-up day on `day`, if any."""
        return self._special.get(day)

    def weekday(self, day: date) -> int | None:
        """ISO weekday whose rule applies on `day`; None on a day of rest."""
        special = self._special.get(day)
        if special is None:
            return day.isoweekday() if day.isoweekday() in self.week_of(day) else None
        return special.like_weekday if special.opens else None

    def week_of(self, day: date) -> frozenset[int]:
        """ISO weekdays worked in the week as it stood on `day`."""
        if not self.weeks:
            return self.week
        place = bisect_right(self.weeks, day, key=lambda one: one[0]) - 1
        return self.weeks[max(0, place)][1]

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return self.weekday(day) is not None

    def known(self, year: int) -> bool:
        """Whether the calendar of `year` is there."""
        return year in self.years

    def among(self, first: date, last: date) -> Iterator[date]:
        """The working days from `first` to `last`, both included."""
        for ahead in range((last - first).days + 1):
            day = first + timedelta(days=ahead)
            if self.works(day):
                yield day

    def count(self, first: date, last: date) -> int:
        """How many working days lie from `first` to `last`, both included."""
        return sum(1 for _ in self.among(first, last))

    def after(self, day: date, days: int) -> date:
        """The `days`-th working day after `day` (0: `day` itself); raises ValueError if none."""
        found, left = day, days
        for _ in range(LONGEST_COUNT):
            if left <= 0:
                return found
            found += timedelta(days=1)
            left -= self.works(found)
        raise ValueError(f"no {days} working days after {day}")

    def statutory(self) -> Workdays:
        """The days that the law counts: the State Council's, not the hall's own."""
        return Workdays(self.state, (), PLAIN_WEEK, self.years)


def workdays_of(
    catalogue: Catalogue,
    years: Iterable[int],
    weeks: tuple[tuple[date, frozenset[int]], ...] = (),
) -> Workdays:
    """The working days that follow from a catalogue with its state calendar.

    `weeks`: as in Workdays. A hall that changes its week changes it from that day on.
    """
    week = week_of(h.weekdays for h in catalogue.hours if h.scope is Scope.HALL)
    return Workdays(catalogue.state_days, catalogue.special_days, week, frozenset(years), weeks)


def week_of(lines: Iterable[frozenset[int]]) -> frozenset[int]:
    """The weekdays of a hall's lines of hours; the plain week where there is no line."""
    return frozenset().union(*lines) or PLAIN_WEEK
