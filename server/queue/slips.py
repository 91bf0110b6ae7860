"""Slip of paper, from the request until the printer has reported."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredSlip:
    """Slip to print, with its state as stored."""

    id: str
    kind: str
    ticket_id: str
    device: str
    document: str
    state: str
    reason: str
    copy: bool
    created_at: int
    changed_at: int
    by_actor: str
