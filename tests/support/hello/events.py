"""Event of a greeting."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class Greeted(Event):
    """Event: somebody greeted the hall."""

    name: str
