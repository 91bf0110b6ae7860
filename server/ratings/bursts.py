"""Ratings that a window may have given to itself: signs in a day's figures, never a verdict.

A person reads the question before pressing, and a service takes time. Best ratings that come at
once after the end, several within a minute, or for services of a few seconds, are proposed to the
office with their numbers. Times in ms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.ratings.levels import Level

SECOND_MS = 1000


class Sign(StrEnum):
    """Sign of a self-rating."""

    QUICK = "quick"
    """Best ratings at once after the end of the service."""
    DENSE = "dense"
    """Several best ratings within a minute."""
    SHORT = "short"
    """Best ratings of services that took no time."""


WORDS = {
    Sign.QUICK: "{count}次“非常满意”在结束办理后{seconds}秒内按下",
    Sign.DENSE: "{count}次“非常满意”在{seconds}秒内连续按下",
    Sign.SHORT: "{count}次“非常满意”的办理时间不足{seconds}秒",
}


@dataclass(frozen=True, slots=True)
class PadRating:
    """Rating at the window, with the times of its service."""

    window: str
    staff: str
    level: Level
    at: int
    serving_at: int
    ended_at: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and numbers from which a sign is proposed."""

    quick_seconds: int
    quick_count: int
    dense_seconds: int
    dense_count: int
    short_seconds: int
    short_count: int


@dataclass(frozen=True, slots=True)
class Burst:
    """Sign at one window on one day; `count` ratings show it, the first one at `at`."""

    sign: Sign
    window: str
    staff: str
    count: int
    seconds: int
    at: int

    @property
    def words(self) -> str:
        """The sign with its figures."""
        return WORDS[self.sign].format(count=self.count, seconds=self.seconds)


def bursts(ratings: Iterable[PadRating], limits: Limits) -> list[Burst]:
    """Return the signs in the ratings of one day, by window and person."""
    by_desk: dict[tuple[str, str], list[PadRating]] = defaultdict(list)
    for rating in sorted(ratings, key=lambda entry: entry.at):
        if rating.level is Level.VERY_SATISFIED:
            by_desk[rating.window, rating.staff].append(rating)
    return [
        burst
        for desk in sorted(by_desk)
        for burst in (
            _quick(by_desk[desk], limits),
            _dense(by_desk[desk], limits),
            _short(by_desk[desk], limits),
        )
        if burst is not None
    ]


def _quick(best: Sequence[PadRating], limits: Limits) -> Burst | None:
    most = limits.quick_seconds * SECOND_MS
    quick = [entry for entry in best if entry.at - entry.ended_at < most]
    return _burst(Sign.QUICK, quick, limits.quick_count, limits.quick_seconds)


def _short(best: Sequence[PadRating], limits: Limits) -> Burst | None:
    most = limits.short_seconds * SECOND_MS
    short = [entry for entry in best if entry.ended_at - entry.serving_at < most]
    return _burst(Sign.SHORT, short, limits.short_count, limits.short_seconds)


def _dense(best: Sequence[PadRating], limits: Limits) -> Burst | None:
    """Return the densest run of ratings within the seconds."""
    most, densest = limits.dense_seconds * SECOND_MS, list[PadRating]()
    for place, first in enumerate(best):
        run = [entry for entry in best[place:] if entry.at - first.at < most]
        densest = max(densest, run, key=len)
    return _burst(Sign.DENSE, densest, limits.dense_count, limits.dense_seconds)


def _burst(sign: Sign, shown: Sequence[PadRating], least: int, seconds: int) -> Burst | None:
    if not shown or len(shown) < least:
        return None
    first = shown[0]
    return Burst(sign, first.window, first.staff, len(shown), seconds, first.at)
