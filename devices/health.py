"""Device health: one of four states, a stable code and the readings behind it.

`unknown` is a state of its own: a status that was not received is never shown as `ok`. The texts
for people belong to the user interface; `detail` is for the technician and the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

HealthState = Literal["ok", "degraded", "failed", "unknown"]
HealthCode = Literal[
    "ok",
    "starting",
    "one_way",
    "not_heard",
    "no_lease",
    "paper_out",
    "paper_near_end",
    "cover_open",
    "cutter",
    "offline",
    "unreachable",
    "no_answer",
    "partial_answer",
    "silent",
    "refused",
    "garbled",
    "bad_text",
    "port_taken",
    "clip_missing",
    "clip_unusable",
    "engine_missing",
    "engine_failed",
    "engine_timeout",
    "player_missing",
    "player_failed",
    "player_timeout",
    "internal",
]
"""Every code that a driver can report.

Both tables of texts (the office's list and its device page) contain every code; a test compares.
"""
Reading: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Health:
    """Health of one device."""

    state: HealthState
    code: HealthCode
    readings: Mapping[str, Reading] = field(default_factory=dict)
    detail: str = ""

    def to_json(self, device: str) -> dict[str, object]:
        """Return the form that the agent sends to the server."""
        return {
            "device": device,
            "state": self.state,
            "code": self.code,
            "readings": dict(self.readings),
            "detail": self.detail,
        }


STARTING = Health("unknown", "starting")
