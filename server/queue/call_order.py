"""Choice of the next ticket to call: pure policies over the heads of the waiting lanes.

A *lane* holds tickets that are alike (same item, same applicant class) in order of seniority, so
its head represents all of it. A policy takes the heads that a window may call and returns the
chosen one with the reason. Three bounds hold for every choice:

- at most `run` priority calls in a row from a pool while an ordinary person waits in it;
- a head that priority tickets have overtaken `overtakes` times blocks further overtaking;
- at most one of `booked_every` calls from a pool goes to a person with an appointment while
  somebody without waits in it.

All are set by the hall: `priority_run`, `overtake_limit`, `booked_every` in `settings`.
A person whose appointment has not begun yet waits like everybody else.

The reason is a code with figures; the counter supplies the words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Head:
    """Most senior ticket of a lane, as one window sees it."""

    lane: str
    queue: str
    """Unit code of the queue."""
    level: int
    """0 ordinary, above: priority."""
    order: int
    """Seniority, smaller is earlier."""
    waited: float
    """Minutes since it arrived."""
    target: float
    """Target of the queue: most minutes to wait."""
    comprehensive_only: bool = False
    """True if no specialised window serves it at present."""
    overtaken: int = 0
    """Number of priority tickets junior to it that were called before it."""
    for_window: bool = False
    """True if it was transferred to this window."""
    slot: int | None = None
    """Start (ms) of its appointment, once that has come; None: without an appointment."""


class Why(StrEnum):
    """Reason of a choice."""

    TRANSFERRED = "transferred"
    FIRST = "first"
    PRIORITY = "priority"
    BOOKED = "booked"
    RUN_ENDED = "run_ended"
    OVERTAKEN = "overtaken"
    ONLY_COMPREHENSIVE = "only_comprehensive"
    RELIEF = "relief"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of priority and of appointments."""

    run: int
    """Most priority calls in a row."""
    overtakes: int
    """Most overtakings of one ticket."""
    booked_every: int = 2
    """At most one of so many calls is for an appointment; 1: appointments always come first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Chosen head, the pool whose run of priority calls it counts in, and the reason."""

    head: Head
    pool: str
    run: int
    """The pool's run of priority calls after this choice."""
    why: tuple[Why, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    owed: int | None = None
    """Calls owed to people without an appointment before the next one with; None: as before."""

    @property
    def counts(self) -> dict[str, int]:
        """Counters of the pool after this choice, by name."""
        owed = {} if self.owed is None else {owed_of(self.pool): self.owed}
        return {self.pool: self.run} | owed


Streak = Callable[[str], int]
"""Counters so far: priority calls in a row by pool, calls owed by `owed_of` it; else 0."""

COMPREHENSIVE_POOL = "*"


def pool_at(pool: str, site: str) -> str:
    """Return the pool of one building: runs of priority calls elsewhere do not count in it."""
    return f"{pool}^{site}" if site else pool


def owed_of(pool: str) -> str:
    """Return the name of a pool's counter of calls owed to people without an appointment."""
    return f"{pool}~"


def specialised(heads: Sequence[Head], pool: str, streak: Streak, bounds: Bounds) -> Choice | None:
    """Choose for a specialised window: tickets sent to it, then its own queue within the bounds."""
    if not heads:
        return None
    transfers = [h for h in heads if h.for_window]
    if transfers:
        return _sent(transfers, pool, streak)
    return _with_appointments(heads, pool, streak, bounds, ())


def comprehensive(
    heads: Sequence[Head], streak: Streak, bounds: Bounds, site: str = ""
) -> Choice | None:
    """Choose for a comprehensive window: items only it can serve, then relief of the worst queue.

    `site`: building of the window, in a hall that tells its buildings apart.

    The worst queue is the one whose head has waited longest relative to its target. Measured in the
    project's plan: calling the oldest of all makes people whom only comprehensive windows serve
    wait 1.8 to 2.3 times longer; relieving the longest queue is worse than no relief on busy days.
    """
    if not heads:
        return None
    transfers = [h for h in heads if h.for_window]
    if transfers:
        return _sent(transfers, pool_at(COMPREHENSIVE_POOL, site), streak)
    # Appointments of every queue: whichever window is free first calls them.
    booked = [h for h in heads if h.slot is not None]
    own = [h for h in heads if h.comprehensive_only]
    if own:
        own += [h for h in booked if not h.comprehensive_only]
        pool = pool_at(COMPREHENSIVE_POOL, site)
        return _with_appointments(own, pool, streak, bounds, (Why.ONLY_COMPREHENSIVE,))
    worst_head = max(heads, key=lambda h: (h.waited / max(h.target, 1.0), -h.order))
    queue = [h for h in heads if h.queue == worst_head.queue or h.slot is not None]
    pool = pool_at(worst_head.queue, site)
    return _with_appointments(queue, pool, streak, bounds, (Why.RELIEF,))


def _sent(transfers: Sequence[Head], pool: str, streak: Streak) -> Choice:
    head = min(transfers, key=lambda h: h.order)
    return Choice(head, pool, streak(pool), (Why.TRANSFERRED,), _facts(head))


def _with_appointments(
    heads: Sequence[Head], pool: str, streak: Streak, bounds: Bounds, first: tuple[Why, ...]
) -> Choice:
    owed, run = streak(owed_of(pool)), streak(pool)
    booked = [h for h in heads if h.slot is not None]
    others = [h for h in heads if h.slot is None]
    if booked and (owed <= 0 or not others):
        head = min(booked, key=lambda h: (h.slot or 0, h.order))
        facts = _facts(head) | {"slot": head.slot, "every": bounds.booked_every}
        why = (*first, Why.BOOKED)
        return Choice(head, pool, run, why, facts, bounds.booked_every - 1)
    choice = _within_bounds(others, pool, run, bounds, first)
    return replace(choice, owed=owed - 1) if owed > 0 else choice


def _within_bounds(
    heads: Sequence[Head], pool: str, run: int, bounds: Bounds, first: tuple[Why, ...]
) -> Choice:
    ordinary = min((h for h in heads if h.level == 0), key=lambda h: h.order, default=None)
    priority = min(
        (h for h in heads if h.level > 0), key=lambda h: (-h.level, h.order), default=None
    )
    if priority is None or ordinary is None:
        head = priority or ordinary
        assert head is not None, "the caller gives at least one head"
        reasons = (*first, Why.PRIORITY if priority else Why.FIRST)
        return Choice(head, pool, 0, reasons, _facts(head))
    overtaken_heads = [h for h in heads if h.level == 0 and h.overtaken >= bounds.overtakes]
    if overtaken_heads and any(priority.order > h.order for h in overtaken_heads):
        head = min(overtaken_heads, key=lambda h: h.order)
        facts = _facts(head) | {"overtaken": head.overtaken, "limit": bounds.overtakes}
        return Choice(head, pool, 0, (*first, Why.OVERTAKEN), facts)
    if run >= bounds.run:
        facts = _facts(ordinary) | {"run": run, "limit": bounds.run}
        return Choice(ordinary, pool, 0, (*first, Why.RUN_ENDED), facts)
    facts = _facts(priority) | {"run": run + 1, "limit": bounds.run}
    return Choice(priority, pool, run + 1, (*first, Why.PRIORITY), facts)


def _facts(head: Head) -> dict[str, Any]:
    return {"waited": round(head.waited, 1), "target": head.target, "queue": head.queue}
