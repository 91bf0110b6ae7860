"""Benchmark of the search for self-ratings: false alarms on honest days, and days missed.

`python3 go.py bench --only bursts`. Invented days of one window: services and the seconds until a
key of the pad is pressed are lognormal. Nothing here knows the limits of the rule.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence

from server.ratings.bursts import Limits, PadRating, Sign, bursts
from server.ratings.levels import Level
from server.ratings.settings import RatingSettings

DAYS = 20_000
PEOPLE = 28
"""People served at a window on a day, on average."""
MEDIAN_SERVICE, SPREAD_SERVICE = 360.0, 0.8
MEDIAN_PRESS, SPREAD_PRESS = 5.0, 0.6
FASTEST_PRESS = 0.8
"""Seconds; nobody reads and presses sooner."""
RATES, BEST = 0.4, 0.77
OWN_SHARES = (0.1, 0.2, 0.3, 0.5)
"""Shares of the services that a dishonest window rates itself, within a second."""


def day(chance: random.Random, own: float) -> list[PadRating]:
    """Return the ratings of one window on one day; `own`: the share it rates itself."""
    at, ratings = 0.0, list[PadRating]()
    for _ in range(max(1, round(chance.gauss(PEOPLE, 6)))):
        at += chance.uniform(5, 60)
        begin, at = at, at + max(15.0, chance.lognormvariate(0, SPREAD_SERVICE) * MEDIAN_SERVICE)
        if chance.random() < own:
            ratings.append(_rating(begin, at, chance.uniform(0.2, 1), Level.VERY_SATISFIED))
        elif chance.random() < RATES:
            level = Level.VERY_SATISFIED if chance.random() < BEST else Level.SATISFIED
            delay = chance.lognormvariate(0, SPREAD_PRESS) * MEDIAN_PRESS
            if delay < 20:
                ratings.append(_rating(begin, at, max(FASTEST_PRESS, delay), level))
    return ratings


def _rating(begin: float, end: float, delay: float, level: Level) -> PadRating:
    start, finish = round(begin * 1000), round(end * 1000)
    return PadRating("W01", "1001", level, finish + round(delay * 1000), start, finish)


def limits() -> Limits:
    """Return the limits by default."""
    settings = RatingSettings()
    return Limits(
        quick_seconds=settings.burst_quick_seconds,
        quick_count=settings.burst_quick_count,
        dense_seconds=settings.burst_dense_seconds,
        dense_count=settings.burst_dense_count,
        short_seconds=settings.burst_short_seconds,
        short_count=settings.burst_short_count,
    )


def proposed(seed: str, own: float, days: int) -> tuple[int, Counter[Sign]]:
    """Return the days with a sign, and the days by sign."""
    chance, by_sign, hits = random.Random(seed), Counter[Sign](), 0
    for _ in range(days):
        signs = {burst.sign for burst in bursts(day(chance, own), limits())}
        by_sign.update(signs)
        hits += bool(signs)
    return hits, by_sign


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    options = parser.parse_args(arguments)
    hits, by_sign = proposed("honest", 0.0, options.days)
    print(f"honest: {hits} of {options.days} window days proposed", end="")
    print(f" ({1000 * hits / options.days:.2f} of 1,000): ", end="")
    print(", ".join(f"{sign} {by_sign[sign]}" for sign in Sign))
    for own in OWN_SHARES:
        dishonest, by_sign = proposed(f"own {own}", own, options.days // 10)
        share = 100 * dishonest / (options.days // 10)
        print(f"rates {own:.0%} of its services itself: {share:.1f} % of the days proposed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
