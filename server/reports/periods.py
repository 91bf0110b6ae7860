"""Periods of reports: a day, an ISO week, or a month. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.core.weeks import LAST_YEAR, parse_week, week_of

DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    """Kind of a period (日报、周报、月报)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Period with its first and last day."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def id(self) -> str:
        """Identifier: 2026-11-30, 2026-W48 or 2026-11."""
        if self.kind is PeriodKind.DAY:
            return self.first.isoformat()
        if self.kind is PeriodKind.WEEK:
            return week_of(self.first).id
        return self.first.isoformat()[:7]

    def before(self) -> Period:
        """Return the period before."""
        return period_of(self.kind, self.first - DAY)

    def after(self) -> Period:
        """Return the period after."""
        return period_of(self.kind, self.last + DAY)

    def days(self, until: date) -> list[date]:
        """Return the days of the period up to `until`."""
        number = (min(self.last, until) - self.first).days + 1
        return [self.first + DAY * n for n in range(number)]


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the period of a kind that a day belongs to."""
    if kind is PeriodKind.DAY:
        return Period(kind, day, day)
    if kind is PeriodKind.WEEK:
        week = week_of(day)
        return Period(kind, week.first, week.last)
    first = day.replace(day=1)
    return Period(kind, first, (first + timedelta(days=31)).replace(day=1) - DAY)


def parse_period(text: str) -> Period:
    """Return the period of an identifier; raise ValueError if it is malformed."""
    if int(text[:4]) > LAST_YEAR:
        raise ValueError(text)
    if "W" in text:
        return period_of(PeriodKind.WEEK, parse_week(text).first)
    kind = PeriodKind.MONTH if len(text) == len("2026-11") else PeriodKind.DAY
    period = period_of(kind, date.fromisoformat(text if kind is PeriodKind.DAY else f"{text}-01"))
    if period.id != text:
        raise ValueError(text)
    return period


def earlier_span(period: Period, today: date) -> tuple[date, date]:
    """Return the days of the period before that compare with those of this one up to `today`.

    While the period runs, as many days as have passed of it: half a month is not compared with a
    whole one.
    """
    before = period.before()
    if today >= period.last:
        return before.first, before.last
    return before.first, min(before.last, before.first + (today - period.first))
