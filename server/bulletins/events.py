"""Events of bulletins."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class BulletinChanged(Event):
    """Event: a bulletin was drafted, edited, released, amended or acknowledged."""

    bulletin: str
