"""Messages of device claims: devices that an agent announced without a binding."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from server.core.messages import Command, Message

Told = Annotated[str, Field(max_length=64)]


class ClaimRef(Command):
    """Claim as the office saw it: only what was read is confirmed."""

    agent: Told
    device: Told
    kind: Told
    serves: Told = ""

    def announced(self) -> dict[str, str]:
        """Return the device as its agent announced it."""
        return {"device": self.device, "kind": self.kind, "serves": self.serves}


class DeviceClaim(Message):
    """Device that its agent announced and the office has not confirmed.

    `change`: the difference to the binding. `beside`: other devices of the kind at the place.
    """

    agent: str
    device: str
    kind: str
    serves: str
    waits: bool
    since: int
    change: Literal["new", "agent", "kind", "place"]
    held_by: str
    held_kind: str
    held_serves: str
    beside: list[str]


class DeviceView(Message):
    """Device and its health. `bus` is the cable it shares with others; "" if not shared."""

    name: str
    agent: str
    kind: str
    driver: str
    serves: str
    bus: str
    state: Literal["ok", "degraded", "failed", "unknown"]
    code: str
    detail: str
    connected: bool
    readings: dict[str, Any]
    changed_at: int
