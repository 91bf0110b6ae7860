"""How a device is: one of four states, a stable code, and what was read from it.

Unknown is a state of its own: a status that was not received is never shown as fine. Words that a
person sees live with the surface; `detail` is for the technician and the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

HealthState = Literal["ok", "degraded", "failed", "unknown"]
Reading: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Health:
    """One device's health. `code` is a stable word such as `ok`, `paper_out`, `no_answer`."""

    state: HealthState
    code: str
    readings: Mapping[str, Reading] = field(default_factory=dict)
    detail: str = ""

    def to_json(self, device: str) -> dict[str, object]:
        """The form that the agent sends to the server."""
        return {
            "device": device,
            "state": self.state,
            "code": self.code,
            "readings": dict(self.readings),
            "detail": self.detail,
        }


STARTING = Health("unknown", "starting")
