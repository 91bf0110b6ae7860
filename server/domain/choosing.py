"""Who is called next: small pure policies over the heads of the waiting lanes.

A *lane* holds tickets that are alike (same item, same applicant class) in order of seniority, so
its head stands for all of it. A policy takes the heads that a window may call and returns the
chosen one with the reason. Two bounds hold for every choice:

- at most `run` priority calls in a row from a pool while an ordinary person waits in it;
- a head that priority tickets have overtaken `overtakes` times blocks further overtaking.

The reason is a code with figures; the words are the counter's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Head:
    """The most senior ticket of a lane, as a window sees it."""

    lane: str
    queue: str
    """Unit code of the queue."""
    level: int
    """0 ordinary, above: priority."""
    order: int
    """Seniority, smaller is earlier."""
    waited: float
    """Minutes since it came."""
    target: float
    """Minutes the queue promises at most."""
    only_here: bool = False
    """No specialised window takes it just now."""
    overtaken: int = 0
    """Priority tickets junior to it that were called before it."""
    for_window: bool = False
    """Transferred to this very window."""


class Why(StrEnum):
    """Why this one."""

    TRANSFERRED = "transferred"
    FIRST = "first"
    PRIORITY = "priority"
    RUN_ENDED = "run_ended"
    OVERTAKEN = "overtaken"
    ONLY_COMPREHENSIVE = "only_comprehensive"
    RELIEF = "relief"


@dataclass(frozen=True, slots=True)
class Bounds:
    """`run`: K priority calls in a row; `overtakes`: how often one person may be overtaken."""

    run: int
    overtakes: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen head, the pool whose run of priority calls it counts in, and the reason."""

    head: Head
    pool: str
    run: int
    """The pool's run of priority calls after this one."""
    why: tuple[Why, ...]
    facts: dict[str, Any] = field(default_factory=dict)


Streak = Callable[[str], int]
"""Priority calls in a row so far, by pool."""

COMPREHENSIVE_POOL = "*"


def specialised(heads: Sequence[Head], pool: str, streak: Streak, bounds: Bounds) -> Choice | None:
    """A specialised window: what was sent to it first, then its own queue within the bounds."""
    if not heads:
        return None
    sent = [h for h in heads if h.for_window]
    if sent:
        return _sent(sent, pool, streak)
    return _within_bounds(heads, pool, streak(pool), bounds, ())


def comprehensive(heads: Sequence[Head], streak: Streak, bounds: Bounds) -> Choice | None:
    """A comprehensive window: what only it can serve, then relief of the queue worst off.

    Worst off is the queue whose head has waited longest against its target. Measured in the
    house plan: oldest-of-all makes people whom only comprehensive windows serve wait 1.8 to 2.3
    times longer, longest-queue is worse than no relief on busy days.
    """
    if not heads:
        return None
    sent = [h for h in heads if h.for_window]
    if sent:
        return _sent(sent, COMPREHENSIVE_POOL, streak)
    own = [h for h in heads if h.only_here]
    if own:
        pool = COMPREHENSIVE_POOL
        return _within_bounds(own, pool, streak(pool), bounds, (Why.ONLY_COMPREHENSIVE,))
    worst = max(heads, key=lambda h: (h.waited / max(h.target, 1.0), -h.order))
    queue = [h for h in heads if h.queue == worst.queue]
    return _within_bounds(queue, worst.queue, streak(worst.queue), bounds, (Why.RELIEF,))


def _sent(sent: Sequence[Head], pool: str, streak: Streak) -> Choice:
    head = min(sent, key=lambda h: h.order)
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
        why = (*first, Why.PRIORITY if priority else Why.FIRST)
        return Choice(head, pool, 0, why, _facts(head))
    worn = [h for h in heads if h.level == 0 and h.overtaken >= bounds.overtakes]
    if worn and any(priority.order > h.order for h in worn):
        head = min(worn, key=lambda h: h.order)
        facts = _facts(head) | {"overtaken": head.overtaken, "limit": bounds.overtakes}
        return Choice(head, pool, 0, (*first, Why.OVERTAKEN), facts)
    if run >= bounds.run:
        facts = _facts(ordinary) | {"run": run, "limit": bounds.run}
        return Choice(ordinary, pool, 0, (*first, Why.RUN_ENDED), facts)
    facts = _facts(priority) | {"run": run + 1, "limit": bounds.run}
    return Choice(priority, pool, run + 1, (*first, Why.PRIORITY), facts)


def _facts(head: Head) -> dict[str, Any]:
    return {"waited": round(head.waited, 1), "target": head.target, "queue": head.queue}
