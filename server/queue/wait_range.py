"""Range of minutes that a waiting person is told, from the forecast of the turn. Pure.

The service time of a queue is the day's own mean, weighted with the items' starting values while
few tickets are finished. The range is meant to hold four times in five, for each kind of person
(`wait_forecast.Kind`); its spread was measured on rehearsed months (`go.py bench --only waits`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from server.queue.turns import Kind, Turn

ROUND_MINUTES = 5
FINE_MINUTES = 10
"""Minutes below which the range is given by the minute."""
AT_ONCE = 2
"""Upper end, in minutes, for a person whom a free window calls at once."""
SPREAD = {Kind.SPECIALISED: 0.86, Kind.COMPREHENSIVE: 0.70, Kind.BOTH: 1.38, Kind.PRIORITY: 0.98}
"""Spread of a kind over that of all people together."""


@dataclass(frozen=True, slots=True)
class Tail:
    """End of the range: its distance from the expected wait, as a logarithm, by people ahead."""

    variance: float
    offset: float
    floor: float
    """Distance that remains however many people are ahead: the pace of the day."""

    def distance(self, ahead: int) -> float:
        """Return the logarithm of the end over the expected wait, without its sign."""
        return math.sqrt(self.variance / (ahead + self.offset) + self.floor**2)


EARLY = Tail(4.22, 0.96, 0.41)
LATE = Tail(1.28, 1.87, 0.24)


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
    priority_ahead: int = 0
    """People of a higher priority among those ahead."""


def mean_service(starting: float, prior: int, today: Service) -> float:
    """Return minutes per ticket; `starting` weighs as much as `prior` tickets of today."""
    return (starting * prior + today.minutes) / (prior + today.count)


def wait_of(turn: Turn) -> Wait:
    """Return what a person with this turn is told."""
    waited = max(0.0, turn.minutes - turn.delay)
    spread = SPREAD[turn.kind]
    low = turn.delay + waited * math.exp(-spread * EARLY.distance(turn.ahead))
    high = turn.delay + waited * math.exp(spread * LATE.distance(turn.ahead))
    if turn.delay:  # people come back a little late
        high = max(high, low + ROUND_MINUTES)
    return Wait(turn.ahead, _rounded(low), max(AT_ONCE, _rounded(high)), turn.priority_ahead)


def _rounded(minutes: float) -> int:
    step = 1 if minutes < FINE_MINUTES else ROUND_MINUTES
    return step * math.floor(minutes / step + 0.5)


def percentile(values: Iterable[float], share: float) -> float | None:
    """Return the `share` quantile (0..1) by nearest rank; None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]
