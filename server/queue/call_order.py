"""Choice of the next ticket to call: pure policies over the heads of the waiting lanes.

A *lane* holds tickets that are alike (same item, same applicant class) in order of seniority, so
its head represents all of it. A policy takes the heads that a window may call and returns the
chosen one with the reason. Two bounds hold for every choice:

- at most `run` priority calls in a row from a pool while an ordinary person waits in it;
- a head that priority tickets have overtaken `overtakes` times blocks further overtaking.

Both are set by the hall: `priority_run`, `overtake_limit` in `settings`.

The reason is a code with figures; the counter supplies the words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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


class Why(StrEnum):
    """Reason of a choice."""

    TRANSFERRED = "transferred"
    FIRST = "first"
    PRIORITY = "priority"
    RUN_ENDED = "run_ended"
    OVERTAKEN = "overtaken"
    ONLY_COMPREHENSIVE = "only_comprehensive"
    RELIEF = "relief"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of priority: most priority calls in a row (`run`), most overtakings of one ticket."""

    run: int
    overtakes: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Chosen head, the pool whose run of priority calls it counts in, and the reason."""

    head: Head
    pool: str
    run: int
    """The pool's run of priority calls after this choice."""
    why: tuple[Why, ...]
    facts: dict[str, Any] = field(default_factory=dict)


Streak = Callable[[str], int]
"""Priority calls in a row so far, by pool."""

COMPREHENSIVE_POOL = "*"


def specialised(heads: Sequence[Head], pool: str, streak: Streak, bounds: Bounds) -> Choice | None:
    """Choose for a specialised window: tickets sent to it, then its own queue within the bounds."""
    if not heads:
        return None
    transfers = [h for h in heads if h.for_window]
    if transfers:
        return _sent(transfers, pool, streak)
    return _within_bounds(heads, pool, streak(pool), bounds, ())


def comprehensive(heads: Sequence[Head], streak: Streak, bounds: Bounds) -> Choice | None:
    """Choose for a comprehensive window: items only it can serve, then relief of the worst queue.

    The worst queue is the one whose head has waited longest relative to its target. Measured in the
    project's plan: calling the oldest of all makes people whom only comprehensive windows serve
    wait 1.8 to 2.3 times longer; relieving the longest queue is worse than no relief on busy days.
    """
    if not heads:
        return None
    transfers = [h for h in heads if h.for_window]
    if transfers:
        return _sent(transfers, COMPREHENSIVE_POOL, streak)
    own = [h for h in heads if h.comprehensive_only]
    if own:
        pool = COMPREHENSIVE_POOL
        return _within_bounds(own, pool, streak(pool), bounds, (Why.ONLY_COMPREHENSIVE,))
    worst_head = max(heads, key=lambda h: (h.waited / max(h.target, 1.0), -h.order))
    queue = [h for h in heads if h.queue == worst_head.queue]
    return _within_bounds(queue, worst_head.queue, streak(worst_head.queue), bounds, (Why.RELIEF,))


def _sent(transfers: Sequence[Head], pool: str, streak: Streak) -> Choice:
    head = min(transfers, key=lambda h: h.order)
    return Choice(head, pool, streak(pool), (Why.TRANSFERRED,), _facts(head))


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
