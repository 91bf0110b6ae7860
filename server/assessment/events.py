"""Event of the assessment."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class AssessmentChanged(Event):
    """Event: a sheet, mark, dispute or release changed."""

    what: str
    subject: str
