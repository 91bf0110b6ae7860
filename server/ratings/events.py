"""Event of a rating."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class ServiceRated(Event):
    """Event: a service was rated; `day` is the business day of the service."""

    rating: str
    ticket: str
    day: str
    level: int


@dataclass(frozen=True, slots=True)
class RedressMoved(Event):
    """Event: a redress of a bad rating was opened, or took a step."""

    rating: str
    unit: str
    state: str
