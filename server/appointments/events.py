"""Event of a judgement on a missed appointment."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class MissJudged(Event):
    """Event: the office decided that somebody missed an appointment, or excused it."""

    appointment: str
    day: str
