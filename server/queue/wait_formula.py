"""Waiting time estimate: people ahead and a range of minutes, never a single figure.

The service time of a queue is the day's own mean, weighted with the items' starting values while
few tickets are finished. The range is meant to contain the actual wait about three times in four;
the office page reports how often it did.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

SPREAD = 1.15
"""Normal quantile of a range that contains three cases in four."""
VARIATION = 0.8
"""Standard deviation of a service time over its mean; counters are nearly exponential."""
ROUND_MINUTES = 5
FINE_MINUTES = 10
"""Minutes below which the range is given by the minute."""


@dataclass(frozen=True, slots=True)
class Service:
    """Finished services of one queue today: their number and total minutes."""

    count: int = 0
    minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait:
    """People ahead, and minutes from `low` to `high`."""

    ahead: int
    low: int
    high: int


def mean_service(starting: float, prior: int, today: Service) -> float:
    """Return minutes per ticket; `starting` weighs as much as `prior` tickets of today."""
    return (starting * prior + today.minutes) / (prior + today.count)


def expected_wait(ahead: int, windows: int, minutes: float, free: bool = False) -> Wait:
    """Return the range for a person with `ahead` people in front, at `windows` windows.

    `free` means that a window is idle now; then nobody ahead means no wait.
    """
    if ahead == 0 and free:
        return Wait(0, 0, 2)
    lanes = max(windows, 1)
    steps = ahead + 0.5
    middle = steps * minutes / lanes
    spread = SPREAD * VARIATION * minutes * math.sqrt(steps) / lanes
    return Wait(ahead, _down(max(0.0, middle - spread)), _up(middle + spread))


def _down(minutes: float) -> int:
    if minutes < FINE_MINUTES:
        return math.floor(minutes)
    return math.floor(minutes / ROUND_MINUTES) * ROUND_MINUTES


def _up(minutes: float) -> int:
    if minutes < FINE_MINUTES:
        return max(2, math.ceil(minutes))
    return math.ceil(minutes / ROUND_MINUTES) * ROUND_MINUTES


def percentile(values: Iterable[float], share: float) -> float | None:
    """Return the `share` quantile (0..1) by nearest rank; None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]
