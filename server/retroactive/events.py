"""Events of retroactive changes."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class PastChanged(Event):
    """Event: a retroactive change was requested, confirmed, refused or withdrawn."""

    change: str
