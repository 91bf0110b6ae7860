"""Number leases for the time without a server: position of the blocks, seniority of their tickets.

Blocks are cut from the top of a prefix's range downwards, so that the numbers issued by the server
itself have no gaps. Pure: the caller passes the state of the day.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.queue.tickets import ORDER_STEP

TOP = 999
OPEN_NUMBERS = 500
"""Last number of each prefix that only the server issues; higher numbers can be leased."""
SENIORITY_DIVISOR = 16
"""Divisor: a ticket inserted between two others gets a seniority this fraction into the gap."""


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers `first` to `last` of a prefix, both included."""

    first: int
    last: int

    def holds(self, seq: int) -> bool:
        """Return True if the number lies in the block."""
        return self.first <= seq <= self.last


def next_block(lowest: int | None, last_issued: int, size: int, reserve: int = 0) -> Block | None:
    """Return the next block of `size` numbers below `lowest`, or None if no room is left for it.

    `lowest`: the lowest number leased that day so far; `last_issued`: the last number that the
    server issued; `reserve`: numbers above it that stay with the desk.
    """
    last = TOP if lowest is None else lowest - 1
    first = last - size + 1
    if size < 1 or first <= max(OPEN_NUMBERS, last_issued + reserve):
        return None
    return Block(first, last)


def wants_more(left: int, size: int) -> bool:
    """Return True if a kiosk with `left` unused numbers of a prefix needs another block."""
    return left * 2 < size


def between(before: int | None, after: int) -> int:
    """Return a seniority between two neighbours; the earlier one's if they leave no room."""
    low = before if before is not None else after - ORDER_STEP
    room = after - low
    return low + max(1, room // SENIORITY_DIVISOR) if room > 1 else low
