"""Attendance allowance (考勤奖): the amount of one person in one month, and the reasons for less.

Whoever has no mark of absence gets all of it. Each late or early punch costs a fixed amount; too
many of them, an absent half day, too much leave for private reasons or a standing veto cost all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Cut(StrEnum):
    """Reason for less than the whole allowance."""

    NOTHING_DUE = "nothing_due"
    """No punch was due in the month."""
    VETO = "veto"
    ABSENT = "absent"
    LEAVE = "leave"
    LAPSES = "lapses"
    """More late, early or missing punches than the rule allows."""
    LAPSE = "lapse"
    """Late, early or missing punches that each cost something."""


@dataclass(frozen=True, slots=True)
class AllowanceRule:
    """Rule of a month; amounts in yuan."""

    amount: int
    per_lapse: int
    most_lapses: int
    """Lapses after which all is lost; 0: never."""
    leave_days: int
    """Days of leave for private reasons after which all is lost."""


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """Attendance of one person in one month."""

    due: int
    """Decided punches that were due or excused."""
    lapses: int
    absent_halves: int = 0
    leave_days: Fraction = Fraction(0)
    pending: int = 0
    """Punches that are not decided yet, because a time clock has not delivered."""
    is_vetoed: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """Amount in yuan, with each reason for less and what it cost."""

    amount: int
    cuts: tuple[tuple[Cut, int], ...] = ()


def allowance(facts: MonthFacts, rule: AllowanceRule) -> Allowance:
    """Return the allowance of a month."""
    whole = _whole_cut(facts, rule)
    if whole is not None:
        return Allowance(0, ((whole, rule.amount),))
    cost = min(rule.amount, facts.lapses * rule.per_lapse)
    return Allowance(rule.amount - cost, ((Cut.LAPSE, cost),) if cost else ())


def _whole_cut(facts: MonthFacts, rule: AllowanceRule) -> Cut | None:
    """Return the first reason that costs all of it, or None."""
    if not facts.due and not facts.pending:
        return Cut.NOTHING_DUE
    if facts.is_vetoed:
        return Cut.VETO
    if facts.absent_halves:
        return Cut.ABSENT
    if facts.leave_days > rule.leave_days:
        return Cut.LEAVE
    return Cut.LAPSES if 0 < rule.most_lapses < facts.lapses else None
