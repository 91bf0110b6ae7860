"""Ranking: standings of one kind of subject in a period, in the order of their scores.

Higher scores come first. Ties: fewer points deducted, then fewer confirmed bad ratings, then the same
rank for both. A score that leaves something unmeasured is a range, and so is its rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

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
    """Code of the unit at the end of the period; of a unit, its own; "" for people of the office."""
    score: Decimal
    """Points with two decimals."""
    rank: int
    """Rank from 1 among those with the same subject; equal in a tie that no rule breaks."""
    rank_best: int
    """Best rank if everything unmeasured turned out without a deduction."""
    rank_worst: int
    """Worst rank if everything unmeasured cost all that it can; equal to `rank` when all is measured."""
    deductions: Decimal
    """Points deducted, as a positive number, after floors and caps of the parts."""
    bad_ratings: int
    """Bad ratings that were confirmed."""
    unmeasured: tuple[str, ...]
    """Chinese names of the lines that could not be measured in some month of the period."""
