"""Ranking: standings of one kind of subject in a period, in the order of their scores.

Higher scores come first. Ties: fewer points deducted, then fewer confirmed bad ratings, then the
same rank for both. A score that leaves something unmeasured is a range, and so is its rank.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from server.assessment.rules import Bounded, Score, rounded
from server.assessment.sheets import ZERO, Longer
from server.core.measured import Subject


@dataclass(frozen=True, slots=True)
class Standing:
    """Score and rank of one window, person or unit in a period."""

    subject: Subject
    code: str
    """Code of the window or unit, or staff number."""
    name: str
    """Name at the end of the period, e.g. 5号窗口."""
    unit: str
    """Code of the unit at the end of the period; of a unit, its own; "" for none."""
    score: Decimal
    """Points with two decimals."""
    rank: int
    """Rank from 1 among those with the same subject; equal in a tie that no rule breaks."""
    rank_best: int
    """Best rank if everything unmeasured turned out without a deduction."""
    rank_worst: int
    """Worst rank if everything unmeasured cost the most; `rank` when all is measured."""
    deductions: Decimal
    """Points deducted, as a positive number, after floors and caps of the parts."""
    bad_ratings: int
    """Bad ratings that were confirmed."""
    unmeasured: tuple[str, ...]
    """Chinese names of the lines that could not be measured in some month of the period."""


@dataclass(frozen=True, slots=True)
class Result:
    """Score of one subject in a period, as it is stored and ranked."""

    code: str
    name: str
    unit: str
    score: Bounded
    deductions: Bounded
    bad_ratings: int
    unmeasured: tuple[str, ...] = ()
    year: Decimal = ZERO
    """Points that count once in the year's total, zero or negative; a year's total has them."""


def result_of(score: Score) -> Result:
    """Return the result of a month's score."""
    return Result(
        score.code,
        score.name,
        score.unit,
        score.total,
        score.deductions,
        score.bad_ratings,
        tuple(dict.fromkeys(score.unmeasured)),
        score.year_points,
    )


def added_up(
    months: Sequence[Sequence[Result]], longer: Longer, *, is_year: bool = False
) -> tuple[Result, ...]:
    """Return the results of a period from those of its months, in their order.

    A month in which somebody was not assessed leaves the mean. Name and unit are the last ones.
    The total of a year loses the points that count once in it.
    """
    by_code: dict[str, list[Result]] = {}
    for results in months:
        for result in results:
            by_code.setdefault(result.code, []).append(result)
    return tuple(_added(own, longer, is_year=is_year) for own in by_code.values())


def _added(months: Sequence[Result], longer: Longer, *, is_year: bool) -> Result:
    def side(value: Callable[[Result], Decimal], *, total: bool, once: Decimal) -> Decimal:
        number = Fraction(sum((value(month) for month in months), Decimal(0)))
        return rounded((number if total else number / len(months)) + Fraction(once))

    def bounded(kind: Callable[[Result], Bounded], *, total: bool, once: Decimal) -> Bounded:
        return Bounded(
            side(lambda month: kind(month).value, total=total, once=once),
            side(lambda month: kind(month).low, total=total, once=once),
            side(lambda month: kind(month).high, total=total, once=once),
        )

    last, year = months[-1], sum((month.year for month in months), ZERO)
    once = year if is_year else ZERO
    return Result(
        last.code,
        last.name,
        last.unit,
        bounded(lambda month: month.score, total=longer is Longer.SUM, once=once),
        bounded(lambda month: month.deductions, total=True, once=-once),
        sum(month.bad_ratings for month in months),
        tuple(dict.fromkeys(name for month in months for name in month.unmeasured)),
        year,
    )


_Key = tuple[Decimal, Decimal, int]


def ranked(subject: Subject, results: Sequence[Result]) -> tuple[Standing, ...]:
    """Return the standings in the order of their ranks, those with equal ranks as given."""
    keys = [_key(r.score.value, r.deductions.value, r.bad_ratings) for r in results]
    best = [_key(r.score.high, r.deductions.low, r.bad_ratings) for r in results]
    worst = [_key(r.score.low, r.deductions.high, r.bad_ratings) for r in results]
    sorted_keys, sorted_best, sorted_worst = sorted(keys), sorted(best), sorted(worst)
    standings = [
        Standing(
            subject=subject,
            code=result.code,
            name=result.name,
            unit=result.unit,
            score=result.score.value,
            rank=_above(sorted_keys, keys[n]) + 1,
            rank_best=_above(sorted_worst, best[n]) + 1,
            # The subject itself is above its own worst key if it has a range.
            rank_worst=_above(sorted_best, worst[n]) + 1 - (best[n] > worst[n]),
            deductions=result.deductions.value,
            bad_ratings=result.bad_ratings,
            unmeasured=result.unmeasured,
        )
        for n, result in enumerate(results)
    ]
    return tuple(sorted(standings, key=lambda standing: standing.rank))


def _key(score: Decimal, deductions: Decimal, bad_ratings: int) -> _Key:
    return score, -deductions, -bad_ratings


def _above(ordered: Sequence[_Key], key: _Key) -> int:
    """Return how many of the ordered keys are higher than a key."""
    return len(ordered) - bisect_right(ordered, key)
