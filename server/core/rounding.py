"""Rounding of figures that people compare: the same on paper, on a screen and in a sentence.

Half is rounded up, on the stored decimal value: the formats of two languages disagree about 96.25.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

SHARE_PLACES = 6
HALF = Decimal("0.5")
TENTH = Decimal("0.1")


def kept_share(share: float | None) -> float | None:
    """Return a share (0 to 1) as stored and sent: six places, which each format rounds once.

    A share just below half a tenth of a percent stays below it: 1959 of 4604 is 42.5 %, and would
    be 42.6 % if it were rounded twice.
    """
    if share is None:
        return None
    exact = Decimal(repr(share))
    rounded = round(exact, SHARE_PLACES)
    if rounded > exact and rounded * 1000 % 1 == HALF:
        rounded -= Decimal(1).scaleb(-SHARE_PLACES)
    return float(rounded)


def tenths(value: float) -> Decimal:
    """Return a value rounded to one place, half up."""
    return Decimal(repr(value)).quantize(TENTH, ROUND_HALF_UP)


def percent(share: float) -> Decimal:
    """Return a share (0 to 1) as a percentage with one place, half up."""
    return (Decimal(repr(share)) * 100).quantize(TENTH, ROUND_HALF_UP)
