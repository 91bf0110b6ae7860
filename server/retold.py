"""Which moves of tickets a worker has told its screens and agents of, so that none is told twice.

A move is told by the worker that made it, by the bell, or, while the bell is silent, from the
journal. A bell that was lost and is back may still deliver what the journal has told meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

from server.services.bus import Event, TicketMoved

REMEMBERED = 2000
LATE_SECONDS = 30.0
"""So long after the journal told of a move the bell may still bring the same."""

Move = tuple[str, str, int]
"""A ticket, what was done with it, and how often it had been called by then."""


class Retold:
    """The last moves that were told; `clock`: seconds, never backwards."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._told: deque[Move] = deque(maxlen=REMEMBERED)
        self._found: dict[Move, float] = {}

    def tell(self, event: Event) -> None:
        """It goes out now."""
        if isinstance(event, TicketMoved):
            self._told.append(_move(event))

    def find(self, move: Move) -> bool:
        """The journal has it; whether nobody was told, so that this is who tells."""
        if move in self._told:
            return False
        while len(self._found) >= REMEMBERED:
            self._found.pop(next(iter(self._found)))
        self._found[move] = self._clock()
        return True

    def fresh(self, events: list[Event]) -> list[Event]:
        """Of what the bell tells that which the journal has not told before, each time once."""
        return [event for event in events if not self._was_found(event)]

    def _was_found(self, event: Event) -> bool:
        if not isinstance(event, TicketMoved):
            return False
        found = self._found.pop(_move(event), None)
        return found is not None and self._clock() - found < LATE_SECONDS


def _move(event: TicketMoved) -> Move:
    return event.ticket, event.move, event.calls
