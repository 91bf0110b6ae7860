"""Time and chance as arguments: the only place that asks the machine for either.

A `Clock` gives UTC milliseconds. The demo's clock can run faster and start at another time of
day; nothing else knows. A `Chance` gives tokens; tests bring a seeded one.
"""

from __future__ import annotations

import random
import secrets
import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        ...


class MachineClock:
    """The machine's clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


class ScaledClock:
    """Starts at `start` (ms) and runs `speed` times as fast as the machine's steady clock."""

    def __init__(self, start: int, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._from = time.monotonic()

    def now(self) -> int:
        return self._start + int((time.monotonic() - self._from) * 1000 * self._speed)


class StagedClock:
    """A rehearsal's clock: runs `speed` times as fast, but never beyond what the stage allows.

    It stands still while the stage acts, so every act of a rehearsed day has its exact time and
    the same seed gives the same day, however busy the machine is.
    """

    def __init__(self, start: int, speed: float) -> None:
        self._now = start
        self._until = start
        self._speed = speed
        self._from = time.monotonic()

    def now(self) -> int:
        ran = int((time.monotonic() - self._from) * 1000 * self._speed)
        return min(self._until, self._now + ran)

    def allow(self, until: int) -> int:
        """Let the clock run on to `until`; returns what it shows now."""
        shown = self.now()
        if until > self._until:
            self._now, self._from, self._until = shown, time.monotonic(), until
        return shown


class SetClock:
    """A clock that stands where it is put: for tests and replays."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def set(self, now: int) -> None:
        """Put the hands."""
        self._now = now

    def forward(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Move the hands on."""
        self._now += int(minutes * 60_000 + seconds * 1000)


class Chance(Protocol):
    """Where unguessable or arbitrary values come from."""

    def token(self, size: int = 16) -> str:
        """A URL-safe token of `size` random bytes."""
        ...

    def digits(self, count: int) -> str:
        """A code of decimal digits."""
        ...


class SystemChance:
    """The operating system's randomness."""

    def token(self, size: int = 16) -> str:
        return secrets.token_urlsafe(size)

    def digits(self, count: int) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(count))


class SeededChance:
    """Repeatable values for tests; never used for secrets."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def token(self, size: int = 16) -> str:
        return self._random.randbytes(size).hex()

    def digits(self, count: int) -> str:
        return "".join(self._random.choice("0123456789") for _ in range(count))


def local(now: int, timezone: str) -> datetime:
    """The hall's wall clock (naive) at `now`; the machine's own zone does not matter."""
    aware = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(timezone))
    return aware.replace(tzinfo=None)


def zone_known(name: str) -> bool:
    """Whether this machine knows the time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def instant(moment: datetime, timezone: str) -> int:
    """Milliseconds of a wall-clock time of the hall."""
    return int(moment.replace(tzinfo=ZoneInfo(timezone)).timestamp() * 1000)
