"""Event of a case."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class CaseMoved(Event):
    """Event: a case was opened, or took a step."""

    case: str
    unit: str
    state: str
