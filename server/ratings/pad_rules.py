"""Presses on rating pads: the service that a press rates.

A pad knows which service it asks for, unless it was cut off from the server: then the press rates
the service that its window had just finished. A press without a service is kept and never becomes a
rating. Times in ms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SLACK_MS = 15_000
"""Most by which the clocks of a desk and of the pad's PC differ, beyond the pad's own waiting."""
WAIT_MS = 3 * 86_400_000
"""Time for which a press waits for the actions of its desk, which come after an outage."""


class PressState(StrEnum):
    """State of a press."""

    WAITING = "waiting"
    """No service is known yet: the actions of the desk may still come."""
    COUNTED = "counted"
    REPEATED = "repeated"
    """The service was rated before: the first press counts."""
    UNMATCHED = "unmatched"
    """There was no service: not a rating."""


@dataclass(frozen=True, slots=True)
class Press:
    """Press on a pad; `ticket`: the one that the pad asked for, empty if it did not know."""

    window: str
    at: int
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """Finished service at a window."""

    ticket: str
    window: str
    ended_at: int


def service_of(press: Press, services: Iterable[Service], seconds: int) -> Service | None:
    """Return the service that a press rates, or None; `seconds`: for how long a pad asks.

    `services` are finished ones, of any window.
    """
    own = [service for service in services if service.window == press.window]
    if press.ticket:
        return next((service for service in own if service.ticket == press.ticket), None)
    longest = seconds * 1000 + SLACK_MS
    near = [s for s in own if -SLACK_MS <= press.at - s.ended_at <= longest]
    return max(near, key=lambda service: (service.ended_at, service.ticket), default=None)


def state_of(service: Service | None, *, is_rated: bool, at: int, now: int) -> PressState:
    """Return what becomes of a press made `at`: its service, and whether that was rated before."""
    if service is None:
        return PressState.UNMATCHED if now - at > WAIT_MS else PressState.WAITING
    return PressState.REPEATED if is_rated else PressState.COUNTED
