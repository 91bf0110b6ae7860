"""Rate limits: policies on routes, counted by the library `limits`.

A policy counts signed-in people and devices by identity, all others by address. A signed-in
caller does not use up the allowance of the others behind the same address, so a flood from a
hall's own network blocks no signed-in caller. Counters are in windows that end by themselves
(`server.web_api.windows`); several workers share them if there is Redis.
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

from server.core.actors import Principal
from server.core.errors import CommonCode, HallError
from server.web_api.windows import Windows

MOST_SECRETS = 20_000
"""Maximum number of remembered good secrets; the least recently used one is dropped first."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Maximum requests in `seconds` of one address (`stranger`) and one principal (`known`).

    `together`: of all signed-in callers behind one address.
    """

    name: str
    per_address: int
    per_caller: int
    per_network: int
    seconds: int = 10

    def items(self) -> tuple[RateLimitItem, RateLimitItem, RateLimitItem]:
        """Return the policy's numbers as items of the library."""
        limit_items = [
            RateLimitItemPerSecond(n, self.seconds, self.name)
            for n in (self.per_address, self.per_caller, self.per_network)
        ]
        return limit_items[0], limit_items[1], limit_items[2]


# A hundred browsers of a hall may share one address, and all reconnect after a restart of the
# server: each requests a page, thirty files, a few queries and a live connection.
QUERIES = Policy("ask", per_address=1200, per_caller=500, per_network=10_000)
"""Limit of queries; ACTING is that of commands."""
COMMANDS = Policy("act", per_address=400, per_caller=500, per_network=5000)
SIGN_IN = Policy("guess", per_address=40, per_caller=40, per_network=80, seconds=40)
"""Sign-in: a hall's clerks may share one address at opening time."""
PASSWORDS = Policy("password", per_address=40, per_caller=40, per_network=80, seconds=40)
ENROLLING = Policy("enrol", per_address=40, per_caller=40, per_network=80, seconds=40)
"""Limit of enrolments, separate from sign-in.

Somebody who guesses passwords thus does not block enrolments from the same address.
"""
PHONES = Policy("phone", per_address=40, per_caller=40, per_network=200)
MISSED = Policy("missed", per_address=30, per_caller=30, per_network=300, seconds=60)
"""Limit of look-ups and returns of missed numbers: ten people a minute at one kiosk, no guesser."""
BOOKINGS = Policy("booking", per_address=60, per_caller=60, per_network=600, seconds=30)
"""Limit of holds and bookings: a person needs three or four requests."""
CODES = Policy("appointment code", per_address=20, per_caller=30, per_network=300, seconds=60)
"""Limit of typed appointment codes, of which there are 850 thousand million."""
PAGES = Policy("page", per_address=600, per_caller=300, per_network=3000)
FILES = Policy("file", per_address=6000, per_caller=3000, per_network=30_000)
DOCUMENT = Policy("document", per_address=20, per_caller=20, per_network=100)
"""Limit of the OpenAPI document, which is large."""
MONITORING = Policy("watch", per_address=100, per_caller=100, per_network=100)
"""Limit of `/healthz` and `/metrics`."""
CONNECTIONS = Policy("line", per_address=1000, per_caller=100, per_network=3000)
"""Limit of handshakes of live connections."""
UNKNOWN_ADDRESS = Policy("nowhere", per_address=300, per_caller=300, per_network=1000)
"""Limit of addresses without a route."""
SECRETS = Policy("secret", per_address=3000, per_caller=3000, per_network=3000)
"""Limit of cookies and tokens that are not known to be good: each costs a database lookup.

After a restart these are all secrets. The limit is high, so that a guesser behind the same
address does not block them for long; 32 random bytes cannot be guessed.
"""
CLOCKS = Policy("clock", per_address=1000, per_caller=900, per_network=1000)
"""Limit of `/iclock`: a hall's time clocks may share one address."""
UNADMITTED = Policy("unadmitted", per_address=15, per_caller=15, per_network=15)
UNLIMITED = Policy("free", per_address=0, per_caller=0, per_network=0)
"""No limit, only for the demo's routes: a rehearsal moves the clock as fast as it can."""


def limited(policy: Policy, view: Callable[..., Any]) -> Callable[..., Any]:
    """Return the view with its policy attached; `Api.guard` counts before the call."""

    def answer(**args: Any) -> Any:
        return view(**args)

    answer.policy = policy  # type: ignore[attr-defined]
    return answer


def policy_of(view: Callable[..., Any] | None) -> Policy | None:
    """Return the policy attached to a view, or None."""
    policy = getattr(view, "policy", None)
    return policy if isinstance(policy, Policy) else None


@lru_cache(1024)
def source_of(address: str) -> str:
    """Return the source to count: an IPv4 address, or the /64 of an IPv6 address.

    A network's customer gets at least a /64, which has too many addresses to count singly.
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
        if policy is UNLIMITED:
            return
        stranger, per_caller, together = self._of(policy)
        source = source_of(address)
        if principal is None:
            self._hit(stranger, "address", source)
        else:
            self._hit(per_caller, "known", hall, principal.actor.key)
            self._hit(together, "together", source)

    def count(self, policy: Policy, *who: str) -> None:
        """Count an event by any name against the policy's number for strangers; raises TOO_MANY."""
        self._hit(self._of(policy)[0], *who)

    def reset(self) -> None:
        """Reset all counters."""
        self._counter.storage.reset()

    def count_caller(self, policy: Policy, *who: str) -> None:
        """Count an event by any name against the policy's number for known callers."""
        self._hit(self._of(policy)[1], "known", *who)

    def check_secret(self, secret: str, address: str) -> None:
        """Count a secret that is not known to be good, before its lookup; raises TOO_MANY."""
        if secret and secret not in self._good:
            self.count(SECRETS, "address", source_of(address))

    def remember_good(self, secret: str) -> None:
        """Remember a good secret. It grants no access: it is only not counted as a guess."""
        if not secret:
            return
        self._good[secret] = None
        self._good.move_to_end(secret)
        if len(self._good) > MOST_SECRETS:
            self._good.popitem(last=False)

    def first_good(self, secrets: Iterable[str]) -> str:
        """Return one of these secrets that is known to be good, or ""."""
        return next((secret for secret in secrets if secret in self._good), "")

    def check_by(self, policy: Policy, secret: str, address: str) -> None:
        """Count a request by a secret that is known to be good; raises TOO_MANY."""
        _, per_caller, together = self._of(policy)
        self._hit(per_caller, "secret", sha256(secret.encode("utf-8", "replace")).hexdigest())
        self._hit(together, "together", source_of(address))

    def _of(self, policy: Policy) -> tuple[RateLimitItem, RateLimitItem, RateLimitItem]:
        items = self._items.get(policy)
        if items is None:
            items = self._items[policy] = policy.items()
        return items

    def _hit(self, item: RateLimitItem, *who: str) -> None:
        if not self._counter.hit(item, *who):
            raise HallError(CommonCode.TOO_MANY)
