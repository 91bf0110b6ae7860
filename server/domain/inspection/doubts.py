"""What the hall's own books make doubtful. A doubt is a question for a person, never a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.inspection.marks import Kind

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Doubt:
    """A proposed finding. `mark` is the same for the same doubt: it is proposed once."""

    kind: Kind
    staff: str
    window: str
    mark: str
    facts: dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Desk:
    """A window with somebody signed in, as the books have it now. Times in ms."""

    window: str
    staff: str
    busy: bool
    """A ticket is called, served there."""
    paused: bool
    away: bool
    """Approved leave holds now."""
    active_at: int
    """The last thing done there: signing in, going on, a call, the end of a service."""
    waiting: int
    """People it may call."""
    waiting_since: int | None
    """Arrival of the first of them."""


def idle(desks: Iterable[Desk], now: int, minutes: int) -> list[Doubt]:
    """People wait, the window is staffed and free, and calls nobody for so many minutes."""
    found = []
    for desk in desks:
        if desk.busy or desk.paused or desk.away or desk.waiting_since is None:
            continue
        since = max(desk.active_at, desk.waiting_since)
        if desk.waiting and now - since >= minutes * MINUTE_MS:
            facts: dict[str, int | str] = {
                "waiting": desk.waiting,
                "waiting_since": desk.waiting_since,
                "active_at": desk.active_at,
                "minutes": (now - since) // MINUTE_MS,
            }
            mark = f"no_call:{desk.window}:{desk.staff}:{desk.active_at}"
            found.append(Doubt(Kind.NO_CALL, desk.staff, desk.window, mark, facts))
    return found


@dataclass(frozen=True, slots=True)
class Morning:
    """Somebody who was at work this morning by the hall's books. Times in ms."""

    staff: str
    window: str
    seen_at: int
    how: str
    """mark (two checkers saw the person), call (a call was made), post (signed in)."""
    punched: bool
    away: bool


def unpunched(people: Iterable[Morning], day: str) -> list[Doubt]:
    """At work by the books, and no punch all morning. Only asked once every reader has reported."""
    return [
        Doubt(
            Kind.NO_PUNCH,
            one.staff,
            one.window,
            f"no_punch:{day}:{one.staff}",
            {"seen_at": one.seen_at, "how": one.how},
        )
        for one in people
        if not one.punched and not one.away
    ]
