"""Events of spot checks and findings."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class ChecksChanged(Event):
    """Event: a spot check came due, a round changed, or a finding changed its state."""

    day: str
    check: str = ""
