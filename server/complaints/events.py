"""Event of a complaint."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class ComplaintMoved(Event):
    """Event: a complaint came in, or took a step."""

    complaint: str
    unit: str
    state: str
