"""Desk shares while the server is away: assigns each waiting ticket to exactly one window.

Rendezvous hashing: of the windows that may call a ticket, the one with the highest hash of its name
and the ticket's owns it. Every worker computes the same owner without communication, and an owner
changes only when a window is added or removed. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Waiting(Protocol):
    """Attributes of a waiting ticket that determine its turn."""

    @property
    def level(self) -> int:
        """0 ordinary, above: priority."""

    @property
    def ord(self) -> int:
        """Seniority, smaller is earlier."""


T = TypeVar("T", bound=Waiting)


def owner(ticket: str, windows: Iterable[str]) -> str | None:
    """Return the window that owns a ticket, of those that may call it; None if none may."""
    return max(windows, key=lambda window: _weight(ticket, window), default=None)


def _weight(ticket: str, window: str) -> tuple[bytes, str]:
    return hashlib.blake2b(f"{ticket}/{window}".encode(), digest_size=8).digest(), window


def in_turn(people: Sequence[T], run: int) -> list[T]:
    """Return a window's own tickets in calling order: by seniority, priority first.

    After `run` priority calls in a row an ordinary ticket is next, if there is one.
    """
    priority = sorted((p for p in people if p.level > 0), key=lambda p: (-p.level, p.ord))
    ordinary = sorted((p for p in people if p.level == 0), key=lambda p: p.ord)
    ordered: list[T] = []
    row = 0
    while priority or ordinary:
        if priority and (row < run or not ordinary):
            ordered.append(priority.pop(0))
            row += 1
        else:
            ordered.append(ordinary.pop(0))
            row = 0
    return ordered
