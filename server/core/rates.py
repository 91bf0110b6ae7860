"""Rate with both its numbers, shown as a share only while there are enough of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from server.core.rounding import percent

FEWEST = 10
"""Least denominator for which a rate is shown."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Share with both its numbers; `shown` is False while the denominator is too small."""

    count: int
    of: int

    @property
    def shown(self) -> bool:
        """True if the denominator is large enough for a rate."""
        return self.of >= FEWEST

    @property
    def share(self) -> Fraction | None:
        """Exact share, or None if it is not shown."""
        return Fraction(self.count, self.of) if self.shown else None

    @property
    def percent(self) -> float | None:
        """Share in percent, rounded half up to tenths, or None if it is not shown."""
        share = self.share
        return None if share is None else float(percent(float(share)))


def rate_text(rate: Rate) -> str:
    """Return a rate with both its numbers; while there are too few, only these; — for none."""
    if rate.of == 0:
        return "—"
    numbers = f"{rate.count}/{rate.of}"
    return numbers if rate.percent is None else f"{rate.percent}%（{numbers}）"
