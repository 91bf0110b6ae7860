"""Event of a due."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class FeeMoved(Event):
    """Event: a due was made, or took a step."""

    due: str
    case: str
    state: str
