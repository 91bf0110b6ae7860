"""Small hall with a chief representative, a person A with cover B, and a person of another unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM, Actor, ActorKind
from server.core.day_facts import LeaveKind
from server.leave import queries as stored
from server.leave.actions import LeaveRequest
from server.leave.queries import Leave
from support.halls import ADMINISTRATOR, MANAGER, STAFF, SmallHall, catalogue

A, B, CHIEF, STRANGER = STAFF["T1"], STAFF["T2"], STAFF["G1"], STAFF["S1"]


def with_cover_and_chief(small: SmallHall) -> SmallHall:
    """Give T1's clerk the cover T2, make G1's clerk chief of tax, move S1's clerk to building."""
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
    """Return a person by staff number as actor, with the role of the account."""
    kinds = {MANAGER: ActorKind.MANAGER, ADMINISTRATOR: ActorKind.ADMINISTRATOR}
    return Actor(kinds.get(number, ActorKind.CLERK), number)


def leave_request(begins: str, ends: str, **change: Any) -> LeaveRequest:
    """Return A's request for personal leave between two times like `03-03T08:30` of 2026."""
    request = LeaveRequest(
        A,
        LeaveKind.PERSONAL,
        datetime.fromisoformat(f"2026-{begins}"),
        datetime.fromisoformat(f"2026-{ends}"),
        "家中有事",
    )
    return replace(request, **change)


def stored_leave(small: SmallHall, leave: str) -> Leave:
    """Return a leave as stored."""
    row = small.ctx.read(lambda c: stored.get(c, small.ctx.hall_id, leave))
    assert row is not None
    return row
