"""Rate limits: a bucket of requests per person, device or address, in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.domain.errors import Code, HallError
from server.services.people import Principal

if TYPE_CHECKING:
    from server.api import Route

MAX_BUCKETS = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then `per_second`."""

    burst: float
    per_second: float


GUESSABLE = Rate(40, 1)
"""Sign-in and enrolment, per address. A hall's clerks may share one address at opening time;
guessing one account is stopped by its lock-out."""
PHONE = Rate(40, 4)
KNOWN = Rate(120, 40)
ANONYMOUS = Rate(120, 20)


class Limits:
    """Buckets by who and what."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def check(self, route: Route, principal: Principal | None, address: str) -> None:
        """Count a request; raises TOO_MANY."""
        if route.path.startswith("/demo/"):
            return  # a rehearsal moves the clock as fast as it can; no real hall has these
        if route.path in ("/login", "/enrol", "/password"):
            self.take("guess", address, GUESSABLE)
        elif route.path.startswith("/phone/"):
            self.take("phone", address, PHONE)
        elif principal is not None:
            self.take("known", principal.actor.key, KNOWN)
        else:
            self.take("anyone", address, ANONYMOUS)

    def take(self, what: str, who: str, rate: Rate) -> None:
        """Take one from a bucket; raises TOO_MANY when it is empty."""
        now = self._steady()
        left, since = self._buckets.get((what, who), (rate.burst, now))
        left = min(rate.burst, left + (now - since) * rate.per_second)
        if left < 1:
            raise HallError(Code.TOO_MANY)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.clear()
        self._buckets[(what, who)] = (left - 1, now)
