"""Rate limits: policies that stand on routes, counted by the library `limits`.

A policy counts people and devices that are signed in by who they are, everybody else by address.
Somebody who is signed in draws nothing from the share of the strangers behind the same address, so
a flood from a hall's own network starves nobody who is known. Counters live in windows that end by
themselves (`server.api.windows`); several workers share them where there is Redis.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Any

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter

from server.api.windows import Windows
from server.domain.errors import Code, HallError
from server.services.people import Principal

MOST_SECRETS = 20_000
"""Secrets that proved good; the one that was shown longest ago goes first."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Most requests in a number of seconds: of one address, of one person or device.

    `together`: of everybody who is signed in behind one address.
    """

    name: str
    stranger: int
    known: int
    together: int
    seconds: int = 10

    def items(self) -> tuple[RateLimitItem, RateLimitItem, RateLimitItem]:
        """Return the policy's numbers as the library keeps them."""
        made = [
            RateLimitItemPerSecond(n, self.seconds, self.name)
            for n in (self.stranger, self.known, self.together)
        ]
        return made[0], made[1], made[2]


# A hundred browsers of a hall may share one address, and all come back when the server was started
# again: each asks for a page, thirty files, a few questions and a live line.
ASKING = Policy("ask", stranger=1200, known=500, together=10_000)
"""Questions, and commands of whoever may give them."""
ACTING = Policy("act", stranger=400, known=500, together=5000)
GUESSING = Policy("guess", stranger=40, known=40, together=80, seconds=40)
"""Sign-in: a hall's clerks may share one address at opening time."""
PASSWORDS = Policy("password", stranger=40, known=40, together=80, seconds=40)
ENROLLING = Policy("enrol", stranger=40, known=40, together=80, seconds=40)
"""Apart from sign-in: who guesses passwords shuts nobody at the same address out here."""
PHONES = Policy("phone", stranger=40, known=40, together=200)
PAGES = Policy("page", stranger=600, known=300, together=3000)
FILES = Policy("file", stranger=6000, known=3000, together=30_000)
DOCUMENT = Policy("document", stranger=20, known=20, together=100)
"""The description of the API is large."""
WATCHING = Policy("watch", stranger=100, known=100, together=100)
"""`/healthz` and `/metrics`."""
LINES = Policy("line", stranger=1000, known=100, together=3000)
"""Handshakes of live lines."""
NOWHERE = Policy("nowhere", stranger=300, known=300, together=1000)
"""Addresses that lead nowhere."""
SECRETS = Policy("secret", stranger=3000, known=3000, together=3000)
"""Cookies and tokens that have not proved good yet: each is looked up in the database. After a
restart that is everybody's, and a guesser behind the same address must not keep them out for long;
nobody guesses 32 random bytes."""
CLOCKS = Policy("clock", stranger=1000, known=900, together=1000)
"""`/iclock`: a hall's time clocks may share one address."""
UNADMITTED = Policy("unadmitted", stranger=15, known=15, together=15)
FREE = Policy("free", stranger=0, known=0, together=0)
"""The demo's own routes only: a rehearsal moves the clock as fast as it can."""


def limited(policy: Policy, view: Callable[..., Any]) -> Callable[..., Any]:
    """Return the view with its policy on it; `Limits.guard` counts before it is called."""

    def answer(**args: Any) -> Any:
        return view(**args)

    answer.policy = policy  # type: ignore[attr-defined]
    return answer


def policy_of(view: Callable[..., Any] | None) -> Policy | None:
    """Return the policy that stands on a view."""
    policy = getattr(view, "policy", None)
    return policy if isinstance(policy, Policy) else None


@lru_cache(1024)
def source_of(address: str) -> str:
    """Return what counts as one source: an IPv4 address, or the /64 of an IPv6 address.

    One customer of a network is given at least a /64, which is more addresses than can be counted.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 4:
        return address
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped) if mapped else str(ip_network((parsed, 64), strict=False))


class Limits:
    """Counters by policy and source, of one process or of several that share a Redis."""

    def __init__(
        self, now: Callable[[], float] = time.time, windows: Windows | None = None
    ) -> None:
        self._counter = FixedWindowRateLimiter(Windows(now) if windows is None else windows)
        self._items: dict[Policy, tuple[RateLimitItem, RateLimitItem, RateLimitItem]] = {}
        self._good: OrderedDict[str, None] = OrderedDict()

    def check(
        self, policy: Policy, principal: Principal | None, address: str, hall: str = ""
    ) -> None:
        """Count a request; raises TOO_MANY."""
        if policy is FREE:
            return
        stranger, known, together = self._of(policy)
        source = source_of(address)
        if principal is None:
            self._hit(stranger, "address", source)
        else:
            self._hit(known, "known", hall, principal.actor.key)
            self._hit(together, "together", source)

    def take(self, policy: Policy, *who: str) -> None:
        """Count something by any name, against the policy's number for strangers."""
        self._hit(self._of(policy)[0], *who)

    def forget(self) -> None:
        """Begin anew with every counter."""
        self._counter.storage.reset()

    def take_known(self, policy: Policy, *who: str) -> None:
        """Count something known by any name, against the policy's number for one of them."""
        self._hit(self._of(policy)[1], "known", *who)

    def check_secret(self, secret: str, address: str) -> None:
        """Count a secret that has not proved good, before it is looked up; raises TOO_MANY."""
        if secret and secret not in self._good:
            self.take(SECRETS, "address", source_of(address))

    def proved(self, secret: str) -> None:
        """Remember a secret that was good. It opens nothing: it is only not counted as a guess."""
        if not secret:
            return
        self._good[secret] = None
        self._good.move_to_end(secret)
        if len(self._good) > MOST_SECRETS:
            self._good.popitem(last=False)

    def good(self, secrets: Iterable[str]) -> str:
        """Return one of these secrets that has proved good, if any."""
        return next((secret for secret in secrets if secret in self._good), "")

    def check_by(self, policy: Policy, secret: str, address: str) -> None:
        """Count a request by a secret that has proved good; raises TOO_MANY."""
        _, known, together = self._of(policy)
        self._hit(known, "secret", sha256(secret.encode("utf-8", "replace")).hexdigest())
        self._hit(together, "together", source_of(address))

    def _of(self, policy: Policy) -> tuple[RateLimitItem, RateLimitItem, RateLimitItem]:
        items = self._items.get(policy)
        if items is None:
            items = self._items[policy] = policy.items()
        return items

    def _hit(self, item: RateLimitItem, *who: str) -> None:
        if not self._counter.hit(item, *who):
            raise HallError(Code.TOO_MANY)
