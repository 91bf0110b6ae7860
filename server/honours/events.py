"""Event of honours."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class FlagMoved(Event):
    """Event: the red flag moved; windows by code, empty for the office."""

    from_window: str
    to_window: str
