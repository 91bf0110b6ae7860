"""Anomalies in the hall's records. An anomaly is a question to a person, never a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.spot_checks.marks import Kind

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Proposed finding. `mark` identifies the anomaly, so that it is proposed only once."""

    kind: Kind
    staff: str
    window: str
    mark: str
    facts: dict[str, int | str]
    unit: str = ""
    """Unit that it concerns, if neither a person nor a window determines it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Window with a session, as recorded now. Times in ms."""

    window: str
    staff: str
    busy: bool
    """True while a ticket is called or served there."""
    paused: bool
    away: bool
    """True while approved leave is in force."""
    active_at: int
    """Time of the last action there: sign-in, end of a pause, call, end of a service."""
    waiting: int
    """Number of people it may call."""
    waiting_since: int | None
    """Arrival time of the first of them."""


def idle(desks: Iterable[Desk], now: int, minutes: int) -> list[Anomaly]:
    """Return staffed, free windows that called nobody for `minutes` while people waited."""
    doubts = []
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
            doubts.append(Anomaly(Kind.NO_CALL, desk.staff, desk.window, mark, facts))
    return doubts


@dataclass(frozen=True, slots=True)
class MorningPresence:
    """Person who was at work this morning by the hall's records. Times in ms."""

    staff: str
    window: str
    seen_at: int
    how: str
    """Evidence: mark (two checkers saw the person), call (a call was made), post (signed in)."""
    punched: bool
    away: bool


def unpunched(people: Iterable[MorningPresence], day: str) -> list[Anomaly]:
    """Return the people at work by the records without a punch all morning.

    Valid only once every time clock has delivered its punches.
    """
    return [
        Anomaly(
            Kind.NO_PUNCH,
            person.staff,
            person.window,
            f"no_punch:{day}:{person.staff}",
            {"seen_at": person.seen_at, "how": person.how},
        )
        for person in people
        if not person.punched and not person.away
    ]
