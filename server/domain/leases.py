"""Numbers that are given while the server is away: where their blocks lie, where people stand.

Blocks are cut from the top of a prefix's range downwards, so that the numbers the server gives
itself have no holes. Pure: the caller brings what is known of the day.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.tickets import ORDER_STEP

TOP = 999
OPEN_NUMBERS = 500
"""Numbers up to this one are never leased: the server's own."""
PART = 16
"""A ticket that is put between two others takes this part of the room between them."""


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers `first` to `last` of a prefix, both included."""

    first: int
    last: int

    def holds(self, seq: int) -> bool:
        """Whether a number lies in it."""
        return self.first <= seq <= self.last


def next_block(lowest: int | None, taken: int, size: int, reserve: int = 0) -> Block | None:
    """The next block of `size` numbers below `lowest`; None where the server's numbers begin.

    `lowest`: the lowest number leased that day so far; `taken`: the last one the server gave;
    `reserve`: so many are left for the desk.
    """
    last = TOP if lowest is None else lowest - 1
    first = last - size + 1
    if size < 1 or first <= max(OPEN_NUMBERS, taken + reserve):
        return None
    return Block(first, last)


def wants_more(left: int, size: int) -> bool:
    """Whether a kiosk that has `left` numbers of a prefix should be given another block."""
    return left * 2 < size


def between(before: int | None, after: int) -> int:
    """Seniority between two neighbours; equal to the earlier one's where there is no room left."""
    low = before if before is not None else after - ORDER_STEP
    room = after - low
    return low + max(1, room // PART) if room > 1 else low
