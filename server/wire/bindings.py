"""Messages of device bindings: what an agent announced and may not serve yet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from server.wire.base import Command, Message

Told = Annotated[str, Field(max_length=64)]


class ClaimRef(Command):
    """A claim as the office saw it: what is confirmed is what was read."""

    agent: Told
    device: Told
    kind: Told
    serves: Told = ""

    def announced(self) -> dict[str, str]:
        """Return the device as its agent announced it."""
        return {"device": self.device, "kind": self.kind, "serves": self.serves}


class DeviceClaim(Message):
    """A device that its agent announced and the office has not confirmed.

    `change`: what differs from what is bound; `beside`: other devices of the kind at the place.
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
