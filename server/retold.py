"""Which moves of tickets a worker has told its screens and agents of, so that none is told twice.

A move is told by the worker that made it, by the bell, or, while the bell is silent, from the
journal. Whoever brings it second is not heard: the move's line in the journal is its name.
"""

from __future__ import annotations

from collections.abc import Iterable

from server.services.bus import Event, TicketMoved

REMEMBERED = 2000


class Retold:
    """What was told of one hall."""

    def __init__(self) -> None:
        self._told: dict[int, None] = {}
        self._settled = 0

    def take(self, events: Iterable[Event]) -> list[Event]:
        """Those of which nobody was told; who asks tells them now."""
        return [event for event in events if self._first(event)]

    def settle(self, line: int) -> None:
        """The journal was told up to this line: what comes of a line before it comes too late."""
        self._settled = max(self._settled, line)

    def _first(self, event: Event) -> bool:
        if not isinstance(event, TicketMoved) or not event.line:
            return True
        if event.line <= self._settled or event.line in self._told:
            return False
        while len(self._told) >= REMEMBERED:
            del self._told[next(iter(self._told))]
        self._told[event.line] = None
        return True
