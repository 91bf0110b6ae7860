"""Clocks and random sources, passed as arguments: the only module that reads the machine's.

A `Clock` returns UTC milliseconds. The demo's clock can run faster and start at another time of
day; no other module is aware of that. A `Chance` returns tokens; tests use a seeded one.
"""

from __future__ import annotations

import random
import secrets
import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Clock(Protocol):
    """Clock interface."""

    def now(self) -> int:
        """Return milliseconds since 1970, UTC."""
        ...


class MachineClock:
    """Clock of the machine."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


class ScaledClock:
    """Clock that starts at `start` (ms) and runs `speed` times as fast as the monotonic clock.

    `since`: monotonic seconds at which it showed `start`, for another process with the same time;
    None for now.
    """

    def __init__(self, start: int, speed: float, since: float | None = None) -> None:
        self._start = start
        self._speed = speed
        self._from = time.monotonic() if since is None else since

    def now(self) -> int:
        return self._start + int((time.monotonic() - self._from) * 1000 * self._speed)


class StagedClock:
    """Clock of a rehearsal: `speed` times as fast, but never beyond the time allowed.

    It stands still while the rehearsal acts, so every action of the day has its exact time and the
    same seed gives the same day, however busy the machine is.
    """

    def __init__(self, start: int, speed: float) -> None:
        self._now = start
        self._until = start
        self._speed = speed
        self._from = time.monotonic()

    def now(self) -> int:
        ran = int((time.monotonic() - self._from) * 1000 * self._speed)
        return min(self._until, self._now + ran)

    def run_until(self, until: int) -> int:
        """Let the clock run on to `until`; return its current time."""
        current = self.now()
        if until > self._until:
            self._now, self._from, self._until = current, time.monotonic(), until
        return current


class SetClock:
    """Clock that stands still at a set time: for tests and for writing past days."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def set(self, now: int) -> None:
        """Set the time."""
        self._now = now

    def advance(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Advance the time."""
        self._now += int(minutes * 60_000 + seconds * 1000)


class TokenSource(Protocol):
    """Source of unguessable or arbitrary values."""

    def token(self, size: int = 16) -> str:
        """Return a URL-safe token of `size` random bytes."""
        ...

    def digits(self, count: int) -> str:
        """Return a code of decimal digits."""
        ...


class SystemTokenSource:
    """Random source of the operating system."""

    def token(self, size: int = 16) -> str:
        return secrets.token_urlsafe(size)

    def digits(self, count: int) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(count))


class SeededTokenSource:
    """Repeatable source for tests; never used for secrets."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def token(self, size: int = 16) -> str:
        return self._random.randbytes(size).hex()

    def digits(self, count: int) -> str:
        return "".join(self._random.choice("0123456789") for _ in range(count))


def local(now: int, timezone: str) -> datetime:
    """Return the hall's wall clock (naive) at `now`, independent of the machine's own zone."""
    aware = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(timezone))
    return aware.replace(tzinfo=None)


def fixed_minutes(timezone: str, year: int) -> int | None:
    """Return by how many minutes a zone is ahead of UTC, if it was and is so around a year.

    None for a zone that has summer time, or whose time was changed within ten years.
    """
    zone = ZoneInfo(timezone)
    days = (datetime(year + by, month, 1, tzinfo=zone) for by in range(-10, 2) for month in (1, 7))
    offsets = {day.utcoffset() for day in days}
    offset = offsets.pop()
    if offset is None or offsets:
        return None
    return int(offset.total_seconds()) // 60


def zone_exists(name: str) -> bool:
    """Return True if this machine has the time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def instant(moment: datetime, timezone: str) -> int:
    """Return the milliseconds of a wall-clock time of the hall."""
    return int(moment.replace(tzinfo=ZoneInfo(timezone)).timestamp() * 1000)
