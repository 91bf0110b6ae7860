"""Lines on tickets in a weekly report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value that `share` (0 to 1) of the values do not exceed; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
