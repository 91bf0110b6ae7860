"""Counts of licences in a span of days: what was done with them, and how long they waited. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from server.issuing.rules import LicenceMove

LICENCES_COUNTED = (
    (
        "登记、核收、发放、邮寄、妥投、退回按登记该步骤的时间计；期末待领＝期末在出件窗口、还没有发放或寄出的。"
        "决定到领取＝从作出决定的次日到领取当日的工作日数，只计窗口发放的；半数不超过＝其中一半不超过的工作日数。"
        "电子证照为本期发证的，逾期归集＝超过规定工作日才归集或到期末仍未归集的。"
    ),
    (
        "Steps count at the time of their record. Waiting: at the issuing window at the end. From "
        "decision to hand-out: working days after the decision up to the day of the hand-out, of "
        "those handed out at the window. Electronic licences are those issued in the period; late: "
        "entered after the working days allowed, or not entered at the end."
    ),
)


class WorkingDays(Protocol):
    """Port to the working days."""

    def among(self, first: date, last: date) -> Iterable[date]:
        """Return the working days `first`..`last`."""


@dataclass(frozen=True, slots=True)
class LicenceCounts:
    """Counts of a span of days, and what waited at its end."""

    made: int = 0
    """Registered."""
    counted: int = 0
    """Counted by two at the issuing window."""
    missing: int = 0
    handed: int = 0
    posted: int = 0
    delivered: int = 0
    returned: int = 0
    """Came back from the post."""
    entered: int = 0
    """Electronic ones whose entry was recorded."""
    waiting: int = 0
    """At the issuing window at the end."""
    days: Counter[int] = field(default_factory=Counter)
    """Number of hand-outs by working days since the decision."""
    electronic: int = 0
    """Electronic ones issued on the days."""
    late: int = 0
    """Of those: entered too late, or not entered and due."""

    @property
    def days_mean(self) -> float | None:
        """Mean working days from decision to hand-out; None without a hand-out."""
        number = self.days.total()
        return sum(days * n for days, n in self.days.items()) / number if number else None

    @property
    def days_median(self) -> int | None:
        """Working days that half of the hand-outs do not exceed; None without one."""
        ordered = sorted(self.days.elements())
        return ordered[len(ordered) // 2] if ordered else None


MOVES: Mapping[LicenceMove, str] = {
    LicenceMove.REGISTER: "made",
    LicenceMove.COUNT: "counted",
    LicenceMove.MISS: "missing",
    LicenceMove.HAND: "handed",
    LicenceMove.POST: "posted",
    LicenceMove.DELIVER: "delivered",
    LicenceMove.RETURN: "returned",
    LicenceMove.ENTER: "entered",
}
"""Moves that are counted, with the name of their count."""


def counts_of_moves(moves: Mapping[LicenceMove, int]) -> LicenceCounts:
    """Return the counts of moves by their number."""
    counts: dict[str, Any] = {MOVES[move]: n for move, n in moves.items() if move in MOVES}
    return LicenceCounts(**counts)


def working_days_after(decided: date, handed: date, calendar: WorkingDays) -> int:
    """Return the working days after a decision up to and with the day of the hand-out."""
    return sum(1 for _day in calendar.among(decided + timedelta(days=1), handed))
