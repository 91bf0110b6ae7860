"""Duplicate filter of ticket moves, so that none is delivered twice to screens and agents.

A move is delivered by the worker that made it, by the worker bus, or, while the bus is down, from
the journal. A second delivery is dropped: the number of the move's journal line identifies it.
"""

from __future__ import annotations

from collections.abc import Iterable

from server.core.events import Event
from server.queue.events import TicketMoved

MAX_LINES = 2000


class MoveFilter:
    """Duplicate filter of one hall."""

    def __init__(self) -> None:
        self._delivered: dict[int, None] = {}
        self._settled = 0

    def new_events(self, events: Iterable[Event]) -> list[Event]:
        """Return the events that were not delivered yet; the caller delivers them now."""
        return [event for event in events if self._is_new(event)]

    def settle(self, line: int) -> None:
        """Mark the journal as delivered up to this line.

        Earlier moves that arrive later are dropped.
        """
        self._settled = max(self._settled, line)

    def _is_new(self, event: Event) -> bool:
        if not isinstance(event, TicketMoved) or not event.line:
            return True
        if event.line <= self._settled or event.line in self._delivered:
            return False
        while len(self._delivered) >= MAX_LINES:
            del self._delivered[next(iter(self._delivered))]
        self._delivered[event.line] = None
        return True
