"""Events of devices."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.events import Event


@dataclass(frozen=True, slots=True)
class DeviceChanged(Event):
    """Event: a device connected, disconnected or reported its health."""

    device: str
