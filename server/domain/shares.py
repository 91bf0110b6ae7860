"""Whose a waiting person is while nobody can decide it: each ticket is one window's, and stays so.

Rendezvous hashing: of the windows that may call a ticket, the one whose name hashes highest with
the ticket's owns it. Every worker finds the same owner without being told, and an owner changes
only where a window came or went. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Waiting(Protocol):
    """What counts of a waiting ticket."""

    @property
    def level(self) -> int:
        """0 ordinary, above: priority."""

    @property
    def ord(self) -> int:
        """Seniority, smaller is earlier."""


T = TypeVar("T", bound=Waiting)


def owner(ticket: str, windows: Iterable[str]) -> str | None:
    """The window that a ticket belongs to, of those that may call it; None where none may."""
    return max(windows, key=lambda window: _weight(ticket, window), default=None)


def _weight(ticket: str, window: str) -> tuple[bytes, str]:
    return hashlib.blake2b(f"{ticket}/{window}".encode(), digest_size=8).digest(), window


def in_turn(people: Sequence[T], run: int) -> list[T]:
    """The order in which a window calls its own: by seniority, priority first.

    After `run` priority calls in a row an ordinary person has a turn, as long as one is there.
    """
    priority = sorted((p for p in people if p.level > 0), key=lambda p: (-p.level, p.ord))
    ordinary = sorted((p for p in people if p.level == 0), key=lambda p: p.ord)
    found: list[T] = []
    row = 0
    while priority or ordinary:
        if priority and (row < run or not ordinary):
            found.append(priority.pop(0))
            row += 1
        else:
            found.append(ordinary.pop(0))
            row = 0
    return found
