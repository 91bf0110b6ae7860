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


KIOSKS_SHARE = 5
"""A desk's reserve leaves at least one in so many of the server's own numbers to the kiosks."""


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Numbers `first` to `last` of every prefix that one server may issue on a day."""

    first: int = 1
    last: int = TOP
    open_last: int = OPEN_NUMBERS
    """Last number that only the server issues; higher ones can be leased to kiosks."""

    def reserve(self, wanted: int) -> int:
        """Return how many of the last numbers stay with the desk, `wanted` at most."""
        size = self.open_last - self.first + 1
        return min(wanted, size - size // KIOSKS_SHARE)


MAIN_RANGE = NumberRange()
"""Numbers of a hall without branch servers."""


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers `first` to `last` of a prefix, both included."""

    first: int
    last: int

    def holds(self, seq: int) -> bool:
        """Return True if the number lies in the block."""
        return self.first <= seq <= self.last


def next_block(
    lowest: int | None,
    last_issued: int,
    size: int,
    reserve: int = 0,
    own: NumberRange = MAIN_RANGE,
) -> Block | None:
    """Return the next block of `size` numbers below `lowest`, or None if no room is left for it.

    `lowest`: the lowest number leased that day so far; `last_issued`: the last number that the
    server issued; `reserve`: numbers above it that stay with the desk; `own`: the server's numbers.
    """
    last = own.last if lowest is None else lowest - 1
    first = last - size + 1
    if size < 1 or first <= max(own.open_last, last_issued + reserve):
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
