"""Interviews that are due: last in the released ranking for several months running."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from server.assessment.periods import Period, PeriodKind, period_of
from server.assessment.standings import Standing, Subject, released
from server.hall.context import Context
from server.honours.dated_settings import settings_on
from server.honours.interview_rules import Place, due, last_places


@dataclass(frozen=True, slots=True)
class DueInterview:
    """Interview that a month made due; `months`: the run of last places."""

    standing: Standing
    month: Period
    months: tuple[Period, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """Subject, code and month, by which its record is stored."""
        return self.standing.subject.value, self.standing.code, self.month.id


def due_interviews(
    ctx: Context, conn: Connection, year: Period, subjects: Iterable[Subject] = Subject
) -> list[DueInterview]:
    """Return the interviews that the months of a year made due, oldest first."""
    today = ctx.local().date()
    ended = [month for month in year.months if month.last < today]
    if not ended:
        return []
    running = settings_on(ctx, conn, ended[-1].last).interview_months
    months = _before(ended[0], running - 1) + ended
    result: list[DueInterview] = []
    for subject in subjects:
        standings = [released(ctx, conn, subject, month) for month in months]
        last = [None if ranking is None else _last(ranking) for ranking in standings]
        for place, codes in due(last, running).items():
            if months[place] not in ended:
                continue
            run = tuple(months[place - running + 1 : place + 1])
            result += [
                DueInterview(entry, months[place], run)
                for entry in standings[place] or ()
                if entry.code in codes
            ]
    return sorted(result, key=lambda entry: entry.key[::-1])


def _last(ranking: tuple[Standing, ...]) -> frozenset[str]:
    return last_places([Place(entry.code, entry.rank, entry.rank_best) for entry in ranking])


def _before(month: Period, number: int) -> list[Period]:
    months: list[Period] = []
    for _ in range(number):
        month = month.before()
        months.insert(0, month)
    return months


def is_due(
    ctx: Context, conn: Connection, subject: Subject, code: str, month: Period
) -> DueInterview | None:
    """Return the interview that a month made due for somebody, or None."""
    year = period_of(PeriodKind.YEAR, month.first)
    wanted = subject.value, code, month.id
    every = due_interviews(ctx, conn, year, [subject])
    return next((entry for entry in every if entry.key == wanted), None)
