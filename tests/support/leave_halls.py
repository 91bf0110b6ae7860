"""The small hall with a chief representative, an A and his B, somebody of another unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from server.domain.attendance.facts import LeaveKind
from server.domain.tickets import ActorKind
from server.hall import import_catalogue
from server.services.attendance.leaves import LeaveRequest
from server.services.context import SYSTEM, Actor
from server.storage import leaves as stored
from server.storage.leaves import Leave
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, catalogue

A, B, CHIEF, STRANGER = STAFF["T1"], STAFF["T2"], STAFF["G1"], STAFF["S1"]


def staffed(small: SmallHall) -> SmallHall:
    """T1's clerk has T2's as his B, G1's is tax's chief, S1's belongs to building."""
    changes: dict[str, dict[str, Any]] = {
        A: {"cover": B},
        CHIEF: {"chief": True},
        STRANGER: {"unit": "build"},
    }
    book = catalogue()
    staff = tuple(replace(s, **changes.get(s.number, {})) for s in book.staff)
    import_catalogue(small.ctx, SYSTEM, replace(book, staff=staff), "leave")
    return small


def actor(number: str) -> Actor:
    """Somebody by number, with the role of his account."""
    kinds = {MANAGER: ActorKind.MANAGER, ADMINISTRATOR: ActorKind.ADMINISTRATOR}
    return Actor(kinds.get(number, ActorKind.CLERK), number)


def wish(begins: str, ends: str, **change: Any) -> LeaveRequest:
    """A's personal leave between two moments like `03-03T08:30` of 2026."""
    found = LeaveRequest(
        A,
        LeaveKind.PERSONAL,
        datetime.fromisoformat(f"2026-{begins}"),
        datetime.fromisoformat(f"2026-{ends}"),
        "家中有事",
    )
    return replace(found, **change)


def kept(small: SmallHall, leave: str) -> Leave:
    """A leave as it is in the books."""
    found = small.ctx.read(lambda c: stored.get(c, small.ctx.hall_id, leave))
    assert found is not None
    return found
