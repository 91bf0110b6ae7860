"""Event of a lamp."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class LampLit(Event):
    """Event: a clock of a case crossed a threshold for the first time."""

    case: str
    unit: str
    level: str
