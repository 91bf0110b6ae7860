"""Events of time clocks."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class ReaderChanged(Event):
    """Event: a time clock connected, reported, was admitted or was given a command."""

    reader: str
