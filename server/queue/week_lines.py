"""Lines on tickets in a report, and how their minutes are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """Tickets of a unit or a window. Waits and service times in minutes."""

    code: str
    name: str
    issued: int
    served: int
    missed: int
    expired: int
    wait_p50: float | None
    wait_p90: float | None
    service_mean: float | None
    link: str


def mean_minutes(total_ms: int, values: int) -> float | None:
    """Return the mean of so many values in minutes; None without values.

    One division of whole numbers: every report rounds the same value.
    """
    return total_ms / (values * MINUTE_MS) if values else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value that `share` (0 to 1) of the values do not exceed; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
